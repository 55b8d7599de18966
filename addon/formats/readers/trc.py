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
    table = _table(lines[labels_at + 2 :], separator)
    columns = [3 * place for place in range((len(names) + 2) // 3) if names[3 * place]]
    positions = _positions(table, columns)
    stated = scalar(header.get("datarate")) or 0.0
    warnings: list[str] = []
    said = header.get("numframes", "")
    warnings += missing_frames(int(said), len(table)) if said.isdigit() else []
    people = marker_people([names[column] for column in columns], positions, _frame_ids(table, warnings))
    draft = Draft(people, units=header.get("units"), likely_up=("+y", "+z"), warnings=warnings)
    draft = timed(draft, table[:, 1], "time (s)", stated if stated > 0 else None)
    return draft if draft.fps else replace(draft, warnings=[*warnings, "The file has no frame rate."])


def _header(lines: list[str], separator: str) -> dict[str, str]:
    at = _find(lines, "datarate")
    if at + 1 >= len(lines):
        raise FormatError("The TRC file ends inside its header; export it again.")
    keys = [cell.strip().lower() for cell in lines[at].split(separator)]
    cells = [cell.strip() for cell in lines[at + 1].split(separator)]
    return {key: cell for key, cell in zip(keys, cells, strict=False) if cell}


def _find(lines: list[str], word: str) -> int:
    for number, line in enumerate(lines[:12]):
        if line.strip().lower().startswith(word):
            return number
    raise FormatError(f"The TRC file has no line that starts with {word}; export it again.")


def _table(lines: list[str], separator: str) -> np.ndarray:
    """(T, columns) of all rows that start with a frame number; NaN where a cell is empty."""
    rows = [line.split(separator) for line in lines]
    rows = [row for row in rows if row and row[0].strip()]
    if not rows:
        raise FormatError("The TRC file has a header but no frames; export the recording again.")
    width = max(len(row) for row in rows)
    table = np.full((len(rows), width), np.nan)
    for number, row in enumerate(rows):
        try:
            table[number, : len(row)] = [float(cell) if cell.strip() else np.nan for cell in row]
        except ValueError as error:
            raise FormatError(
                f"Row {number + 1} of the TRC file is no row of numbers; export it again."
            ) from error
    return table


def _positions(table: np.ndarray, columns: list[int]) -> np.ndarray:
    """(T, K, 3); a marker at exactly zero is one that was not seen."""
    needed = 2 + max(columns, default=0) + 3
    if table.shape[1] < needed:
        table = np.pad(table, ((0, 0), (0, needed - table.shape[1])), constant_values=np.nan)
    positions = np.stack([table[:, 2 + column : 5 + column] for column in columns], axis=1)
    return np.where((positions == 0.0).all(-1, keepdims=True), np.nan, positions)


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
