"""Forward kinematics of SMPL's 24 joints on NumPy and torch alike."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from .arrays import array_namespace, device
from .skeleton import JOINT_COUNT, PARENTS, SUBTREE

Array = Any
"""A NumPy array or a torch tensor."""


def _levels() -> tuple[tuple[slice, np.ndarray], ...]:
    """The joints of each level of the tree below the pelvis, and where among those of the level above their
    parents are. SMPL numbers its joints level by level."""
    found, above = [], range(1)
    while above.stop < JOINT_COUNT:
        below = [joint for joint in range(JOINT_COUNT) if PARENTS[joint] in above]
        parents = np.array([PARENTS[joint] - above.start for joint in below])
        found.append((slice(below[0], below[-1] + 1), parents))
        above = range(below[0], below[-1] + 1)
    return tuple(found)


MANY = 32 * JOINT_COUNT * 9
"""Numbers of rotations from which NumPy is faster with rows of them than with matrices."""
FEW = 4 * JOINT_COUNT * 9
"""Numbers of rotations up to which NumPy is faster with all of a body's matrices at once."""
_LEVELS, _ABOVE = _levels(), np.array(PARENTS)
_HANGING = np.ascontiguousarray(SUBTREE.T)
"""(24, 24) [j, k] is 1 where joint j is joint k or hangs below it."""


def _steps_up() -> tuple[np.ndarray, ...]:
    """For each joint, and nothing at all behind them, the one 1, 2, 4 and 8 steps up the tree: nothing above
    the pelvis."""
    up = [np.array([*(parent if parent >= 0 else JOINT_COUNT for parent in PARENTS), JOINT_COUNT])]
    while (up[-1] < JOINT_COUNT).any():
        up.append(up[-1][up[-1]])
    return tuple(up[:-1])


_STEPS_UP, _NO_TURN = _steps_up(), np.eye(3)


def forward(rotations: Array, pelvis: Array, bone_offsets: Array) -> tuple[Array, Array]:
    """Joint positions (..., 24, 3) and global rotations (..., 24, 3, 3) of a pose.

    rotations: (..., 24, 3, 3) local joint rotations, joint 0 is the global orientation.
    pelvis: (..., 3) metres, position of the pelvis joint.
    bone_offsets: (24, 3) or (..., 24, 3) metres, each joint relative to its parent in the rest pose.
    """
    if isinstance(rotations, np.ndarray) and rotations.size >= MANY:
        return _forward(rotations, np.asarray(pelvis), np.asarray(bone_offsets, rotations.dtype))
    xp = array_namespace(rotations)
    world = _turned(xp, rotations)
    bones = of_joints(_ABOVE[1:], world) @ _like(bone_offsets, rotations)[..., 1:, :, None]
    first = pelvis[..., None, :]
    if first.shape[:-2] != world.shape[:-3]:
        first = xp.broadcast_to(first, (*world.shape[:-3], 1, 3))
    steps = xp.concat([first, bones[..., 0]], axis=-2)
    return _hanging(xp, rotations.dtype, device(rotations)) @ steps, world


def _turned(xp: Any, rotations: Array) -> Array:
    """Global rotations (..., 24, 3, 3) of local ones."""
    if isinstance(rotations, np.ndarray) and rotations.size <= FEW:
        found = np.empty((*rotations.shape[:-3], JOINT_COUNT + 1, 3, 3), rotations.dtype)
        found[..., :-1, :, :], found[..., -1, :, :] = rotations, _NO_TURN
        for above in _STEPS_UP:  # each time twice as many of those above a joint are in it
            found = found.take(above, axis=-3) @ found
        return found[..., :-1, :, :]
    turns = [rotations[..., :1, :, :]]
    for joints, parents in _LEVELS:
        turns.append(of_joints(parents, turns[-1]) @ rotations[..., joints, :, :])
    return xp.concat(turns, axis=-3)


def of_joints(joints: np.ndarray, rotations: Array) -> Array:
    """The rotations (..., N, 3, 3) of some joints (N,)."""
    if isinstance(rotations, np.ndarray):
        return rotations.take(joints, axis=-3)
    return rotations[..., joints, :, :]


@lru_cache(maxsize=8)
def _hanging(xp: Any, dtype: Any, where: Any) -> Array:
    return xp.asarray(_HANGING, dtype=dtype, device=where)


def _forward(rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`forward` in NumPy, which multiplies rows of numbers several times as fast as many small matrices."""
    lead, world = rotations.shape[:-3], _rows_turned(rotations)
    if bones.size > JOINT_COUNT * 3:
        bones = np.broadcast_to(bones, (*lead, JOINT_COUNT, 3))
    bone = bones.reshape(-1, JOINT_COUNT, 3)[:, 1:].transpose(1, 2, 0)
    steps = np.empty((JOINT_COUNT, 3, world.shape[-1]), np.result_type(rotations, pelvis))
    steps[0] = np.broadcast_to(pelvis, (*lead, 3)).reshape(-1, 3).T
    np.einsum("jabt,jbt->jat", world.take(_ABOVE[1:], axis=0), bone, out=steps[1:])
    places = _HANGING.astype(steps.dtype) @ steps.reshape(JOINT_COUNT, -1)
    posed = np.ascontiguousarray(places.reshape(JOINT_COUNT * 3, -1).T)
    turns = np.ascontiguousarray(world.reshape(JOINT_COUNT * 9, -1).T)
    return posed.reshape(*lead, JOINT_COUNT, 3), turns.reshape(rotations.shape)


def _rows_turned(rotations: np.ndarray) -> np.ndarray:
    """(24, 3, 3, N) global rotations of local ones (..., 24, 3, 3), all poses' numbers in rows."""
    local = np.ascontiguousarray(rotations.reshape(-1, JOINT_COUNT * 9).T).reshape(JOINT_COUNT, 3, 3, -1)
    world = np.empty_like(local)
    world[0] = local[0]
    for joints, _ in _LEVELS:
        np.einsum("jabt,jbct->jact", world.take(_ABOVE[joints], axis=0), local[joints], out=world[joints])
    return world


def carried(rotations: np.ndarray, joints: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """(T, P, 3) vectors (P, 3), each fixed to one of these joints (P,), as poses (T, 24, 3, 3) turn them."""
    vectors = vectors.astype(rotations.dtype)
    if rotations.size >= MANY:
        world = _rows_turned(rotations).take(joints, axis=0)
        return np.einsum("pabt,pb->pat", world, vectors).transpose(2, 0, 1)
    world = of_joints(joints, _turned(array_namespace(rotations), rotations))
    return np.asarray((world @ vectors[..., None])[..., 0])


def _like(values: Array, model: Array) -> Array:
    """`values` in the namespace, precision and device of `model`."""
    xp = array_namespace(model)
    if isinstance(values, type(model)):  # torch.asarray cuts the gradients of a tensor in older releases
        return xp.astype(values, model.dtype, copy=False)
    return xp.asarray(values, dtype=model.dtype, device=device(model))
