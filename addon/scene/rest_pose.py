"""Where the armature's bones stand in the rest pose: pure arithmetic, no bpy.

Every bone points at the joint that continues its limb. Its roll is that of Blender's human meta-rig (Rigify),
so that rotations can be copied to such a rig bone by bone: local X is the hinge of knees and elbows, a
positive angle about it bends them, and left mirrors right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.hands import DIRECTIONS, FINGER_PARENTS, FINGERS, HINGES, MIRROR, tip_offsets
from ..body.open_body import floor_height
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_OFFSETS, rest_joints
from .axes import positions_to_blender

_POINTS_AT = {"pelvis": "spine1", "spine3": "neck"}
"""The child that a bone with several children points at."""

_FRONT, _BACK, _UP, _DOWN = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0), (0.0, -1.0, 0.0)
_LOOKS = {"collar": _UP, "hip": _BACK, "knee": _BACK, "ankle": _DOWN, "foot": _UP}
"""Where the local Z axis of limb bones looks in SMPL's frame; that of all others looks to the front."""

_LEAF_LENGTHS = {"head": 0.20, "left_foot": 0.07, "right_foot": 0.07, "left_hand": 0.10, "right_hand": 0.10}
"""Metres on the open body: crown, toe tips and finger tips beyond the last joint."""

_SHORTEST = 1e-3
"""Metres; Blender deletes bones of length zero."""


@dataclass(frozen=True)
class RestBones:
    """Rest bones in Blender's frame, standing on the floor z = 0.

    heads, tails, fronts: (24, 3) metres; `fronts` is where each bone's local Z axis looks.
    connected: (24,) whether a bone's head sits on its parent's tail.
    """

    heads: np.ndarray
    tails: np.ndarray
    fronts: np.ndarray
    connected: np.ndarray


def rest_bones(bone_offsets: np.ndarray) -> RestBones:
    """The bones of a performer with these offsets (24, 3) in SMPL's frame."""
    offsets = np.asarray(bone_offsets, np.float64)
    joints = rest_joints(offsets)
    joints[:, 1] -= floor_height(offsets)
    tails = np.stack([_tail(joint, joints, offsets) for joint in range(JOINT_COUNT)])
    fronts = np.array([_LOOKS.get(name.rpartition("_")[2], _FRONT) for name in JOINT_NAMES])
    gaps = np.linalg.norm(joints - tails[list(PARENTS)], axis=1)
    connected = (gaps < 1e-9) & (np.array(PARENTS) >= 0)
    heads, tails, fronts = (positions_to_blender(a) for a in (joints, tails, fronts))
    return RestBones(heads, tails, fronts, connected)


def finger_bones(offsets: np.ndarray) -> RestBones:
    """The bones (30) of both hands' fingers with these offsets (2, 15, 3) in SMPL's frame, relative to their
    wrists (in Blender's axes). Their local X is the hinge: a positive angle bends the finger."""
    sides = []
    for hand, flip in zip(offsets, (np.ones(3), MIRROR), strict=True):
        heads = hand.reshape(len(FINGERS), -1, 3).cumsum(1)
        tips = heads[:, -1] + tip_offsets(hand) * flip
        tails = np.concatenate([heads[:, 1:], tips[:, None]], axis=1)
        fronts = np.cross(HINGES, DIRECTIONS) * flip
        sides.append((heads.reshape(-1, 3), tails.reshape(-1, 3), fronts))
    heads, tails, fronts = (positions_to_blender(np.concatenate(part)) for part in zip(*sides, strict=True))
    return RestBones(heads, tails, fronts, np.tile(np.array(FINGER_PARENTS) >= 0, len(sides)))


def _scale(joint: int, bone_offsets: np.ndarray) -> float:
    """Length of the bone that ends in this joint, relative to the mean skeleton."""
    length = np.linalg.norm(bone_offsets[joint]) / np.linalg.norm(REST_OFFSETS[joint])
    return float(np.clip(length, 0.5, 2.0))


def _tail(joint: int, joints: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    children = [child for child in range(JOINT_COUNT) if PARENTS[child] == joint]
    if not children:
        return joints[joint] + _leaf(joint, offsets)
    child = children[0]
    if JOINT_NAMES[joint] in _POINTS_AT:
        child = JOINT_NAMES.index(_POINTS_AT[JOINT_NAMES[joint]])
    if np.linalg.norm(offsets[child]) >= _SHORTEST:
        return joints[child]
    return joints[joint] + REST_OFFSETS[child] / np.linalg.norm(REST_OFFSETS[child]) * _SHORTEST


def _leaf(joint: int, offsets: np.ndarray) -> np.ndarray:
    """The head points up, a foot points level to the front, a hand goes on where the wrist points."""
    name = JOINT_NAMES[joint]
    length = _LEAF_LENGTHS[name] * _scale(joint, offsets)
    if name == "head":
        return np.array([0.0, length, 0.0])
    along = offsets[joint] if np.linalg.norm(offsets[joint]) >= _SHORTEST else REST_OFFSETS[joint]
    along = np.where([True, not name.endswith("foot"), True], along, 0.0)
    return along / np.linalg.norm(along) * length
