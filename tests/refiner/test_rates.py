"""Rates above the network's, whose errors between its frames it does not see."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person, Poses
from addon.refiner import refine

FPS, FRAMES, EACH = 240.0, 480, 8
LIMBS = [
    joint for joint, name in enumerate(JOINT_NAMES) if name.endswith(("hip", "knee", "shoulder", "elbow"))
]


def estimated() -> Person:
    """Somebody whose limbs swing, and an estimator of 10 degrees of error that saw every eighth frame."""
    random, times = np.random.default_rng(0), np.arange(FRAMES) / FPS
    turns, pelvis = np.zeros((FRAMES, 24, 3)), np.zeros((FRAMES, 3))
    turns[:, LIMBS, 0] = 0.5 * np.sin(2.0 * np.pi * (1.5 * times[:, None] + random.random(len(LIMBS))))
    rotations, layout = matrix_from_axis_angle(turns), find_layout("coco17")
    joints, world = forward(rotations, pelvis, REST_OFFSETS)
    indices = [POINT_INDEX[str(name)] for name in layout.canonical]
    points = np.asarray(point_positions(joints, world, REST_OFFSETS, indices))
    known = Keypoints(points, np.ones(points.shape[:2]), layout.keypoints, layout.canonical, "coco17")
    knots = random.normal(size=(FRAMES // EACH + 1, 72)) * np.radians(10.0) / np.sqrt(3.0)
    seen = EACH * np.arange(len(knots))
    off = np.stack([np.interp(np.arange(FRAMES), seen, knot) for knot in knots.T], -1)
    poses = Poses(rotations @ matrix_from_axis_angle(off.reshape(FRAMES, 24, 3)), pelvis)
    return Person("0", np.arange(FRAMES), FPS, known, poses)


def test_poses_of_an_estimator_that_saw_fewer_frames_shake_no_more_than_these_frames_alone() -> None:
    person = estimated()
    some = person.rows(np.arange(FRAMES) % EACH == 0)
    fewer = Person("0", np.arange(some.frames), FPS / EACH, some.keypoints, some.poses)
    shakes = []
    for one in (person, fewer):
        found = refine(one, engine="numpy")
        joints, _ = forward(found.rotations, found.pelvis, found.bone_offsets)
        shakes.append(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean() * one.fps**2)
    assert shakes[0] < 1.5 * shakes[1]
