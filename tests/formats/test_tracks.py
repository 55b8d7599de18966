"""Tracks of one person that follow each other, that jump at cuts, and that fly off at their end."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import REST_PELVIS
from addon.formats.camera import moved
from addon.formats.camera_cuts import camera_turns, seen_cuts
from addon.formats.cuts import new_series, split, without_jumps
from addon.formats.following import chains, joined_tracks
from addon.formats.paths import path_of
from tests.formats.bodies import poses_of, walking
from tests.formats.test_camera import as_keypoints, people_of_cmu, pitched, walker
from tests.formats.test_estimators import CAMERA, phalp
from tests.formats.test_estimators import tram as one_shot

PIECES = {0: (0, 35), 4: (37, 60), 17: (61, 95), 31: (97, 120)}


def wham(folder: Path, pieces: dict[int, tuple[int, int]] = PIECES) -> Path:
    """One person whom the tracker lost: each track's world starts anew at its own pelvis."""
    body = walking(120)
    vectors = axis_angle_from_matrix(body.rotations).reshape(120, 72)
    held = {}
    for name, (start, end) in pieces.items():
        place = body.pelvis[start:end] - body.pelvis[start] - REST_PELVIS
        held[name] = {
            "pose": vectors[start:end], "trans": place, "pose_world": vectors[start:end],
            "trans_world": place, "frame_ids": np.arange(start, end),
        }  # fmt: skip
    (folder / "wham_output.pkl").write_bytes(pickle.dumps(held))
    return folder / "wham_output.pkl"


def test_tracks_that_follow_each_other_are_offered_as_one_person(tmp_path):
    recording = formats.read(wham(tmp_path))
    assert [one.id for one in recording.people] == ["0", "4", "17", "31"]
    assert any("0, 4, 17 and 31" in warning and "--join-tracks" in warning for warning in recording.warnings)


def test_joined_tracks_go_on_where_the_one_before_ended(tmp_path):
    recording = formats.read(wham(tmp_path), join_tracks=True)
    (one,) = recording.people
    assert one.frames == 35 + 23 + 34 + 23 and one.id == "0"
    assert any("were joined as person 0" in warning for warning in recording.warnings)
    true = walking(120).pelvis[one.frame_ids]
    found = poses_of(recording).pelvis
    away = (found - found[0]) - (true - true[0])
    assert np.linalg.norm(away[:, [0, 2]], axis=-1).max() < 0.15  # a tenth of a second each, guessed


def test_a_joined_track_that_starts_turned_faces_on_as_before():
    one = walker()
    first, second = one.rows(np.arange(40)), one.rows(np.arange(42, 90))
    second = replace(moved(second, pitched(90, (0.0, 1.0, 0.0)), np.array([5.0, 0.0, 3.0])), id="1")
    (whole,), _ = joined_tracks((first, second))
    assert whole.poses is not None and one.poses is not None
    kept = np.delete(np.arange(90), [40, 41])
    np.testing.assert_allclose(whole.poses.pelvis, one.poses.pelvis[kept], atol=0.2)


def test_two_people_at_the_same_time_are_not_taken_for_one():
    one = walker()
    both = [one.rows(np.arange(60)), replace(one.rows(np.arange(50, 90)), id="1")]
    assert chains(both) == []
    crowd = [one.rows(np.arange(40)), *(replace(one.rows(np.arange(42, 90)), id=name) for name in "12")]
    assert chains(crowd) == []


def test_mocap_neither_jumps_nor_flies_off():
    for one in people_of_cmu():
        people, told = without_jumps((one,))
        assert people[0] is one and told == []


@pytest.mark.parametrize(
    "seen", [walker, lambda: as_keypoints(walker(), noise=0.01)], ids=["poses", "keypoints"]
)
def test_a_step_of_metres_splits_the_track(seen):
    one = seen()
    elsewhere = np.where(np.arange(90) < 50, 0.0, 1.0)[:, None] * [3.0, 0.0, 1.0]
    if one.poses is not None:
        one = replace(one, poses=replace(one.poses, pelvis=one.poses.pelvis + elsewhere))
    else:
        points = one.keypoints.positions + elsewhere[:, None]
        one = replace(one, keypoints=replace(one.keypoints, positions=points))
    people, told = without_jumps((one,))
    assert [(part.id, part.frame_ids[0], part.frames) for part in people] == [("0", 0, 50), ("0-2", 50, 40)]
    assert "at frame 50" in told[0]


