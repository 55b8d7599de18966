"""Poses without keypoints are their own evidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.recording import Person, Poses
from addon.refiner import Controls, RefineError, jitter, refine
from addon.refiner.evidence.own_evidence import flips, read_path, steady
from addon.refiner.timeline import interpolate, interpolate_rotations
from addon.steps import finish

from .motion import Truth

CAPTURE = Path(__file__).parents[2] / "bundled_model" / "samples" / "cgspeed" / "01_01.bvh"
ELBOW = JOINT_NAMES.index("left_elbow")


def person(rotations: np.ndarray, pelvis: np.ndarray, fps: float = 30.0) -> Person:
    return Person("0", np.arange(len(pelvis)), fps, None, Poses(rotations, pelvis))


def shaken(truth: Truth, degrees: float = 2.0, metres: float = 0.01) -> Person:
    """The truth with white noise of these deviations per axis."""
    rng = np.random.default_rng(0)
    turn = rng.normal(size=(*truth.rotations.shape[:2], 3)) * np.radians(degrees)
    return person(
        truth.rotations @ matrix_from_axis_angle(turn),
        truth.pelvis + rng.normal(size=truth.pelvis.shape) * metres,
    )


def degrees(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(one, other))


def test_a_clean_capture_passes_within_half_a_degree_from_the_first_frame_on() -> None:
    truth = Truth()
    motion = refine(person(truth.rotations, truth.pelvis))
    away = degrees(motion.rotations, truth.rotations)
    assert away.mean() < 0.5 and away.mean(1).max() < 2.0
    assert np.linalg.norm(motion.pelvis - truth.pelvis, axis=-1).max() < 0.005


def test_eight_frames_of_somebody_standing_keep_little_of_slight_shaking_on_a_slow_drift() -> None:
    def jerks(rotations: np.ndarray) -> float:
        turns = np.swapaxes(rotations[:-1], -1, -2) @ rotations[1:]
        return float(degrees(turns[1:], turns[:-1]).mean())

    kept = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        drift = interpolate(rng.normal(size=(3, 24, 3)), np.linspace(0.0, 2.0, 8))
        given = matrix_from_axis_angle(np.radians(6.0) * (0.7 * drift + 0.05 * rng.normal(size=(8, 24, 3))))
        kept.append(jerks(steady(given, 30.0).rotations) / jerks(given))
    assert np.mean(kept) < 0.68


def test_what_shakes_goes_and_the_motion_stays() -> None:
    truth = Truth()
    given = shaken(truth)
    before, true = refine(given, mode="none"), refine(person(truth.rotations, truth.pelvis), mode="none")
    motion = refine(given)
    assert jitter(motion) < 1.2 * jitter(true) < 0.2 * jitter(before)
    assert given.poses is not None
    assert (
        degrees(motion.rotations, truth.rotations).mean()
        < 0.8 * degrees(given.poses.rotations, truth.rotations).mean()
    )
    assert (
        np.abs(motion.pelvis - truth.pelvis).mean() < 0.7 * np.abs(given.poses.pelvis - truth.pelvis).mean()
    )


@pytest.mark.parametrize("seen", ["every second frame", "half of the frames", "every frame twice"])
def test_what_shakes_goes_too_where_frames_are_missing_or_repeated(seen: str) -> None:
    truth = Truth()
    given, numbers = shaken(truth), np.arange(len(truth.pelvis))
    if seen == "every frame twice":
        given = replace(given.rows(numbers // 2 * 2), frame_ids=numbers)
    else:
        chance = np.random.default_rng(1).uniform(size=len(numbers)) < 0.5
        numbers = numbers[chance] if seen == "half of the frames" else numbers[::2]
        given = given.rows(numbers)
    true = refine(person(truth.rotations, truth.pelvis).rows(numbers), mode="none")
    assert jitter(refine(given)) < 1.2 * jitter(true)


def test_what_shakes_goes_too_where_a_tool_put_frames_between() -> None:
    truth = Truth()
    given = shaken(truth)
    assert given.poses is not None
    times = np.arange(2 * len(truth.pelvis) - 1) / 2.0
    rotations, pelvis = (
        interpolate_rotations(given.poses.rotations, times),
        interpolate(given.poses.pelvis, times),
    )
    true = refine(
        person(interpolate_rotations(truth.rotations, times), interpolate(truth.pelvis, times), 60.0)
    )
    assert jitter(refine(person(rotations, pelvis, 60.0))) < 1.3 * jitter(true)


def test_a_limb_that_jumps_for_a_frame_is_brought_back() -> None:
    truth = Truth()
    given = shaken(truth, 0.5, 0.0)
    assert given.poses is not None
    flip = matrix_from_axis_angle(np.array([0.0, 2.0, 0.0]))
    given.poses.rotations[40, ELBOW] = given.poses.rotations[40, ELBOW] @ flip
    motion = refine(given)
    assert degrees(motion.rotations[40, ELBOW], truth.rotations[40, ELBOW]) < 15.0


def test_lost_frames_are_left_to_the_scene_and_do_not_break_the_rest() -> None:
    truth = Truth()
    rows = np.r_[0:30, 34:90]
    given = person(truth.rotations, truth.pelvis).rows(rows)
    motion = refine(given)
    assert (motion.frame_ids == rows).all()
    assert degrees(motion.rotations, truth.rotations[rows]).mean() < 0.3


def test_strength_and_smoothing_say_how_far() -> None:
    truth = Truth()
    given = shaken(truth)
    assert given.poses is not None
    none = refine(given, controls=Controls(strength=0.0))
    np.testing.assert_allclose(none.rotations, given.poses.rotations, atol=1e-6)
    rough = refine(given, controls=Controls(smoothness=0.0))
    np.testing.assert_allclose(rough.rotations, given.poses.rotations, atol=1e-6)
    usual, calmer = (jitter(refine(given, controls=Controls(smoothness=s))) for s in (1.0, 2.0))
    assert calmer < usual < jitter(none)


def test_parts_and_frames_that_were_not_chosen_stay_as_they_are() -> None:
    given = shaken(Truth())
    assert given.poses is not None
    motion = refine(given, controls=Controls(parts=frozenset({"left_arm"}), frames=(30, 60)))
    legs = [JOINT_NAMES.index("left_knee"), JOINT_NAMES.index("pelvis")]
    np.testing.assert_allclose(motion.rotations[:, legs], given.poses.rotations[:, legs], atol=1e-6)
    np.testing.assert_allclose(motion.rotations[:20], given.poses.rotations[:20], atol=1e-6)
    assert degrees(motion.rotations[45, ELBOW], given.poses.rotations[45, ELBOW]) > 0.1
    np.testing.assert_allclose(motion.pelvis, given.poses.pelvis, atol=1e-9)


def test_single_poses_stay_as_they_are() -> None:
    truth = Truth(frames=3)
    motion = refine(person(truth.rotations, truth.pelvis))
    np.testing.assert_allclose(motion.rotations, truth.rotations, atol=1e-9)
    assert np.isnan(motion.uncertainty_deg).all()


def test_the_rate_does_not_matter() -> None:
    truth = Truth(3)
    times = np.arange(0.0, 89.25, 0.5)
    fast = person(interpolate_rotations(truth.rotations, times), interpolate(truth.pelvis, times), 60.0)
    one, two = refine(person(truth.rotations, truth.pelvis)), refine(fast)
    assert degrees(one.rotations, two.rotations[::2]).mean() < 1.0


def test_keypoints_that_are_not_there_are_asked_for() -> None:
    truth = Truth(frames=10)
    with pytest.raises(RefineError, match="no keypoints to refine toward"):
        refine(person(truth.rotations, truth.pelvis), mode="plugin")


def test_noise_is_measured_as_it_is() -> None:
    truth = Truth()
    quiet = steady(truth.rotations, 30.0)
    assert np.degrees(np.median(quiet.shake)) < 0.4
    given = shaken(truth)
    assert given.poses is not None
    found = np.degrees(steady(given.poses.rotations, 30.0).shake)
    assert abs(np.mean(found) - 2.0) < 0.5


def test_in_plugin_use_clean_poses_come_back_from_their_own_joints() -> None:
    truth = Truth()
    motion = refine(truth.person(poses=Poses(truth.rotations, truth.pelvis)))
    away = degrees(motion.rotations, truth.rotations)
    assert away.mean(0).max() < 1.5


def test_in_plugin_use_a_shaking_estimate_does_not_shake_the_result() -> None:
    truth = Truth()
    estimate = shaken(truth, 3.0).poses
    motion = refine(truth.person("coco17", 0.02, poses=estimate))
    true = refine(person(truth.rotations, truth.pelvis), mode="none")
    assert jitter(motion) < 1.2 * jitter(true)


@pytest.mark.parametrize(
    ("joint", "frames"), [("left_hip", 6), ("left_elbow", 8), ("pelvis", 4), ("left_knee", 1)]
)
def test_a_limb_that_flips_for_some_frames_is_turned_back(joint: str, frames: int) -> None:
    truth = Truth()
    given = shaken(truth, 1.0, 0.0)
    assert given.poses is not None
    place, turn = JOINT_NAMES.index(joint), matrix_from_axis_angle(np.array([0.0, 2.0, 0.5]))
    given.poses.rotations[40 : 40 + frames, place] = given.poses.rotations[40 : 40 + frames, place] @ turn
    motion = refine(given)
    assert (
        degrees(motion.rotations[40 : 40 + frames, place], truth.rotations[40 : 40 + frames, place]).max()
        < 25.0
    )


@pytest.mark.parametrize("joint", ["left_hip", "right_knee", "left_elbow"])
def test_a_limb_that_flips_by_forty_degrees_does_not_jump(joint: str) -> None:
    truth = Truth()
    given = shaken(truth, 1.0, 0.0)
    assert given.poses is not None
    place, turn = JOINT_NAMES.index(joint), matrix_from_axis_angle(np.array([0.0, 0.68, 0.17]))
    given.poses.rotations[40:42, place] = given.poses.rotations[40:42, place] @ turn
    motion = refine(given)
    assert degrees(motion.rotations[39:43, place], truth.rotations[39:43, place]).max() < 8.0


def test_a_body_that_sits_does_not_shake_with_its_camera() -> None:
    """Its place errs slowly, and a little from frame to frame."""
    worst = 0.0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        place = rng.normal(size=(150, 3)) * 0.003
        for row, step in enumerate(rng.normal(size=(149, 3)) * 0.012):
            place[row + 1] += 0.9 * place[row] + step
        path = finish(read_path(place, 30.0)).usual.positions[..., 0]
        worst = max(worst, float(np.abs(np.diff(path, 2, axis=0)).mean(0).max()))
    assert worst < 0.006


def test_quick_moves_are_no_flips() -> None:
    for clip in range(12):
        truth = Truth(clip)
        assert not flips(truth.rotations, 30.0).any()


def test_of_a_real_capture_only_frames_that_stand_out_are_changed() -> None:
    """Single frames of a motion capture whose markers jittered, as a recording of CMU has them."""
    capture = formats.read(CAPTURE).people[0]
    assert capture.poses is not None
    given = capture.poses.rotations
    away = degrees(refine(capture, engine="numpy").rotations, given)
    middle = np.linalg.norm(given[2:] + given[:-2] - 2 * given[1:-1], axis=(-1, -2)) / 2
    off = np.degrees(middle / np.sqrt(2))  # of a frame from the middle of its neighbours
    assert away.mean() < 0.2 and max(away[0].max(), away[-1].max()) < 0.5
    assert away[1:-1][off < 0.3].max() < 0.5
    assert np.median(off[away[1:-1] > 0.5]) > 5 * np.median(off)
