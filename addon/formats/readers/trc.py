"""TRC marker files: Pose2Sim, OpenCap, OpenSim, Vicon; separated by tabs or commas.

Five header lines, often a blank sixth; then frame number, time and three columns per marker.
NumFrames in the header is not trusted. Source: perfanalytics/pose2sim triangulation.py;
OpenSim documentation "Marker (.trc) Files".
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, missing_frames, scalar
from ..marker_people import marker_people
from ..number_rows import check_table
from ..timing import timed


def recognises(container: Container) -> bool:
    """A text whose first lines hold TRC's header words."""
    start = container.head[:600]
    return container.kind == "text" and (start.startswith(b"PathFileType") or b"DataRate" in start)


def read(container: Container) -> Draft:
    """One person, or one for each subject's prefix in the marker names. Raises FormatError."""
    lines = container.lines
    separator = "," if lines and lines[0].count(",") > lines[0].count("\t") else "\t"
    header = _header(lines, separator)
    labels_at = _find(lines, "frame#")
    names = [cell.strip() for cell in lines[labels_at].split(separator)[2:]]
    columns, names = _columns(names)
    table, cut = _table(lines, labels_at + 2, separator, 2 + 3 * (max(columns, default=0) // 3 + 1))
    table = _in_order(table)
    positions = _positions(table, columns)
    stated = scalar(header.get("datarate")) or 0.0
    warnings: list[str] = []
    said = header.get("numframes", "")
    # Pose2Sim's filters leave the last frame out and keep the number.
    said = str(int(said) - 1) if said.isdecimal() and not cut and int(said) > 1 else said
    warnings += missing_frames(int(said), len(table)) if said.isdecimal() else []
    people = marker_people(names, positions, _frame_ids(table, warnings))
    draft = Draft(
        people, units=header.get("units"), likely_up=("+y", "+z"), warnings=warnings, says=("units",)
    )
    draft = timed(draft, table[:, 1], "time (s)", stated if stated > 0 else None)
    return draft if draft.fps else replace(draft, warnings=[*warnings, "The file has no frame rate."])


def _header(lines: list[str], separator: str) -> dict[str, str]:
    at = _find(lines, "datarate")
    if at + 1 >= len(lines):
        raise FormatError("The TRC file ends inside its header; export it again.")
    keys = [cell.strip().lower() for cell in lines[at].split(separator)]
    cells = [cell.strip() for cell in lines[at + 1].split(separator)]
    held = [[cell for cell in line if cell] for line in (keys, cells)]
    if len(held[0]) == len(held[1]):
        # OpenSim's own examples have two tabs between some of the cells.
        keys, cells = held
    return {key: cell for key, cell in zip(keys, cells, strict=False) if key and cell}


def _columns(cells: list[str]) -> tuple[list[int], list[str]]:
    """Where each marker's columns start behind frame and time, and its name: one cell in three has it."""
    places = [place for place, name in enumerate(cells) if name]
    if any(place % 3 for place in places):
        places = [3 * number for number in range(len(places))]
    return places, [name for name in cells if name]


def _find(lines: list[str], word: str) -> int:
    for number, line in enumerate(lines[:12]):
        if line.strip().lower().startswith(word):
            return number
    raise FormatError(f"The TRC file has no line that starts with {word}; export it again.")


def _table(lines: list[str], start: int, separator: str, width: int) -> tuple[np.ndarray, bool]:
    """(T, columns) of all rows that start with a frame number, NaN where a cell is empty; whether the last
    row was incomplete and left out. `width` cells have a name. Raises FormatError.
    """
    rows = [(number, line.split(separator)) for number, line in enumerate(lines[start:], start=start + 1)]
    rows = [(number, row) for number, row in rows if row and row[0].strip()]
    cut = len(rows) > 1 and len(rows[-1][1]) < min(width, len(rows[-2][1]))
    rows = rows[:-1] if cut else rows
    if not rows:
        raise FormatError("The TRC file has a header but no frames; export the recording again.")
    widest = max(len(row) for _, row in rows)
    check_table(len(rows), widest, sum(map(len, lines)))
    table = np.full((len(rows), widest), np.nan)
    for place, (number, row) in enumerate(rows):
        try:
            # A comma inside of a cell is the decimal sign of half the world.
            cells = [cell.replace(",", ".") for cell in row]
            table[place, : len(row)] = [float(cell) if cell.strip() else np.nan for cell in cells]
        except ValueError as error:
            raise FormatError(
                f"Line {number} of the TRC file is no row of numbers; export it again."
            ) from error
    _check_width(table, rows, width)
    return table, cut


def _check_width(table: np.ndarray, rows: list[tuple[int, list[str]]], width: int) -> None:
    """Raises FormatError for a row with cells beyond the markers' or with a part of a marker's: they are
    shifted. Cells that no row needs may be left out at the end.
    """
    beyond = np.isfinite(table[:, width:]).any(1)
    whole = None
    for place, (number, row) in enumerate(rows):
        short = width - len(row)
        part = short > 0 and short % 3 != 0 and bool(row[-1].strip())
        moved = short > 0 and whole is not None and _continues(table[whole], table[place], width, short)
        if part or moved or (beyond[place] and not beyond.all()):
            raise FormatError(
                f"Line {number} of the TRC file has {len(row)} cells instead of {width}, so its columns are"
                " shifted; export it again."
            )
        whole = place if short <= 0 else whole


def _continues(whole: np.ndarray, row: np.ndarray, width: int, short: int) -> bool:
    """Whether the last two markers of a short row continue those at the end of a whole one."""
    end = width - short
    tail = row[end - 6 : end]
    apart, here = np.abs(tail - whole[width - 6 : width]), np.abs(tail - whole[end - 6 : end])
    return bool(apart.sum() < here.sum())


def _positions(table: np.ndarray, columns: list[int]) -> np.ndarray:
    """(T, K, 3); a marker at exactly zero is one that was not seen."""
    needed = 2 + max(columns, default=0) + 3
    if table.shape[1] < needed:
        table = np.pad(table, ((0, 0), (0, needed - table.shape[1])), constant_values=np.nan)
    positions = np.stack([table[:, 2 + column : 5 + column] for column in columns], axis=1)
    return np.where((positions == 0.0).all(-1, keepdims=True), np.nan, positions)


def _in_order(table: np.ndarray) -> np.ndarray:
    """The rows by their frame numbers, where each has one of its own."""
    order = np.argsort(table[:, 0], kind="stable")
    return table[order] if (np.diff(table[order, 0]) > 0).all() else table


def _frame_ids(table: np.ndarray, warnings: list[str]) -> np.ndarray:
    numbers = table[:, 0]
    if np.isfinite(numbers).all() and (np.diff(numbers) > 0).all() and (numbers == np.round(numbers)).all():
        return numbers.astype(np.int64)
    warnings.append("The frame numbers do not increase, so frames were counted.")
    return np.arange(len(table))


READER = Reader(
    format="TRC",
    tool="Pose2Sim, OpenCap, OpenSim",
    holds="joint positions by name",
    files=".trc",
    recognises=recognises,
    read=read,
    checked="real file",
    usual_fps=60.0,
)
