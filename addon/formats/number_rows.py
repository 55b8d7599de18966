"""Rows of numbers out of text tables, into one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..safe_read import FormatError
from ..safe_read.npy import check_shape

_WIDEST = 1 << 16
_FEW_CELLS = 1 << 20
_CELLS_PER_CHARACTER = 8


def number_rows(lines: Sequence[str], separator: str, width: int, first: int = 1) -> np.ndarray:
    """(T, width) of the lines that are not empty, NaN where a cell is empty or missing.

    first: number of the first line in the file, for the sentence. Raises FormatError.
    """
    rows = [(number, line) for number, line in enumerate(lines, start=first) if line.strip(f" {separator}\r")]
    if not rows:
        raise FormatError("The table has a header but no rows; record or export it again.")
    if width > _WIDEST:
        raise FormatError(f"The table has {width} columns, more than any motion; export one person.")
    check_table(len(rows), width, sum(len(line) for _, line in rows))
    table = np.full((len(rows), width), np.nan)
    for place, (number, line) in enumerate(rows):
        # Where a comma parts no cells, it is the decimal sign of half the world.
        line = line if separator == "," else line.replace(",", ".")
        cells = line.rstrip("\r\n").split(separator)
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if len(cells) > width:
            raise FormatError(f"Line {number} has {len(cells)} cells, not {width}; export the table again.")
        try:
            table[place, : len(cells)] = [float(cell) if cell.strip() else np.nan for cell in cells]
        except ValueError as error:
            raise FormatError(f"Line {number} is no row of numbers; export the table again.") from error
    return table


def check_table(rows: int, width: int, characters: int) -> None:
    """Raises FormatError for a table far larger than its text, as a long header over short rows makes it."""
    check_shape((rows, width), 8)
    if rows * width > _FEW_CELLS + _CELLS_PER_CHARACTER * characters:
        raise FormatError("Most rows of the table are much shorter than its longest; export it again.")


def points_of(table: np.ndarray, columns: Sequence[Sequence[int]]) -> np.ndarray:
    """(T, K, 3) from columns x, y, z of each point; one at exactly zero is one that was not seen."""
    points = table[:, np.array(columns, dtype=np.int64).reshape(-1)].reshape(len(table), len(columns), 3)
    return np.where((points == 0.0).all(-1, keepdims=True), np.nan, points)
