"""Forward kinematics of SMPL's 24 joints on NumPy and torch alike."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from array_api_compat import array_namespace, device

from .skeleton import JOINT_COUNT, PARENTS

Array = Any
"""A NumPy array or a torch tensor."""


def _levels() -> tuple[tuple[int, ...], ...]:
    depth = [0] * JOINT_COUNT
    for joint in range(1, JOINT_COUNT):
        depth[joint] = depth[PARENTS[joint]] + 1
    return tuple(
        tuple(joint for joint in range(JOINT_COUNT) if depth[joint] == level)
        for level in range(max(depth) + 1)
    )


LEVELS = _levels()
"""The joints of each level of the tree, the pelvis first; all parents lie in the level before."""

_JOINT_PLACE = tuple(
    [joint for level in LEVELS for joint in level].index(joint) for joint in range(JOINT_COUNT)
)


def forward(rotations: Array, pelvis: Array, bone_offsets: Array) -> tuple[Array, Array]:
    """Joint positions (..., 24, 3) and global rotations (..., 24, 3, 3) of a pose.

    rotations: (..., 24, 3, 3) local joint rotations, joint 0 is the global orientation.
    pelvis: (..., 3) metres, position of the pelvis joint.
    bone_offsets: (24, 3) or (..., 24, 3) metres, each joint relative to its parent in the rest pose.
    """
    xp, where = array_namespace(rotations), device(rotations)
    offsets = _like(bone_offsets, rotations)
    turns, places = [rotations[..., :1, :, :]], [pelvis[..., None, :]]
    for above, level in pairwise(LEVELS):
        joints = xp.asarray(level, device=where)
        parents = xp.asarray([above.index(PARENTS[joint]) for joint in level], device=where)
        parent_turns = xp.take(turns[-1], parents, axis=-3)
        steps = xp.matmul(parent_turns, xp.take(offsets, joints, axis=-2)[..., None])[..., 0]
        places.append(xp.take(places[-1], parents, axis=-2) + steps)
        turns.append(xp.matmul(parent_turns, xp.take(rotations, joints, axis=-3)))
    order = xp.asarray(_JOINT_PLACE, device=where)
    positions = xp.take(xp.concat(places, axis=-2), order, axis=-2)
    return positions, xp.take(xp.concat(turns, axis=-3), order, axis=-3)


def _like(values: Array, model: Array) -> Array:
    """`values` in the namespace, precision and device of `model`."""
    xp = array_namespace(model)
    if isinstance(values, type(model)):  # torch.asarray cuts the gradients of a tensor in older releases
        return xp.astype(values, model.dtype, copy=False)
    return xp.asarray(values, dtype=model.dtype, device=device(model))
