"""Where keypoints are lost only the network says how a body moves, from frame to frame: it moves calmly then,
and goes without a jump to where it is told again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from ...body.points import POINT_OFFSETS, POINT_WEIGHTS
from ...body.rotations import matrix_from_six_d, six_d_from_matrix
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from ...steps import Steps, in_chunks
from .whittaker import FEWEST_SMOOTHED, ORDER, whittaker

PERIOD = 0.1
"""Seconds over which a motion is calmed that nothing but the network tells, as sure as it usually is."""
USUAL_DEVIATION = 0.4
"""Radians by which the network is then unsure of a joint."""
FAINT = 0.6
"""Share of its best precision below which a point counts as lost, the less the more."""
HELD = 1e4
"""How much more what is told counts than what is not."""
BESIDE = 3
"""Periods of what is told, before and after what is not, that decide how it goes over."""
MATRICES = 4096
"""Rotations that are made at once."""
_TRUNK = ("pelvis", "spine1", "spine2", "spine3")
_TRUNK_ENDS = (*_TRUNK, "hip", "collar", "shoulder", "neck")


@dataclass(frozen=True)
class Told:
    """How well P canonical points, 24 joints and a body's place are told in each of T frames, compared with
    other frames, in 0..1; 1 for what is told in none. points (T, P), joints (T, 24), place (T,)."""

    points: np.ndarray
    joints: np.ndarray
    place: np.ndarray

    def rows(self, frames: slice) -> Told:
        """That of some of the frames, compared with all."""
        return Told(self.points[frames], self.joints[frames], self.place[frames])

    @property
    def lost(self) -> np.ndarray:
        """(T,) bool, frames in which any of it is not told."""
        return np.asarray((self.joints < 1.0).any(1) | (self.place < 1.0))


def told_by(precision: np.ndarray, indices: np.ndarray) -> Told:
    """precision (T, P): how well the canonical points `indices` (P,) are known, 0 where not at all."""
    points, known = points_told(precision), precision.max(0, initial=0.0) > 0.0
    joints = np.ones((len(points), JOINT_COUNT))
    for point in np.flatnonzero(known & (points < 1.0).any(0)):
        some = _moving(int(indices[point]))
        joints[:, some] = np.minimum(joints[:, some], points[:, point, None])
    return Told(points, joints, points[:, known].max(1, initial=0.0) if known.any() else np.ones(len(points)))


def points_told(precision: np.ndarray) -> np.ndarray:
    """(T, P) as in `Told`, by how well points are known (T, P)."""
    best = precision.max(0, initial=0.0)
    known = best > 0.0
    points = np.minimum(precision / (FAINT * np.where(known, best, 1.0)), 1.0)
    points[:, ~known] = 1.0
    return points


def calmed(
    rotations: np.ndarray, pelvis: np.ndarray, told: Told, deviation: np.ndarray, fps: float
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Rotations (T, 24, 3, 3) and pelvis (T, 3), calm where they are not told; the rest stays as it is.

    deviation (T, 24, 3) radians: how unsure the network is of each joint.
    """
    if len(pelvis) < FEWEST_SMOOTHED:
        return rotations, pelvis
    rows = np.flatnonzero(_near(told.lost, round(BESIDE * PERIOD * fps)))
    if len(rows) < FEWEST_SMOOTHED:
        return rotations, pelvis
    sure = USUAL_DEVIATION**2 / (deviation[rows] ** 2).sum(-1)
    weights = sure * (1.0 + HELD * told.joints[rows] ** 2)
    rotations, pelvis = rotations.copy(), pelvis.copy()
    lost = told.joints[rows] < 1.0
    joints = np.flatnonzero(lost.any(0) & ~lost.all(0))
    if len(joints):
        turns = np.swapaxes(six_d_from_matrix(rotations[rows][:, joints]), 1, 2)
        calm = np.swapaxes((yield from _calm(turns, weights[:, joints], fps)), 1, 2)
        there, joint = np.nonzero(lost[:, joints])
        turned = yield from in_chunks(
            lambda some: matrix_from_six_d(calm[there[some], joint[some]]), len(there), MATRICES
        )
        rotations[rows[there], joints[joint]] = turned
    away = told.place[rows] < 1.0
    if away.any() and not away.all():
        weights = sure[:, :1] * (1.0 + HELD * told.place[rows, None] ** 2)
        path = yield from _calm(pelvis[rows, :, None], weights, fps)
        pelvis[rows[away]] = path[away, :, 0]
    return rotations, pelvis


def _near(rows: np.ndarray, reach: int) -> np.ndarray:
    """(T,) bool, these rows (T,) bool and those within this many of them."""
    found: np.ndarray = np.convolve(rows, np.ones(2 * reach + 1)) > 0.5
    return found[reach : reach + len(rows)]


def reach_of_calm(fps: float) -> int:
    """How many frames around a frame its own depends on."""
    return round(10 * PERIOD * fps)


def _calm(values: np.ndarray, weights: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """Values (T, C, K) whose acceleration counts beside these weights (T, K)."""
    strengths = np.zeros((1, values.shape[-1], ORDER))
    strengths[..., 1] = (PERIOD * fps) ** 4
    return (yield from whittaker(values, weights, strengths))[:, :, 0]


@cache
def _moving(index: int) -> list[int]:
    """The joints that a canonical point tells of: those of its limb, or of the trunk."""
    place = int(POINT_WEIGHTS[index].argmax())
    found = []
    joint = place if POINT_OFFSETS[index, place].any() else PARENTS[place]
    while joint > 0 and JOINT_NAMES[joint] not in _TRUNK:
        found.append(joint)
        joint = PARENTS[joint]
    if any(name in JOINT_NAMES[place] for name in _TRUNK_ENDS):
        found += [JOINT_NAMES.index(name) for name in _TRUNK]
    return found