@pytest.mark.parametrize("frames", [3, 8, 25])
@pytest.mark.parametrize(
    "seen", [walker, lambda: as_keypoints(walker(), noise=0.01)], ids=["poses", "keypoints"]
)
def test_a_track_that_is_with_somebody_else_for_a_moment_stays_one(seen, frames):
    one = seen()
    stay = slice(40, 40 + frames)
    elsewhere = np.zeros((90, 3))
    elsewhere[stay] = [3.0, 0.0, 1.0]
    if one.poses is not None:
        strayed = replace(one, poses=replace(one.poses, pelvis=one.poses.pelvis + elsewhere))
    else:
        points = one.keypoints.positions + elsewhere[:, None]
        strayed = replace(one, keypoints=replace(one.keypoints, positions=points))
    (whole,), (told,) = without_jumps((strayed,))
    assert f"frames 40 to {39 + frames}, as somebody else" in told
    if whole.poses is not None:
        assert not np.isin(np.arange(40, 40 + frames), whole.frame_ids).any()
        assert whole.frames == 90 - frames
    else:
        assert np.isnan(whole.keypoints.positions[stay]).all()
        assert not whole.keypoints.confidence[stay].any()
    kept = np.delete(np.arange(90), np.arange(40, 40 + frames))
    np.testing.assert_array_equal(path_of(whole)[np.isin(whole.frame_ids, kept)], path_of(one)[kept])


def test_a_single_frame_that_strays_is_no_cut():
    one = walker()
    assert one.poses is not None
    stray = one.poses.pelvis.copy()
    stray[40] += [4.0, 0.0, 0.0]
    people, told = without_jumps((replace(one, poses=replace(one.poses, pelvis=stray)),))
    assert len(people) == 1 and told == []


@pytest.mark.parametrize(
    "seen", [walker, lambda: as_keypoints(walker(), noise=0.0)], ids=["poses", "keypoints"]
)
def test_a_track_that_flies_off_at_its_end_is_faded_out(seen):
    one = seen()
    away = np.zeros((90, 3))
    away[84:, 2] += np.cumsum(0.5 * np.arange(1, 7))
    if one.poses is not None:
        flown = replace(one, poses=replace(one.poses, pelvis=one.poses.pelvis + away))
    else:
        points = one.keypoints.positions + away[:, None]
        flown = replace(one, keypoints=replace(one.keypoints, positions=points))
    (held,), told = without_jumps((flown,))
    assert held.frames == 90 and "frames 84 to 89" in told[0]
    path, before = path_of(held), path_of(one)
    np.testing.assert_array_equal(path[:84], before[:84])
    steps = np.linalg.norm(np.diff(path[80:], axis=0), axis=-1)
    assert (np.diff(steps[4:]) < 1e-9).all() and steps.max() < 0.08 and steps[-1] < 0.02
    if held.keypoints is not None:
        assert (np.diff(held.keypoints.confidence[83:], axis=0) < 0).all()


def test_parts_of_a_track_have_names_of_their_own():
    parts = split(walker(), [30, 60, 0, 90])
    assert [(part.id, part.frames) for part in parts] == [("0", 30), ("0-2", 30), ("0-3", 30)]


def test_phalps_shots_split_its_tracks(tmp_path):
    recording = formats.read(phalp(tmp_path, shots=(12,)))
    assert {"1", "1-2", "2", "2-2"} == {one.id for one in recording.people}
    assert {int(one.frame_ids[0]) for one in recording.people} == {0, 5, 12}


