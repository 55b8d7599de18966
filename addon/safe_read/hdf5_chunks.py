"""Where the chunks of an HDF5 array lie, by the indices that newer files have (h5py's libver="latest").

Source: The HDF Group, "HDF5 File Format Specification Version 3.0": data layout message 4, and the formats
of its chunk indices (single, implicit, fixed array, extensible array). Trees of version 2, which arrays have
that grow along several axes, are left out.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .errors import FormatError
from .hdf5_bytes import DAMAGED, NOWHERE, RARELY_KEPT, Hdf5Bytes

_SINGLE, _IN_A_ROW, _FIXED, _GROWING = 1, 2, 3, 4
"""Kinds of indices: of one chunk, of chunks in a row, an array of them, one that grows along an axis."""
_TOLD = {_SINGLE: 0, _IN_A_ROW: 0, _FIXED: 1, _GROWING: 5}
"""Bytes that are told of an index before its address."""
_PACKED_ALONE = 2
"""The flag of a single chunk that is packed: twelve bytes are told of it."""
_PREFIX, _CHECKSUM = 14, 4
"""Bytes of a block before its content: signature, version, client, the header's address; and behind it."""


@dataclass(frozen=True)
class Chunk:
    """start: its first element. length: bytes in the file, None where they are not packed. skipped: a bit for
    each filter that was left out."""

    start: tuple[int, ...]
    address: int
    length: int | None = None
    skipped: int = 0


Place = tuple[int, int | None, int]
"""Address, length and skipped filters of a chunk."""


