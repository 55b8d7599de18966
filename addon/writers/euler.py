"""Euler angles that run on without jumps."""

from __future__ import annotations

import numpy as np

_LOCKED = 1e-9


def euler_angles(matrices: np.ndarray, order: str) -> np.ndarray:
    """(T, ..., 3) radians about X, Y, Z of rotations (T, ..., 3, 3), each frame near the one before.

    order: the axes in the order in which they are applied to a point, the first one first: "xyz" is
    Rz Ry Rx, as FBX and Blender have it; "yxz" is Rz Rx Ry, a BVH file's `Zrotation Xrotation Yrotation`.
    Of the two triples that give a rotation, and of all full turns, that nearest to the frame before is taken.
    """
    i, j, k = ("xyz".index(axis) for axis in order)
    parity = 1.0 if (i, j, k) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1.0
    sine = np.clip(-parity * matrices[..., k, i], -1.0, 1.0)
    cosine = np.hypot(matrices[..., i, i], matrices[..., j, i])
    locked = cosine < _LOCKED
    first = np.where(
        locked,
        np.arctan2(-parity * matrices[..., j, k], matrices[..., j, j]),
        np.arctan2(parity * matrices[..., k, j], matrices[..., k, k]),
    )
    last = np.where(locked, 0.0, np.arctan2(parity * matrices[..., j, i], matrices[..., i, i]))
    found = np.empty((*matrices.shape[:-2], 3))
    found[..., i], found[..., j], found[..., k] = first, np.arctan2(sine, cosine), last
    return _continuous(found, j)


def _continuous(angles: np.ndarray, middle: int) -> np.ndarray:
    """Switch between the two triples of each rotation and add full turns, so that nothing jumps.

    Switching both of two frames leaves their distance as it is: whether to switch depends on steps alone.
    """
    other = angles + np.pi
    other[..., middle] = np.pi - angles[..., middle]
    same, crossed = _far(angles[1:] - angles[:-1]), _far(other[1:] - angles[:-1])
    switched = np.zeros(angles.shape[:-1], bool)
    switched[1:] = np.cumsum(crossed < same, axis=0) % 2 == 1
    return np.unwrap(np.where(switched[..., None], other, angles), axis=0)


def _far(steps: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs((steps + np.pi) % (2 * np.pi) - np.pi).sum(-1))