def two_shots(degrees: float, shake: float, frames: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A walk before a camera that is another one from frame 45 on: in the world, and in the camera.

    (orientations in the world (T, 3, 3), those in the camera, places in the camera (T, 3)); shake: degrees.
    """
    body, rng = walking(frames), np.random.default_rng(0)
    yaw = np.where(np.arange(frames) < 45, 0.0, np.radians(degrees))[:, None] * [0.0, 1.0, 0.0]
    camera = CAMERA @ matrix_from_axis_angle(yaw)
    shaken = matrix_from_axis_angle(rng.normal(0, np.radians(shake / 1.7), (2, frames, 3)))
    places = (camera @ (body.pelvis - body.pelvis.mean(0))[..., None])[..., 0] + [0.0, 0.0, 4.0]
    places = places + rng.normal(0, 0.01 * shake, places.shape)
    return body.rotations[:, 0] @ shaken[0], camera @ body.rotations[:, 0] @ shaken[1], places


@pytest.mark.parametrize(("degrees", "shake"), [(40, 0), (40, 3), (25, 2), (90, 5)])
def test_a_camera_that_changes_is_found_and_split_at(tmp_path, degrees, shake):
    """As WHAM's tracks go through cuts: the world goes on, the camera's view of the person does not."""
    world, seen, places = two_shots(degrees, shake)
    vectors = axis_angle_from_matrix(walking(80).rotations).reshape(80, 72)
    track = {name: np.hstack([axis_angle_from_matrix(turns), vectors[:, 3:]])
             for name, turns in (("pose", seen), ("pose_world", world))}  # fmt: skip
    track |= {"trans": places - REST_PELVIS, "trans_world": walking(80).pelvis - REST_PELVIS,
              "frame_ids": np.arange(80)}  # fmt: skip
    (tmp_path / "wham_output.pkl").write_bytes(pickle.dumps({0: track}))
    recording = formats.read(tmp_path / "wham_output.pkl")
    assert [(one.id, one.frame_ids[0]) for one in recording.people] == [("0", 0), ("0-2", 45)]
    assert any("camera changes at frame 45" in warning for warning in recording.warnings)


def test_shaking_panning_and_people_taken_for_turned_round_are_no_cuts():
    world, seen, places = two_shots(0, 3)
    assert camera_turns(seen @ np.swapaxes(world, 1, 2)) == [] and seen_cuts(seen, places) == []
    whip = np.radians(np.clip(np.arange(80) - 40, 0, 6) * 20.0)[:, None] * [0.0, 1.0, 0.0]
    assert camera_turns(matrix_from_axis_angle(whip)) == []
    flipped = seen.copy()
    flipped[40:50] = flipped[40:50] @ np.diag([-1.0, 1.0, -1.0])
    assert seen_cuts(flipped, places) == []


def test_trams_camera_shows_cuts(tmp_path):
    path = one_shot(tmp_path)
    camera: Any = np.load(tmp_path / "camera.npy", allow_pickle=True).item()
    turn = matrix_from_axis_angle(np.radians([0.0, 50.0, 0.0]))
    camera["world_cam_R"][14:] = turn @ camera["world_cam_R"][14:]
    np.save(tmp_path / "camera.npy", camera, allow_pickle=True)
    assert [int(one.frame_ids[0]) for one in formats.read(path).people] == [2, 14]


def test_images_of_another_series_are_another_shot(tmp_path):
    """CLIFF names the image of each row; two videos in one file are no motion from the one to the other."""
    body = walking(40)
    vectors = axis_angle_from_matrix(body.rotations).reshape(40, 72)
    names = [f"video_{'ab'[n >= 25]}/{n:06d}.jpg" for n in range(40)]
    np.savez(tmp_path / "two_cliff_hr48.npz", imgname=names, pose=vectors, shape=np.zeros((40, 10)),
             global_t=body.pelvis + np.array([0.0, 0.0, 5.0]), focal_l=np.full(40, 1e3))  # fmt: skip
    recording = formats.read(tmp_path / "two_cliff_hr48.npz")
    assert [(one.frame_ids[0], one.frames) for one in recording.people] == [(0, 25), (25, 15)]
    assert new_series([f"{n:02d}_at_{n * 7}.png" for n in range(40)]) == []
