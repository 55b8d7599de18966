"""C3D: points by name, where they are joints; several subjects by their prefix.

Vicon's "Derrick:LKNE" are skin markers, from which joints are computed where they are a whole set; joint
centres are named LKJC, RHJC or like joints.
"""

from __future__ import annotations

import numpy as np

from ...safe_read import FormatError, one_line
from ...safe_read.c3d import C3d, is_c3d, read_c3d
from ..container import Container
from ..draft import Draft, Reader, missing_frames
from ..finish import unit_name
from ..marker_people import marker_people

_AXES = {f"{sign}{axis}" for sign in "+-" for axis in "xyz"}


def recognises(container: Container) -> bool:
    """C3D's first two bytes."""
    return container.kind == "binary" and is_c3d(container.head)


def read(container: Container) -> Draft:
    """Every subject with enough joints. Raises FormatError."""
    file = read_c3d(container.data)
    people = marker_people(file.labels, file.positions, np.arange(len(file.positions)) + file.first_frame)
    return Draft(
        people, fps=file.rate if file.rate > 0 else None, up=_up(file), units=_unit(file.units),
        likely_up=("+z", "+y"), says=("up", "units"), tool=one_line(file.software) or None,
        warnings=missing_frames(file.frames, len(file.positions)),
    )  # fmt: skip


def _unit(text: str) -> str | None:
    """POINT:UNITS where it is a unit of length."""
    try:
        return unit_name(text)
    except FormatError:
        return None


def _up(file: C3d) -> str | None:
    """The axis that POINT:Y_SCREEN says is up (C3D user guide, "Screen coordinates")."""
    values = file.groups.get("POINT", {}).get("Y_SCREEN", [])
    up = str(values[0]).strip().lower() if isinstance(values, list) and values else ""
    return up if up in _AXES else None


READER = Reader(
    "C3D", "Vicon, Qualisys, OptiTrack", "joint centres by name, or whole sets of skin markers", ".c3d",
    recognises, read, "real file",
)  # fmt: skip
