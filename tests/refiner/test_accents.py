"""Punches and kicks keep their speed and their moment through 20 mm of noise."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person
from addon.refiner import refine
from bundled_model.training.motion_data import load_split

ENDS = [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("wrist", "ankle")]
FAST, AROUND = 2.5, 3
"""m/s of an accent; frames around it that it may move to."""


def test_peaks_of_wrists_and_ankles_stay():
    ratios, late = [], []
    for number, clip in enumerate([clip for clip in load_split("test") if len(clip.poses) > 90][::6]):
        clip = clip.part(150)
        joints, _ = forward(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS)
        noisy = joints + np.random.default_rng(number).normal(0.0, 0.02, joints.shape)
        keypoints = Keypoints(noisy, np.ones(noisy.shape[:2]), JOINT_NAMES, JOINT_NAMES, "smpl24")
        motion = refine(Person("0", np.arange(len(noisy)), clip.fps, keypoints), engine="numpy")
        found, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
        true, ours = (
            np.linalg.norm(np.gradient(places[:, ENDS], axis=0), axis=-1) * clip.fps
            for places in (joints, found)
        )
        for end in range(len(ENDS)):
            for t in range(AROUND, len(true) - AROUND):
                near = slice(t - AROUND, t + AROUND + 1)
                if true[t, end] > FAST and true[t, end] == true[near, end].max():
                    ratios.append(ours[near, end].max() / true[t, end])
                    late.append(abs(int(ours[near, end].argmax()) - AROUND))
    assert len(ratios) > 30
    assert abs(np.mean(ratios) - 1.0) < 0.05 and abs(np.median(ratios) - 1.0) < 0.05
    assert np.mean(np.array(late) <= 1) > 0.85
