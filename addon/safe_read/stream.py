"""Bytes from a file or a compressed file, read piece by piece and never beyond a budget."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from .errors import FormatError

_CHUNK = 1 << 20
_MAX_LINE = 1 << 28  # a text pickle holds a whole array on one line: 150 MB in the SMPL 1.1 files
_LZMA_MEMORY = 128 << 20
_LEAST_BUDGET = 1 << 30
_MOST_RATIO = 30
_MOST_OPERATIONS = 20_000_000
_LEAST_OPERATIONS = 2_000_000
_OPERATIONS_PER_BYTE = 8


class ByteSource:
    """Reads exactly what is asked for. Raises FormatError at the end of the data or of the budget."""

    def __init__(
        self, stream: BinaryIO, budget: int, path: Path | None = None, stored: int | None = None
    ) -> None:
        """budget: most bytes to read; stored: bytes on the disk, where the stream unpacks them.

        operations: how many steps of a pickle may still be done, over all pickles in the stream.
        """
        stored = budget if stored is None else stored
        self.operations = min(_MOST_OPERATIONS, _LEAST_OPERATIONS + _OPERATIONS_PER_BYTE * stored)
        self._stream = stream
        self._left = budget
        self.path = path
        self.position = 0

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes; memory grows with what is really there, not with what is claimed."""
        if count <= _CHUNK:
            self._spend(count)
            data = self._stream.read(count)
            if len(data) != count:
                raise FormatError("The file ends too early; export it or copy it again.")
            return data
        if count > self._left:
            raise FormatError("The file claims more content than it can hold; export it again.")
        pieces = [self.read(_CHUNK) for _ in range(count // _CHUNK)]
        return b"".join([*pieces, self.read(count % _CHUNK)])

    def readline(self) -> bytes:
        """A line without its end."""
        line = self._stream.readline(_MAX_LINE)
        self._spend(len(line))
        if not line.endswith(b"\n"):
            raise FormatError("The file ends inside a line; export it or copy it again.")
        return line[:-1]

    def skip(self, count: int) -> None:
        """Passes over `count` bytes without keeping them."""
        while count > 0:
            count -= len(self.read(min(count, _CHUNK)))

    def _spend(self, count: int) -> None:
        self._left -= count
        self.position += count
        if self._left < 0:
            raise FormatError("The file unpacks to far more than a motion; it is not usable.")


class _Inflated(io.RawIOBase):
    """What a decompressor makes of a stream, at most a buffer at a time."""

    def __init__(self, raw: BinaryIO, inflate: Callable[[bytes, int], bytes]) -> None:
        self._raw = raw
        self._inflate = inflate

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inflate(b"", len(buffer))
            while not data:
                chunk = self._raw.read(1 << 16)
                if not chunk:
                    return 0
                data = self._inflate(chunk, len(buffer))
        except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError) as error:
            raise FormatError("The compressed data is damaged; export the file or copy it again.") from error
        buffer[: len(data)] = data
        return len(data)


def _zlib(window: int) -> Callable[[bytes, int], bytes]:
    state = zlib.decompressobj(window)

    def inflate(chunk: bytes, most: int) -> bytes:
        waiting = state.unconsumed_tail + chunk
        return b"" if state.eof or not waiting else state.decompress(waiting, most)

    return inflate


def _eager(state: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> Callable[[bytes, int], bytes]:
    def inflate(chunk: bytes, most: int) -> bytes:
        return b"" if state.eof or (not chunk and state.needs_input) else state.decompress(chunk, most)

    return inflate


def compression(head: bytes) -> str | None:
    """The compression that joblib used, by the first bytes; None for plain data."""
    if head[:1] == b"\x78" and len(head) > 1 and (head[0] * 256 + head[1]) % 31 == 0:
        return "zlib"
    marks = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ": "xz", b"\x5d\x00\x00": "lzma"}
    return next((name for mark, name in marks.items() if head.startswith(mark)), None)


def open_source(path: Path, kind: str | None) -> ByteSource:
    """The bytes of a file, unpacked when `kind` names a compression."""
    raw = path.open("rb")
    size = path.stat().st_size
    if kind is None:
        return ByteSource(raw, size, path)
    inflate = {
        "zlib": lambda: _zlib(zlib.MAX_WBITS),
        "gzip": lambda: _zlib(zlib.MAX_WBITS | 16),
        "bz2": lambda: _eager(bz2.BZ2Decompressor()),
        "xz": lambda: _eager(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)),
        "lzma": lambda: _eager(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)),
    }[kind]()
    unpacked = io.BufferedReader(_Inflated(raw, inflate), _CHUNK)
    return ByteSource(unpacked, max(_LEAST_BUDGET, _MOST_RATIO * size), stored=size)
