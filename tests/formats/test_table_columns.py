"""What columns of keypoint tables are called, and tables of several people."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout

from .bodies import FROM_Y_UP, keypoints_of, walking
from .test_landmark_dumps import FRAMES, assert_is_the_body, picture, world

COCO = find_layout("coco17").keypoints
MEDIAPIPE = [
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye",
    "right_eye_outer", "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder",
    "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_pinky",
    "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb", "left_hip", "right_hip",
    "left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot_index",
    "right_foot_index",
]  # fmt: skip


def table(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.mark.parametrize("frame", ["frame", "frame_idx", "Frame Number", "frame_num", "FrameID"])
@pytest.mark.parametrize(
    "point", ["landmark_index", "landmark_idx", "Landmark ID", "keypoint_id", "joint_number", "point no"]
)
def test_long_tables_number_points_and_frames_under_many_names(tmp_path, frame, point):
    rows = [[n + 7, k, *world()[n, k], 0.9] for n in range(FRAMES) for k in range(33)]
    recording = formats.read(table(tmp_path / "a.csv", [frame, point, "x", "y", "z", "visibility"], rows))
    assert_is_the_body(recording)
    assert list(recording.people[0].frame_ids) == list(range(7, 7 + FRAMES))


def test_a_points_name_goes_before_its_number(tmp_path):
    """In a table of other points than MediaPipe's the numbers tell nothing."""
    body = walking(FRAMES).layout("coco17")
    rows = [[n, k, COCO[k], *body[n, k]] for n in range(FRAMES) for k in range(17)]
    header = ["frame", "joint_id", "joint_name", "x", "y", "z"]
    recording = formats.read(table(tmp_path / "a.csv", header, rows), keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)


def test_of_a_long_tables_both_kinds_the_worlds_are_taken(tmp_path):
    header = ["frame", "landmark_index", "x", "y", "z", "visibility", "world_x", "world_y", "world_z"]
    rows = [[n, k, *picture()[n, k], 0.9, *world()[n, k]] for n in range(FRAMES) for k in range(33)]
    assert_is_the_body(formats.read(table(tmp_path / "a.csv", header, rows)))


@pytest.mark.parametrize(
    "names", ["{name}_w{axis}", "{name}_world_{axis}", "world_{name}_{axis}", "{name}_{axis}_world"]
)
def test_of_a_wide_tables_both_kinds_the_worlds_are_taken(tmp_path, names):
    flat = [f"{name}_{axis}" for name in MEDIAPIPE for axis in "xyz"]
    metric = [names.format(name=name, axis=axis) for name in MEDIAPIPE for axis in "xyz"]
    rows = [[n, *picture()[n].ravel(), *world()[n].ravel()] for n in range(FRAMES)]
    assert_is_the_body(formats.read(table(tmp_path / "a.csv", ["frame", *flat, *metric], rows)))


@pytest.mark.parametrize("prefix", ["PoseLandmark.", "pose_landmark_", "pose_landmarks."])
def test_names_may_stand_behind_the_enumerations(tmp_path, prefix):
    header = [f"{prefix}{name.upper()}_{axis}" for name in MEDIAPIPE for axis in "xyz"]
    recording = formats.read(
        table(tmp_path / "a.csv", ["frame", *header], [[n, *world()[n].ravel()] for n in range(FRAMES)])
    )
    assert_is_the_body(recording)
    assert keypoints_of(recording).layout == "mediapipe33"


def test_rows_of_the_face_and_of_hands_are_not_the_bodys(tmp_path):
    """Their numbers start from 0 as well."""
    parts = {"face": 40, "left_hand": 21, "pose": 33, "right_hand": 21}
    rows = [
        [n, part, k, *(world()[n, k] if part == "pose" else (9.0, 9.0, 9.0))]
        for n in range(FRAMES)
        for part, count in parts.items()
        for k in range(count)
    ]
    header = ["frame", "type", "landmark_index", "x", "y", "z"]
    assert_is_the_body(formats.read(table(tmp_path / "a.csv", header, rows)))


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("who", ["person_id", "track id", "Subject"])
def test_a_column_tells_people_apart(tmp_path, long, who):
    """The second comes three frames later; rows of a frame follow each other."""
    body = walking(FRAMES).layout("coco17")
    bodies = {"4": body, "7": body + np.array([2.0, 0.0, 0.0])}
    seen = [(n, name) for n in range(FRAMES) for name in bodies if name == "4" or n >= 3]
    if long:
        header = ["frame", "time_s", who, "joint", "x", "y", "z"]
        rows = [[n, n / 50, name, COCO[k], *bodies[name][n, k]] for n, name in seen for k in range(17)]
    else:
        header = ["frame", "time_s", who, *(f"{name}_{axis}" for name in COCO for axis in "xyz")]
        rows = [[n, n / 50, name, *bodies[name][n].ravel()] for n, name in seen]
    recording = formats.read(table(tmp_path / "a.csv", header, rows), keep_height=True)
    assert [(one.id, one.frames) for one in recording.people] == [("4", FRAMES), ("7", FRAMES - 3)]
    assert recording.people[1].frame_ids[0] == 3 and recording.fps.value == 50.0
    np.testing.assert_allclose(keypoints_of(recording, 0).positions, bodies["4"], atol=1e-6)
    np.testing.assert_allclose(keypoints_of(recording, 1).positions, bodies["7"][3:], atol=1e-6)


