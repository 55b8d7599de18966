"""HDF5 files as h5py, MATLAB (-v7.3) and PyTables write them: groups of arrays of numbers and texts.

Superblocks 0 to 3, groups by symbol table or in their header, arrays in one piece or in chunks that are
packed with deflate: by the tree of older files, or by the indices of newer ones (`hdf5_chunks`). Source: The
HDF Group, "HDF5 File Format Specification Version 3.0". Records of several fields, references to regions and
other filters are left out.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .errors import FormatError
from .hdf5_bytes import CUT_OFF, DAMAGED, NOWHERE, RARELY_KEPT, Hdf5Bytes
from .hdf5_chunks import Chunk, chunks_of
from .hdf5_messages import RECORD, REFERENCE, TEXT, Type, filters_of, limits_of, link_of, shape_of, type_of
from .lazy import LazyArray
from .npy import check_shape
from .variables import HDF5

_MOST_OBJECTS, _DEEPEST, _MOST_FILTERS = 50_000, 16, 8
_SPACE, _TYPE, _LINKS, _LINK, _LAYOUT, _FILTERS, _ATTRIBUTE, _MORE, _TABLE = 1, 3, 2, 6, 8, 11, 12, 16, 17
"""Kinds of messages in an object's header."""
_DEFLATE, _SHUFFLE, _CHECKSUM = 1, 2, 3
_RARELY_PACKED = "The HDF5 file is packed in a rare way; save the arrays as .npz."


@dataclass
class Entry:
    """An object of the file: a group with its links (name -> address), or an array.

    limits: the most that the axes may grow to. attributes: their names to a text or an array. content: what
    was read of an array.
    """

    links: dict[str, int] = field(default_factory=dict)
    shape: tuple[int, ...] | None = None
    limits: tuple[int, ...] = ()
    type: Type | None = None
    layout: tuple[int, memoryview] = (0, memoryview(b""))
    filters: list[tuple[int, int]] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    content: Any = None


