"""Bone lengths come from the keypoints of the whole clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.skeleton import MIRROR_JOINTS, REST_OFFSETS
from addon.refiner.evidence.targets import targets_from_keypoints
from addon.refiner.whole_clip.bones import estimate_bone_offsets, wander_variance, with_wander

from .motion import Truth


def lengths(offsets: np.ndarray) -> np.ndarray:
    return np.linalg.norm(offsets, axis=-1)[1:]


def performer() -> np.ndarray:
    """A tall person with long legs."""
    ratio = np.full(24, 1.08)
    ratio[[4, 5, 7, 8]] = 1.15
    return REST_OFFSETS * ratio[:, None]


@pytest.mark.parametrize(("noise", "allowed"), [(0.0, 0.012), (0.02, 0.04)])
def test_lengths_of_a_tall_person_are_found_from_all_joints(noise: float, allowed: float) -> None:
    person = Truth(0, 300, performer()).person("smpl24", noise)
    found = estimate_bone_offsets(targets_from_keypoints(person.keypoints, 30.0))
    error = np.abs(lengths(found) / lengths(performer()) - 1.0)
    assert error.mean() < allowed


@pytest.mark.parametrize("layout", ["coco17", "body25", "h36m17", "mediapipe33"])
def test_limbs_are_found_from_any_layout(layout: str) -> None:
    person = Truth(0, 300, performer()).person(layout, 0.005)
    found = estimate_bone_offsets(targets_from_keypoints(person.keypoints, 30.0))
    limbs = np.array([4, 5, 7, 8, 18, 19, 20, 21]) - 1
    error = np.abs(lengths(found) / lengths(performer()) - 1.0)[limbs]
    assert error.mean() < 0.04


def test_left_and_right_are_equal() -> None:
    person = Truth(0, 100, performer()).person("body25", 0.03)
    ratios = lengths(estimate_bone_offsets(targets_from_keypoints(person.keypoints, 30.0))) / lengths(
        REST_OFFSETS
    )
    np.testing.assert_allclose(ratios, ratios[np.array(MIRROR_JOINTS)[1:] - 1])


def test_one_frame_is_enough() -> None:
    person = Truth(0, 1, performer()).person("smpl24")
    found = estimate_bone_offsets(targets_from_keypoints(person.keypoints, 30.0))
    assert np.abs(lengths(found) / lengths(performer()) - 1.0).mean() < 0.03


def test_wandering_keypoints_are_trusted_less_and_steady_ones_as_before() -> None:
    person = Truth(0, 300).person("smpl24")
    steady = targets_from_keypoints(person.keypoints, 30.0)
    np.testing.assert_allclose(with_wander(steady).precision, steady.precision, rtol=0.1)
    seconds = np.arange(300)[:, None, None] / 30.0
    phase = np.random.default_rng(0).uniform(0, 6.28, size=(1, 24, 3))
    wander = 0.02 * np.sqrt(2) * np.sin(2 * np.pi * 0.4 * seconds + phase)
    keypoints = replace(person.keypoints, positions=person.keypoints.positions + wander)
    found = with_wander(targets_from_keypoints(keypoints, 30.0))
    deviation = 1.0 / np.sqrt(found.precision)
    assert 0.01 < np.median(deviation) < 0.03


def test_the_noise_of_single_frames_is_told_by_the_limbs_of_all_of_them() -> None:
    person = Truth(0, 120).person("smpl24", 0.02)
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    unsmoothed = replace(targets, positions=targets.raw, noise=np.zeros(24))
    assert np.sqrt(wander_variance(unsmoothed)) == pytest.approx(0.02, rel=0.35)