@pytest.mark.parametrize("value", ["S1", ""])
def test_a_column_that_names_one_person_tells_nobody_apart(tmp_path, value):
    body = walking(FRAMES).layout("coco17") @ FROM_Y_UP["+z"].T
    header = ["frame", "subject", *(f"{name}_{axis}" for name in COCO for axis in "xyz")]
    rows = [[n, value, *body[n].ravel()] for n in range(FRAMES)]
    (person,) = formats.read(table(tmp_path / "a.csv", header, rows)).people
    assert (person.id, person.frames) == ("0", FRAMES)


ASIDE = np.array([1.5, 0.0, 0.2])


def two(folder: Path, header: list[str], rows: list[list[Any]]) -> list[np.ndarray]:
    """The places of both people in the table."""
    recording = formats.read(table(folder / "a.csv", header, rows), keep_height=True)
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    return [keypoints_of(recording, place).positions for place in (0, 1)]


@pytest.mark.parametrize("name", [
    "person{who}_{point}_{axis}", "P{who}.{point}.{axis}", "{point}_p{who}_{axis}",
    "Subject {who}: {point} {axis}",
])  # fmt: skip
def test_names_of_columns_tell_people_apart(tmp_path, name):
    body = walking(FRAMES).layout("coco17")
    named = [(who, point, axis) for who in (1, 2) for point in COCO for axis in "xyz"]
    header = [name.format(who=who, point=point, axis=axis) for who, point, axis in named]
    rows = [[*frame.ravel(), *(frame + ASIDE).ravel()] for frame in body]
    first, second = two(tmp_path, header, rows)
    np.testing.assert_allclose(first, body, atol=1e-6)
    np.testing.assert_allclose(second, body + ASIDE, atol=1e-6)


@pytest.mark.parametrize("named", [True, False])
def test_rows_of_one_frame_are_people_though_only_id_or_nothing_names_them(tmp_path, named):
    body = walking(FRAMES).layout("coco17")
    columns = [f"{point}_{axis}" for point in COCO for axis in "xyz"]
    seen = [(n, who) for n in range(FRAMES) for who in (0, 1)]
    rows = [[n, *([who] if named else []), *(body[n] + who * ASIDE).ravel()] for n, who in seen]
    first, second = two(tmp_path, ["frame", *(["id"] if named else []), *columns], rows)
    np.testing.assert_allclose(first, body, atol=1e-6)
    np.testing.assert_allclose(second, body + ASIDE, atol=1e-6)


def test_points_that_a_frame_has_twice_are_two_peoples(tmp_path):
    body = walking(FRAMES).layout("coco17")
    rows = [
        [n, name, *(body[n, k] + who * ASIDE)]
        for n in range(FRAMES)
        for who in ((0, 1) if n % 2 else (1, 0))
        for k, name in enumerate(COCO)
    ]
    read = two(tmp_path, ["frame", "joint", "x", "y", "z"], rows)
    read = sorted(read, key=lambda points: points[0, 0, 0])
    np.testing.assert_allclose(read[0], body, atol=1e-6)
    np.testing.assert_allclose(read[1], body + ASIDE, atol=1e-6)


def test_a_row_that_was_written_twice_is_nobody_else(tmp_path):
    body = walking(FRAMES).layout("coco17")
    columns = [f"{point}_{axis}" for point in COCO for axis in "xyz"]
    rows = [[n, *body[n].ravel()] for n in range(FRAMES) for _ in range(1 + (n % 5 == 0))]
    assert len(formats.read(table(tmp_path / "a.csv", ["frame", *columns], rows)).people) == 1


STAMPS = {
    "2024-05-01T23:59:{:09.6f}": "timestamp", "2024-05-01 12:00:{:06.3f}": "Time", "00:01:{:06.3f}": "time",
    "01:{:06.3f}": "time", "2024-05-01T12:00:{:09.6f}+02:00": "timestamp",
}  # fmt: skip


@pytest.mark.parametrize("stamp", list(STAMPS))
def test_times_may_be_written_as_dates_and_as_a_clock_shows_them(tmp_path, stamp):
    body = walking(FRAMES).layout("coco17")
    columns = [f"{point}_{axis}" for point in COCO for axis in "xyz"]
    rows = [[stamp.format(1 + n / 50), *body[n].ravel()] for n in range(FRAMES) if n != 7]
    path = table(tmp_path / "a.csv", [STAMPS[stamp], *columns], rows)
    records = [dict(zip([STAMPS[stamp], *columns], row, strict=True)) for row in rows]
    (tmp_path / "a.json").write_text(json.dumps(records))
    for file in (path, tmp_path / "a.json"):
        recording = formats.read(file)
        assert (recording.fps.value, recording.fps.how) == (50.0, "stated")
        assert np.ptp(recording.people[0].frame_ids) == FRAMES - 1
