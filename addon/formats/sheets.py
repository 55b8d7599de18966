"""Tables as a header and rows of cells: CSV, and JSON as pandas writes it in each of its orients.

A cell may hold a whole place, as "0.1, 0.2, 0.3", "[0.1 0.2 0.3]", "(x, y, z)" or as a mapping of x, y and
z: it is parted into columns of their own. Source: pandas' documentation of DataFrame.to_json.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .container import Container
from .frame_names import frame_numbers
from .header_rows import merged

_MOST_REMARKS, _FEWEST_CELLS = 20, 4
_LOOKED_AT = 50
_AXES = ("x", "y", "z", "visibility")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan", re.IGNORECASE)
_APART = re.compile(r"[xyzv]['\"]?\s*[:=]|[\s,;()\[\]{}'\"]+|:(?=\s)")
_WORDS = re.compile(r"dtype=\w+|[a-z_][\w.]*(?=\()|visibility|presence|score|confidence", re.IGNORECASE)
_PLACE = range(3, 6)
"""How many numbers a place may have: visibility and presence may follow it."""
_SHORTEST, _LONGEST_NUMBER = 5, 10
_INDEX, _COLUMNS, _DATA = "index", "columns", "data"


@dataclass(frozen=True)
class Sheet:
    """header: names of the columns in lower case; rows: cells of each row below it, as text."""

    header: list[str]
    rows: list[list[str]]


def peek(container: Container) -> Sheet:
    """The header and the first rows, whose places are parted."""
    if container.kind == "json":
        return _parted(_of_json(container.json))
    header = _header(container)
    lines = lines_of(container)[1 : _LOOKED_AT + 1] if header else []
    return _parted(Sheet(header, list(csv.reader(lines, delimiter=separator_of(container)))))


def sheet_of(container: Container) -> Sheet:
    """The whole table; rows without any content are left out."""
    if container.kind == "json":
        return _parted(_of_json(container.json))
    rows = csv.reader(lines_of(container)[1:], delimiter=separator_of(container))
    return _parted(Sheet(_header(container), [row for row in rows if any(row)]))


def lines_of(container: Container) -> list[str]:
    """The lines from the one that names columns on; remarks may stand above it.

    DeepLabCut and Anipose's kin name a column in several lines: scorer, bodyparts, coords.
    """
    lines = container.lines
    start = [line.partition(",")[0].strip().lower() for line in lines[:_MOST_REMARKS]]
    if "bodyparts" in start and start.index("bodyparts") + 1 < len(start):
        at = start.index("bodyparts")
        parts, axes = (next(csv.reader([line]), []) for line in lines[at : at + 2])
        named = [f"{part}_{axis}" for part, axis in zip(parts[1:], axes[1:], strict=False)]
        if "individuals" in start[:at]:
            named = _of_individuals(next(csv.reader([lines[start.index("individuals")]]))[1:], named)
        return [",".join(["frame", *named]), *lines[at + 2 :]]
    start_at = len(remarks_of(container))
    lines = lines[start_at:] if start_at else lines
    return merged(lines, _separator(lines))


def remarks_of(container: Container) -> list[str]:
    """The lines above the one that names columns."""
    lines = container.lines[:_MOST_REMARKS]
    for number, line in enumerate(lines):
        if line.strip() and not (line.startswith("#") and max(map(line.count, ",;\t")) < _FEWEST_CELLS):
            return lines[:number]
    return []


def _of_individuals(who: Sequence[str], named: Sequence[str]) -> list[str]:
    """Columns of several animals, as DeepLabCut calls everybody, under the number of each one."""
    numbers = {name: place for place, name in enumerate(dict.fromkeys(who), start=1)}
    several = len(numbers) > 1 and len(who) == len(named)
    return (
        [f"person{numbers[one]}_{name}" for one, name in zip(who, named, strict=True)]
        if several
        else list(named)
    )


def separator_of(container: Container) -> str:
    """What parts the cells of the line that names columns."""
    return _separator(lines_of(container))


def _separator(lines: Sequence[str]) -> str:
    return max(",;\t", key=next(iter(lines), "").count)


def _header(container: Container) -> list[str]:
    start = container.head.decode("latin1").lstrip()
    if "," not in start and ";" not in start and "\t" not in start:
        return []
    cells = next(csv.reader(lines_of(container)[:1], delimiter=separator_of(container)), [])
    return [cell.strip().lower() for cell in cells]


def _of_json(tree: Any) -> Sheet:
    """A table out of JSON: rows of names, columns, or both apart; an empty one for anything else."""
    fields = tree if isinstance(tree, Mapping) else {}
    if isinstance(fields.get(_COLUMNS), list) and isinstance(fields.get(_DATA), list):
        rows = [row for row in fields[_DATA] if isinstance(row, list)]
        index = fields.get(_INDEX)
        names = index if isinstance(index, list) and len(index) == len(rows) else []
        return _texts([_name(column) for column in fields[_COLUMNS]], rows, names)
    listed = fields.get(_DATA) if "schema" in fields else tree
    if isinstance(listed, list):
        return _of_records([row for row in listed if isinstance(row, Mapping)])
    if frame_numbers(fields) is not None:
        rows_by_name = {name: row for name, row in fields.items() if isinstance(row, Mapping)}
        return _of_records(list(rows_by_name.values()), list(rows_by_name))
    return _of_columns(fields)


def _of_records(records: Sequence[Mapping[str, Any]], index: Sequence[Any] = ()) -> Sheet:
    names = list(dict.fromkeys(name for row in records for name in row))
    return _texts(names, [[row.get(name) for name in names] for row in records], index)


def _of_columns(fields: Mapping[str, Any]) -> Sheet:
    """Columns as lists, or as mappings from the rows' names; those of another length are none."""
    columns = {name: each for name, each in fields.items() if isinstance(each, (list, Mapping))}
    longest = max(map(len, columns.values()), default=0)
    columns = {name: each for name, each in columns.items() if len(each) == longest}
    index = next((list(each) for each in columns.values() if isinstance(each, Mapping)), [])
    cells = [list(each.values()) if isinstance(each, Mapping) else each for each in columns.values()]
    return _texts(list(columns), [list(row) for row in zip(*cells, strict=True)], index)


