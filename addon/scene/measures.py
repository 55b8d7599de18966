"""Figures of a motion for every frame, from its poses alone: pure arithmetic, no bpy."""

from __future__ import annotations

import numpy as np

from ..body.kinematics import forward
from ..body.skeleton import JOINT_NAMES
from ..body.soles import HEEL, INNER, OUTER, soles
from ..motion import Motion
from ..steps import FRAMES, Stepped, Steps

_FEET = tuple(
    (JOINT_NAMES.index(f"{side}_ankle"), JOINT_NAMES.index(f"{side}_foot")) for side in ("left", "right")
)
LOW, USUAL = 0.03, 10.0
"""Metres above its usual lowest height, a percentile, below which a foot counts as standing."""


def jitter_mm(joints: np.ndarray) -> np.ndarray:
    """(T,) millimetres by which some joint of (T, 24, 3) metres lies off the curve through the two frames
    before and the two after it: what shakes does, what only moves fast does not. 0 at both ends."""
    found = np.zeros(len(joints))
    if len(joints) >= 5:
        before, after = joints[:-4] + joints[4:], joints[1:-3] + joints[3:-1]
        off = joints[2:-2] - (4.0 * after - before) / 6.0
        found[2:-2] = 1000.0 * np.linalg.norm(off, axis=-1).max(1)
    return found


def slide_cm(joints: np.ndarray, rate: float) -> np.ndarray:
    """(T,) centimetres a second by which a low foot moves over the floor, 0 where none is low.

    joints (T, 24, 3) metres, Y up, `rate` frames a second. Of ankle and ball the slower counts, as a foot
    rolls over one of them.
    """
    if len(joints) < 2:
        return np.zeros(len(joints))
    speed = 100.0 * rate * np.linalg.norm(np.gradient(joints[..., [0, 2]], axis=0), axis=-1)
    sides = []
    for foot in _FEET:
        height = joints[:, foot, 1]
        low = (height < np.percentile(height, USUAL, axis=0) + LOW).all(1)
        sides.append(np.where(low, speed[:, foot].min(1), 0.0))
    return np.asarray(np.max(sides, axis=0))


def bearing_slide_cm(
    joints: np.ndarray, world: np.ndarray, bones: np.ndarray, bears: np.ndarray, rate: float
) -> np.ndarray:
    """(T,) centimetres a second by which a bearing foot moves over the floor, 0 where none bears.

    joints (T, 24, 3) metres, Y up, world (T, 24, 3, 3): as `kinematics.forward` gives them; bones (24, 3);
    bears (T, 4) bool, left heel, left toes, right heel, right toes; `rate` frames a second. Of heel and toes
    that both bear the slower counts, as a foot rolls over one of them.
    """
    if len(joints) < 2:
        return np.zeros(len(joints))
    four = np.asarray(soles(joints, world, bones))
    places = np.stack([four[..., HEEL, :], (four[..., INNER, :] + four[..., OUTER, :]) / 2.0], axis=2)
    steps = 100.0 * rate * np.linalg.norm(np.diff(places[..., [0, 2]], axis=0), axis=-1)
    both = (bears[1:] & bears[:-1]).reshape(-1, 2, 2)
    slower = np.where(both, steps, np.inf).min(-1)
    speed = np.where(both.any(-1), slower, 0.0).max(-1)
    return np.maximum(np.append(speed, 0.0), np.append(0.0, speed))


@Stepped
def motion_slide_cm(motion: Motion, bears: np.ndarray) -> Steps[np.ndarray]:
    """(T,) the same of a motion without gaps in its frames, some of them a step."""
    found = np.zeros(motion.frames)
    for start in range(0, motion.frames, FRAMES):
        before = min(start, 1)  # a foot's way leads from the frame before to the one after
        rows = slice(start - before, start + FRAMES + 1)
        posed = forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets)
        part = bearing_slide_cm(*posed, motion.bone_offsets, bears[rows], motion.fps)
        found[start : start + FRAMES] = part[before : before + FRAMES]
        yield None
    return found
