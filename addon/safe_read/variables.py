"""Files of named variables, MATLAB's and HDF5: told by their start, read by modules that few files need."""

from __future__ import annotations

from typing import Any

HDF5 = b"\x89HDF\r\n\x1a\n"
_MARK = slice(124, 128)
_LEVEL_5 = (b"\x00\x01IM", b"\x01\x00MI")
_LEVEL_7_3 = b"\x00\x02IM"
"""Version and mark of the byte order, which end the header of MATLAB's files."""


def kind_of_variables(head: bytes) -> str | None:
    """ "matlab" or "hdf5" by a file's first bytes; None for others."""
    if head[_MARK] in (*_LEVEL_5, _LEVEL_7_3):
        return "matlab"
    return "hdf5" if head.startswith(HDF5) else None


def read_variables(data: bytes) -> dict[str, Any]:
    """Names of variables to what such a file holds; large arrays are read when they are asked for.

    Raises FormatError, or what parsers of damaged content raise.
    """
    if data[_MARK] == _LEVEL_7_3:
        from .matlab_hdf5 import read_matlab_hdf5

        return read_matlab_hdf5(data)
    if data.startswith(HDF5):
        from .hdf5 import read_hdf5

        return read_hdf5(data)
    from .matlab import read_matlab

    return read_matlab(data)
