"""Bytes from a file or a compressed file, read piece by piece and never beyond a budget."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from .errors import FormatError

_CHUNK = 1 << 20
_MAX_LINE = 1 << 28  # a text pickle holds a whole array on one line: 150 MB in the SMPL 1.1 files
_LZMA_MEMORY = 128 << 20
_LEAST_BUDGET = 1 << 30
_FAR = "The file unpacks to far more than a motion; it is not usable."
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
        self.path = path
        self._stream = stream
        self._left = budget
        self._buffer = b""
        self._at = 0

    def byte(self) -> int:
        """The next byte."""
        if self._at == len(self._buffer):
            self._refill()
        value = self._buffer[self._at]
        self._at += 1
        return value

    def read(self, count: int) -> bytes:
        """Exactly `count` bytes; memory grows with what is really there, not with what is claimed. Raises
        FormatError where there are fewer."""
        end = self._at + count
        if end <= len(self._buffer) and count >= 0:
            data = self._buffer[self._at : end]
            self._at = end
            return data
        if count > self._left + len(self._buffer) - self._at or count < 0:
            raise FormatError("The file claims more content than it can hold; export it again.")
        pieces = [self._buffer[self._at :]]
        missing = count - len(pieces[0])
        self._at = len(self._buffer)
        while missing > 0:
            self._refill()
            pieces.append(self._buffer[:missing])
            self._at = len(pieces[-1])
            missing -= self._at
        return b"".join(pieces)

    def readline(self) -> bytes:
        """A line without its end. Raises FormatError for one that never ends."""
        pieces, length = [], 0
        while length <= _MAX_LINE:
            if self._at == len(self._buffer):
                self._refill()
            end = self._buffer.find(b"\n", self._at)
            pieces.append(self._buffer[self._at : end if end >= 0 else len(self._buffer)])
            self._at = end + 1 if end >= 0 else len(self._buffer)
            if end >= 0:
                return b"".join(pieces)
            length += len(pieces[-1])
        raise FormatError("The file ends inside a line; export it or copy it again.")

    def skip(self, count: int) -> None:
        """Passes over `count` bytes without keeping them."""
        while count > 0:
            count -= len(self.read(min(count, _CHUNK)))

    def _refill(self) -> None:
        """The next chunk in place of a buffer that was used up."""
        self._buffer = self._stream.read(min(_CHUNK, self._left))
        self._at = 0
        self._left -= len(self._buffer)
        if not self._buffer:
            short = "The file ends too early; export it or copy it again."
            raise FormatError(_FAR if self._left == 0 and self._stream.read(1) else short)


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
    size = path.stat().st_size
    if kind is None:
        return ByteSource(path.open("rb"), size, path)
    return ByteSource(_inflated(path, kind), _budget(size), stored=size)


def unpacked(path: Path, kind: str, most: int | None = None) -> bytes:
    """What a file of this compression holds, or its first bytes. Raises FormatError where it is damaged or
    far more than a motion."""
    budget = _budget(path.stat().st_size)
    data = _inflated(path, kind).read(budget + 1 if most is None else most)
    if len(data) > budget:
        raise FormatError(_FAR)
    return data


def _budget(size: int) -> int:
    """The most bytes that so many packed ones may hold."""
    return max(_LEAST_BUDGET, _MOST_RATIO * size)


def _inflated(path: Path, kind: str) -> BinaryIO:
    inflate = {
        "zlib": lambda: _zlib(zlib.MAX_WBITS),
        "gzip": lambda: _zlib(zlib.MAX_WBITS | 16),
        "bz2": lambda: _eager(bz2.BZ2Decompressor()),
        "xz": lambda: _eager(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LZMA_MEMORY)),
        "lzma": lambda: _eager(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)),
    }[kind]()
    return cast(BinaryIO, io.BufferedReader(_Inflated(path.open("rb"), inflate), _CHUNK))
