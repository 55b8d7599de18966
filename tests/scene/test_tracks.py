"""Where a recorded person's points are at a moment: seen, between two moments, missing."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person, Poses
from addon.scene.tracks import FILLED, SEEN, extent_of, track_of


def _person(positions, frame_ids=None, fps=30.0, names=("nose", "left_wrist")) -> Person:
    positions = np.asarray(positions, float)
    keypoints = Keypoints(positions, np.ones(positions.shape[:2]), names, names)
    ids = np.arange(len(positions)) if frame_ids is None else np.asarray(frame_ids)
    return Person("0", ids, fps, keypoints)


def _walk(frames: int) -> np.ndarray:
    """(T, 2, 3) in SMPL's frame: one metre a frame to the front (+Z), the second a metre higher (+Y)."""
    steps = np.zeros((frames, 2, 3))
    steps[..., 2] = np.arange(frames)[:, None]
    steps[:, 1, 1] = 1.0
    return steps


def test_points_are_in_blenders_frame():
    points, strength = track_of(_person(_walk(5))).at(3 / 30)
    np.testing.assert_allclose(points, [[0, -3, 0], [0, -3, 1]], atol=1e-6)
    assert strength.tolist() == [SEEN, SEEN]


def test_between_frames_points_are_between():
    points, strength = track_of(_person(_walk(5))).at(2.25 / 30)
    np.testing.assert_allclose(points[:, 1], -2.25, atol=1e-5)
    assert strength.tolist() == [SEEN, SEEN]


def test_a_short_gap_is_filled_and_faint():
    positions = _walk(10)
    positions[4:7, 1] = np.nan
    track = track_of(_person(positions))
    points, strength = track.at(5 / 30)
    assert strength.tolist() == [SEEN, FILLED]
    np.testing.assert_allclose(points[1], [0, -5, 1], atol=1e-5)
    assert track.at(3 / 30)[1].tolist() == track.at(7 / 30)[1].tolist() == [SEEN, SEEN]


def test_what_is_missing_for_long_or_at_an_end_is_not_there():
    positions = _walk(60)
    positions[10:50, 1] = np.nan
    positions[:5, 0] = np.nan
    track = track_of(_person(positions))
    assert track.at(30 / 30)[1].tolist() == [SEEN, 0.0]
    assert track.at(2 / 30)[1].tolist() == [0.0, SEEN]


def test_no_confidence_is_missing():
    person = _person(_walk(3))
    person.keypoints.confidence[:, 1] = 0.0
    assert track_of(person).at(1 / 30)[1].tolist() == [SEEN, 0.0]


def test_a_person_who_is_away_is_filled_for_a_moment_and_then_not_there():
    track = track_of(_person(_walk(4), frame_ids=[10, 11, 20, 80]))
    assert track.at(15 / 30)[1].tolist() == [FILLED, FILLED]
    assert track.at(50 / 30)[1].tolist() == [0.0, 0.0]
    assert track.at(9 / 30)[1].tolist() == track.at(81 / 30)[1].tolist() == [0.0, 0.0]
    assert track.at(80 / 30)[1].tolist() == [SEEN, SEEN]


def test_poses_are_shown_by_their_joints():
    turns = matrix_from_axis_angle(np.random.default_rng(0).normal(0, 0.3, (4, 24, 3)))
    pelvis = np.tile([0.0, 0.9, 0.0], (4, 1))
    track = track_of(Person("0", np.arange(4), 30.0, poses=Poses(turns, pelvis)))
    joints, _ = forward(turns, pelvis, REST_OFFSETS)
    x, y, z = joints[2].T
    np.testing.assert_allclose(track.at(2 / 30)[0], np.stack([x, -z, y], axis=-1), atol=1e-6)
    assert track.canonical == JOINT_NAMES and len(track.links) == 23


def test_a_point_that_is_never_seen_does_not_part_its_neighbours():
    positions = np.zeros((3, 3, 3))
    positions[:, 1] = np.nan
    person = _person(positions, names=("left_hip", "left_knee", "left_ankle"))
    assert track_of(person).links.tolist() == [[0, 2]]


def test_nothing_seen_is_no_track():
    assert track_of(_person(np.full((3, 2, 3), np.nan))) is None


def test_the_extent_holds_everybody_but_no_stray_point():
    positions = _walk(5)
    positions = np.concatenate([positions] * 200)
    positions[7, 0] = 1e6
    centre, radius = extent_of([track_of(_person(positions))], widest=6.0)
    np.testing.assert_allclose(centre, (0, -2, 0.5), atol=0.1)
    assert 2.0 < radius < 2.3


def test_a_long_way_is_framed_where_it_starts():
    centre, radius = extent_of([track_of(_person(_walk(100)))], widest=6.0)
    np.testing.assert_allclose(centre, (0, 0, 0.5), atol=1e-6)
    assert radius == pytest.approx(0.5)


def test_a_look_at_ten_thousand_frames_takes_no_more_of_them_than_it_shows():
    random = np.random.default_rng(0)
    names = tuple(JOINT_NAMES) * 5
    track = track_of(_person(random.normal(size=(10_000, 120, 3)), names=names))
    tracemalloc.start()
    track.at(5_000.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * 120 * 3 * 8
