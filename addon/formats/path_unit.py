"""In which unit the way of poses is given that no keypoints stand beside: rotations have none.

In centimetres taken for metres somebody who strolls would be quicker than a racing car, and as steady. What a
camera's depth shakes by is as quick, but never steady.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..body.kinematics import forward
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS
from ..recording import Person
from .inference import UNIT_METRES

_FEET = [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("ankle", "foot")]
_FEWEST, _MOST = 24, 300
"""Frames that tell something, and that are looked at, one after the other."""
_FASTEST, _STEADY = 12.0, 0.5
"""Metres a second that nobody moves by half of the time, and as what share of a step its change is steady."""
_DRAGGED = 2.0
"""How many times as far as in millimetres the foot that stands best is dragged, if the way is in these."""


def path_unit(people: Sequence[Person], fps: float) -> str | None:
    """The unit of the way of people with poses alone, at fps frames a second, where they show that it is not
    metres."""
    units = {_unit(one, fps) for one in people}
    return units.pop() if len(units) == 1 else None


def _unit(one: Person, fps: float) -> str | None:
    if one.poses is None or one.keypoints is not None or one.frames < _FEWEST:
        return None
    first = max((one.frames - _MOST) // 2, 0)
    rows = slice(first, first + _MOST)
    near = np.diff(one.frame_ids[rows]) == 1
    way = np.diff(one.poses.pelvis[rows], axis=0)
    steps, change = np.linalg.norm(way, axis=-1), np.linalg.norm(np.diff(way, axis=0), axis=-1)
    if (
        near.sum() < _FEWEST
        or np.median(steps) * fps < _FASTEST
        or np.median(change) > _STEADY * np.median(steps)
    ):
        return None
    rotations = one.poses.rotations[rows]
    beside = forward(rotations, np.zeros((len(rotations), 3)), REST_OFFSETS)[0][:, _FEET]
    moves = np.diff(beside, axis=0)
    dragged = {
        unit: np.median(np.linalg.norm(metres * way[:, None] + moves, axis=-1).min(1)[near])
        for unit, metres in UNIT_METRES.items()
    }
    return "mm" if dragged["cm"] > _DRAGGED * dragged["mm"] else "cm"
