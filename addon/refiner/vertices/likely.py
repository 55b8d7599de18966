"""What pose of a body model's own joints is likely: it decides where vertices tell little or shake."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.hands import FINGER_COUNT, MIRROR, RELAXED, SIDES
from ...body.rotations import axis_angle_from_matrix, log_gradient, matrix_from_axis_angle
from ..hands.anatomy import TURNS
from ..start.solver import Prior

_BODY = 22
"""SMPL's joints before the hands, which all models have."""
_STIFF = 5.0
"""Degrees by which a finger usually is from where it can be at all."""
_FACE = 8.0
"""Degrees by which jaw and eyes usually are off."""


@dataclass(frozen=True)
class Likely:
    """reference (J, 3, 3) local turns; precision (3 J, 3 J) in 1/rad^2 of what turns them further, each about
    the axes of the joint itself."""

    reference: np.ndarray
    precision: np.ndarray

    def pull(self, turns: np.ndarray) -> np.ndarray:
        """(T, 3 J) how strongly local turns (T, J, 3, 3) are pulled away from what is likely."""
        deviation = axis_angle_from_matrix(np.swapaxes(self.reference, -1, -2) @ turns)
        pull = (deviation.reshape(len(turns), -1) @ self.precision).reshape(deviation.shape)
        return np.asarray(log_gradient(deviation, pull).reshape(len(turns), -1))

    def about_the_world(self, world: np.ndarray) -> np.ndarray:
        """(T, 3 J, 3 J) the precision of turns about the axes of the world, for joints turned so
        (T, J, 3, 3)."""
        frames, joints = world.shape[:2]
        rows = world @ self.precision.reshape(joints, 3, 3 * joints)
        columns = np.swapaxes(rows.reshape(frames, 3 * joints, joints, 3), 1, 2) @ np.swapaxes(world, 2, 3)
        return np.asarray(np.swapaxes(columns, 1, 2).reshape(frames, 3 * joints, 3 * joints))


def likely_pose(joints: int, body: Prior) -> Likely:
    """For a model of so many joints of its own, from what is likely of SMPL's 24."""
    reference, precision = np.asarray(body.reference, float), np.asarray(body.precision, float)
    if joints == len(reference):
        return Likely(reference, precision)
    face = joints - _BODY - len(SIDES) * FINGER_COUNT
    whole = np.zeros((3 * joints, 3 * joints))
    whole[: 3 * _BODY, : 3 * _BODY] = precision[: 3 * _BODY, : 3 * _BODY]
    beside = [np.eye(3) / np.radians(_FACE) ** 2] * face
    beside += [block for mirror in (np.ones(3), MIRROR) for block in _fingers() * np.outer(mirror, mirror)]
    for joint, block in enumerate(beside, start=_BODY):
        whole[3 * joint : 3 * joint + 3, 3 * joint : 3 * joint + 3] = block
    fingers = matrix_from_axis_angle(RELAXED).reshape(-1, 3, 3)
    return Likely(np.concatenate([reference[:_BODY], np.tile(np.eye(3), (face, 1, 1)), fingers]), whole)


def _fingers() -> np.ndarray:
    """(15, 3, 3) precision of a left hand's joints: each is free about its own axes and hardly about
    others."""
    free = np.zeros((FINGER_COUNT, 3, 3))
    for turn in TURNS:
        free[turn.joint] += np.outer(turn.axis, turn.axis) * np.radians(turn.spread) ** 2
    return np.asarray(np.linalg.inv(free + np.eye(3) * np.radians(_STIFF) ** 2))
