"""MATLAB's MAT files of level 5 (saved as -v6 and -v7): numbers, text, cells and structures.

Every variable is a tagged element, perhaps compressed with zlib. Source: MathWorks, "MAT-File Format".
Objects, tables, function handles and sparse matrices are left out.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from .errors import MAX_ARRAY_BYTES, FormatError
from .npy import check_shape

_HEADER = 128
_ENDS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
"""Version and mark of the byte order, which end the header."""
_MATRIX, _COMPRESSED = 14, 15
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXT = {1: "latin1", 2: "latin1", 16: "utf-8", 17: "utf-16", 4: "utf-16", 18: "utf-32"}
"""How the numbers of a text are stored, by the type of its element."""
_CELL, _STRUCT, _OBJECT, _CHAR = 1, 2, 3, 4
_CLASSES = {
    6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8",
}  # fmt: skip
_COMPLEX = 0x0800
_TOO_MUCH = "The MATLAB file unpacks to far more than a motion; it is not usable."
_DEEPEST, _MOST_ELEMENTS, _MOST_FIELDS = 16, 1_000_000, 10_000


def read_matlab(data: bytes) -> dict[str, Any]:
    """Names of variables to what they hold: arrays as MATLAB has them, texts, a list for the cells of a cell
    array and for the structures of an array of them, a mapping for a single structure.

    Raises FormatError, or what parsers of damaged content raise.
    """
    return dict(_Parser(_ENDS[data[124:_HEADER]]).variables(memoryview(data)[_HEADER:]))


class _Parser:
    """end: "<" or ">", the byte order."""

    def __init__(self, end: str) -> None:
        self._end = end
        self._bytes_left = self._numbers_left = MAX_ARRAY_BYTES
        self._elements_left = _MOST_ELEMENTS

    def variables(self, data: memoryview) -> Iterator[tuple[str, Any]]:
        """(name, value) of all variables that can be read."""
        for kind, content in self._elements(data):
            if kind == _COMPRESSED:
                kind, content = next(self._elements(self._inflated(content)))
            name, value = self._matrix(content, 0) if kind == _MATRIX else ("", None)
            if name and value is not None:
                yield name, value

    def _inflated(self, content: memoryview) -> memoryview:
        state = zlib.decompressobj()
        data = state.decompress(content, self._bytes_left)
        self._bytes_left -= len(data)
        if self._bytes_left <= 0:
            raise FormatError(_TOO_MUCH)
        return memoryview(data)

    def _elements(self, data: memoryview) -> Iterator[tuple[int, memoryview]]:
        """(type, content) of the elements one after another. Raises FormatError where one is cut off."""
        at = 0
        while at + 8 <= len(data):
            kind, size = struct.unpack_from(f"{self._end}II", data, at)
            self._elements_left -= 1
            if self._elements_left < 0:
                raise FormatError("The MATLAB file has over a million parts; save the motion alone.")
            start, length = at + 8, size
            if kind >> 16:  # of four bytes at most, which lie inside the tag
                kind, length, start = kind & 0xFFFF, kind >> 16, at + 4
                at += 8
            else:
                at = start + size + (-size % 8 if kind != _COMPRESSED else 0)
            if start + length > len(data):
                raise FormatError("The MATLAB file ends too early; save it or copy it again.")
            yield kind, data[start : start + length]

    def _matrix(self, data: memoryview, depth: int) -> tuple[str, Any]:
        """(name, value) of a variable, a cell or a field; None for what is left out."""
        if depth > _DEEPEST:
            raise FormatError("The MATLAB file is nested too deeply to be a motion.")
        if not len(data):
            return "", np.zeros((0, 0))
        parts = self._elements(data)
        (flags,) = struct.unpack_from(f"{self._end}I", next(parts)[1])
        if flags & 0xFF not in (_CELL, _STRUCT, _OBJECT, _CHAR, *_CLASSES):
            return "", None
        shape = tuple(int(size) for size in np.frombuffer(next(parts)[1], f"{self._end}i4"))
        check_shape(shape, 1)
        name = bytes(next(parts)[1]).decode("latin1")
        return name, self._value(flags, shape, parts, depth)

    def _value(
        self, flags: int, shape: tuple[int, ...], parts: Iterator[tuple[int, memoryview]], depth: int
    ) -> Any:
        kind = flags & 0xFF
        if kind == _CELL:
            return [self._child(parts, depth) for _ in range(math.prod(shape))]
        if kind in (_STRUCT, _OBJECT):
            if kind == _OBJECT:
                next(parts)
            return self._structures(math.prod(shape), parts, depth)
        if kind == _CHAR:
            return _text(*next(parts), shape, self._end)
        stored, content = next(parts)
        values = np.frombuffer(content, f"{self._end}{_STORED[stored]}")
        self._numbers_left -= values.size * np.dtype(_CLASSES[kind]).itemsize
        if self._numbers_left < 0:
            raise FormatError(_TOO_MUCH)
        array = values.reshape(shape, order="F").astype(_CLASSES[kind])
        return None if flags & _COMPLEX else array

    def _child(self, parts: Iterator[tuple[int, memoryview]], depth: int) -> Any:
        kind, content = next(parts)
        return self._matrix(content, depth + 1)[1] if kind == _MATRIX else None

    def _structures(self, count: int, parts: Iterator[tuple[int, memoryview]], depth: int) -> Any:
        (length,) = struct.unpack_from(f"{self._end}i", next(parts)[1])
        packed = bytes(next(parts)[1])
        if not 0 < length <= 256 or len(packed) > _MOST_FIELDS * length:
            raise FormatError("The fields of a structure of the MATLAB file are damaged; save it again.")
        starts = range(0, len(packed), length)
        names = [packed[at : at + length].split(b"\0")[0].decode("latin1") for at in starts]
        held = [{name: self._child(parts, depth) for name in names} for _ in range(count if names else 0)]
        return held[0] if len(held) == 1 else held


def _text(kind: int, content: memoryview, shape: tuple[int, ...], end: str) -> Any:
    """A text, or those of its rows without the blanks behind them."""
    coding = _TEXT[kind]
    coding += {"<": "-le", ">": "-be"}[end] if coding in ("utf-16", "utf-32") else ""
    letters = bytes(content).decode(coding, "replace")
    if len(shape) != 2 or shape[0] <= 1:
        return letters
    return [letters[row :: shape[0]].rstrip() for row in range(min(shape[0], len(letters)))]
