"""Qualisys Track Manager's TSV: markers by name, a line of keys and values each above the numbers.

`NO_OF_FRAMES`, `FREQUENCY`, `MARKER_NAMES` …; then perhaps a line of column names, and three columns per
marker, perhaps after a frame number and a time. Millimetres; 0 or an empty cell is a marker that was not
seen. Source: docs.qualisys.com "TSV file formats"; files in public repositories.
"""

from __future__ import annotations

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, missing_frames, scalar
from ..marker_people import marker_people
from ..number_rows import number_rows, points_of

_KEYS = 40
_START = b"NO_OF_FRAMES\t"


def recognises(container: Container) -> bool:
    """The first key of the header."""
    return container.kind == "text" and container.head.startswith(_START)


def read(container: Container) -> Draft:
    """One person, or one for each subject's prefix in the names. Raises FormatError."""
    header, start = _header(container.lines)
    names = header.get("MARKER_NAMES", [])
    if not names:
        raise FormatError(f"{container.name} names no markers; export 3D data with a header from QTM.")
    rows = container.lines[start:]
    # A tab may end a line, and the last marker may be missing in some.
    before = max((line.rstrip().count("\t") + 1 for line in rows), default=0) - 3 * len(names)
    before = before if before in (1, 2) else 0
    table = number_rows(rows, "\t", before + 3 * len(names), start + 1)
    columns = [range(before + 3 * place, before + 3 * place + 3) for place in range(len(names))]
    numbers = table[:, 0].astype(np.int64) if before and _increase(table[:, 0]) else None
    said = header.get("NO_OF_FRAMES", [""])[0]
    return Draft(
        marker_people(names, points_of(table, columns), numbers),
        fps=scalar(next(iter(header.get("FREQUENCY", [])), None)) or None, units=None, likely_up=("+z", "+y"),
        warnings=missing_frames(int(said), len(table)) if said.isdecimal() else [],
    )  # fmt: skip


def _header(lines: list[str]) -> tuple[dict[str, list[str]], int]:
    """Keys to what stands behind them, and the line at which the numbers start."""
    header: dict[str, list[str]] = {}
    for number, line in enumerate(lines[:_KEYS]):
        key, *values = [cell.strip() for cell in line.split("\t")]
        if key and not key.replace("_", "").isalpha():
            return header, number
        if key.isupper():
            header[key] = [value for value in values if value]
    return header, min(len(lines), _KEYS)


def _increase(numbers: np.ndarray) -> bool:
    return bool(np.isfinite(numbers).all() and (np.diff(numbers) > 0).all() and numbers[0] >= 0)


READER = Reader(
    "Qualisys TSV", "Qualisys Track Manager", "joint positions by name", ".tsv", recognises, read,
    usual_fps=100.0,
)  # fmt: skip
