"""C3D: points by name, where they are joints; several subjects by their prefix.

Vicon's "Derrick:LKNE" are skin markers; joint centres are named LKJC, RHJC or like joints.
"""

from __future__ import annotations

import numpy as np

from ...safe_read import one_line
from ...safe_read.c3d import is_c3d, read_c3d
from ..container import Container
from ..draft import Draft, Reader, missing_frames
from ..marker_people import marker_people

_METRIC = ("m", "cm", "mm")


def recognises(container: Container) -> bool:
    """C3D's first two bytes."""
    return container.kind == "binary" and is_c3d(container.head)


def read(container: Container) -> Draft:
    """Every subject with enough joints. Raises FormatError."""
    file = read_c3d(container.data)
    people = marker_people(file.labels, file.positions, np.arange(len(file.positions)) + file.first_frame)
    unit = file.units.lower()
    fps = file.rate if file.rate > 0 else None
    return Draft(
        people, fps=fps, units=unit if unit in _METRIC else None, likely_up=("+z", "+y"), says=("units",),
        tool=one_line(file.software) or None, warnings=missing_frames(file.frames, len(file.positions)),
    )  # fmt: skip


READER = Reader(
    "C3D", "Vicon, Qualisys, OptiTrack", "joint centres by name", ".c3d", recognises, read, "real file"
)
