"""The bytes of an HDF5 file, and how much of it may be looked at."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from .errors import MAX_ARRAY_BYTES, FormatError

NOWHERE = 0xFFFFFFFFFFFFFFFF
CUT_OFF = "The HDF5 file ends too early; copy it again."
DAMAGED = "The HDF5 file is damaged; copy it again."
RARELY_KEPT = "The HDF5 file keeps its arrays in a rare way; save them as .npz."
_MOST_PARTS = 1_000_000


class Hdf5Bytes:
    """Addresses count from the superblock on. Raises FormatError, or struct.error behind the end."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self._parts_left, self._bytes_left = _MOST_PARTS, MAX_ARRAY_BYTES

    def numbers(self, form: str, at: int) -> tuple[Any, ...]:
        """Numbers in little-endian order, without gaps."""
        return struct.unpack_from(f"<{form}", self.data, at)

    def piece(self, at: int, size: int) -> memoryview:
        """So many bytes of the file. Raises FormatError where it ends before."""
        if at < 0 or size < 0 or at + size > len(self.data):
            raise FormatError(CUT_OFF)
        return self.data[at : at + size]

    def part(self) -> None:
        """To be called for whatever is looked at: damaged files lead round in circles. Raises
        FormatError after a million."""
        self._parts_left -= 1
        if self._parts_left < 0:
            raise FormatError("The HDF5 file has over a million parts; save the arrays as .npz.")

    def counted(self, count: int) -> Iterator[int]:
        """0 to count, each of which is a part."""
        for number in range(count):
            self.part()
            yield number

    def spend(self, size: int) -> None:
        """Memory that is taken beside the file's own bytes. Raises FormatError where it is too much."""
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise FormatError("The HDF5 file unpacks to far more than a motion; it is not usable.")

    def block(self, at: int, signature: bytes) -> int:
        """The address, which a block with this signature must lie at. Raises FormatError."""
        self.part()
        if bytes(self.piece(at, 4)) != signature:
            raise FormatError(DAMAGED)
        return at
