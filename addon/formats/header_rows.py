"""Headers of tables that take several rows: names of points above their axes, as pandas writes columns of two
levels and spreadsheets have them."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

AXES = ("x", "y", "z")
_BESIDE = ("score", "scores", "likelihood", "confidence", "conf", "visibility", "error", "c", "v")
_FEWEST, _LOOKED_AT = 18, 3
"""Cells with axes that make a row of them, and among how many rows it is looked for."""
_COUNTED = re.compile(r"\.\d+$")
_FIRST = "index"


def merged(lines: Sequence[str], separator: str) -> list[str]:
    """The lines with one header `name_axis` in the place of names and axes; the same lines without such."""
    above = list(csv.reader(lines[:_LOOKED_AT], delimiter=separator))
    place = next((at for at, row in enumerate(above) if at and _are_axes(row)), None)
    if place is None:
        return list(lines)
    names, name = [], ""
    for own, axis in zip(above[place - 1], above[place], strict=False):
        own, axis = _COUNTED.sub("", own.strip()), axis.strip()
        name = own or name
        names.append(f"{name}_{axis}" if _is_axis(axis) else own)
    # Before the points come the rows' own numbers, under no name or titles of the header's levels.
    title = above[place][0].strip()
    if not _is_axis(title) and (title or not names[0]):
        names[0] = _FIRST
    return [separator.join(names), *lines[place + 1 :]]


def _are_axes(row: Sequence[str]) -> bool:
    """Whether a row holds the axes of points and nothing else but what stands before these."""
    cells = [cell.strip().lower() for cell in row]
    held = [cell for cell in cells if cell in (*AXES, *_BESIDE)]
    others = [cell for cell in cells if cell and cell not in (*AXES, *_BESIDE)]
    counts = {held.count(axis) for axis in AXES}
    return len(held) >= _FEWEST and len(others) <= 1 and len(counts) == 1


def _is_axis(cell: str) -> bool:
    return cell.lower() in (*AXES, *_BESIDE)
