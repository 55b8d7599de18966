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

from ...body.arrays import array_namespace, device
from ...body.kinematics import forward, of_joints
from ...body.points import POINT_OFFSETS, POINT_WEIGHTS, size
from ...body.skeleton import JOINT_COUNT, SUBTREE

_SWEEPS = np.cross(np.swapaxes(np.eye(9).reshape(9, 3, 3), -1, -2)[..., None, :], np.eye(3))
_SWEEPS = np.swapaxes(_SWEEPS, -1, -2).reshape(9, 27)
"""(9, 27) from the entries of a matrix to those of the cross products with its three columns."""


@dataclass(frozen=True)
class Levers:
    """Points (B, 3, P) of posed skeletons, the lever (B, J, 3, P) in metres by which each of J joints moves
    each point, in the world's axes, and these joints' global rotations (B, J, 3, 3)."""

    points: Any
    arms: Any
    world: Any


EVERY = tuple(range(JOINT_COUNT))


@lru_cache(maxsize=16)
def moving(indices: tuple[int, ...]) -> tuple[int, ...]:
    """The joints whose turns move any of these canonical points, and the pelvis."""
    weights, offsets = POINT_WEIGHTS[list(indices)], np.abs(POINT_OFFSETS[list(indices)]).sum(-1)
    hung = (weights + offsets) @ SUBTREE.T - weights
    return tuple(joint for joint in EVERY if joint == 0 or (hung[:, joint] > 1e-9).any())


def levers(
    rotations: Any, pelvis: Any, bone_offsets: Any, indices: np.ndarray, of: tuple[int, ...] = EVERY
) -> Levers:
    """The levers of some joints, the pelvis first, of poses (B, 24, 3, 3) and pelvis (B, 3) on these
    canonical points (P,)."""
    return _levers(*forward(rotations, pelvis, bone_offsets), bone_offsets, indices, of)


def _levers(joints: Any, world: Any, bone_offsets: Any, indices: np.ndarray, of: tuple[int, ...]) -> Levers:
    """The same of posed skeletons: joints (B, 24, 3) and global rotations (B, 24, 3, 3)."""
    xp = array_namespace(world)
    placed, asked, mixing = _constants(tuple(indices.tolist()), of, xp, world.dtype, device(world))
    scale = size(bone_offsets)
    scale = xp.reshape(scale, (-1, 1, 1, 1)) if scale.ndim else scale
    batch = joints.shape[0]
    # What points are made of: joints' places from the pelvis, and the axes that offsets lie along.
    places = xp.matrix_transpose(joints - joints[:, :1])
    axes = xp.permute_dims(of_joints(placed, world) * scale, (0, 2, 1, 3))
    made_of = xp.concat([places, xp.reshape(axes, (batch, 3, 3 * len(placed)))], axis=-1)
    arms = xp.reshape(xp.reshape(made_of, (3 * batch, -1)) @ mixing, (batch, 3, len(of), len(indices)))
    world = world if of == EVERY else of_joints(asked, world)
    return Levers(arms[:, :, 0] + joints[:, 0, :, None], xp.permute_dims(arms, (0, 2, 1, 3)), world)


@lru_cache(maxsize=16)
def _constants(
    indices: tuple[int, ...], of: tuple[int, ...], xp: Any, dtype: Any, where: Any
) -> tuple[np.ndarray, np.ndarray, Any]:
    """O joints that points lie off, some joints (J,), and how the levers of these are mixed from all joints'
    places and the axes of the others (24 + 3 O, J P)."""
    weights, offsets = POINT_WEIGHTS[list(indices)].T, np.moveaxis(POINT_OFFSETS[list(indices)], 0, -1)
    placed = np.flatnonzero(offsets.any((1, 2)))
    below = SUBTREE[list(of)]
    hung = below.T[..., None] * weights[:, None]  # (24, J, P)
    hung[list(of), range(len(of))] -= below @ weights
    off = below[:, placed].T[:, None, :, None] * offsets[placed][:, :, None]  # (O, 3, J, P)
    count = len(of) * len(indices)
    parts = hung.reshape(JOINT_COUNT, count), off.reshape(3 * len(placed), count)
    mixing = np.concatenate(parts)
    return placed, np.array(of), xp.asarray(mixing, dtype=dtype, device=where)


def swept(world: Any, arms: Any, metric: Any = None) -> Any:
    """(B, 3 J, 3 P) how points with these levers move by turns in each joint's own axes: rows are turns,
    columns first the x of all points, then y and z. metric (3, 3): by which moves are multiplied, if any."""
    xp = array_namespace(world)
    batch, count = world.shape[:2]
    sweeps = _sweeps(xp, world.dtype, device(world))
    if metric is not None:
        sweeps = xp.reshape(metric @ xp.reshape(sweeps, (9, 3, 3, 3)), (9, 27))
    across = xp.reshape(world, (-1, 9)) @ sweeps
    return xp.reshape(xp.reshape(across, (batch, count, 9, 3)) @ arms, (batch, count * 3, 3 * arms.shape[-1]))


@lru_cache(maxsize=4)
def _sweeps(xp: Any, dtype: Any, where: Any) -> Any:
    return xp.asarray(_SWEEPS, dtype=dtype, device=where)


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
    return information_of(*forward(rotations, pelvis, bone_offsets), bone_offsets, indices, precision)


def information_of(places: Any, world: Any, bone_offsets: Any, indices: np.ndarray, precision: Any) -> Any:
    """The same of posed skeletons: joints' places (B, 24, 3) and global rotations (B, 24, 3, 3)."""
    xp = array_namespace(world)
    joints = moving(tuple(indices.tolist()))
    found = _levers(places, world, bone_offsets, indices, joints)
    own = xp.matrix_transpose(found.world) @ found.arms  # in the joint's own axes
    squared = xp.reshape(own**2, (own.shape[0], 3 * len(joints), -1)) @ precision[..., None]
    along = xp.reshape(squared, own.shape[:3])
    # A turn about one axis sweeps what the lever has along the other two.
    told = along[..., [2, 0, 1]] + along[..., [1, 2, 0]]
    if joints == EVERY:
        return told
    every = xp.zeros((own.shape[0], JOINT_COUNT, 3), dtype=own.dtype, device=device(own))
    every[:, joints] = told
    return every
