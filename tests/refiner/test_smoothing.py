"""Noise is measured and removed; clean keypoints pass untouched; gaps are bridged."""

from __future__ import annotations

import numpy as np
import pytest

from addon.refiner.evidence.smoothing import smooth
from addon.refiner.evidence.whittaker import whittaker
from addon.steps import finish

from .motion import Truth


@pytest.mark.parametrize("frames", [8, 9, 11, 60, 301])
def test_the_smoother_solves_its_normal_equations(frames: int) -> None:
    rng, count = np.random.default_rng(0), 3
    values, weights = rng.normal(size=(frames, 3, count)), rng.uniform(size=(frames, count))
    weights[20:25] = 0.0
    differences = [np.diff(np.eye(frames), order, axis=0) for order in (1, 2, 3)]
    strengths = rng.uniform(size=(2, count, 3)) * [[[0.0, 0.0, 10.0]], [[3.0, 5.0, 0.1]]]
    found = finish(whittaker(values, weights, strengths))
    for s, k in np.ndindex(2, count):
        parts = zip(strengths[s, k], differences, strict=True)
        matrix = np.diag(weights[:, k]) + sum(strength * step.T @ step for strength, step in parts)
        expected = np.linalg.solve(matrix, weights[:, k, None] * values[:, :, k])
        np.testing.assert_allclose(found[:, :, s, k], expected, atol=1e-5)


def test_noise_is_measured_within_a_fifth_and_mostly_removed() -> None:
    truth = Truth(0, 300).joints
    noisy = truth + np.random.default_rng(1).normal(size=truth.shape) * 0.02
    result = smooth(noisy, np.ones(truth.shape[:2]), 30.0)
    assert abs(np.median(result.deviation) / 0.02 - 1.0) < 0.2
    before, after = (np.linalg.norm(x - truth, axis=-1).mean() for x in (noisy, result.positions))
    assert after < 0.7 * before


@pytest.mark.parametrize("frames", [8, 12, 24])
def test_who_stands_still_in_a_short_clip_stays_still(frames: int) -> None:
    """A parabola through so few noisy frames would shake by centimetres."""
    noise = np.random.default_rng(0).normal(size=(frames, 24, 3)) * 0.02
    found = smooth(noise, np.ones((frames, 24)), 30.0).positions
    assert np.linalg.norm(np.diff(found, 2, axis=0), axis=-1).mean() < 0.001


def test_a_short_clip_of_somebody_moving_moves() -> None:
    truth = Truth(0, 12).joints
    noisy = truth + np.random.default_rng(0).normal(size=truth.shape) * 0.005
    found = smooth(noisy, np.ones(truth.shape[:2]), 30.0).positions
    moved = np.linalg.norm(truth[-1] - truth[0], axis=-1)
    fast = moved > 0.1
    assert fast.any()
    assert np.linalg.norm((found - truth)[:, fast], axis=-1).max() < 0.03


def test_clean_capture_passes_within_three_millimetres() -> None:
    truth = Truth(0, 300).joints
    result = smooth(truth, np.ones(truth.shape[:2]), 30.0)
    assert np.abs(result.positions - truth).max() < 0.003


def test_a_single_frame_thrown_off_does_not_move_the_path() -> None:
    truth = Truth(0, 200).joints
    thrown = truth.copy()
    thrown[100, 20] += 0.4
    result = smooth(thrown, np.ones(truth.shape[:2]), 30.0)
    assert np.linalg.norm(result.positions[100, 20] - truth[100, 20]) < 0.03


def test_outliers_do_not_pass_for_noise() -> None:
    truth, rng = Truth(0, 200).joints, np.random.default_rng(2)
    seen = truth + rng.normal(size=truth.shape) * 0.005
    thrown = seen + (rng.uniform(size=(*truth.shape[:2], 1)) < 0.1) * rng.normal(size=truth.shape) * 0.12
    result = smooth(thrown, np.ones(truth.shape[:2]), 30.0)
    assert np.median(result.deviation) < 0.01  # with the outliers it would be 0.04


def test_a_short_gap_is_bridged_and_a_long_one_loses_its_support() -> None:
    truth = Truth(0, 200).joints
    gappy = truth.copy()
    gappy[50:53, 20] = np.nan
    gappy[100:160, 21] = np.nan
    result = smooth(gappy, np.isfinite(gappy[..., 0]).astype(float), 30.0)
    assert np.linalg.norm(result.positions[51, 20] - truth[51, 20]) < 0.03
    assert result.support[51, 20] > 0.5
    assert result.support[130, 21] == 0.0


def test_a_point_that_begins_late_comes_in_gradually() -> None:
    truth = Truth(0, 60).joints
    late = truth.copy()
    late[:20, 20] = np.nan
    found = smooth(late, np.isfinite(late[..., 0]).astype(float), 30.0)
    support = found.support[:21, 20]
    assert support[0] == 0.0 and support[19] > 0.8 and support[20] == 1.0
    assert np.abs(np.diff(support)).max() < 0.5
    told = support > 0.5
    assert np.linalg.norm(found.positions[:21, 20] - truth[:21, 20], axis=-1)[told].max() < 0.03


def test_a_point_seen_in_three_frames_is_as_noisy_as_the_others() -> None:
    """A parabola goes through three places whatever the noise: that must not pass for a clean capture."""
    noise = np.random.default_rng(0).normal(size=(8, 24, 3)) * 0.02
    noise[:5, 6] = np.nan
    found = smooth(noise, np.isfinite(noise[..., 0]).astype(float), 30.0)
    assert found.deviation[6] > 0.01
    assert np.linalg.norm(np.diff(found.positions, 2, axis=0), axis=-1).mean() < 0.001


def test_very_short_clips_are_returned_as_they_are() -> None:
    points = np.random.default_rng(0).normal(size=(3, 4, 3))
    np.testing.assert_array_equal(smooth(points, np.ones((3, 4)), 30.0).positions, points)
