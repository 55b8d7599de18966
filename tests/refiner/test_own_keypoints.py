"""Clean capture passes: a file whose keypoints are its poses' own joints, quick moves, the first frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_COUNT, REST_OFFSETS
from addon.recording import Person, Poses
from addon.refiner import refine
from addon.refiner.evidence.bursts import steadiness, with_bursts
from addon.refiner.whole_clip.own_keypoints import OWN_KEYPOINTS, hang_on

from .motion import Truth

BVH = Path(__file__).parents[2] / "bundled_model/samples/cgspeed/01_01.bvh"
BODY = slice(0, 22)


def degrees(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(one, other))


def with_own_joints(truth: Truth, estimate: Poses, size: float = 1.0) -> Person:
    """The estimate with the joints of a skeleton of this size under it, as a tool writes them."""
    joints, world = forward(estimate.rotations, estimate.pelvis, REST_OFFSETS * size)
    posed = Truth.__new__(Truth)
    posed.rotations, posed.pelvis, posed.bones = estimate.rotations, estimate.pelvis, REST_OFFSETS * size
    posed.joints, posed.world = joints, world
    return posed.person(poses=estimate)


def given(person: Person) -> Poses:
    assert person.poses is not None
    return person.poses


@pytest.mark.parametrize("mode", ["auto", "plugin", "poses"])
def test_a_clean_bvh_comes_back_within_half_a_degree(mode: str) -> None:
    person = formats.read(BVH).people[0]
    motion = refine(person, mode=mode, engine="numpy")
    away = degrees(motion.rotations, given(person).rotations)[:, BODY]
    for frames in (slice(0, 10), slice(-10, None), slice(None)):
        assert away[frames].mean() < 0.5
    assert np.percentile(away, 99) < 1.5


def test_the_body_stands_where_the_joints_are_and_follows_their_path() -> None:
    person = formats.read(BVH).people[0]
    before, motion = (refine(person, mode=mode, engine="numpy") for mode in ("none", "auto"))
    assert motion.fit_error_mm.mean() < 0.5 * before.fit_error_mm.mean()
    away = motion.pelvis - given(person).pelvis
    assert np.linalg.norm(away - away.mean(0), axis=-1).max() < 0.01
    assert OWN_KEYPOINTS in motion.warnings


def test_the_bones_are_the_performers() -> None:
    truth = Truth()
    motion = refine(with_own_joints(truth, Poses(truth.rotations, truth.pelvis), 1.1), engine="numpy")
    lengths = np.linalg.norm(motion.bone_offsets, axis=-1) / np.maximum(
        np.linalg.norm(REST_OFFSETS, axis=-1), 1e-9
    )
    np.testing.assert_allclose(lengths[1:10], 1.1, atol=0.02)


def test_keypoints_of_another_source_are_not_taken_for_the_poses_own() -> None:
    truth = Truth()
    own = with_own_joints(truth, truth.estimate(12.0))
    assert own.keypoints is not None and hang_on(own.keypoints, given(own))
    for other in (
        truth.person(poses=truth.estimate(3.0)),
        truth.person(noise=0.005, poses=Poses(truth.rotations, truth.pelvis)),
    ):
        assert other.keypoints is not None and not hang_on(other.keypoints, given(other))


def test_a_still_body_does_not_tell_whose_its_keypoints_are() -> None:
    truth = Truth()
    still = Poses(np.repeat(truth.rotations[:1], 20, 0), np.repeat(truth.pelvis[:1], 20, 0))
    person = with_own_joints(truth, still)
    assert person.keypoints is not None and not hang_on(person.keypoints, still)


def test_without_a_keypoint_here_and_there_they_are_still_the_poses_own() -> None:
    truth = Truth()
    person = with_own_joints(truth, Poses(truth.rotations, truth.pelvis))
    keypoints = person.keypoints
    assert keypoints is not None
    positions = keypoints.positions.copy()
    positions[np.random.default_rng(0).random(positions.shape[:2]) < 0.1] = np.nan
    person = replace(person, keypoints=replace(keypoints, positions=positions))
    motion = refine(person, engine="numpy")
    assert OWN_KEYPOINTS in motion.warnings
    assert degrees(motion.rotations, truth.rotations)[:, BODY].mean() < 0.5


def blow(frames: int = 60, at: int = 30, length: int = 4) -> np.ndarray:
    """(T, 24, 3, 3) a clean, slow turn of the arms with a blow of some frames in it."""
    turns = np.zeros((frames, JOINT_COUNT, 3))
    turns[:, 18, 1] = 0.5 * np.sin(np.arange(frames) / 20.0)
    turns[at : at + length, 18, 1] += 0.5
    rng = np.random.default_rng(0)
    return matrix_from_axis_angle(turns + rng.normal(size=turns.shape) * np.radians(0.05))


def test_a_blow_in_a_clean_capture_is_not_smoothed_away() -> None:
    rotations = blow()
    motion = refine(Person("0", np.arange(60), 30.0, None, Poses(rotations, np.zeros((60, 3)))))
    assert degrees(motion.rotations, rotations)[31:33, 18].max() < 5.0
    calm = rotations.copy()
    calm[30:34, 18] = blow(length=0)[30:34, 18]
    assert degrees(with_bursts(rotations, calm), rotations)[31:33, 18].max() < 1.0


def test_noise_is_no_burst() -> None:
    rng = np.random.default_rng(0)
    clean = np.tile(np.eye(3), (300, 2, 1, 1))
    noisy = matrix_from_axis_angle(rng.normal(size=(300, 2, 3)) * 0.02)
    assert (steadiness(noisy, clean) > 0.9).all()
    noisy[100, 0] = matrix_from_axis_angle(np.array([0.0, 1.0, 0.0]))  # one frame that jumps
    kept = degrees(with_bursts(noisy, clean), clean)
    assert kept.mean() < 0.05 and kept[100, 0] < 1.0
