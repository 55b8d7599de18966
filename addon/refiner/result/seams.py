"""Where a keypoint is lost or comes back its limb would jump to where the network thinks it is: it goes there
in a while instead."""

from __future__ import annotations

import numpy as np

from ...body.points import POINT_WEIGHTS
from ...body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ...body.skeleton import JOINT_NAMES, PARENTS
from ...steps import Steps

EASE = 0.2
"""Seconds in which a limb goes where it would have jumped."""
LEAST = float(np.radians(3.0))
"""Radians by which a step may differ from those beside it."""
_LIMBS = ("hip", "knee", "collar", "shoulder", "elbow")


def without_seams(
    rotations: np.ndarray, told: np.ndarray, indices: np.ndarray, fps: float
) -> Steps[np.ndarray]:
    """Rotations (T, 24, 3, 3) without the jumps of limbs whose points are told no longer, or again.

    told (T, P): whether anything is known of the canonical points `indices` (P,). Only frames in which a
    point is not told are changed.
    """
    found = rotations.copy()
    joints = [_moved_by(index) for index in indices]
    at, points = np.nonzero(told[1:] != told[:-1])
    done = set()
    for row, point in zip(at.tolist(), points.tolist(), strict=True):
        rows = _gap(told[:, point], row, max(round(EASE * fps), 1))
        if not 0 < row < len(told) - 2:
            continue
        for joint in joints[point]:
            if (row, joint) not in done:
                done.add((row, joint))
                _ease(found[:, joint], row, rows)
        yield None
    return found


def reach_of_seams(fps: float) -> int:
    """How many frames around a frame its own depends on."""
    return round(EASE * fps) + 2


def _moved_by(index: int) -> list[int]:
    """The joints of its limb that move a canonical point."""
    found, joint = [], PARENTS[int(POINT_WEIGHTS[index].argmax())]
    while joint > 0:
        if any(name in JOINT_NAMES[joint] for name in _LIMBS):
            found.append(joint)
        joint = PARENTS[joint]
    return found


def _gap(told: np.ndarray, row: int, most: int) -> np.ndarray:
    """Rows in which a point is not told (T,) beside a change after `row`, the nearest first and `most` of
    them at most."""
    after = row + 1 + np.arange(min(most, len(told) - row - 1))
    before = row - np.arange(min(most, row + 1))
    rows = after if told[row] else before
    return rows[np.cumprod(~told[rows]).astype(bool)]


def _ease(turns: np.ndarray, row: int, rows: np.ndarray) -> None:
    """Takes the jump of a joint (T, 3, 3) after `row` away from the gap's rows, less and less."""
    near = turns[row - 1 : row + 3]
    steps = axis_angle_from_matrix(np.swapaxes(near[:-1], -1, -2) @ near[1:])
    jump = steps[1] - (steps[0] + steps[2]) / 2.0
    size = float(np.linalg.norm(jump))
    if size <= LEAST:
        return
    left = 1.0 - np.arange(len(rows)) / len(rows)
    share = left**2 * (3.0 - 2.0 * left) * (1.0 - LEAST / size)
    back = -1.0 if rows[0] > row else 1.0
    turns[rows] = turns[rows] @ matrix_from_axis_angle(back * share[:, None] * jump)
