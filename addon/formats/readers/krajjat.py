"""krajjat's sequences, which are Kinect's bodies in JSON, or a table of joints below lines of metadata.

`{Poses: [{Bodies: [{Joints: [{JointType, Position {X, Y, Z}}]}], Timestamp}]}`, the first body of each pose;
or `Timestamp, Head_X, Head_Y, Head_Z …` in CSV and TSV. Source: krajjat 1.99 classes/sequence.py, pose.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npy import check_shape
from ..container import Container
from ..draft import Draft, Reader, is_real
from ..marker_people import marker_people
from ..number_rows import number_rows, points_of
from ..timing import timed

_METADATA_LINES = 100
_AXES = ("X", "Y", "Z")
_MOST_JOINTS = 1000


def recognises(container: Container) -> bool:
    """Poses that hold bodies; or columns of joints that start with Timestamp, below other lines."""
    if container.kind == "json":
        poses = container.fields.get("Poses")
        return isinstance(poses, list) and bool(poses) and bool(_joints(poses[0]))
    if container.kind != "text" or b"Timestamp" not in container.head:
        return False
    return (_header_line(container.lines) or 0) > 0


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    names, points, times = _from_json(container.json) if container.kind == "json" else _from_table(container)
    people = marker_people(names, points)
    return timed(Draft(people, units=None, likely_up=("+y", "+z"), floating=True), times)


def _joints(pose: Any) -> list[Any]:
    """The joints of a pose's first body, [] where it has none."""
    bodies = pose.get("Bodies") if isinstance(pose, Mapping) else None
    first = bodies[0] if isinstance(bodies, list) and bodies else None
    joints = first.get("Joints") if isinstance(first, Mapping) else None
    return [joint for joint in joints if isinstance(joint, Mapping)] if isinstance(joints, list) else []


def _from_json(tree: Mapping[str, Any]) -> tuple[list[str], np.ndarray, list[Any]]:
    poses = [pose for pose in tree["Poses"] if isinstance(pose, Mapping)]
    places = [
        {str(joint.get("JointType")): joint.get("Position") for joint in _joints(pose)} for pose in poses
    ]
    names = list(dict.fromkeys(name for each in places for name in each))
    if len(names) > _MOST_JOINTS:
        raise FormatError("The poses have more than a thousand kinds of joints; they are no person's.")
    check_shape((len(places), len(names), 3), 8)
    points, column = np.full((len(places), len(names), 3), np.nan), {name: k for k, name in enumerate(names)}
    for row, each in enumerate(places):
        for name, position in each.items():
            points[row, column[name]] = _place(position)
    return names, points, [_number(pose.get("Timestamp")) for pose in poses]


def _place(position: Any) -> list[float]:
    return [_number(position.get(axis)) if isinstance(position, Mapping) else np.nan for axis in _AXES]


def _number(value: Any) -> float:
    return float(value) if is_real(value) and value is not None else np.nan


def _header_line(lines: list[str]) -> int | None:
    """The number of the line that names the columns of joints, from 0."""
    for number, line in enumerate(lines[:_METADATA_LINES]):
        if line.lstrip("\ufeff").startswith("Timestamp") and "_X" in line:
            return number
    return None


def _from_table(container: Container) -> tuple[list[str], np.ndarray, np.ndarray]:
    at = _header_line(container.lines) or 0
    separator = max(",;\t", key=container.lines[at].count)
    cells = [cell.strip() for cell in container.lines[at].split(separator)]
    table = number_rows(container.lines[at + 1 :], separator, len(cells), at + 2)
    column = {cell: place for place, cell in enumerate(cells)}
    names = [cell.removesuffix("_X") for cell in column if cell.endswith("_X")]
    names = [name for name in names if all(f"{name}_{axis}" in column for axis in _AXES)]
    points = points_of(table, [[column[f"{name}_{axis}"] for axis in _AXES] for name in names])
    return names, points, table[:, 0]


READER = Reader("krajjat", "krajjat, Kinect", "joints by name", ".json .csv .tsv", recognises, read)
