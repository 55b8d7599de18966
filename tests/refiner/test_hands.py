"""Fingers from points of hands, and from poses: how near they come, and what nothing tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.hands import HAND_OFFSETS, HINGES, RELAXED
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.recording import Person, Poses
from addon.refiner import Controls, refine
from addon.refiner.anatomy import HIGH, LOW, rotations_of
from addon.refiner.hands import has_hands
from bundled_model.training.benchmark.hands import error
from bundled_model.training.synthetic_hands import hand_angles, hand_clip

from .motion import Truth


def _clip(frames=90, seed=5):
    truth = Truth(frames=frames)
    return hand_clip(truth.rotations, truth.pelvis, truth.bones, seed)


@pytest.mark.parametrize(
    ("noise", "missing", "tips", "joints"),
    [(0.005, 0.0, 7.0, 10.0), (0.005, 0.3, 12.0, 10.0), (0.0, 0.0, 3.0, 4.0)],
)
def test_fingers_come_near_the_truth_whatever_noise_and_gaps(noise, missing, tips, joints):
    clip = _clip()
    person = clip.person(noise, missing, np.random.default_rng(0))
    found = error(clip, refine(person, mode="sequence"), person)
    assert found.tips < tips and found.joints < joints
    assert found.acceleration < 1.1


def test_no_finger_bends_backwards_however_wrong_the_points_are():
    clip = _clip(frames=20)
    person = clip.person(0.04, 0.5, np.random.default_rng(1))
    motion = refine(person, mode="sequence")
    joints = np.arange(15) % 3 > 0
    bends = (axis_angle_from_matrix(motion.hands.rotations[:, 0]) * HINGES).sum(-1)[:, joints]
    assert np.degrees(bends).min() > -19 and np.degrees(bends).max() < 115
    angles = hand_angles(500, np.random.default_rng(0))
    assert (angles >= LOW - 1e-9).all() and (angles <= HIGH + 1e-9).all()


def test_a_hand_that_is_not_seen_is_at_ease_and_marked():
    clip = _clip(frames=30)
    person = clip.person(0.002, 0.0, np.random.default_rng(0))
    left = np.array([bool(name) and name.startswith("left") for name in person.keypoints.hand_points])
    positions = person.keypoints.positions.copy()
    positions[:, left] = np.nan
    hidden = replace(person, keypoints=replace(person.keypoints, positions=positions))
    hands = refine(hidden, mode="sequence").hands
    assert hands.estimated[:, 0].all() and not hands.estimated[:, 1].any()
    at_ease = matrix_from_axis_angle(RELAXED[0])
    assert np.degrees(geodesic_angle(hands.rotations[:, 0], at_ease + 0 * hands.rotations[:, 0])).max() < 1.0


def test_left_and_right_are_mirror_images():
    rotations = rotations_of(hand_angles(3, np.random.default_rng(0)))
    assert rotations.shape == (3, 15, 3, 3)
    np.testing.assert_allclose(np.linalg.det(rotations), 1.0)


@pytest.mark.parametrize("mode", ["none", "poses"])
def test_hands_of_poses_pass_unchanged(mode):
    truth = Truth(frames=40)
    hands = matrix_from_axis_angle(np.random.default_rng(0).normal(0, 0.4, (40, 2, 15, 3)))
    person = Person("0", np.arange(40), 30.0, None, Poses(truth.rotations, truth.pelvis, hands=hands))
    motion = refine(person, mode=mode)
    assert np.degrees(geodesic_angle(motion.hands.rotations, hands)).max() < 0.01
    assert motion.hands.offsets.shape == HAND_OFFSETS.shape


def test_without_hands_there_are_none_and_they_can_be_left_out():
    person = Truth(frames=20).person("coco17")
    assert not has_hands(person.keypoints) and refine(person).hands is None
    whole = _clip(frames=20).person(0.0, 0.0, np.random.default_rng(0))
    assert refine(whole, controls=Controls(hands=None)).hands is None
