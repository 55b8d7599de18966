"""Motions of people with hands, and where their finger joints are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon.body.hands import HAND_OFFSETS, WRISTS, hand_forward
from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.motion import Hands, Motion


def with_hands(motion: Motion, scale: float = 1.1, seed: int = 3) -> Motion:
    """The motion with fingers that wave in all directions."""
    random = np.random.default_rng(seed)
    waves = np.sin(motion.times[:, None, None, None] * random.uniform(1, 4, (1, 2, 15, 3)))
    turns = matrix_from_axis_angle(waves * 0.6)
    return replace(motion, hands=Hands(turns, HAND_OFFSETS * scale, np.zeros(turns.shape[:3], bool)))


def finger_joints(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, 2, 15, 3) and global rotations (T, 2, 15, 3, 3) of the finger joints in SMPL's frame."""
    places, worlds = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    assert motion.hands is not None
    found = [
        hand_forward(
            motion.hands.rotations[:, side], places[:, wrist], worlds[:, wrist], motion.hands.offsets[side]
        )
        for side, wrist in enumerate(WRISTS)
    ]
    joints, turns = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return joints, turns
