"""Frames without a person, frame numbers and times that lie beside a person's arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.body.skeleton import REST_PELVIS
from addon.recording import Recording
from addon.safe_read import FormatError

from .bodies import keypoints_of, poses_of, walking
from .test_estimators import dumped

FRAMES = 30
BODY = walking(FRAMES)
SEEN = np.r_[3:10, 15:FRAMES]
GONE = np.setdiff1d(np.arange(FRAMES), SEEN)


def amass() -> dict[str, Any]:
    return {"poses": BODY.axis_angles.reshape(FRAMES, 72), "trans": BODY.pelvis - REST_PELVIS}


def smpl() -> dict[str, Any]:
    return {"pose": BODY.axis_angles.reshape(FRAMES, 72), "transl": BODY.pelvis - REST_PELVIS}


def smplx_names() -> dict[str, Any]:
    body = BODY.axis_angles[:, 1:].reshape(FRAMES, 69)
    return {"global_orient": BODY.axis_angles[:, 0], "body_pose": body, "transl": BODY.pelvis - REST_PELVIS}


BUILDS = pytest.mark.parametrize("build", [amass, smpl, smplx_names])


def assert_seen(recording: Recording) -> None:
    """The person walks in the frames in which they are, at the right time."""
    one, read = recording.people[0], poses_of(recording)
    np.testing.assert_array_equal(one.frame_ids, SEEN)
    np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[SEEN, :22], atol=1e-5)
    way = BODY.pelvis[SEEN] - BODY.pelvis[SEEN[0]]
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], way, atol=1e-5)


@BUILDS
@pytest.mark.parametrize("missing", [np.nan, 0.0])
def test_rows_that_hold_nothing_are_frames_without_the_person(tmp_path, build, missing):
    held = {name: values.copy() for name, values in build().items()}
    for values in held.values():
        values[GONE] = missing
    assert_seen(formats.read(dumped(tmp_path / "a.pkl", held), up="+y"))


@BUILDS
@pytest.mark.parametrize("name", ["valid", "is_valid"])
def test_a_mask_tells_in_which_frames_the_person_is(tmp_path, build, name):
    held = build() | {name: np.isin(np.arange(FRAMES), SEEN)}
    assert_seen(formats.read(dumped(tmp_path / "a.pkl", held), up="+y"))


@BUILDS
@pytest.mark.parametrize("name", ["frame_ids", "frame_idx", "frames"])
def test_frame_numbers_tell_which_frames_the_rows_are(tmp_path, build, name):
    held = {each: values[SEEN] for each, values in build().items()} | {name: SEEN}
    assert_seen(formats.read(dumped(tmp_path / "a.pkl", held), up="+y"))


@BUILDS
def test_times_tell_the_rate_and_the_gaps(tmp_path, build):
    rows = SEEN - SEEN[0]
    held = {each: values[rows] for each, values in build().items()} | {"timestamps": rows / 50.0}
    recording = formats.read(dumped(tmp_path / "a.pkl", held), up="+y")
    assert (recording.fps.value, recording.fps.how) == (50.0, "stated")
    np.testing.assert_array_equal(recording.people[0].frame_ids, rows)


def test_tracks_have_frame_numbers_of_their_own(tmp_path):
    held = {"anna": smplx_names(), "ben": {name: values[SEEN] for name, values in smplx_names().items()}}
    held["ben"] |= {"frames": SEEN, "transl": held["ben"]["transl"] + [1.5, 0.0, 0.0]}
    recording = formats.read(dumped(tmp_path / "a.pkl", held), up="+y")
    assert [one.id for one in recording.people] == ["anna", "ben"]
    np.testing.assert_array_equal(recording.people[1].frame_ids, SEEN)


def test_keypoints_of_tracks_have_frame_numbers_of_their_own(tmp_path):
    points = BODY.layout("coco17")
    held = {
        3: {"frame_ids": np.arange(FRAMES), "joints3d": points},
        7: {"frame_ids": SEEN, "joints3d": points[SEEN] + [1.5, 0.0, 0.0]},
    }
    recording = formats.read(dumped(tmp_path / "a.pkl", held), up="+y", keep_height=True)
    assert [one.id for one in recording.people] == ["3", "7"]
    np.testing.assert_array_equal(recording.people[1].frame_ids, SEEN)
    read = keypoints_of(recording, 1).positions
    np.testing.assert_allclose(read, points[SEEN] + [1.5, 0.0, 0.0], atol=1e-5)


def test_poses_without_any_number_are_told(tmp_path):
    held = {name: np.full_like(values, np.nan) for name, values in amass().items()}
    with pytest.raises(FormatError, match="not finite numbers"):
        formats.read(dumped(tmp_path / "a.pkl", held))


def test_whoever_rests_at_the_origin_all_through_is_there(tmp_path):
    held = {name: np.zeros_like(values) for name, values in amass().items()}
    assert formats.read(dumped(tmp_path / "a.pkl", held), up="+y").people[0].frames == FRAMES


def test_a_column_with_dates_tells_the_rate(tmp_path):
    points = BODY.layout("coco17").reshape(FRAMES, -1)
    names = [f"{name}_{axis}" for name in find_layout("coco17").keypoints for axis in "xyz"]
    lines = [",".join(["datetime", *names])]
    lines += [
        ",".join([f"2025-03-01 10:00:{n * 0.04:09.6f}", *map(str, row)]) for n, row in enumerate(points)
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines))
    fps = formats.read(tmp_path / "a.csv").fps
    assert (fps.value, fps.how) == (25.0, "stated")
