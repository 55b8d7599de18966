"""How canonical points move when joints turn, on NumPy and torch alike.

Turning joint j about the axis a (world) moves a point by a x (what hangs below j of the point - its share of
joint j's place). That lever is computed for all joints at once, and one matrix product sweeps it about the
joint's three axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from array_api_compat import array_namespace, device

from ...body.kinematics import forward
from ...body.points import POINT_OFFSETS, POINT_WEIGHTS, size
from ...body.skeleton import JOINT_COUNT, SUBTREE

_SWEEPS = np.cross(np.swapaxes(np.eye(9).reshape(9, 3, 3), -1, -2)[..., None, :], np.eye(3))
_SWEEPS = np.swapaxes(_SWEEPS, -1, -2).reshape(9, 27)
"""(9, 27) from the entries of a matrix to those of the cross products with its three columns."""


@dataclass(frozen=True)
class Levers:
    """Points (B, 3, P) of posed skeletons, the lever (B, 24, 3, P) in metres by which each joint moves each
    point, in the world's axes, and the joints' global rotations (B, 24, 3, 3)."""

    points: Any
    arms: Any
    world: Any


def levers(rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray) -> Levers:
    """The levers of poses (B, 24, 3, 3) and pelvis (B, 3) on these canonical points (P,)."""
    xp = array_namespace(rotations)
    joints, world = forward(rotations, pelvis, bone_offsets)
    weights, offsets, below, share = _constants(
        tuple(indices.tolist()), xp, rotations.dtype, device(rotations)
    )
    scale = size(bone_offsets)
    scale = xp.reshape(scale, (-1, 1, 1, 1)) if scale.ndim else scale
    places = joints[..., None]
    carried = weights * places + scale * (world @ offsets)  # what each joint has of each point
    hanging = xp.reshape(below @ xp.reshape(carried, (carried.shape[0], JOINT_COUNT, -1)), carried.shape)
    return Levers(hanging[:, 0], hanging - share * places, world)


@lru_cache(maxsize=16)
def _constants(indices: tuple[int, ...], xp: Any, dtype: Any, where: Any) -> tuple[Any, ...]:
    """Weights (24, 1, P) and offsets (24, 3, P) of points, which joints (24, 24) hang below each, and how
    much (24, 1, P) of each point does."""
    weights, offsets = POINT_WEIGHTS[list(indices)].T, np.moveaxis(POINT_OFFSETS[list(indices)], 0, -1)
    found = (weights[:, None], offsets, SUBTREE, (SUBTREE @ weights)[:, None])
    return tuple(xp.asarray(np.ascontiguousarray(value), dtype=dtype, device=where) for value in found)


def swept(world: Any, arms: Any) -> Any:
    """(B, 72, 3 P) how points with these levers move by turns in each joint's own axes: rows are turns,
    columns first the x of all points, then y and z."""
    xp = array_namespace(world)
    batch = world.shape[0]
    sweeps = xp.asarray(_SWEEPS, dtype=world.dtype, device=device(world))
    across = xp.reshape(xp.reshape(world, (-1, 9)) @ sweeps, (batch, JOINT_COUNT, 9, 3))
    return xp.reshape(across @ arms, (batch, JOINT_COUNT * 3, -1))


def points_and_jacobian(
    rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray
) -> tuple[Any, Any]:
    """Canonical points (B, P, 3) and their derivative (B, P, 3, 72) by turns in each joint's own axes."""
    found = levers(rotations, pelvis, bone_offsets, indices)
    jacobian = swept(found.world, found.arms)
    xp = array_namespace(jacobian)
    shaped = xp.reshape(jacobian, (*jacobian.shape[:2], *found.points.shape[1:]))
    return xp.matrix_transpose(found.points), xp.permute_dims(shaped, (0, 3, 2, 1))


def information(rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray, precision: Any) -> Any:
    """(B, 24, 3) in 1/rad^2, how well points of this precision (B, P) tell each joint's turn about its own
    axes, all else fixed."""
    xp = array_namespace(rotations)
    found = levers(rotations, pelvis, bone_offsets, indices)
    own = xp.matrix_transpose(found.world) @ found.arms  # in the joint's own axes
    squared = xp.reshape(own**2, (own.shape[0], JOINT_COUNT * 3, -1)) @ precision[..., None]
    along = xp.reshape(squared, own.shape[:3])
    # A turn about one axis sweeps what the lever has along the other two.
    return xp.roll(along, 1, axis=-1) + xp.roll(along, 2, axis=-1)
