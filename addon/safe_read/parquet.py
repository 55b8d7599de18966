"""Parquet tables as pandas writes them: flat columns of numbers and texts, plain or with a dictionary.

Format: https://parquet.apache.org/docs/file-format/ and apache/parquet-format parquet.thrift, Encodings.md.
Pages of the first version, uncompressed or in Snappy or gzip; anything else is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import MAX_ARRAY_BYTES, FormatError
from .npy import check_shape
from .snappy import decompress
from .thrift import CompactReader

MAGIC = b"PAR1"
_DATA, _DICTIONARY = 0, 2
_PLAIN, _PLAIN_DICTIONARY, _RLE_DICTIONARY = 0, 2, 8
_TYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<i4"),
    2: np.dtype("<i8"),
    4: np.dtype("<f4"),
    5: np.dtype("<f8"),
}
_TEXT = 6
_CODECS = ("none", "Snappy", "gzip")
_LONGEST_TEXT, _MOST_COLUMNS, _MOST_TEXTS = 200, 10_000, 1_000_000
_LONGEST_HEADER = 1 << 16
_FEW_ROWS, _ROWS_PER_BYTE = 100_000, 8
"""Runs of one value need no space, but a table of points has numbers that differ."""
_OTHER = "The Parquet table is written in a way that is not read here; save it as .csv and open that."
_DAMAGED = "The Parquet table is damaged or incomplete; export it or copy it again."


@dataclass(frozen=True)
class _Column:
    """What a column is made of, and where its parts lie."""

    kind: int
    optional: bool
    parts: list[dict[int, Any]]


def read_columns(data: bytes, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Columns (rows,) of these names as far as the table has them.

    They are numbers, NaN where empty, or objects that are texts, "" where empty.
    Raises FormatError; on damaged content also what `refusing` turns into one.
    """
    footer = _footer(data)
    rows = int(footer.get(3, 0))
    if not 0 <= rows <= _FEW_ROWS + _ROWS_PER_BYTE * len(data):
        raise FormatError(_DAMAGED)
    check_shape((rows, max(len(names), 1)), 8)
    columns = {name: column for name, column in _columns(footer).items() if name in names}
    return {name: _values(data, column, rows) for name, column in columns.items()}


def _footer(data: bytes) -> dict[int, Any]:
    size = int.from_bytes(data[-8:-4], "little")
    if len(data) < 12 or data[-4:] != MAGIC or size > len(data) - 12:
        raise FormatError(_DAMAGED)
    return CompactReader(data[len(data) - 8 - size : -8]).struct()


def _columns(footer: Mapping[int, Any]) -> dict[str, _Column]:
    """Name -> column of a table without nested ones."""
    schema, groups = footer[2][1:], footer[4]
    if len(schema) > _MOST_COLUMNS or any(5 in element for element in schema):
        raise FormatError(_OTHER)
    found = {}
    for place, element in enumerate(schema):
        parts = [group[1][place][3] for group in groups]
        found[element[4].decode("utf-8", "replace")] = _Column(element[1], element.get(3, 0) == 1, parts)
    return found


def _values(data: bytes, column: _Column, rows: int) -> np.ndarray:
    if sum(int(part[5]) for part in column.parts) != rows or any(part[5] < 0 for part in column.parts):
        raise FormatError(_DAMAGED)
    pieces = [piece for part in column.parts for piece in _part(data, column, part)]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _part(data: bytes, column: _Column, part: Mapping[int, Any]) -> Iterator[np.ndarray]:
    """The pages of a column in one group of rows."""
    place = part.get(11) or part[9]
    place, left, known = min(place, part[9]), int(part[5]), None
    while left > 0:
        reader = CompactReader(data[place : place + _LONGEST_HEADER])
        header = reader.struct()
        if not 0 <= header[2] <= MAX_ARRAY_BYTES or min(header[3], place) < 0:
            raise FormatError(_DAMAGED)
        place += reader.place
        page = _unpacked(data[place : place + header[3]], part[4], header[2])
        place += header[3]
        if header[1] == _DICTIONARY:
            known = _plain(page, column.kind, header[7][1])
        elif header[1] == _DATA:
            if not 0 < header[5][1] <= left:
                raise FormatError(_DAMAGED)
            yield _page(page, column, known, header[5])
            left -= header[5][1]
        else:
            raise FormatError(_OTHER)


