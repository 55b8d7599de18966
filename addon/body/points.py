"""Canonical points: named places on SMPL's skeleton that keypoints of any layout are mapped to.

A point p lies at sum_j W[p, j] P_j + R_j O[p, j] with joint positions P and global rotations R.
The 24 joints come first; face, feet, hands and the hips, shoulders, necks of COCO and Human3.6M follow.
Their places come from landmarks on the open body (`bundled_model/training/make_points.py`).
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import array_namespace, device
from .skeleton import JOINT_COUNT, JOINT_NAMES, REST_OFFSETS, mirror_name


def _load() -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    table = json.loads((Path(__file__).parent / "points.json").read_text(encoding="utf-8"))["points"]
    names = JOINT_NAMES + tuple(table)
    weights = np.zeros((len(names), JOINT_COUNT))
    offsets = np.zeros((len(names), JOINT_COUNT, 3))
    weights[:JOINT_COUNT] = np.eye(JOINT_COUNT)
    for row, joints in enumerate(table.values(), start=JOINT_COUNT):
        for joint, (weight, *offset) in joints.items():
            weights[row, JOINT_NAMES.index(joint)] = weight
            offsets[row, JOINT_NAMES.index(joint)] = offset
    # Rounding must not make a point depend on how far from the origin the person stands.
    return names, weights / weights.sum(1, keepdims=True), offsets


POINT_NAMES, POINT_WEIGHTS, POINT_OFFSETS = _load()
"""Names (P,), weights (P, 24) and weighted offsets (P, 24, 3) in metres on the mean skeleton."""

POINT_INDEX = {name: index for index, name in enumerate(POINT_NAMES)}

MIRROR_POINTS = tuple(POINT_INDEX[mirror_name(name)] for name in POINT_NAMES)
"""For each point the index of its counterpart on the other side."""

_REST_LENGTH = float(np.linalg.norm(REST_OFFSETS, axis=-1).sum())


def size(bone_offsets: Any) -> Any:
    """(...,) size of a skeleton relative to the mean one: the ratio of summed bone lengths."""
    if isinstance(bone_offsets, np.ndarray):
        if bone_offsets.size == JOINT_COUNT * 3:
            found = _size_of_one(bone_offsets.tobytes(), bone_offsets.dtype)
            return found if bone_offsets.ndim == 2 else found.reshape(bone_offsets.shape[:-2])
        return _sizes(bone_offsets)
    xp = array_namespace(bone_offsets)
    lengths = xp.sum(xp.sqrt(xp.sum(bone_offsets**2, axis=-1) + 1e-18), axis=-1)
    # As an array of the same precision: NumPy 1 takes a single number to double when it meets Python's float.
    whole = xp.asarray(_REST_LENGTH, dtype=lengths.dtype, device=device(bone_offsets))
    return lengths / whole


@lru_cache(maxsize=32)
def _size_of_one(offsets: bytes, dtype: Any) -> Any:
    """`size` of a single skeleton, of which a run asks again and again."""
    return _sizes(np.frombuffer(offsets, dtype).reshape(-1, 3))


def _sizes(bone_offsets: np.ndarray) -> Any:
    squared = np.einsum("...c,...c->...", bone_offsets, bone_offsets)
    return np.add.reduce(np.sqrt(squared + 1e-18), axis=-1) / squared.dtype.type(_REST_LENGTH)


def point_positions(joints: Any, global_rotations: Any, bone_offsets: Any, indices: Any = None) -> Any:
    """Canonical points of posed skeletons.

    joints (..., 24, 3) and global_rotations (..., 24, 3, 3) from `kinematics.forward`, bone_offsets
    (24, 3) or (..., 24, 3) of the same performer; indices: which points (all by default).
    Returns (..., P, 3). Offsets of points from their joints grow with the performer's size.
    """
    xp = array_namespace(joints)
    asked = None if indices is None else tuple(map(int, indices))
    weights, flat = _constants(asked, xp, joints.dtype, device(joints))
    scale = size(bone_offsets)
    # (..., 24, 3, 3) -> (..., 72, 3): row 3 j + k holds what offset component k of joint j adds.
    columns = xp.reshape(
        xp.matrix_transpose(global_rotations), (*global_rotations.shape[:-3], JOINT_COUNT * 3, 3)
    )
    return weights @ joints + scale[..., None, None] * (flat @ columns)


@lru_cache(maxsize=32)
def _constants(indices: tuple[int, ...] | None, xp: Any, dtype: Any, where: Any) -> tuple[Any, Any]:
    """Weights (P, 24) and offsets (P, 72) of these points, of all for None."""
    some = slice(None) if indices is None else list(indices)
    weights, offsets = POINT_WEIGHTS[some], POINT_OFFSETS[some]
    offsets = np.ascontiguousarray(offsets.reshape(len(offsets), JOINT_COUNT * 3))
    return tuple(xp.asarray(values, dtype=dtype, device=where) for values in (weights, offsets))
