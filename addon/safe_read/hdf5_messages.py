"""What the headers of HDF5's objects say: shapes, types of numbers, filters, links."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

REFERENCE, TEXT, LONG_TEXT, RECORD = "reference", "text", "long text", "record"


@dataclass(frozen=True)
class Type:
    """dtype of the numbers as they are stored; kind: "" for numbers, else what their bytes are."""

    dtype: np.dtype
    kind: str = ""


def shape_of(content: memoryview) -> tuple[int, ...] | None:
    """() for a single value, None for none at all."""
    version, axes = content[0], content[1]
    if version == 2 and content[3] == 2:
        return None
    return tuple(struct.unpack_from(f"<{axes}Q", content, 4 if version == 2 else 8))


def limits_of(content: memoryview) -> tuple[int, ...]:
    """The most that each axis may grow to, all bits set where there is no limit."""
    version, axes, flags = content[0], content[1], content[2]
    at = 4 if version == 2 else 8
    return tuple(struct.unpack_from(f"<{axes}Q", content, at + 8 * axes if flags & 1 else at))


def type_of(content: memoryview) -> Type | None:
    """None for what is left out."""
    kind, flags, size = content[0] & 15, content[1], struct.unpack_from("<I", content, 4)[0]
    order = ">" if flags & 1 else "<"
    if kind == 0 and size in (1, 2, 4, 8):
        return Type(np.dtype(f"{order}{'i' if flags & 8 else 'u'}{size}"))
    if kind == 1 and size in (2, 4, 8):
        return Type(np.dtype(f"{order}f{size}"))
    if kind == 3 and 0 < size < 1 << 16:
        return Type(np.dtype(f"V{size}"), TEXT)
    if kind == 6:
        return Type(np.dtype("V1"), RECORD)
    if kind == 7 and size == 8:
        return Type(np.dtype("<u8"), REFERENCE)
    if kind == 8:
        return type_of(content[8:])
    return Type(np.dtype("V16"), LONG_TEXT) if kind == 9 and flags & 15 == 1 else None


def filters_of(content: memoryview) -> Iterator[tuple[int, int]]:
    """(kind, its first value) in the order in which they were applied."""
    version, count = content[0], content[1]
    at = 8 if version == 1 else 2
    for _ in range(count):
        (kind,) = struct.unpack_from("<H", content, at)
        named = version == 1 or kind >= 256
        length = struct.unpack_from("<H", content, at + 2)[0] if named else 0
        at += 4 if named else 2
        (values,) = struct.unpack_from("<H", content, at + 2)
        at += 4
        at += length + (-length % 8 if version == 1 else 0)
        first = struct.unpack_from("<I", content, at)[0] if values else 0
        at += 4 * values + (4 if version == 1 and values % 2 else 0)
        yield kind, first


def link_of(content: memoryview) -> dict[str, int]:
    """A hard link of a group without a table."""
    flags, at = content[1], 2
    kind = content[at] if flags & 8 else 0
    at += (1 if flags & 8 else 0) + (8 if flags & 4 else 0) + (1 if flags & 16 else 0)
    width = 1 << (flags & 3)
    length = int.from_bytes(content[at : at + width], "little")
    at += width
    name = bytes(content[at : at + length]).decode("utf-8", "replace")
    return {name: struct.unpack_from("<Q", content, at + length)[0]} if kind == 0 else {}
