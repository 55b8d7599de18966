"""Structs in Thrift's compact protocol, as mappings from field numbers to values; for Parquet's headers.

Format: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

import struct
from typing import Any

from .errors import FormatError

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_DEEPEST, _MOST_VALUES = 16, 200_000
_STRANGE = "The headers of the file are damaged or too large; export it or copy it again."


class CompactReader:
    """Reads one struct after the other from bytes; `place` is where the next one starts."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self._data = data
        self.place = place
        self._values = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Field number -> value, of which binary is bytes and structs are mappings. Raises FormatError."""
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) & 15 != _STOP:
            number = number + (head >> 4) if head >> 4 else self._integer()
            fields[number] = self._value(head & 15, depth, of_field=True)
        return fields

    def _value(self, kind: int, depth: int, *, of_field: bool = False) -> Any:
        self._values += 1
        if depth > _DEEPEST or self._values > _MOST_VALUES:
            raise FormatError(_STRANGE)
        if kind in (_TRUE, _FALSE):
            return (kind if of_field else self._byte()) == _TRUE
        if kind == _BYTE:
            return self._byte()
        if kind in _INTEGERS:
            return self._integer()
        if kind == _DOUBLE:
            return struct.unpack("<d", self._bytes(8))[0]
        if kind == _BINARY:
            return self._bytes(self._varint())
        if kind in (_LIST, _SET):
            return self._list(depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        raise FormatError(_STRANGE)

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 != 15 else self._varint()
        if count > len(self._data):
            raise FormatError(_STRANGE)
        return [self._value(head & 15, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        self.place += 1
        return self._data[self.place - 1]

    def _bytes(self, count: int) -> bytes:
        if count > len(self._data) - self.place:
            raise FormatError(_STRANGE)
        self.place += count
        return self._data[self.place - count : self.place]

    def _varint(self) -> int:
        value, shift = 0, 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
        raise FormatError(_STRANGE)

    def _integer(self) -> int:
        """A number with its sign in the last bit."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
