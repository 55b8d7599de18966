"""Where a keypoint is lost or comes back its limb would jump to where the network thinks it is: it goes there
in a while instead."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...body.points import POINT_WEIGHTS
from ...body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ...body.skeleton import JOINT_NAMES, PARENTS
from ...steps import Steps

EASE = 0.2
"""Seconds in which a limb goes where it would have jumped."""
FAINT, FADE = 0.1, 0.1
"""Share of its usual precision below which a point that is about to be lost counts as lost, and for how many
seconds at most: a limb jumps there within a thirtieth of a second, whatever the rate."""
LEAST = float(np.radians(3.0))
"""Radians by which a step may differ from those beside it."""
_LIMBS = ("hip", "knee", "collar", "shoulder", "elbow")


def without_seams(
    rotations: np.ndarray, precision: np.ndarray, indices: np.ndarray, fps: float
) -> Steps[np.ndarray]:
    """Rotations (T, 24, 3, 3) without the jumps of limbs whose points are told no longer, or again.

    precision (T, P): how well the canonical points `indices` (P,) are known, 0 where not at all. Only frames
    in which a point is not told, or is about to be lost, are changed.
    """
    found = rotations.copy()
    told = precision > 0.0
    at, points = np.nonzero(told[1:] != told[:-1])
    done = set()
    for row, point in zip(at.tolist(), points.tolist(), strict=True):
        known, lost = _ends(precision[:, point], row, round(FADE * fps))
        rows = _gap(told[:, point], lost, 1 if lost > known else -1, max(round(EASE * fps), 1))
        for joint in _moved_by(int(indices[point])):
            if (lost, joint) not in done:
                done.add((lost, joint))
                _ease(found[:, joint], known, rows)
        yield None
    return found


def reach_of_seams(fps: float) -> int:
    """How many frames around a frame its own depends on."""
    return round((EASE + 2 * FADE) * fps) + 2


@cache
def _moved_by(index: int) -> list[int]:
    """The joints of its limb that move a canonical point."""
    found, joint = [], PARENTS[int(POINT_WEIGHTS[index].argmax())]
    while joint > 0:
        if any(name in JOINT_NAMES[joint] for name in _LIMBS):
            found.append(joint)
        joint = PARENTS[joint]
    return found


def _ends(precision: np.ndarray, row: int, most: int) -> tuple[int, int]:
    """Of a change after `row` of a point's precision (T,): the last frame in which it is well known, and the
    first one, going on from there, in which it is not known at all."""
    lost, step = (row + 1, -1) if precision[row] > 0 else (row, 1)
    known = lost + step
    beside = lost + step * np.arange(1, 2 * most + 2)
    faint = FAINT * precision[beside[(beside >= 0) & (beside < len(precision))]].max()
    while abs(known - lost) < most and 0 < known < len(precision) - 1 and precision[known] < faint:
        known += step
    return known, lost


def _gap(told: np.ndarray, lost: int, step: int, most: int) -> np.ndarray:
    """Rows in which a point is not told (T,) from `lost` on in steps of 1 or -1, `most` of them at most."""
    rows = lost + step * np.arange(most)
    rows = rows[(rows >= 0) & (rows < len(told))]
    return rows[np.cumprod(~told[rows]).astype(bool)]


def _ease(turns: np.ndarray, known: int, rows: np.ndarray) -> None:
    """Takes the jump of a joint (T, 3, 3) between a row and the gap's first one away from the gap's rows,
    less and less, and from those in between."""
    lost = int(rows[0])
    step, apart = (1, lost - known) if lost > known else (-1, known - lost)
    if not (0 <= known - step < len(turns) and 0 <= lost + step < len(turns)):
        return
    near = turns[[known - step, known, lost, lost + step]]
    steps = axis_angle_from_matrix(np.swapaxes(near[:-1], -1, -2) @ near[1:])
    jump = steps[1] - apart * (steps[0] + steps[2]) / 2.0
    size = float(np.linalg.norm(jump))
    if size <= LEAST:
        return
    left = 1.0 - np.arange(len(rows)) / len(rows)
    share = left**2 * (3.0 - 2.0 * left) * (1.0 - LEAST / size)
    turns[rows] = turns[rows] @ matrix_from_axis_angle(-share[:, None] * jump)
    way = axis_angle_from_matrix(turns[known].T @ turns[lost])
    between = np.arange(1, apart)
    turns[known + step * between] = turns[known] @ matrix_from_axis_angle(between[:, None] / apart * way)
