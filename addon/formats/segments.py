"""SMPL poses out of how the segments of another skeleton lie: Theia's, a BVH's.

What is given are orientations in the world, each relative to SMPL's rest pose; joints between two given ones
share the turn, as a spine of fewer bones than SMPL's does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ..body.skeleton import JOINT_NAMES, PARENTS, REST_JOINTS
from ..recording import Poses
from .limbs import LEG_LENGTH

_SHARING = ("spine1", "spine2", "spine3", "neck")
_HIPS = [JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right")]
_TO_PELVIS = REST_JOINTS[0] - REST_JOINTS[_HIPS].mean(0)


def segment_poses(turns: Mapping[str, np.ndarray], pelvis: np.ndarray) -> Poses:
    """Poses from orientations (T, 3, 3) by joint name, NaN where missing, and pelvis positions (T, 3).

    The pelvis' own orientation must be there in every frame; others that are missing keep their last turn
    against their parent.
    """
    return Poses(local_rotations(turns), pelvis)


def local_rotations(turns: Mapping[str, np.ndarray]) -> np.ndarray:
    """(T, 24, 3, 3) local rotations from orientations in the world; see `segment_poses`."""
    frames = len(turns["pelvis"])
    local = np.broadcast_to(np.eye(3), (frames, 24, 3, 3)).copy()
    local[:, 0] = turns["pelvis"]
    for joint in range(1, 24):
        if JOINT_NAMES[joint] not in turns:
            continue
        chain = _chain(joint, turns)
        above = turns[JOINT_NAMES[PARENTS[chain[0]]]]
        relative = _held(np.swapaxes(above, 1, 2) @ turns[JOINT_NAMES[joint]])
        sharing = [each for each in chain[:-1] if JOINT_NAMES[each] in _SHARING] + [joint]
        local[:, sharing] = matrix_from_axis_angle(axis_angle_from_matrix(relative) / len(sharing))[:, None]
    return local


def _chain(joint: int, turns: Mapping[str, np.ndarray]) -> list[int]:
    """The joint and those above it whose orientation is not given, from the top."""
    chain = [joint]
    while JOINT_NAMES[PARENTS[chain[0]]] not in turns:
        chain.insert(0, PARENTS[chain[0]])
    return chain


def _held(rotations: np.ndarray) -> np.ndarray:
    """Missing rotations (T, 3, 3) replaced by the last one that was seen, or by the first."""
    seen = np.isfinite(rotations).all((1, 2))
    if not seen.any():
        return np.broadcast_to(np.eye(3), rotations.shape).copy()
    last = np.maximum.accumulate(np.where(seen, np.arange(len(seen)), -1))
    return rotations[np.where(last < 0, int(np.argmax(seen)), last)]


def pelvis_between(hips: np.ndarray, knees: np.ndarray, ankles: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(T, 3) where SMPL's pelvis lies above the middle of two hip joints (T, 2, 3), at the body's own size.

    knees, ankles: (T, 2, 3), for the length of the legs; turns: (T, 3, 3) the pelvis' orientation.
    """
    legs = np.linalg.norm(hips - knees, axis=-1) + np.linalg.norm(knees - ankles, axis=-1)
    size = float(np.nanmedian(legs)) / LEG_LENGTH if np.isfinite(legs).any() else 1.0
    return hips.mean(1) + turns @ (_TO_PELVIS * size)
