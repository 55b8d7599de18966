"""Tracks of one person that follow each other, that jump at cuts, and that fly off at their end."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import REST_PELVIS
from addon.formats.camera import moved
from addon.formats.cuts import new_series, split, without_jumps
from addon.formats.following import chains, joined_tracks
from tests.formats.bodies import poses_of, walking
from tests.formats.test_camera import as_keypoints, people_of_cmu, pitched, walker
from tests.formats.test_estimators import phalp

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


def test_a_single_frame_that_strays_is_no_cut():
    one = walker()
    assert one.poses is not None
    stray = one.poses.pelvis.copy()
    stray[40] += [4.0, 0.0, 0.0]
    people, told = without_jumps((replace(one, poses=replace(one.poses, pelvis=stray)),))
    assert len(people) == 1 and told == []


def test_a_track_that_flies_off_at_its_end_ends_before():
    one = walker()
    assert one.poses is not None
    away = one.poses.pelvis.copy()
    away[84:, 2] += np.cumsum(0.5 * np.arange(1, 7))
    people, told = without_jumps((replace(one, poses=replace(one.poses, pelvis=away)),))
    assert people[0].frames == 84 and "frames 84 to 89" in told[0]


def test_parts_of_a_track_have_names_of_their_own():
    parts = split(walker(), [30, 60, 0, 90])
    assert [(part.id, part.frames) for part in parts] == [("0", 30), ("0-2", 30), ("0-3", 30)]


def test_phalps_shots_split_its_tracks(tmp_path):
    recording = formats.read(phalp(tmp_path, shots=(12,)))
    assert {"1", "1-2", "2", "2-2"} == {one.id for one in recording.people}
    assert {int(one.frame_ids[0]) for one in recording.people} == {0, 5, 12}


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
