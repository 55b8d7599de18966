"""What the network sees of each frame, all of it in the human-centric frame of the starting pose."""

from __future__ import annotations

from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from ..body.kinematics import forward
from ..body.points import POINT_NAMES, point_positions
from ..body.rotations import axis_angle_from_matrix, six_d_from_matrix
from ..body.skeleton import JOINT_COUNT, REST_OFFSETS
from .normalise import human_frame, to_human

POINT_COUNT = len(POINT_NAMES)
RESIDUAL_UNIT = 0.05
"""Metres that count as 1 in the features."""
FARTHEST = 10.0
PRECISION_UNIT = 0.02
_REST_LENGTHS = np.linalg.norm(REST_OFFSETS, axis=-1)[1:]

FEATURE_COUNT = 23 * 6 + JOINT_COUNT * 3 + POINT_COUNT * 4 + 23 + JOINT_COUNT * 3 + 1 + 6


def features(
    rotations: Any,
    pelvis: Any,
    bone_offsets: Any,
    positions: Any,
    precision: Any,
    initial: Any,
    has_initial: Any,
) -> Any:
    """Network inputs (..., T, FEATURE_COUNT).

    rotations (..., T, 24, 3, 3), pelvis (..., T, 3): the starting pose, 1/30 s between frames.
    bone_offsets (..., 24, 3): one skeleton per clip.
    positions (..., T, 71, 3) metres, precision (..., T, 71) in 1/m^2: all canonical points, precision 0 where
    nothing is known. initial (..., T, 24, 3, 3): an estimator's or an earlier pose, where has_initial
    (..., T) is 1
    and not 0.
    """
    xp = array_namespace(rotations)
    bones = bone_offsets[..., None, :, :]
    joints, world = forward(rotations, pelvis, bones)
    axes, origin = human_frame(joints)
    points = point_positions(joints, world, bones)
    known = precision > 0
    residual = xp.where(known[..., None], positions - points, xp.zeros_like(points)) @ axes / RESIDUAL_UNIT
    residual = xp.clip(residual, -FARTHEST, FARTHEST)
    sharpness = xp.log(1.0 + precision * PRECISION_UNIT**2)
    lengths = xp.sqrt(xp.sum(bone_offsets[..., 1:, :] ** 2, axis=-1))
    ratios = lengths / xp.asarray(_REST_LENGTHS, dtype=rotations.dtype, device=device(rotations))
    lead = rotations.shape[:-3]
    return xp.concat(
        [
            xp.reshape(six_d_from_matrix(rotations[..., 1:, :, :]), (*lead, 23 * 6)),
            xp.reshape(to_human(joints, axes, origin), (*lead, JOINT_COUNT * 3)),
            xp.reshape(residual, (*lead, POINT_COUNT * 3)),
            sharpness,
            xp.broadcast_to(((ratios - 1.0) * 5.0)[..., None, :], (*lead, 23)),
            _towards(rotations, initial, has_initial),
            _root_motion(axes, origin),
        ],
        axis=-1,
    )


def _towards(rotations: Any, initial: Any, has_initial: Any) -> Any:
    """(..., T, 73): the turn from each joint's starting rotation to the initial one, and whether there is
    one."""
    xp = array_namespace(rotations)
    turn = axis_angle_from_matrix(xp.matrix_transpose(rotations) @ initial)
    turn = xp.reshape(turn, (*rotations.shape[:-3], JOINT_COUNT * 3)) * has_initial[..., None]
    return xp.concat([turn, has_initial[..., None]], axis=-1)


def _root_motion(axes: Any, origin: Any) -> Any:
    """(..., T, 6): turn and move of the human frame since the frame before, zero at the first."""
    xp = array_namespace(axes)
    back = xp.matrix_transpose(axes[..., :-1, :, :])
    turn = axis_angle_from_matrix(back @ axes[..., 1:, :, :]) * 5.0
    move = (back @ (origin[..., 1:, :] - origin[..., :-1, :])[..., None])[..., 0] / RESIDUAL_UNIT
    steps = xp.concat([turn, xp.clip(move, -FARTHEST, FARTHEST)], axis=-1)
    return (
        xp.concat([xp.zeros_like(steps[..., :1, :]), steps], axis=-2) if steps.shape[-2] else _still(origin)
    )


def _still(origin: Any) -> Any:
    xp = array_namespace(origin)
    return xp.concat([xp.zeros_like(origin), xp.zeros_like(origin)], axis=-1)
