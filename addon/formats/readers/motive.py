"""OptiTrack Motive's CSV: bones of skeletons with places and orientations, or markers with places.

The first line pairs keys and values (`Format Version,1.23,…,Export Frame Rate,120,…`); rows over the columns
tell type, name (`Anna:LThigh`; the hips are `Anna:Hip` or `Anna:Anna`), ID and Rotation or Position; the last
one is `Frame,Time (Seconds),X,Y,Z …`. A bone's place is its upper joint, its orientation is against a T-pose.
Source: docs.optitrack.com "Data Export: CSV"; files in public repositories.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...body.rotations import matrix_from_quaternion
from ...recording import Person
from ...safe_read import FormatError, one_line
from ..container import Container
from ..draft import Draft, Reader
from ..marker_names import subject_of
from ..marker_people import marker_people
from ..number_rows import number_rows, points_of
from ..skeletons import person_in_world

_START = b"Format Version,"
_HEADER_LINES = 12
_SPINE = ("hip", "hips", "ab", "spine", "spine1", "spine2", "spine3", "spine4", "chest")
_QUATERNION = ("w", "x", "y", "z")
_ROTATIONS_UNUSED = "Not used: rotations, which are not quaternions in the world; export those to have poses."


@dataclass(frozen=True)
class _Table:
    """The numbers (T, columns), and of each name its kind and the columns by ("position", "x")."""

    values: np.ndarray
    kinds: dict[str, str]
    columns: dict[str, dict[tuple[str, str], int]]

    def of(self, name: str, part: str, axes: Sequence[str]) -> list[int]:
        """Columns of a name's axes, [] where one is missing."""
        held = self.columns[name]
        return [held[part, axis] for axis in axes] if all((part, axis) in held for axis in axes) else []


def recognises(container: Container) -> bool:
    """Motive's version of the format, and the names of its columns."""
    head = container.head
    return container.kind == "text" and head.startswith(_START) and b"Take Name" in head


def read(container: Container) -> Draft:
    """Every skeleton, or one person of markers that are joints. Raises FormatError."""
    first = next(csv.reader(container.lines[:1]))
    header = {key.strip().lower(): value.strip() for key, value in zip(first[::2], first[1::2], strict=False)}
    table = _table(container)
    numbers = _numbers(table.values[:, 0])
    bones = [name for name, kind in table.kinds.items() if kind == "bone"]
    whole = header.get("rotation type", "quaternion").lower().startswith("quat")
    warnings = []
    if bones:
        if header.get("coordinate space", "global").lower() != "global":
            raise FormatError(
                f"{container.name} holds bones against their parents; export Global from Motive."
            )
        found = [_skeleton(table, *held, numbers, turned=whole) for held in _subjects(bones).items()]
        people = [one for one, _ in found]
        warnings = [sentence for _, told in found for sentence in told]
        warnings += [] if whole else [_ROTATIONS_UNUSED]
    else:
        people = _markers(table, numbers)
    rate = header.get("export frame rate") or header.get("capture frame rate") or "0"
    return Draft(
        people, fps=float(rate) or None, units=header.get("length units"), likely_up=("+y", "+z"),
        warnings=warnings, says=("units",),
    )  # fmt: skip


def _subjects(bones: list[str]) -> dict[str, list[str]]:
    """Bones by skeleton; a bone that is called as a skeleton belongs to it."""
    subjects: dict[str, list[str]] = {subject_of(name): [] for name in bones}
    for name in bones:
        subjects[name if name in subjects else subject_of(name)].append(name)
    return {subject: names for subject, names in subjects.items() if names}


def _numbers(column: np.ndarray) -> np.ndarray:
    whole = np.isfinite(column).all() and (np.diff(column) > 0).all() and column[0] >= 0
    return column.astype(np.int64) if whole else np.arange(len(column))


def _table(container: Container) -> _Table:
    top = list(csv.reader(container.lines[:_HEADER_LINES]))
    at = next((n for n, row in enumerate(top) if row and row[0].strip().lower() == "frame"), None)
    if at is None:
        raise FormatError(f"{container.name} has no row of columns that starts with Frame; export it again.")
    width = len(top[at])
    rows = [[cell.strip() for cell in [*row, *[""] * width][:width]] for row in top[1:at] if any(row)]
    labelled = {row[1].lower(): row for row in rows if row[1]}
    types = labelled.get("type", rows[0] if rows else [])
    names = labelled.get("name", rows[1] if len(rows) > 1 else [])
    parts = next((row for row in rows if "position" in {cell.lower() for cell in row}), ["position"] * width)
    if not types or not names:
        raise FormatError(f"{container.name} does not name its columns; export it from Motive with a header.")
    kinds: dict[str, str] = {}
    columns: dict[str, dict[tuple[str, str], int]] = {}
    for column, cells in enumerate(zip(types, names, parts, top[at], strict=True)):
        kind, name, part, axis = (cell.strip().strip('"') for cell in cells)
        if name and column > 1:
            kinds.setdefault(name, kind.lower())
            columns.setdefault(name, {}).setdefault((part.lower(), axis.lower()), column)
    return _Table(number_rows(container.lines[at + 1 :], ",", width, at + 2), kinds, columns)


def _skeleton(
    table: _Table, subject: str, bones: list[str], numbers: np.ndarray, *, turned: bool
) -> tuple[Person, list[str]]:
    names = [name for name in bones if table.of(name, "position", "xyz")]
    # The first bone is called as the skeleton is, or Hip.
    centre = {*_SPINE, subject.lower()}
    spine = [place for place, name in enumerate(names) if name.rpartition(":")[2].lower() in centre]
    if not spine:
        raise FormatError(f"The skeleton {one_line(subject)} has no hips; export the whole skeleton.")
    positions = points_of(table.values, [table.of(name, "position", "xyz") for name in names])
    columns = [table.of(name, "rotation", _QUATERNION) for name in names]
    turns = None
    if turned and all(columns):
        turns = matrix_from_quaternion(np.stack([table.values[:, each] for each in columns], axis=1))
    one, told = person_in_world(names, spine, positions, turns, numbers)
    return replace(one, id=one_line(subject) or one.id), told


def _markers(table: _Table, numbers: np.ndarray) -> list[Person]:
    names = [name for name in table.kinds if table.of(name, "position", "xyz")]
    if not names:
        raise FormatError("The file holds no positions; export markers or bones with positions from Motive.")
    positions = points_of(table.values, [table.of(name, "position", "xyz") for name in names])
    return marker_people(names, positions, numbers)


READER = Reader(
    "Motive CSV", "OptiTrack Motive", "poses and joints of skeletons, or joints by name", ".csv", recognises,
    read, usual_fps=120.0,
)  # fmt: skip
