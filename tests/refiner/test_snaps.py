"""A clip that passes from one pose to another in a single frame keeps both sides of it sharp."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle
from addon.recording import Person, Poses
from addon.refiner import refine
from addon.refiner.evidence.snaps import at_snaps
from addon.refiner.timeline import pieces

from .motion import Truth

BODY = slice(0, 22)


def in_t_pose(truth: Truth, held: int) -> Truth:
    """The truth with so many frames of a T-pose before the motion."""
    rotations = truth.rotations.copy()
    rotations[:held, 1:], rotations[:held, 0] = np.eye(3), rotations[held, 0]
    truth.rotations = rotations
    truth.joints, truth.world = forward(rotations, truth.pelvis, truth.bones)
    return truth


@pytest.mark.parametrize("held", [1, 3, 30])
def test_a_t_pose_before_the_motion_does_not_melt_into_it(held: int) -> None:
    truth = in_t_pose(Truth(0, 120), held)
    poses = Person("0", np.arange(120), 30.0, None, Poses(truth.rotations, truth.pelvis))
    away = np.degrees(geodesic_angle(refine(poses, engine="numpy").rotations, truth.rotations))[:, BODY]
    assert away[:held].max() < 0.5 and away[held : held + 10].mean() < 0.5


@pytest.mark.parametrize("held", [1, 3, 30])
def test_keypoints_follow_at_once(held: int) -> None:
    truth = in_t_pose(Truth(0, 120), held)
    motion = refine(truth.person(), engine="numpy")
    joints = forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]
    apart = np.linalg.norm(joints - truth.joints, axis=-1)
    assert apart[: held + 10].max() < 0.02


def test_motion_noise_and_frames_that_stray_are_no_snaps() -> None:
    for clip in (0, 4, 8):
        truth = Truth(clip, 200)
        person = truth.person("coco17", 0.03, poses=Poses(truth.rotations, truth.pelvis))
        assert person.keypoints is not None
        person.keypoints.positions[50] += np.random.default_rng(0).normal(size=(17, 3))
        person.keypoints.positions[90:92] += np.random.default_rng(1).normal(size=(17, 3))
        parts = pieces(person.frame_ids, 30.0)
        assert len(at_snaps(parts, person, person.keypoints)) == 1
        assert len(at_snaps(parts, person, None)) == 1
