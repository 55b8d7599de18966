"""A refined motion as a clip of SMPL's skeleton, without Blender."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..body.hands import FINGER_PARENTS, MIRROR, WRISTS, hand_forward, tip_offsets
from ..body.kinematics import forward
from ..body.open_body import floor_height
from ..body.rotations import matrix_from_quaternion, quaternion_from_matrix, slerp
from ..body.skeleton import JOINT_NAMES, PARENTS, REST_OFFSETS, rest_joints
from ..motion import Hands, Motion
from .clip import Clip
from .names import BONE_NAMES, FINGER_BONES

_TIPS = {
    "head": (0.0, 0.2, 0.0),
    "left_foot": (0.0, 0.0, 0.07),
    "right_foot": (0.0, 0.0, 0.07),
    "left_hand": (0.1, 0.0, 0.0),
    "right_hand": (-0.1, 0.0, 0.0),
}
"""Metres from the last joints of a mean body to where they end."""
_MAIN = {"pelvis": 2}
"""Which child a bone leads to, where not to the first."""


def clip_of(motion: Motion, name: str, names: Mapping[str, str], in_place: bool = False) -> Clip:
    """The motion on every frame from its first to its last, in metres, Y up, at rest on the floor.

    names: those of the bones by ours, where they have others. in_place: the pelvis stays above the origin.
    Somebody who is away holds the last pose.
    """
    before, fraction = _every_frame(motion)
    motion_turns = _between(motion.rotations, before, fraction)
    after = np.minimum(before + 1, motion.frames - 1)
    share = fraction[:, None]
    pelvis = motion.pelvis[before] * (1 - share) + motion.pelvis[after] * share
    if in_place:
        pelvis = pelvis * [0.0, 1.0, 0.0]
    places, turns = forward(motion_turns, pelvis, motion.bone_offsets)
    rest = rest_joints(motion.bone_offsets)
    rest[:, 1] -= floor_height(motion.bone_offsets)
    tips, parents, bones = _ends(rest, motion.bone_offsets), list(PARENTS), BONE_NAMES
    if motion.hands is not None:
        hands = _between(motion.hands.rotations, before, fraction)
        fingers = _fingers(motion.hands, hands, places, turns, rest)
        places, turns = np.concatenate([places, fingers[0]], 1), np.concatenate([turns, fingers[1]], 1)
        rest, tips = np.concatenate([rest, fingers[2]]), np.concatenate([tips, fingers[3]])
        parents += _finger_parents()
        bones = (*bones, *FINGER_BONES)
    aims = _aims(tips)
    return Clip(
        name,
        tuple(names.get(bone, bone) for bone in bones),
        np.array(parents),
        _rigid(aims, rest),
        _rigid(turns @ aims, places),
        np.linalg.norm(tips, axis=-1),
        motion.fps,
    )


def _every_frame(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """(T,) rows of the motion before each frame, and how far each frame is on the way to the next row."""
    ids = motion.frame_ids
    frames = np.arange(ids[0], ids[-1] + 1)
    before = np.clip(np.searchsorted(ids, frames, side="right") - 1, 0, max(len(ids) - 2, 0))
    step = np.diff(ids)[before] if len(ids) > 1 else np.ones(1)
    fraction = (frames - ids[before]) / step
    for last, back in motion.away.tolist():
        gone = (frames >= ids[last]) & (frames < ids[back])
        before[gone], fraction[gone] = last, 0.0
    return before, fraction


def _between(rotations: np.ndarray, before: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Rotations (N, ..., 3, 3) at frames that lie on the way from a row to the next."""
    after = np.minimum(before + 1, len(rotations) - 1)
    found = np.where(_like(fraction >= 1.0, rotations), rotations[after], rotations[before])
    mixed = np.flatnonzero((fraction > 0.0) & (fraction < 1.0))
    if len(mixed):
        start, end = (quaternion_from_matrix(rotations[rows[mixed]]) for rows in (before, after))
        found[mixed] = matrix_from_quaternion(slerp(start, end, _like(fraction[mixed], start)[..., 0]))
    return found


def _like(values: np.ndarray, array: np.ndarray) -> np.ndarray:
    return values.reshape(-1, *(1,) * (array.ndim - 1))


def _ends(rest: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """(24, 3) from each joint to where its bone ends: its first child, or a tip."""
    ends = np.zeros_like(rest)
    for joint, name in enumerate(JOINT_NAMES):
        children = [child for child, parent in enumerate(PARENTS) if parent == joint]
        if children:
            ends[joint] = rest[children[_MAIN.get(name, 0)]] - rest[joint]
        else:
            size = np.linalg.norm(offsets[joint]) / np.linalg.norm(REST_OFFSETS[joint])
            ends[joint] = np.array(_TIPS[name]) * size
    return ends


def _finger_parents() -> list[int]:
    count = len(FINGER_PARENTS)
    return [
        wrist if parent < 0 else len(PARENTS) + side * count + parent
        for side, wrist in enumerate(WRISTS)
        for parent in FINGER_PARENTS
    ]


def _fingers(
    hands: Hands, rotations: np.ndarray, places: np.ndarray, turns: np.ndarray, rest: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Places (T, 30, 3), turns (T, 30, 3, 3), places at rest and ends (30, 3) of all finger joints."""
    flat = np.tile(np.eye(3), (1, len(FINGER_PARENTS), 1, 1))
    found = []
    for side, wrist in enumerate(WRISTS):
        offsets = hands.offsets[side]
        moved = hand_forward(rotations[:, side], places[:, wrist], turns[:, wrist], offsets)
        still = hand_forward(flat, rest[None, wrist], np.eye(3)[None], offsets)[0][0]
        tips = tip_offsets(offsets) * (MIRROR if side else np.ones(3))
        fingers = still.reshape(len(tips), -1, 3)
        ends = np.concatenate([fingers[:, 1:] - fingers[:, :-1], tips[:, None]], axis=1)
        found.append((*moved, still, ends.reshape(-1, 3)))
    joints, worlds, flats, ends = zip(*found, strict=True)
    return np.concatenate(joints, 1), np.concatenate(worlds, 1), np.concatenate(flats), np.concatenate(ends)


def _aims(ends: np.ndarray) -> np.ndarray:
    """(B, 3, 3) with Y along each bone."""
    along = ends / np.maximum(np.linalg.norm(ends, axis=-1, keepdims=True), 1e-9)
    side = np.where(np.abs(along[:, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    first = np.cross(along, side)
    first /= np.linalg.norm(first, axis=-1, keepdims=True)
    return np.stack([first, along, np.cross(first, along)], axis=-1)


def _rigid(turns: np.ndarray, places: np.ndarray) -> np.ndarray:
    matrices = np.zeros((*places.shape[:-1], 4, 4))
    matrices[..., :3, :3], matrices[..., :3, 3], matrices[..., 3, 3] = turns, places, 1.0
    return matrices
