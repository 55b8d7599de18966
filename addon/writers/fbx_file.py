"""Binary FBX as a tree of elements, read and written again; for files that Blender has just written.

The format: https://code.blender.org/2013/08/fbx-binary-file-format-specification/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

_HEAD = 27
"""Bytes before the first element: the magic and the version."""
_FIXED = {"B": 1, "C": 1, "Y": 2, "I": 4, "F": 4, "D": 8, "L": 8}
_EMPTY_BLOCKS = (b"AnimationStack", b"AnimationLayer")
"""Elements that end in a block even if nothing is in it."""


@dataclass
class Element:
    """A named element: properties as (type, bytes as they are in the file), and elements below it."""

    name: bytes
    values: list[tuple[str, bytes]] = field(default_factory=list)
    below: list[Element] = field(default_factory=list)

    def find(self, name: bytes) -> Element:
        """The first element of this name right below. Raises ValueError."""
        for element in self.below:
            if element.name == name:
                return element
        raise ValueError(f"no element {name.decode()} in {self.name.decode() or 'the file'}")

    def every(self, name: bytes) -> Iterator[Element]:
        """All of this name right below."""
        return (element for element in self.below if element.name == name)

    def integer(self, place: int = 0) -> int:
        """A property that is a whole number."""
        kind, data = self.values[place]
        return int(struct.unpack({"L": "<q", "I": "<i", "Y": "<h"}[kind], data)[0])

    def text(self, place: int = 0) -> bytes:
        """A property that is a string."""
        return self.values[place][1][4:]


def whole(number: int) -> tuple[str, bytes]:
    """A property of 64 bits."""
    return "L", struct.pack("<q", number)


def string(text: bytes) -> tuple[str, bytes]:
    """A property of characters."""
    return "S", struct.pack("<I", len(text)) + text


def array(values: np.ndarray) -> tuple[str, bytes]:
    """A property of many numbers (N,): int64, int32, float32 or float64."""
    kind = {"int64": "l", "int32": "i", "float32": "f", "float64": "d"}[values.dtype.name]
    raw = values.astype(values.dtype.newbyteorder("<")).tobytes()
    packed = raw if len(raw) <= 128 else zlib.compress(raw, 1)
    return kind, struct.pack("<3I", values.size, packed is not raw, len(packed)) + packed


def numbers(value: tuple[str, bytes]) -> np.ndarray:
    """The numbers of a property that `array` would make."""
    kind, data = value
    _, packed, _ = struct.unpack_from("<3I", data)
    raw = zlib.decompress(data[12:]) if packed else data[12:]
    return np.frombuffer(raw, {"l": "<i8", "i": "<i4", "f": "<f4", "d": "<f8"}[kind])


def read_fbx(path: Path) -> tuple[bytes, Element, bytes]:
    """Head, tree and foot of a file of version 7.4. Raises ValueError for another version."""
    data = path.read_bytes()
    (version,) = struct.unpack_from("<I", data, _HEAD - 4)
    if version >= 7500:
        raise ValueError(f"FBX version {version} has other offsets")
    root, place = Element(b""), _HEAD
    while True:
        element, place = _read(data, place)
        if element is None:
            return data[:_HEAD], root, data[place:]
        root.below.append(element)


def _read(data: bytes, place: int) -> tuple[Element | None, int]:
    end, count, _, size = struct.unpack_from("<3IB", data, place)
    place += 13
    if end == 0:
        return None, place
    element = Element(data[place : place + size])
    place += size
    for _ in range(count):
        kind = chr(data[place])
        length = _length(kind, data, place + 1)
        element.values.append((kind, data[place + 1 : place + 1 + length]))
        place += 1 + length
    while place < end:
        child, place = _read(data, place)
        if child is not None:
            element.below.append(child)
    return element, end


def _length(kind: str, data: bytes, place: int) -> int:
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in "SR":
        return 4 + int(struct.unpack_from("<I", data, place)[0])
    return 12 + int(struct.unpack_from("<3I", data, place)[2])


def write_fbx(path: Path, head: bytes, root: Element, foot: bytes) -> None:
    """The file of a tree."""
    out = bytearray(head)
    for element in root.below:
        _write(out, element, last=False)
    out += bytes(13)
    path.write_bytes(out + _padded(foot, len(out)))


def _padded(foot: bytes, place: int) -> bytes:
    """The foot with as many zeros after its first 20 bytes as bring the file to a multiple of 16."""
    mark, tail = foot[:20], foot[20:].lstrip(b"\0")
    pad = 16 - (place + len(mark)) % 16
    return mark + bytes(pad) + tail


def _write(out: bytearray, element: Element, last: bool) -> None:
    start = len(out)
    out += bytes(13) + element.name
    length = 0
    for kind, data in element.values:
        out += kind.encode() + data
        length += 1 + len(data)
    for child in element.below:
        _write(out, child, child is element.below[-1])
    if element.below or (not element.values and not last) or element.name in _EMPTY_BLOCKS:
        out += bytes(13)
    struct.pack_into("<3IB", out, start, len(out), len(element.values), length, len(element.name))