def _are_numbers(names: Iterable[Any]) -> bool:
    return all(str(name).isdecimal() and len(str(name)) < _LONGEST_NUMBER for name in names)


def _name(column: Any) -> str:
    """pandas lists the names of several levels."""
    return "_".join(map(str, column)) if isinstance(column, list) else str(column)


def _texts(names: Sequence[str], rows: Sequence[Sequence[Any]], index: Sequence[Any] = ()) -> Sheet:
    """index: the rows' own names, a column of their own where they are numbers of frames."""
    header = [str(name).strip().lower() for name in names]
    texts = [[_text(cell) for cell in row] for row in rows]
    if index and _INDEX not in header and _are_numbers(index):
        header = [_INDEX, *header]
        texts = [[str(number), *row] for number, row in zip(index, texts, strict=True)]
    return Sheet(header, texts)


def _text(cell: Any) -> str:
    if isinstance(cell, Mapping):
        cell = [cell.get(axis) for axis in _AXES if axis in cell]
    if isinstance(cell, list):
        return " ".join("nan" if one is None else str(one) for one in cell)
    return "" if cell is None else str(cell)


def _parted(sheet: Sheet) -> Sheet:
    """The sheet with columns for the numbers of each place that is held in one cell."""
    widths = [_width(sheet.rows, column) for column in range(len(sheet.header))]
    if not any(widths):
        return sheet
    header = [
        part
        for name, width in zip(sheet.header, widths, strict=True)
        for part in ([f"{name}_{axis}" for axis in _AXES[:width]] if width else [name])
    ]
    return Sheet(header, [_parted_row(row, widths) for row in sheet.rows])


def _parted_row(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells: list[str] = []
    for place, width in enumerate(widths):
        cell = row[place] if place < len(row) else ""
        found = _numbers(cell)[:width] if width else [cell]
        cells += found + [""] * (max(width, 1) - len(found))
    return cells


def _width(rows: Sequence[Sequence[str]], column: int) -> int:
    """How many numbers the column's first place has; 0 where it holds other things."""
    cells = (row[column] for row in rows if column < len(row))
    first = next((cell for cell in cells if len(cell.strip()) >= _SHORTEST), "")
    count = len(_numbers(first))
    return min(count, len(_AXES)) if count in _PLACE else 0


def _numbers(cell: str) -> list[str]:
    """The numbers of a cell that holds nothing else but what encloses and parts them; no date or time."""
    found = [part for part in _APART.split(_WORDS.sub("", cell)) if part]
    return found if all(map(_NUMBER.fullmatch, found)) else []
