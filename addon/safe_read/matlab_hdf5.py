"""MATLAB's MAT files of level 7.3, which are HDF5: as `matlab.read_matlab` gives those of level 5.

Axes stand in the opposite order, texts are numbers of letters, cells and the fields of arrays of structures
are references. Source: MathWorks, "MAT-File Versions"; files as h5py shows them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import FormatError
from .hdf5 import Entry, Hdf5
from .hdf5_messages import REFERENCE
from .lazy import LazyArray

_DEEPEST, _LONGEST_TEXT = 16, 1 << 20


def read_matlab_hdf5(data: bytes) -> dict[str, Any]:
    """Names of variables to what they hold; arrays of numbers are read when they are asked for.

    Raises FormatError, or what parsers of damaged content raise.
    """
    file = Hdf5(data)
    links = file.entry(file.root).links
    found = {name: _value(file, at, 0) for name, at in links.items() if not name.startswith("#")}
    return {name: value for name, value in found.items() if value is not None}


def _value(file: Hdf5, address: int, depth: int) -> Any:
    if depth > _DEEPEST:
        raise FormatError("The MATLAB file is nested too deeply to be a motion.")
    held = file.entry(address)
    if held.shape is None:
        fields = {name: _value(file, at, depth + 1) for name, at in held.links.items()}
        return _rows(file, held, fields)
    if "MATLAB_empty" in held.attributes:
        return [] if held.attributes.get("MATLAB_class") == "cell" else np.zeros((0, 0))
    if held.type is None:
        return None
    if held.type.kind == REFERENCE:
        return [_value(file, int(at), depth + 1) for at in file.array(held).reshape(-1)]
    if held.attributes.get("MATLAB_class") == "char":
        if math.prod(held.shape) > _LONGEST_TEXT:
            raise FormatError("A text of the MATLAB file is longer than a motion needs; leave it out.")
        return _text(file.array(held))
    if held.type.kind:
        return file.array(held)
    return LazyArray(held.shape[::-1], lambda: file.array(held).T)


def _rows(file: Hdf5, held: Entry, fields: dict[str, Any]) -> Any:
    """A structure, or the list of them whose fields are references without a class of their own."""
    inner = [file.entry(at) for at in held.links.values()]
    listed = [one.type is not None and one.type.kind == REFERENCE and not one.attributes for one in inner]
    if not listed or not all(listed) or len({len(values) for values in fields.values()}) != 1:
        return fields
    return [dict(zip(fields, values, strict=True)) for values in zip(*fields.values(), strict=True)]


def _text(letters: np.ndarray) -> Any:
    rows = [
        row.tobytes().decode("utf-16-le", "replace").rstrip("\0")
        for row in np.atleast_2d(letters.T).astype("<u2")
    ]
    return rows[0] if len(rows) == 1 else [row.rstrip() for row in rows]
