"""NumPy's array format, parsed without NumPy's loader: sizes are checked before memory is spent.

Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from .errors import MAX_ARRAY_BYTES, MAX_ARRAY_ELEMENTS, MAX_DIMENSIONS, FormatError
from .words import one_line

MAGIC = b"\x93NUMPY"
_MAX_HEADER = 4096
_DESCR = re.compile(r"'descr':\s*'([^']{1,16})'")
_ORDER = re.compile(r"'fortran_order':\s*(True|False)")
_SHAPE = re.compile(r"'shape':\s*\(([\d,\sL]*)\)")
_PLAIN_DTYPE = re.compile(r"[<>|=]?(b1|[iu][1248]|f[248]|f16|c8|c16|[US]\d{1,6})")


@dataclass(frozen=True)
class ArrayHeader:
    """Type, shape and memory order of a stored array; `dtype` is None for Python objects (a pickle)."""

    dtype: np.dtype | None
    shape: tuple[int, ...]
    fortran: bool

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes of the elements; 0 for Python objects."""
        return self.count * self.dtype.itemsize if self.dtype else 0


def check_shape(shape: tuple[int, ...], itemsize: int) -> None:
    """Raises FormatError for an array that no motion file needs."""
    if len(shape) > MAX_DIMENSIONS:
        raise FormatError(f"An array of {len(shape)} dimensions is no motion; this file is not usable.")
    count = math.prod(shape) if all(0 <= size <= MAX_ARRAY_ELEMENTS for size in shape) else None
    if count is None or count > MAX_ARRAY_ELEMENTS or count * itemsize > MAX_ARRAY_BYTES:
        raise FormatError(
            f"An array of shape {one_line(str(shape))} is larger than any motion; this file is not usable."
        )


def read_header(stream: BinaryIO) -> ArrayHeader:
    """Reads magic, version and header; leaves the stream at the first element. Raises FormatError."""
    start = stream.read(8)
    if len(start) < 8 or start[:6] != MAGIC:
        raise FormatError("The array does not start like a NumPy array; export the file again.")
    wide = start[6] >= 2
    (length,) = struct.unpack("<I" if wide else "<H", stream.read(4 if wide else 2))
    if length > _MAX_HEADER:
        raise FormatError("The NumPy header is far too long; export the file again.")
    return _parse_header(stream.read(length).decode("latin1"))


def _parse_header(text: str) -> ArrayHeader:
    descr, order, shape_text = _DESCR.search(text), _ORDER.search(text), _SHAPE.search(text)
    if not (descr and order and shape_text):
        raise FormatError("The array has named columns or an unreadable header; save plain numbers instead.")
    shape = tuple(int(size.strip(" L")) for size in shape_text[1].split(",") if size.strip())
    dtype = None if descr[1] in ("|O", "O") else plain_dtype(descr[1])
    check_shape(shape, dtype.itemsize if dtype else 8)
    return ArrayHeader(dtype, shape, order[1] == "True")


def plain_dtype(description: str) -> np.dtype:
    """A dtype of numbers or short text from its description, such as '<f4'. Raises FormatError."""
    if not _PLAIN_DTYPE.fullmatch(description):
        raise FormatError(f"Arrays of type {one_line(description)} are not read; save plain numbers instead.")
    return np.dtype(description)


def check_text(data: bytes, dtype: np.dtype) -> None:
    """Raises FormatError for NumPy text with numbers that are no characters: Python fails on those."""
    if dtype.kind == "U" and np.frombuffer(data, f"{dtype.byteorder}u4").max() > 0x10FFFF:
        raise FormatError("The file holds damaged text; export it again.")


def array_from_bytes(header: ArrayHeader, data: bytes) -> np.ndarray:
    """The array (own, native byte order) of a header and exactly its bytes. Raises FormatError."""
    if header.dtype is None or len(data) != header.nbytes:
        raise FormatError("The file ends in the middle of an array; export it or copy it again.")
    if header.nbytes == 0:
        return np.zeros(header.shape, header.dtype)
    check_text(data, header.dtype)
    flat = np.frombuffer(data, header.dtype, header.count)
    array = flat.reshape(header.shape, order="F" if header.fortran else "C")
    return np.array(array, dtype=header.dtype.newbyteorder("="))
