"""What the network sees of each frame, all of it in the human-centric frame of the starting pose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...body.arrays import array_namespace, device
from ...body.kinematics import forward
from ...body.points import POINT_NAMES, point_positions
from ...body.rotations import axis_angle_from_matrix, six_d_from_matrix
from ...body.skeleton import JOINT_COUNT, REST_OFFSETS
from ...steps import Stepped, Steps
from .normalise import human_frame, to_human
from .proposals import PROPOSALS, proposals

POINT_COUNT = len(POINT_NAMES)
RESIDUAL_UNIT = 0.05
"""Metres that count as 1 in the features."""
DETAIL_UNIT = 0.01
FARTHEST = 10.0
PRECISION_UNIT = 0.02
TURN_UNIT = 0.1
"""Radians that count as 1."""
_REST_LENGTHS = np.linalg.norm(REST_OFFSETS, axis=-1)[1:]

SHAKE_UNIT = 0.01
"""Radians per axis that count as much shaking."""

FEATURE_COUNT = 23 * 6 + JOINT_COUNT * 3 * (2 + PROPOSALS) + POINT_COUNT * 7 + 23 + 1 + 6 + JOINT_COUNT


@dataclass(frozen=True)
class Seen:
    """What the refiner knows of T frames, 1/30 s apart, before the network; any array library.

    rotations (..., T, 24, 3, 3), pelvis (..., T, 3): the starting pose. bone_offsets (..., 24, 3): one
    skeleton per clip. positions (..., T, 71, 3) metres, detail (..., T, 71, 3) metres, precision (..., T, 71)
    in 1/m^2: all canonical points, precision 0 where nothing is known. information (..., T, 24, 3) in
    1/rad^2.
    initial (..., T, 24, 3, 3): an estimator's or an earlier pose, where has_initial (..., T) is 1 and not 0.
    constant (..., 24, 3) radians: `proposals.constant_turn` over the whole clip. shake (..., 24) radians: how
    much the initial poses shook before they were steadied. posed: joints and global rotations of the starting
    pose, as `kinematics.forward` has them, where they are known already.
    """

    rotations: Any
    pelvis: Any
    bone_offsets: Any
    positions: Any
    detail: Any
    precision: Any
    information: Any
    initial: Any
    has_initial: Any
    constant: Any
    shake: Any
    posed: tuple[Any, Any] | None = None


@dataclass(frozen=True)
class Inputs:
    """features (..., T, FEATURE_COUNT) of the network, and the turns (..., T, PROPOSALS, 24, 3) it weighs."""

    features: Any
    proposals: Any


@Stepped
def network_inputs(seen: Seen, human_centric: bool = True) -> Steps[Inputs]:
    """Everything the network gets. human_centric=False leaves out the normalisation, to measure its worth."""
    xp = array_namespace(seen.rotations)
    rotations, lead = seen.rotations, seen.rotations.shape[:-3]
    bones = seen.bone_offsets[..., None, :, :]
    joints, world = forward(rotations, seen.pelvis, bones) if seen.posed is None else seen.posed
    axes, origin = human_frame(joints)
    if not human_centric:
        axes = xp.broadcast_to(xp.eye(3, dtype=axes.dtype, device=device(axes)), axes.shape)
    told = _told(seen.precision)
    points = point_positions(joints, world, bones, told)
    known = (seen.precision[..., told] > 0)[..., None]
    nothing = xp.zeros_like(points)
    yield None
    residual = xp.where(known, seen.positions[..., told, :] - points, nothing) @ axes / RESIDUAL_UNIT
    detail = xp.where(known, seen.detail[..., told, :], nothing) @ axes / DETAIL_UNIT
    yield None
    lengths = xp.sqrt(xp.sum(seen.bone_offsets[..., 1:, :] ** 2, axis=-1))
    ratios = lengths / xp.asarray(_REST_LENGTHS, dtype=rotations.dtype, device=device(rotations))
    turns = yield from proposals.steps(
        rotations, seen.information, seen.initial, seen.has_initial, seen.constant
    )
    yield None
    shake = xp.log(1.0 + (seen.shake / SHAKE_UNIT) ** 2)[..., None, :] * seen.has_initial[..., None]
    found = xp.concat(
        [
            xp.reshape(six_d_from_matrix(rotations[..., 1:, :, :]), (*lead, 23 * 6)),
            xp.reshape(to_human(joints, axes, origin), (*lead, JOINT_COUNT * 3)),
            _of_every(xp.clip(residual, -FARTHEST, FARTHEST), told),
            _of_every(xp.clip(detail, -FARTHEST, FARTHEST), told),
            xp.log(1.0 + seen.precision * PRECISION_UNIT**2),
            xp.reshape(xp.log(1.0 + seen.information * TURN_UNIT**2), (*lead, JOINT_COUNT * 3)),
            xp.broadcast_to(((ratios - 1.0) * 5.0)[..., None, :], (*lead, 23)),
            xp.reshape(turns[..., :-1, :, :] / TURN_UNIT, (*lead, (PROPOSALS - 1) * JOINT_COUNT * 3)),
            seen.has_initial[..., None],
            _root_motion(axes, origin),
            # Later ideas stand last, so that training can go on from weights that did not know them.
            xp.reshape(turns[..., -1, :, :] / TURN_UNIT, (*lead, JOINT_COUNT * 3)),
            shake,
        ],
        axis=-1,
    )
    yield None
    return Inputs(found, turns)


def _told(precision: Any) -> list[int]:
    """The points of which anything is known; all but in NumPy, which spares itself the others."""
    if not isinstance(precision, np.ndarray):
        return list(range(POINT_COUNT))
    told: list[int] = np.flatnonzero(precision.reshape(-1, POINT_COUNT).any(0)).tolist()
    return told


def _of_every(values: Any, told: list[int]) -> Any:
    """(..., 71 * 3): values (..., N, 3) of some points, zero for all others."""
    xp, lead = array_namespace(values), values.shape[:-2]
    if len(told) < POINT_COUNT:
        some, values = values, xp.zeros((*lead, POINT_COUNT, 3), dtype=values.dtype)
        values[..., told, :] = some
    return xp.reshape(values, (*lead, POINT_COUNT * 3))


def _root_motion(axes: Any, origin: Any) -> Any:
    """(..., T, 6): turn and move of the human frame since the frame before, zero at the first."""
    xp = array_namespace(axes)
    if axes.shape[-3] == 1:
        return xp.zeros((*origin.shape[:-1], 6), dtype=axes.dtype, device=device(axes))
    back = xp.matrix_transpose(axes[..., :-1, :, :])
    turn = axis_angle_from_matrix(back @ axes[..., 1:, :, :]) * 5.0
    move = (back @ (origin[..., 1:, :] - origin[..., :-1, :])[..., None])[..., 0] / RESIDUAL_UNIT
    steps = xp.concat([turn, xp.clip(move, -FARTHEST, FARTHEST)], axis=-1)
    still = xp.concat([xp.zeros_like(origin[..., :1, :]), xp.zeros_like(origin[..., :1, :])], axis=-1)
    return xp.concat([still, steps], axis=-2)