class Hdf5(Hdf5Bytes):
    """The objects of a file. Raises FormatError, or what parsers of damaged content raise."""

    def __init__(self, data: bytes) -> None:
        base = next((at for at in (0, 512, 1024, 2048) if data[at : at + 8] == HDF5), None)
        if base is None:
            raise FormatError("The HDF5 file has no superblock; copy it again.")
        super().__init__(memoryview(data)[base:])
        self._objects_left = _MOST_OBJECTS
        version = self.data[8]
        sizes = self.data[13:15] if version < 2 else self.data[9:11]
        if version > 3 or bytes(sizes) != b"\x08\x08":
            raise FormatError("The HDF5 file is of a kind that is not read; save the arrays as .npz.")
        at = {0: 64, 1: 68}.get(version, 36)
        (self.root,) = self.numbers("Q", at)

    def entry(self, address: int) -> Entry:
        """The object whose header lies at an address. Raises FormatError."""
        self._objects_left -= 1
        if self._objects_left < 0:
            raise FormatError("The HDF5 file holds too many objects for a motion; save the arrays as .npz.")
        held = Entry()
        for kind, content in self._messages(address):
            self._take(held, kind, content)
        return held

    def array(self, held: Entry) -> Any:
        """The numbers of an array; addresses for references; a text or a list of texts."""
        if held.content is None:
            held.content = self._array(held)
        return held.content

    def _array(self, held: Entry) -> Any:
        kind = held.type
        if held.shape is None or kind is None or kind.kind == RECORD:
            return None
        check_shape(held.shape, kind.dtype.itemsize)
        stored = self._stored(held, math.prod(held.shape) * kind.dtype.itemsize)
        values = np.frombuffer(stored, kind.dtype, count=math.prod(held.shape)).reshape(held.shape)
        if kind.kind == REFERENCE or not kind.kind:
            return values
        texts = [self._text(value, kind.kind) for value in values.reshape(-1)[:_MOST_OBJECTS]]
        return texts if held.shape else texts[0]

    def _text(self, value: Any, kind: str) -> str:
        if kind == TEXT:
            return bytes(value).split(b"\0")[0].decode("utf-8", "replace")
        length, address, index = struct.unpack("<IQI", bytes(value))
        return self._long_text(address, index)[:length].decode("utf-8", "replace")

    def _long_text(self, address: int, index: int) -> bytes:
        """An object of the global heap."""
        if address in (0, NOWHERE):
            return b""
        at, number = address + 16, 1
        while number:
            self.part()
            number, size = self.numbers("HxxxxxxQ", at)
            if number == index:
                self.spend(size)
                return bytes(self.piece(at + 16, size))
            at += 16 + size + -size % 8
        raise FormatError(CUT_OFF)

    def _messages(self, address: int) -> Iterator[tuple[int, memoryview]]:
        """(kind, content) of all messages of a header."""
        if bytes(self.piece(address, 4)) == b"OHDR":
            yield from self._messages_of_new(address)
            return
        (size,) = self.numbers("I", address + 8)
        waiting = [(address + 16, size)]
        while waiting:
            at, left = waiting.pop(0)
            end = at + left
            self.part()
            while at + 8 <= end:
                self.part()
                kind, length = self.numbers("HH", at)
                content = self.piece(at + 8, length)
                at += 8 + length
                if kind == _MORE:
                    waiting.append(struct.unpack_from("<QQ", content))
                else:
                    yield kind, content

    def _messages_of_new(self, address: int) -> Iterator[tuple[int, memoryview]]:
        flags = self.data[address + 5]
        at = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 3)
        waiting = [(at + width, int.from_bytes(self.piece(at, width), "little"))]
        head = 6 if flags & 4 else 4
        while waiting:
            at, left = waiting.pop(0)
            end = at + left
            self.part()
            while at + head <= end:
                self.part()
                kind, length = self.numbers("BH", at)
                content = self.piece(at + head, length)
                at += head + length
                if kind == _MORE:
                    start, size = struct.unpack_from("<QQ", content)
                    waiting.append((start + 4, size - 8))
                else:
                    yield kind, content

    def _take(self, held: Entry, kind: int, content: memoryview) -> None:
        if kind == _SPACE:
            held.shape, held.limits = shape_of(content), limits_of(content)
        elif kind == _TYPE:
            held.type = type_of(content)
        elif kind == _LAYOUT:
            held.layout = (content[0], content[1:])
        elif kind == _FILTERS:
            held.filters = list(filters_of(content))
            if len(held.filters) > _MOST_FILTERS:
                raise FormatError(_RARELY_PACKED)
        elif kind == _TABLE:
            held.links |= dict(self._symbols(*struct.unpack_from("<QQ", content)))
        elif kind == _LINK:
            held.links |= link_of(content)
        elif kind == _LINKS:
            heap = struct.unpack_from("<Q", content, 2 + (8 if content[1] & 1 else 0))[0]
            if heap != NOWHERE:
                raise FormatError("The HDF5 file's groups are of the newest kind; save the arrays as .npz.")
        elif kind == _ATTRIBUTE:
            name, value = self._attribute(content)
            held.attributes[name] = value

    def _attribute(self, content: memoryview) -> tuple[str, Any]:
        version = content[0]
        lengths = struct.unpack_from("<HHH", content, 2)
        at = 9 if version == 3 else 8
        parts = []
        for length in lengths:
            parts.append(content[at : at + length])
            at += length + (-length % 8 if version == 1 else 0)
        name = bytes(parts[0]).split(b"\0")[0].decode("utf-8", "replace")
        kind, shape = type_of(parts[1]), shape_of(parts[2])
        if kind is None or shape is None or kind.kind not in ("", TEXT):
            return name, None
        check_shape(shape, kind.dtype.itemsize)
        values = np.frombuffer(content[at:], kind.dtype, count=math.prod(shape))
        return name, self._text(values[0], TEXT) if kind.kind and len(values) else values

    def _symbols(self, tree: int, heap: int) -> Iterator[tuple[str, int]]:
        """(name, address) of a group's links."""
        (names,) = self.numbers("Q", heap + 24)
        for node in self._leaves(tree, 0, 8):
            count = self.numbers("H", node + 6)[0]
            for place in range(count):
                self.part()
                offset, address = self.numbers("QQ", node + 8 + 40 * place)
                text = bytes(self.data[names + offset : names + offset + 256]).split(b"\0")[0]
                yield text.decode("utf-8", "replace"), address

    def _leaves(self, address: int, depth: int, key: int) -> Iterator[int]:
        for _, child in self._nodes(address, depth, key):
            yield child

    def _nodes(self, address: int, depth: int, key: int) -> Iterator[tuple[memoryview, int]]:
        """(key, address) of what the leaves of a tree of version 1 point to; key: bytes of one."""
        self.part()
        if depth > _DEEPEST or bytes(self.piece(address, 4)) != b"TREE":
            raise FormatError(DAMAGED)
        _, level, count = self.numbers("BBH", address + 4)
        at = address + 24
        for _ in range(count):
            self.part()
            own = self.piece(at, key)
            (child,) = self.numbers("Q", at + key)
            at += key + 8
            if level:
                yield from self._nodes(child, depth + 1, key)
            else:
                yield own, child

    def _stored(self, held: Entry, size: int) -> Any:
        """The bytes of an array."""
        version, content = held.layout
        if version not in (3, 4, 5) or content[0] > 2:
            raise FormatError(RARELY_KEPT)
        if content[0] == 0:
            (length,) = struct.unpack_from("<H", content, 1)
            return content[3 : 3 + length]
        if content[0] == 1:
            (address,) = struct.unpack_from("<Q", content, 1)
            if address != NOWHERE:
                return self.piece(address, size)
            self.spend(size)
            return bytes(size)
        chunk, chunks = (
            self._chunks(content[1:]) if version == 3 else chunks_of(self, content[1:], held.limits)
        )
        return self._joined(held, chunk, chunks)

    def _chunks(self, content: memoryview) -> tuple[tuple[int, ...], Iterator[Chunk]]:
        """The size of a chunk, and all of them, by a tree of version 1."""
        axes = content[0] - 1
        (tree,) = struct.unpack_from("<Q", content, 1)
        found = self._nodes(tree, 0, 16 + 8 * axes) if tree != NOWHERE else iter(())
        told = ((struct.unpack_from(f"<II{axes}Q", key), address) for key, address in found)
        chunks = (Chunk(key[2:], address, key[0], key[1]) for key, address in told)
        return struct.unpack_from(f"<{axes}I", content, 9), chunks

    def _joined(self, held: Entry, chunk: tuple[int, ...], chunks: Iterable[Chunk]) -> np.ndarray:
        assert held.shape is not None and held.type is not None
        if len(chunk) != len(held.shape) or not math.prod(chunk):
            raise FormatError(DAMAGED)
        check_shape(chunk, held.type.dtype.itemsize)
        size = math.prod(chunk) * held.type.dtype.itemsize
        whole = np.zeros(held.shape, held.type.dtype)
        left = math.prod(-(-n // c) for n, c in zip(held.shape, chunk, strict=True))
        for one in chunks:
            spans = [slice(a, min(a + c, n)) for a, c, n in zip(one.start, chunk, held.shape, strict=True)]
            if any(span.start >= span.stop for span in spans):
                continue
            left -= 1
            if left < 0:
                raise FormatError(DAMAGED)
            packed = self.piece(one.address, size if one.length is None else one.length)
            self.spend(size)
            data = packed if one.length is None else self._unpacked(packed, held, one.skipped, size)
            block = np.frombuffer(data, held.type.dtype, count=math.prod(chunk)).reshape(chunk)
            whole[tuple(spans)] = block[tuple(slice(0, span.stop - span.start) for span in spans)]
        return whole

    def _unpacked(self, data: Any, held: Entry, skipped: int, size: int) -> Any:
        assert held.type is not None
        for place, (kind, width) in reversed(list(enumerate(held.filters))):
            if skipped & (1 << place):
                continue
            if kind == _DEFLATE:
                data = zlib.decompressobj().decompress(data, size + 8)
            elif kind == _SHUFFLE:
                width = width or held.type.dtype.itemsize
                data = np.frombuffer(data, "u1").reshape(width, -1).T.tobytes()
            elif kind == _CHECKSUM:
                data = data[:-4]
            else:
                raise FormatError(_RARELY_PACKED)
        return data


def read_hdf5(data: bytes) -> dict[str, Any]:
    """Names to arrays, texts and the mappings of groups; arrays are read when they are asked for.
    Raises FormatError."""
    file = Hdf5(data)
    records: list[str] = []
    found = _group(file, file.entry(file.root), 0, records)
    if records and not found:
        raise FormatError(
            "The HDF5 file holds tables as pandas and DeepLabCut write them; open the same as .csv."
        )
    return found


def _group(file: Hdf5, held: Entry, depth: int, records: list[str]) -> dict[str, Any]:
    """records: gets the names of tables of several fields."""
    if depth > _DEEPEST:
        raise FormatError("The HDF5 file is nested too deeply to be a motion.")
    found: dict[str, Any] = {}
    for name, address in held.links.items():
        inner = file.entry(address)
        if inner.shape is None and inner.links:
            own = _group(file, inner, depth + 1, records)
            found |= {name: own} if own else {}
        elif inner.type is not None and inner.type.kind == RECORD:
            records.append(name)
        elif inner.shape is not None and inner.type is not None and inner.type.kind != REFERENCE:
            found[name] = _loaded(file, inner, inner.shape)
    return found


def _loaded(file: Hdf5, held: Entry, shape: tuple[int, ...]) -> Any:
    """An array that is read when it is asked for, or a text."""
    return file.array(held) if held.type and held.type.kind else LazyArray(shape, lambda: file.array(held))
