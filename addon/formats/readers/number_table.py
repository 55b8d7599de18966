"""Rows of numbers as text without a header, as np.savetxt and pandas write an array: a body in each.

The numbers are x, y and z of each point, perhaps with a confidence; one before them may count the frames.
"""

from __future__ import annotations

import re

import numpy as np

from ...safe_read import FormatError
from ..body_stacks import FEWEST
from ..container import Container
from ..draft import Draft, Reader
from ..number_rows import check_table
from .open_keypoints import draft_of_rows, is_body_row

_APART = re.compile(r"[\s,;]+")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan", re.IGNORECASE)


def recognises(container: Container) -> bool:
    """A text of numbers alone, whose rows make a body."""
    if container.kind != "text" or not _is_row(container.head.decode("latin1").lstrip().partition("\n")[0]):
        return False
    rows = _rows(container)
    return rows is not None and any(is_body_row(each, container.hints.layout) for each in _choices(rows))


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    rows = _rows(container)
    if rows is None:
        raise FormatError("The rows have different numbers of columns; export the table again.")
    layout = container.hints.layout
    return draft_of_rows(container, next(each for each in _choices(rows) if is_body_row(each, layout)))


def _is_row(line: str) -> bool:
    """Whether the line, which may be cut off behind, holds numbers enough for a body and nothing else."""
    cells = _cells(line)[:-1]
    return len(cells) >= 3 * FEWEST - 1 and all(map(_NUMBER.fullmatch, cells))


def _cells(line: str) -> list[str]:
    return [cell for cell in _APART.split(line.strip()) if cell]


def _rows(container: Container) -> np.ndarray | None:
    """(T, N), None where rows differ in length or hold anything but numbers."""
    cells = [_cells(line) for line in container.lines if line.strip()]
    width = len(cells[0])
    check_table(len(cells), width, container.size)
    if len(cells) > 1 and len(cells[-1]) < width:
        cells.pop()
    if any(len(row) != width or not all(map(_NUMBER.fullmatch, row)) for row in cells):
        return None
    return np.array(cells, dtype=float)


def _choices(rows: np.ndarray) -> list[np.ndarray]:
    """The rows, and the rows without the first column where that counts up."""
    counted = len(rows) > 1 and bool((np.diff(rows[:, 0]) > 0).all())
    return [rows, rows[:, 1:]] if counted else [rows]


READER = Reader("number table", "np.savetxt, pandas", "keypoints of one person", ".csv", recognises, read)