def chunks_of(
    file: Hdf5Bytes, content: memoryview, limits: Sequence[int]
) -> tuple[tuple[int, ...], Iterator[Chunk]]:
    """The size of a chunk, and all chunks, by a layout message behind its class.

    limits: the most that the array's axes may grow to. Raises FormatError.
    """
    flags, axes, width = content[0], content[1] - 1, content[2]
    end = 3 + width * (axes + 1)
    *chunk, item = (int.from_bytes(content[at : at + width], "little") for at in range(3, end, width))
    kind, told = content[end], content[end + 1 :]
    if kind not in _TOLD:
        raise FormatError(RARELY_KEPT)
    if axes != len(limits) or not math.prod(chunk) * item:
        raise FormatError(DAMAGED)
    alone = kind == _SINGLE and flags & _PACKED_ALONE
    (address,) = struct.unpack_from("<Q", told, 12 if alone else _TOLD[kind])
    if address == NOWHERE:
        return tuple(chunk), iter(())
    if kind == _SINGLE:
        length, skipped = struct.unpack_from("<QI", told) if alone else (None, 0)
        return tuple(chunk), iter([Chunk((0,) * axes, address, length, skipped)])
    grid = _Grid(tuple(chunk), limits)
    if kind == _IN_A_ROW:
        size = math.prod(chunk) * item
        there = file.counted(min(grid.count, len(file.data) // size))
        return grid.chunk, (Chunk(grid.start(n), address + size * n) for n in there)
    places = _fixed(file, address) if kind == _FIXED else _Growing(file, address).places()
    return grid.chunk, (Chunk(grid.start(n), *place) for n, place in places if place[0] != NOWHERE)


class _Grid:
    """Chunks are numbered row by row, along an axis without a limit last."""

    def __init__(self, chunk: tuple[int, ...], limits: Sequence[int]) -> None:
        self.chunk = chunk
        self._steps = [max(-(-limit // size), 1) for limit, size in zip(limits, chunk, strict=True)]
        self._fastest_first = sorted(range(len(chunk)), key=lambda axis: (limits[axis] == NOWHERE, -axis))
        self.count = math.prod(self._steps)

    def start(self, number: int) -> tuple[int, ...]:
        """The first element of a chunk."""
        first = [0] * len(self.chunk)
        for axis in self._fastest_first:
            number, place = divmod(number, self._steps[axis])
            first[axis] = place * self.chunk[axis]
        return tuple(first)


@dataclass(frozen=True)
class _Elements:
    """What the blocks of an index hold: addresses, of packed chunks their length and skipped filters, too.

    width: bytes of one. page: how many lie together where there are more, with a checksum behind them.
    """

    file: Hdf5Bytes
    packed: bool
    width: int
    page: int

    def at(self, at: int, count: int, first: int = 0) -> Iterator[tuple[int, Place]]:
        """(number, place) of so many elements; first: the number of the first."""
        for number in self.file.counted(count):
            element = self.file.piece(at + self.width * number, self.width)
            (address,) = struct.unpack_from("<Q", element)
            length = int.from_bytes(element[8:-4], "little") if self.packed else None
            skipped = int.from_bytes(element[-4:], "little") if self.packed else 0
            yield first + number, (address, length, skipped)

    def pages(self, count: int) -> int:
        """How many pages so many elements are in; 0 where they lie together."""
        return -(-count // self.page) if count > self.page else 0

    def in_pages(
        self, at: int, count: int, seen: memoryview, bit: int = 0, first: int = 0
    ) -> Iterator[tuple[int, Place]]:
        """The same where they may be in pages. seen: a bit for each that was written, the highest of a byte
        first; bit: that of the first page."""
        if not seen:
            yield from self.at(at, count, first)
            return
        at += _CHECKSUM
        for number, done in enumerate(range(0, count, self.page), bit):
            size = min(self.page, count - done)
            if seen[number // 8] & (0x80 >> number % 8):
                yield from self.at(at, size, first + done)
            at += size * self.width + _CHECKSUM


def _fixed(file: Hdf5Bytes, address: int) -> Iterator[tuple[int, Place]]:
    packed, width, bits, count, block = file.numbers("BBBQQ", file.block(address, b"FAHD") + 5)
    elements, at = _Elements(file, bool(packed), width, 1 << bits), file.block(block, b"FADB") + _PREFIX
    seen = file.piece(at, (elements.pages(count) + 7) // 8)
    yield from elements.in_pages(at + len(seen), count, seen)


class _Growing:
    """An array whose blocks get larger: the first elements are in the index itself, then come blocks whose
    addresses are in the index, then blocks whose addresses are in blocks of their own."""

    def __init__(self, file: Hdf5Bytes, address: int) -> None:
        self.file, at = file, file.block(address, b"EAHD")
        packed, width, bits, self.held, self.smallest, pointers, page = file.numbers("7B", at + 5)
        (self.last,) = file.numbers("Q", at + 44)
        (self.index,) = file.numbers("Q", at + 60)
        if not self.smallest or not pointers:
            raise FormatError(DAMAGED)
        self.elements = _Elements(file, bool(packed), width, 1 << page)
        self.direct = 2 * (pointers.bit_length() - 1)
        self.prefix = _PREFIX + (bits + 7) // 8

    def places(self) -> Iterator[tuple[int, Place]]:
        """(number, place) of all chunks."""
        at, number, level = self.file.block(self.index, b"EAIB") + _PREFIX, self.held, 0
        yield from self.elements.at(at, self.held)
        at += self.held * self.elements.width
        while number < self.last:
            blocks, size = 1 << level // 2, self.smallest << (level + 1) // 2
            if level < self.direct:
                yield from self._blocks(at, number, blocks, size, memoryview(b""))
            else:
                yield from self._second(at, number, blocks, size)
            at += 8 * (blocks if level < self.direct else 1)
            number, level = number + blocks * size, level + 1

    def _second(self, at: int, number: int, blocks: int, size: int) -> Iterator[tuple[int, Place]]:
        (address,) = self.file.numbers("Q", at)
        if address == NOWHERE:
            return
        start = self.file.block(address, b"EASB") + self.prefix
        seen = self.file.piece(start, blocks * ((self.elements.pages(size) + 7) // 8))
        yield from self._blocks(start + len(seen), number, blocks, size, seen)

    def _blocks(
        self, at: int, number: int, blocks: int, size: int, seen: memoryview
    ) -> Iterator[tuple[int, Place]]:
        """Of blocks of so many elements, whose addresses lie at `at`; number: of the first element."""
        pages = self.elements.pages(size)
        for block in self.file.counted(blocks):
            (address,) = self.file.numbers("Q", at + 8 * block)
            if address != NOWHERE:
                start = self.file.block(address, b"EADB") + self.prefix
                yield from self.elements.in_pages(start, size, seen, pages * block, number + block * size)
