"""What was set by hand is held: exactly where it was set, eased around it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.motion import Held, Motion
from addon.refiner import hold

from .motion import Truth

ELBOW = JOINT_NAMES.index("left_elbow")
EASE = 9
"""Frames at 30 a second from a held pose to the motion's own."""


def moving(frames: int = 90, fps: float = 30.0, seed: int = 0) -> Motion:
    """Somebody who waves every joint."""
    seconds = np.arange(frames) / fps
    speeds = np.random.default_rng(seed).uniform(1, 4, (24, 3))
    return Motion(
        rotations=matrix_from_axis_angle(0.6 * np.sin(seconds[:, None, None] * speeds)),
        pelvis=np.sin(seconds[:, None] * [1.0, 2.0, 3.0]),
        bone_offsets=REST_OFFSETS,
        fps=fps,
        frame_ids=np.arange(frames),
        fit_error_mm=np.zeros(frames),
        uncertainty_deg=np.full((frames, 24), 5.0),
    )


def set_by_hand(motion: Motion, rows: np.ndarray, degrees: float = 30.0, joint: int = ELBOW) -> Held:
    """A joint turned further in some frames."""
    rotations = motion.rotations[rows].copy()
    rotations[:, joint] @= matrix_from_axis_angle(np.radians([0.0, degrees, 0.0]))
    turns = np.zeros((len(rows), 24), bool)
    turns[:, joint] = True
    return Held(motion.times[rows], rotations, motion.pelvis[rows], turns, np.zeros(len(rows), bool))


def degrees_apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(first, second))


def at(motion: Motion, seconds: np.ndarray, joint: int = ELBOW) -> np.ndarray:
    """Rotations of a joint at any time, on the shortest turn between frames."""
    places = seconds * motion.fps
    before = np.minimum(places.astype(int), motion.frames - 2)
    start, end = motion.rotations[before, joint], motion.rotations[before + 1, joint]
    turn = axis_angle_from_matrix(np.swapaxes(start, -1, -2) @ end)
    return start @ matrix_from_axis_angle(turn * (places - before)[:, None])


@pytest.mark.parametrize("rows", [np.array([40]), np.arange(30, 50), np.array([0]), np.array([89])])
def test_a_held_pose_is_reached_exactly(rows: np.ndarray) -> None:
    held = set_by_hand(moving(seed=1), rows)
    found = hold(moving(), held)
    np.testing.assert_allclose(found.rotations[rows, ELBOW], held.rotations[:, ELBOW], atol=1e-9)


def test_the_rest_of_the_body_is_free() -> None:
    motion = moving()
    found = hold(motion, set_by_hand(motion, np.arange(30, 50)))
    others = np.arange(24) != ELBOW
    np.testing.assert_array_equal(found.rotations[:, others], motion.rotations[:, others])
    np.testing.assert_array_equal(found.pelvis, motion.pelvis)


def test_it_eases_over_the_frames_around_and_no_further() -> None:
    motion = moving()
    away = degrees_apart(hold(motion, set_by_hand(motion, np.array([40]))).rotations, motion.rotations)
    assert np.argmax(away[:, ELBOW]) == 40 and away[40, ELBOW] == pytest.approx(30.0)
    assert (np.diff(away[40 - EASE : 41, ELBOW]) > 0).all() and (
        np.diff(away[40 : 41 + EASE, ELBOW]) < 0
    ).all()
    assert np.abs(np.diff(away[:, ELBOW])).max() < 6.0
    np.testing.assert_allclose(away[np.r_[: 41 - EASE, 40 + EASE : 90], ELBOW], 0.0, atol=1e-6)


def test_held_poses_close_to_each_other_go_over_into_one_another() -> None:
    motion = moving()
    away = degrees_apart(hold(motion, set_by_hand(motion, np.array([40, 46]))).rotations, motion.rotations)
    np.testing.assert_allclose(away[40:47, ELBOW], 30.0, atol=1e-6)


@pytest.mark.parametrize("fps", [24.0, 25.0, 60.0, 120.0])
def test_moments_between_frames_are_held_too(fps: float) -> None:
    """As keys of a scene at another rate than the recording's are."""
    motion = moving(int(3 * fps), fps)
    seconds = np.array([1.0, 1.04, 1.08, 2.21])
    own = at(motion, seconds)
    wanted = own @ matrix_from_axis_angle(np.radians([0.0, 30.0, 0.0]))
    turns = np.zeros((4, 24), bool)
    turns[:, ELBOW] = True
    rotations = np.tile(np.eye(3), (4, 24, 1, 1))
    rotations[:, ELBOW] = wanted
    found = hold(motion, Held(seconds, rotations, np.zeros((4, 3)), turns, np.zeros(4, bool)))
    assert degrees_apart(at(found, seconds), wanted).max() < 1e-4


def test_the_pelvis_is_held_where_it_was_put() -> None:
    motion = moving()
    rows = np.arange(30, 40)
    nothing = np.zeros((10, 24), bool)
    held = Held(
        motion.times[rows], motion.rotations[rows], motion.pelvis[rows] + 0.2, nothing, np.ones(10, bool)
    )
    found = hold(motion, held)
    np.testing.assert_allclose(found.pelvis[rows], motion.pelvis[rows] + 0.2)
    np.testing.assert_array_equal(found.rotations, motion.rotations)
    assert np.abs(np.diff(found.pelvis - motion.pelvis, axis=0)).max() < 0.04
    np.testing.assert_allclose(found.pelvis[[20, 50]], motion.pelvis[[20, 50]])


def test_a_body_turned_right_round_is_held_without_a_flip() -> None:
    motion = moving()
    held = set_by_hand(motion, np.array([30, 36, 42]), 180.0, 0)
    wobble = matrix_from_axis_angle(np.radians([[0.0, 2.0, 0.0], [0.0, -2.0, 0.0], [0.0, 2.0, 0.0]]))
    held.rotations[:, 0] @= wobble
    away = degrees_apart(hold(motion, held).rotations, motion.rotations)[30:43, 0]
    assert away.min() > 177.0


def test_what_is_held_outside_the_motion_changes_nothing() -> None:
    motion = moving()
    held = set_by_hand(motion, np.array([40]))
    outside = Held(held.times + 60.0, held.rotations, held.pelvis, held.turns, held.places)
    assert hold(motion, outside) is motion


def test_figures_are_those_of_the_held_motion() -> None:
    truth = Truth(0)
    person = truth.person("smpl24")
    motion = Motion(
        truth.rotations,
        truth.pelvis,
        truth.bones,
        30.0,
        person.frame_ids,
        np.zeros(90),
        np.full((90, 24), 5.0),
    )
    found = hold(motion, set_by_hand(motion, np.array([40])), person.keypoints)
    assert found.fit_error_mm[40] > 5.0 and found.fit_error_mm[10] < 1e-6
    assert np.isnan(found.uncertainty_deg[40, ELBOW]) and np.isfinite(found.uncertainty_deg[41, ELBOW])
    assert np.isfinite(found.uncertainty_deg[40, ELBOW + 1])