def _unpacked(page: bytes, codec: int, size: int) -> bytes:
    if codec >= len(_CODECS):
        raise FormatError(_OTHER)
    if _CODECS[codec] == "Snappy":
        return decompress(page, size)
    if _CODECS[codec] == "gzip":
        page = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(page, size + 1)
    if len(page) != size:
        raise FormatError(_DAMAGED)
    return page


def _page(page: bytes, column: _Column, known: np.ndarray | None, header: Mapping[int, Any]) -> np.ndarray:
    """(N,) the values of a data page, with gaps where the column has none."""
    count, seen, place = int(header[1]), None, 0
    if column.optional:
        size = int.from_bytes(page[:4], "little")
        seen = _hybrid(page[4 : 4 + size], 1, count).astype(bool)
        place = 4 + size
    there = count if seen is None else int(seen.sum())
    if header[2] == _PLAIN:
        values = _plain(page[place:], column.kind, there)
    elif header[2] in (_PLAIN_DICTIONARY, _RLE_DICTIONARY) and known is not None:
        values = known[_hybrid(page[place + 1 :], page[place], there)] if there else known[:0]
    else:
        raise FormatError(_OTHER)
    return values if seen is None else _with_gaps(values, seen)


def _with_gaps(values: np.ndarray, seen: np.ndarray) -> np.ndarray:
    if seen.all():
        return values
    of_texts = values.dtype == object
    whole = np.full(len(seen), "" if of_texts else np.nan, object if of_texts else np.float64)
    whole[seen] = values
    return whole


def _plain(page: bytes, kind: int, count: int) -> np.ndarray:
    if kind == _TEXT:
        return _texts(page, count)
    if kind not in _TYPES:
        raise FormatError(_OTHER)
    return np.frombuffer(page, _TYPES[kind], count)


def _texts(page: bytes, count: int) -> np.ndarray:
    if not 0 <= count <= min(_MOST_TEXTS, len(page)):
        raise FormatError(_DAMAGED)
    texts, place = [], 0
    for _ in range(count):
        size = int.from_bytes(page[place : place + 4], "little")
        if size > _LONGEST_TEXT:
            raise FormatError(_OTHER)
        texts.append(page[place + 4 : place + 4 + size].decode("utf-8", "replace"))
        place += 4 + size
    return np.array(texts, dtype=object)


def _hybrid(page: bytes, width: int, count: int) -> np.ndarray:
    """(count,) whole numbers of `width` bits in runs of one value, or packed by eights."""
    if width > 32:
        raise FormatError(_DAMAGED)
    found, held, place = list[np.ndarray](), 0, 0
    while held < count:
        run: np.ndarray
        head, place = _varint(page, place)
        if head & 1:
            size = (head >> 1) * width
            bits = np.unpackbits(np.frombuffer(page[place : place + size], np.uint8), bitorder="little")
            rows = bits[: len(bits) // max(width, 1) * width].reshape(-1, max(width, 1))
            run = (
                rows.astype(np.int64) @ (1 << np.arange(width, dtype=np.int64)) if width else np.zeros(count)
            )
            place += size
        else:
            size = (width + 7) // 8
            run = np.full(min(head >> 1, count - held), int.from_bytes(page[place : place + size], "little"))
            place += size
        if not len(run):
            raise FormatError(_DAMAGED)
        found.append(run)
        held += len(run)
    return np.concatenate(found)[:count].astype(np.int64) if found else np.zeros(0, np.int64)


def _varint(page: bytes, place: int) -> tuple[int, int]:
    value = 0
    for number in range(5):
        value |= (page[place + number] & 0x7F) << (7 * number)
        if page[place + number] < 0x80:
            return value, place + number + 1
    raise FormatError(_DAMAGED)
