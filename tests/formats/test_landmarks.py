"""MediaPipe's landmarks and tables of keypoints, in the shapes that people save."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, walking

FRAMES = 40
OFFICIAL = [
    "NOSE",
    "LEFT_EYE_INNER",
    "LEFT_EYE",
    "LEFT_EYE_OUTER",
    "RIGHT_EYE_INNER",
    "RIGHT_EYE",
    "RIGHT_EYE_OUTER",
    "LEFT_EAR",
    "RIGHT_EAR",
    "MOUTH_LEFT",
    "MOUTH_RIGHT",
    "LEFT_SHOULDER",
    "RIGHT_SHOULDER",
    "LEFT_ELBOW",
    "RIGHT_ELBOW",
    "LEFT_WRIST",
    "RIGHT_WRIST",
    "LEFT_PINKY",
    "RIGHT_PINKY",
    "LEFT_INDEX",
    "RIGHT_INDEX",
    "LEFT_THUMB",
    "RIGHT_THUMB",
    "LEFT_HIP",
    "RIGHT_HIP",
    "LEFT_KNEE",
    "RIGHT_KNEE",
    "LEFT_ANKLE",
    "RIGHT_ANKLE",
    "LEFT_HEEL",
    "RIGHT_HEEL",
    "LEFT_FOOT_INDEX",
    "RIGHT_FOOT_INDEX",
]
"""mediapipe.solutions.pose.PoseLandmark, in order."""


def body() -> np.ndarray:
    """(T, 33, 3) Y up metres with the middle of the hips at the origin."""
    points = walking(FRAMES).layout("mediapipe33")
    return points - points[:, 23:25].mean(1, keepdims=True)


def world() -> np.ndarray:
    """The same as MediaPipe's world landmarks: y down, z away from the camera."""
    return body() @ FROM_Y_UP["-y"].T


def standing() -> np.ndarray:
    """The same with the soles, which are below the toes' points, on the floor: of each frame's lowest the
    lowest tenth."""
    points = body()[:, [OFFICIAL.index(f"{side}_{part}") for side in ("LEFT", "RIGHT") for part in SOLES], 1]
    return body() - [0.0, np.percentile(points.min(1), 10) - TOES, 0.0]


SOLES = ("HEEL", "FOOT_INDEX")
TOES = 0.017
"""Metres by which the point of a big toe is above the sole."""


def as_dict(point: np.ndarray) -> dict:
    return {"x": point[0], "y": point[1], "z": point[2], "visibility": 0.9}


JSON_SHAPES: dict[str, Any] = {
    "list of frames of 33 points": lambda p: [[as_dict(q) for q in f] for f in p],
    "points by number": lambda p: [{str(k): as_dict(q) for k, q in enumerate(f)} for f in p],
    "points by name": lambda p: [
        {name.replace("_", " ").title(): as_dict(q) for name, q in zip(OFFICIAL, f, strict=True)} for f in p
    ],
    "python task result": lambda p: [
        {"frame": n, "pose_world_landmarks": [[as_dict(q) for q in f]]} for n, f in enumerate(p)
    ],
    "javascript result": lambda p: {"worldLandmarks": [[as_dict(q) for q in f] for f in p]},
    "an object with frames": lambda p: {
        "fps": 25, "frames": [{"timestamp": 0.1, "landmarks": [as_dict(q) for q in f]} for f in p]
    },
    "plain rows": lambda p: [[[*q, 0.9] for q in f] for f in p.tolist()],
}  # fmt: skip


@pytest.mark.parametrize("shape", list(JSON_SHAPES))
def test_world_landmarks_in_every_shape_of_json(tmp_path, shape):
    path = tmp_path / "pose.json"
    path.write_text(json.dumps(JSON_SHAPES[shape](world())))
    recording = formats.read(path)
    assert keypoints_of(recording).layout == "mediapipe33"
    assert recording.format == "MediaPipe" and recording.up.value == "-y"
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)
    assert any("stay at one place" in warning for warning in recording.warnings)
    assert recording.fps.value == (25 if "fps" in JSON_SHAPES[shape](world()[:1]) else 30)


def test_frames_without_a_person_are_missing(tmp_path):
    frames = JSON_SHAPES["python task result"](world())
    frames[7]["pose_world_landmarks"] = []
    path = tmp_path / "pose.json"
    path.write_text(json.dumps(frames))
    recording = formats.read(path)
    assert recording.people[0].frames == FRAMES - 1 and 7 not in recording.people[0].frame_ids


def wide(path: Path, points: np.ndarray, names: list[str], order: str = "{}_{}") -> Path:
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["frame", *(order.format(name, axis) for name in names for axis in "xyz")])
        for number, frame in enumerate(points):
            rows.writerow([number, *frame.reshape(-1)])
    return path


def long(path: Path, points: np.ndarray) -> Path:
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["Frame", "Landmark_ID", "Landmark_X", "Landmark_Y", "Landmark_Z", "Visibility"])
        for number, frame in enumerate(points):
            for landmark, point in enumerate(frame):
                rows.writerow([number, landmark, *point, 0.9])
    return path


TABLES = {
    "L0_x": lambda path: wide(path, world(), [f"L{n}" for n in range(33)]),
    "x_0": lambda path: wide(path, world(), [str(n) for n in range(33)], "{1}_{0}"),
    "x1": lambda path: wide(path, world(), [str(n) for n in range(1, 34)], "{1}{0}"),
    "long": lambda path: long(path, world()),
}


@pytest.mark.parametrize("shape", list(TABLES))
def test_numbered_landmarks_in_tables(tmp_path, shape):
    recording = formats.read(TABLES[shape](tmp_path / "pose.csv"))
    assert keypoints_of(recording).layout == "mediapipe33"
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)


