"""Snappy's raw format: copies and literals, with the size of the result in front.

Format: https://github.com/google/snappy/blob/main/format_description.txt
"""

from __future__ import annotations

from .errors import FormatError

_MOST_PER_BYTE = 64
_DAMAGED = "The compressed data is damaged; export the file or copy it again."


def decompress(data: bytes, size: int) -> bytes:
    """The `size` bytes that were compressed. Raises FormatError, or LookupError for data that was cut off."""
    said, place = _varint(data)
    if said != size or size > _MOST_PER_BYTE * len(data):
        raise FormatError(_DAMAGED)
    result = bytearray()
    while place < len(data):
        tag = data[place]
        kind, length = tag & 3, tag >> 2
        place += 1
        if kind == 0:
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[place : place + extra], "little")
                place += extra
            result += data[place : place + length + 1]
            place += length + 1
        else:
            if kind == 1:
                length, back = (length & 7) + 4, (tag >> 5) << 8 | data[place]
                place += 1
            else:
                width = 2 if kind == 2 else 4
                length, back = length + 1, int.from_bytes(data[place : place + width], "little")
                place += width
            _copy(result, back, length)
        if len(result) > size:
            raise FormatError(_DAMAGED)
    if len(result) != size:
        raise FormatError(_DAMAGED)
    return bytes(result)


def _copy(result: bytearray, back: int, length: int) -> None:
    """Append `length` bytes from `back` bytes before the end, which may overlap what is appended."""
    if not 0 < back <= len(result):
        raise FormatError(_DAMAGED)
    start = len(result) - back
    piece = bytes(result[start : start + length])
    result += (piece * (length // len(piece) + 1))[:length]


def _varint(data: bytes) -> tuple[int, int]:
    value = 0
    for place in range(5):
        value |= (data[place] & 0x7F) << (7 * place)
        if data[place] < 0x80:
            return value, place + 1
    raise FormatError(_DAMAGED)
