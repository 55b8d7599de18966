"""Fingers from points of hands, and from poses: how near they come, and what nothing tells."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.hands import HAND_OFFSETS, HINGES, RELAXED, WRISTS
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.recording import Person, Poses
from addon.refiner import PARTS, Controls, Limb, refine
from addon.refiner.hands.anatomy import HIGH, LOW, rotations_of
from addon.refiner.hands.motion import has_hands, read_hands
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


def test_the_noise_of_a_single_frame_is_told_by_the_other_hand():
    clip = _clip(frames=1)
    person = clip.person(0.0, 0.0, np.random.default_rng(0))
    exact = read_hands(person.keypoints, person)
    assert exact.deviation.max() < 0.003
    noisy = read_hands(clip.person(0.01, 0.0, np.random.default_rng(0)).keypoints, person)
    assert 0.005 < noisy.deviation.min() < 0.015
    found = error(clip, refine(person, mode="sequence"), person)
    assert found.tips < 3.0 and found.joints < 4.0


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


def _with_poses(clip, hands=None):
    """A person with points of hands whose poses have other wrists than these tell."""
    person = clip.person(0.0, 0.0, np.random.default_rng(0))
    rotations = clip.rotations.copy()
    rotations[:, WRISTS] = rotations[:, WRISTS] @ matrix_from_axis_angle(np.array([0.0, 0.3, 0.0]))
    return replace(person, poses=Poses(rotations, clip.pelvis, hands=hands))


def _turned(motion, person):
    """(T, 2) degrees by which wrists are turned from the initial pose."""
    return np.degrees(
        geodesic_angle(motion.rotations[:, WRISTS], np.ascontiguousarray(person.poses.rotations[:, WRISTS]))
    )


@pytest.mark.parametrize("own_hands", [True, False])
def test_hands_keep_the_initial_pose_where_the_controls_do(own_hands):
    clip = _clip(frames=40)
    person = _with_poses(clip, clip.hands[::-1] if own_hands else None)
    before = (
        clip.hands[::-1] if own_hands else np.broadcast_to(matrix_from_axis_angle(RELAXED), clip.hands.shape)
    )
    followed = refine(person)
    assert _turned(followed, person).min() > 8.0 and not followed.hands.estimated.all()
    kept = refine(person, controls=Controls(strength=0.0))
    assert _turned(kept, person).max() < 0.01
    np.testing.assert_allclose(kept.hands.rotations, before, atol=1e-6)
    assert kept.hands.estimated.all() == (not own_hands)
    ranged = refine(person, controls=Controls(frames=(20, 39)))
    assert _turned(ranged, person)[:20].max() < 0.01 and _turned(ranged, person)[30:].min() > 8.0
    np.testing.assert_allclose(ranged.hands.rotations[:20], before[:20], atol=1e-6)


def test_an_arm_that_is_not_refined_has_its_hand_left_alone():
    clip = _clip(frames=40)
    person = _with_poses(clip)
    parts = frozenset(PARTS) - {"left_arm"}
    turned = _turned(refine(person, controls=Controls(parts=parts)), person)
    assert turned[:, 0].max() < 0.01 and turned[:, 1].min() > 8.0
    alone = refine(replace(person, poses=None), controls=Controls(parts=parts))
    assert alone.hands.estimated[:, 0].all() and not alone.hands.estimated[:, 1].any()


def test_points_of_a_hand_are_believed_as_its_arm_is():
    person = _clip(frames=20).person(0.0, 0.0, np.random.default_rng(0))
    hands = refine(person, controls=Controls(limbs={"right_arm": Limb(trust=0.0)})).hands
    assert hands.estimated[:, 1].all() and not hands.estimated[:, 0].any()


def test_fingers_at_ease_are_there_on_demand_and_marked():
    person = Truth(frames=20).person("coco17")
    motion = refine(person, controls=Controls(finger_bones=True))
    assert motion.hands.estimated.all()
    np.testing.assert_allclose(motion.hands.rotations[7], matrix_from_axis_angle(RELAXED), atol=1e-12)
    off = refine(person, controls=Controls(finger_bones=True, hands=None))
    assert off.hands is None
