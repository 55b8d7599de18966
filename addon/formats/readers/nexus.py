"""Vicon Nexus' ASCII: a CSV of sections, of which trajectories and model outputs in a length are read.

A section is its name, its rate, a row of names (`Anna:LKJC` over three columns), a row of axes that starts
with `Frame,Sub Frame`, a row of units, and the frames up to an empty line. Source: help.vicon.com "Nexus:
Export data to ASCII"; files in public repositories.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, scalar
from ..marker_people import marker_people
from ..number_rows import number_rows, points_of

_SECTIONS = ("trajectories", "model outputs", "joints", "segments")
_LENGTHS = ("mm", "cm", "m")


@dataclass(frozen=True)
class _Section:
    """Points (T, K, 3) of a section with their names, frame numbers (T,), rate and unit."""

    names: list[str]
    points: np.ndarray
    numbers: np.ndarray
    rate: float
    unit: str


def recognises(container: Container) -> bool:
    """A section's name alone in the first line, and the names of the first columns below it."""
    first = container.head.decode("latin1").partition("\n")[0]
    named = first.strip(" ,;\t\r").lower() in (*_SECTIONS, "devices")
    return container.kind == "text" and named and any("frame" in line.lower() for line in container.lines[:6])


def read(container: Container) -> Draft:
    """One person per subject. Raises FormatError."""
    sections = [section for section in _sections(container) if section is not None]
    if not sections:
        raise FormatError(f"{container.name} holds no trajectories; export those from Nexus too.")
    main = sections[0]
    beside = [one for one in sections if np.array_equal(one.numbers, main.numbers) and one.unit == main.unit]
    names = [name for section in beside for name in section.names]
    points = np.concatenate([section.points for section in beside], axis=1)
    return Draft(
        marker_people(names, points, main.numbers), fps=main.rate or None, units=main.unit,
        likely_up=("+z", "+y"), says=("units",),
    )  # fmt: skip


def _sections(container: Container) -> Iterator[_Section | None]:
    lines, place = container.lines, 0
    while place + 5 < len(lines):
        start, place = place, place + 1
        if lines[start].strip(" ,;\t\r\ufeff").lower() in _SECTIONS:
            place = start + 5
            while place < len(lines) and lines[place].strip(" ,;\t\r"):
                place += 1
            yield _section(lines[start:place], start + 1)


def _section(lines: Sequence[str], first: int) -> _Section | None:
    """None where nothing in it has a length's unit."""
    separator = max(",;\t", key=lines[3].count)
    rate = scalar(lines[1].strip(f" {separator}"))
    above, axes, units = ([cell.strip() for cell in line.split(separator)] for line in lines[2:5])
    columns = [
        range(column, column + 3)
        for column in range(2, len(axes) - 2)
        if "".join(axes[column : column + 3]).upper() in ("XYZ", "TXTYTZ")
        and column < min(len(above), len(units)) and above[column] and units[column].lower() in _LENGTHS
    ]  # fmt: skip
    if not columns or len(lines) < 6:
        return None
    table = number_rows(lines[5:], separator, len(axes), first + 5)
    names = [above[column[0]].strip('"') for column in columns]
    numbers = table[:, 0]
    if not (np.isfinite(numbers).all() and (np.diff(numbers) > 0).all() and numbers[0] >= 0):
        numbers = np.arange(len(table))
    unit = units[columns[0][0]].lower()
    return _Section(names, points_of(table, columns), numbers.astype(np.int64), rate or 0.0, unit)


READER = Reader(
    "Nexus CSV", "Vicon Nexus", "joint positions by name", ".csv", recognises, read, usual_fps=100.0
)
