"""Points that a tool holds still where it lost them, and points that stand still in truth."""

from __future__ import annotations

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from tests.formats.bodies import keypoints_of, walking

FPS = 30.0
NAMES = find_layout("coco17").keypoints
WRIST, ANKLE = NAMES.index("right_wrist"), NAMES.index("left_ankle")


def noisy_walk(frames: int = 120) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, 0.004, (frames, 17, 3))
    return (walking(frames).layout("coco17") + noise).round(5)


def read(tmp_path, points: np.ndarray):
    np.savez(tmp_path / "clip.npz", keypoints=points, layout="coco17", fps=FPS, up_axis="y", units="m")
    return formats.read(tmp_path / "clip.npz")


@pytest.mark.parametrize("gap", [slice(40, 80), slice(100, 120)], ids=["inside", "at the end"])
def test_a_gap_filled_with_the_last_value_is_missing(tmp_path, gap):
    points = noisy_walk()
    points[gap, WRIST] = points[gap.start - 1, WRIST]
    recording = read(tmp_path, points)
    keypoints = keypoints_of(recording)
    expected = points.copy()
    expected[gap, WRIST] = np.nan
    np.testing.assert_allclose(keypoints.positions, expected, atol=1e-9)
    assert (keypoints.confidence[gap, WRIST] == 0).all()
    (warning,) = (each for each in recording.warnings if "stand still to the last digit" in each)
    assert "right_wrist" in warning and f"{(gap.stop - gap.start) / FPS:.1f} s" in warning


def test_a_gap_at_the_start_filled_with_the_first_value_is_missing(tmp_path):
    points = noisy_walk()
    points[:20, WRIST] = points[20, WRIST]
    assert np.isnan(keypoints_of(read(tmp_path, points)).positions[:20, WRIST]).all()


@pytest.mark.parametrize("digits", [3, 5])
def test_a_foot_that_stands_on_the_floor_is_seen(tmp_path, digits):
    """A smoothed foot in a file of millimetres repeats its values until the heel lifts."""
    points = walking(120).layout("coco17")
    points[30:50, ANKLE] = points[30, ANKLE]
    away = np.linspace(0, 1, 20)[:, None] ** 2 * (points[69, ANKLE] - points[30, ANKLE])
    points[50:70, ANKLE] = points[30, ANKLE] + away
    recording = read(tmp_path, points.round(digits))
    assert np.isfinite(keypoints_of(recording).positions).all()
    assert not any("stand still to the last digit" in warning for warning in recording.warnings)


def test_the_origin_of_a_body_and_a_person_who_stands_still_are_no_gaps(tmp_path):
    points = noisy_walk()
    rooted = points - points[:, :1]
    assert np.isfinite(keypoints_of(read(tmp_path, rooted)).positions).all()
    points = np.concatenate([points[:31], np.repeat(points[30:31], 60, axis=0), points[31:]])
    assert np.isfinite(keypoints_of(read(tmp_path, points)).positions).all()


def test_a_whole_body_held_still_until_it_is_elsewhere_is_missing(tmp_path):
    points = noisy_walk()
    points[40:80] = points[39]
    recording = read(tmp_path, points)
    positions = keypoints_of(recording).positions
    assert np.isnan(positions[40:80]).all() and np.isfinite(np.delete(positions, np.s_[40:80], axis=0)).all()


def test_a_pause_of_few_digits_that_goes_on_where_it_was_is_seen(tmp_path):
    points = noisy_walk().round(3)
    points = np.concatenate([points[:60], np.repeat(points[60:61], 20, axis=0), points[60:]])
    assert np.isfinite(keypoints_of(read(tmp_path, points)).positions).all()


def still_but(moving: tuple[str, ...]) -> np.ndarray:
    """(T, 17, 3) one pose, with some keypoints that circle by 6 cm."""
    points = np.repeat(walking(1).layout("coco17"), 60, axis=0)
    around = np.arange(60)[:, None] / 5.0 + np.arange(len(moving))
    points[:, [NAMES.index(name) for name in moving], 1] += 0.06 * np.sin(around)
    return points


def test_who_stands_and_waves_is_no_broken_track(tmp_path):
    arms = ("left_elbow", "left_wrist", "right_elbow", "right_wrist")
    assert not any("hardly moves" in said for said in read(tmp_path, still_but(arms)).warnings)


def test_who_stands_as_still_as_can_be_is_no_broken_track(tmp_path):
    sway = 0.004 * np.sin(np.arange(60) / 9.0)[:, None, None]
    points = still_but(("right_wrist", "right_elbow"))
    hips = [NAMES.index(name) for name in ("left_hip", "right_hip")]
    points[:, hips] += sway
    assert not any("hardly moves" in said for said in read(tmp_path, points).warnings)


def test_half_the_limbs_held_still_are_told_as_a_broken_track(tmp_path):
    points = still_but(("left_wrist", "right_wrist", "right_ankle", "right_elbow"))
    assert any("hardly moves" in said for said in read(tmp_path, points).warnings)