def test_freemocap_body_tables_go_by_name(tmp_path):
    names = [name.lower() for name in OFFICIAL]
    points = walking(FRAMES).layout("mediapipe33") @ FROM_Y_UP["+z"].T * 1000
    recording = formats.read(wide(tmp_path / "mediapipe_body_3d_xyz.csv", points, names))
    keypoints = keypoints_of(recording)
    assert (recording.units.value, recording.up.value) == ("mm", "+z")
    place = keypoints.canonical.index("right_knee")
    expected = walking(FRAMES).layout("mediapipe33")[
        :, find_layout("mediapipe33").keypoints.index("right_knee")
    ]
    np.testing.assert_allclose(keypoints.positions[:, place], expected, atol=1e-6)
    assert sum(name is not None for name in keypoints.canonical) == 33


def test_inches_are_noticed(tmp_path):
    recording = formats.read(wide(tmp_path / "pose.csv", world() * 39.37, [f"L{n}" for n in range(33)]))
    assert (recording.units.value, recording.units.how) == ("in", "inferred") and recording.units.unsure
    assert any("fits inches" in warning for warning in recording.warnings)
    assert np.ptp(keypoints_of(recording).positions[0, :, 1]) == pytest.approx(
        np.ptp(body()[0, :, 1]), rel=0.15
    )


@pytest.mark.parametrize("shape", ["list of frames of 33 points", "points by number"])
def test_normalised_image_landmarks_are_refused(tmp_path, shape):
    points = world() * [0.3, 0.5, 0.3] + [0.5, 0.5, 0]
    path = tmp_path / "pose.json"
    path.write_text(json.dumps(JSON_SHAPES[shape](points)))
    with pytest.raises(FormatError, match="image landmarks"):
        formats.read(path)


def test_mediapipes_own_text_of_image_landmarks_is_refused():
    path = Path(__file__).parents[2] / "bundled_model" / "samples" / "mediapipe" / "pose_landmarks.pbtxt"
    with pytest.raises(FormatError, match="image landmarks"):
        formats.read(path)


SAVED = [0, 11, 12, 13, 14, 15, 16, *range(23, 33)]


def several_in_a_row(path: Path) -> Path:
    """As a browser page wrote its 17 landmarks: named once in the header, one behind the other in a row."""
    rows = ["Frame,Time (ms),Landmark,X,Y,Z,Visibility"]
    for number, frame in enumerate(world(), start=104):
        points = [f"{place},{','.join(map(repr, frame[place].tolist()))},0.99" for place in SAVED]
        rows.append(f"{number},{number / 60 * 1000},{','.join(points)}")
    path.write_text("\n".join(rows) + "\n")
    return path


def test_several_landmarks_in_a_row_with_their_numbers(tmp_path):
    recording = formats.read(several_in_a_row(tmp_path / "pose_landmarks.csv"))
    keypoints = keypoints_of(recording)
    assert (recording.fps.value, recording.fps.how) == (60.0, "stated")
    assert recording.people[0].frame_ids[0] == 104 and keypoints.layout == "mediapipe33"
    np.testing.assert_allclose(keypoints.positions[:, SAVED], standing()[:, SAVED], atol=1e-6)
    others = [place for place in range(33) if place not in SAVED]
    assert np.isnan(keypoints.positions[:, others]).all() and (keypoints.confidence[:, others] == 0).all()


@pytest.mark.parametrize(("name", "unit"), [("timestamp", 1.0), ("timestampMs", 1e3), ("time_us", 1e6)])
def test_the_rate_comes_from_the_times_of_the_frames(tmp_path, name, unit):
    frames = [
        {name: n / 25 * unit, "worldLandmarks": [as_dict(q) for q in frame]}
        for n, frame in enumerate(world())
    ]
    (tmp_path / "pose.json").write_text(json.dumps({"frames": frames}))
    recording = formats.read(tmp_path / "pose.json")
    assert (recording.fps.value, recording.fps.how) == (25.0, "stated")


def test_a_table_of_something_else_is_refused(tmp_path):
    path = tmp_path / "weather.csv"
    path.write_text("day,wind,rain\n1,2,3\n")
    with pytest.raises(FormatError):
        formats.read(path)


@pytest.mark.parametrize("cells", [-1, 1])
def test_a_row_whose_columns_are_shifted_is_refused_by_its_line(tmp_path, cells):
    path = wide(tmp_path / "pose.csv", world(), [f"L{n}" for n in range(33)])
    lines = path.read_text().splitlines()
    row = lines[7].split(",")
    lines[7] = ",".join(row[:9] + row[10:] if cells < 0 else [*row[:9], "0.5", *row[9:]])
    path.write_text("\n".join(lines))
    with pytest.raises(FormatError, match=r"Line 8 .* shifted"):
        formats.read(path)


@pytest.mark.parametrize("turned", [1.0, -1.0], ids=["y down", "y up"])
@pytest.mark.parametrize("size", [1.0, 1080.0], ids=["fractions", "pixels"])
def test_image_landmarks_are_refused_wherever_the_feet_are(tmp_path, turned, size):
    """Their depth starts at the hips while x and y start at a corner of the picture; feet may lie outside."""
    points = (world() - world()[:, [23, 24]].mean(1, keepdims=True)) * 0.6
    points[..., :2] += [0.5, 0.8]
    points[..., 1] *= turned
    points[..., 2] += 0.004
    np.save(tmp_path / "pose.npy", points * size)
    with pytest.raises(FormatError, match="image landmarks"):
        formats.read(tmp_path / "pose.npy")
