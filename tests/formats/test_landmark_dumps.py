"""MediaPipe's landmarks as scripts dump them: both kinds side by side, flat rows, several bodies, rates."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.recording import Recording

from .bodies import FROM_Y_UP, keypoints_of, walking

FRAMES = 12


@lru_cache(maxsize=8)
def world(shift: int = 0) -> np.ndarray:
    """(T, 33, 3) relative to the hips, y down; shared: do not write to it."""
    points = np.roll(walking(FRAMES).layout("mediapipe33"), shift, axis=0)
    points = (points - points[:, 23:25].mean(1, keepdims=True)) @ FROM_Y_UP["-y"].T
    points.flags.writeable = False
    return points


def picture(left: float = 0.4, shift: int = 0) -> np.ndarray:
    """(T, 33, 3) fractions of the image."""
    return world(shift) * [0.2, 0.3, 0.2] + [left, 0.5, 0.0]


def listed(points: np.ndarray) -> list[list[float]]:
    return [[*point, 0.9] for point in points.tolist()]


def mapped(points: np.ndarray) -> list[dict[str, float]]:
    return [dict(zip(("x", "y", "z", "visibility"), row, strict=True)) for row in listed(points)]


def read(folder: Path, held: Any) -> Recording:
    (folder / "pose.json").write_text(json.dumps(held))
    return formats.read(folder / "pose.json")


def assert_is_the_body(recording: Recording, number: int = 0, shift: int = 0) -> None:
    found, expected = keypoints_of(recording, number).positions, world(shift) @ FROM_Y_UP["-y"]
    np.testing.assert_allclose(found - found[:, :1], expected - expected[:, :1], atol=1e-6)


BOTH = {
    "pose and pose_world": ("pose", "pose_world", listed),
    "landmarks and landmarks_3d": ("landmarks", "landmarks_3d", mapped),
    "poseLandmarks and poseWorldLandmarks": ("poseLandmarks", "poseWorldLandmarks", mapped),
    "image and worldPose": ("keypoints", "worldPose", mapped),
}  # fmt: skip


@pytest.mark.parametrize("names", list(BOTH))
def test_of_both_kinds_the_worlds_landmarks_are_taken(tmp_path, names):
    flat, metric, row = BOTH[names]
    frames = [{flat: row(p), metric: row(w)} for p, w in zip(picture(), world(), strict=True)]
    assert_is_the_body(read(tmp_path, frames))


def test_a_hands_world_landmarks_are_no_body(tmp_path):
    frames = [
        {"left_hand_world_landmarks": mapped(points[:21]), "pose_world": listed(points)} for points in world()
    ]
    recording = read(tmp_path, frames)
    np.testing.assert_allclose(
        keypoints_of(recording).positions[:, 25, 1] - keypoints_of(recording).positions[:, 27, 1],
        (world()[:, 27] - world()[:, 25])[:, 1], atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize("columns", [3, 4])
@pytest.mark.parametrize("within", [None, "landmarks", "data"])
def test_a_frame_may_be_one_row_of_numbers(tmp_path, columns, within):
    rows = [np.array(listed(points))[:, :columns].reshape(-1).tolist() for points in world()]
    held: Any = rows if within is None else {within: rows}
    held = [{"frame": n, "landmarks": row} for n, row in enumerate(rows)] if within == "landmarks" else held
    assert_is_the_body(read(tmp_path, held))


RATES: dict[str, Callable[[list[Any]], Any]] = {
    "at the top": lambda frames: {"fps": 50, "frames": frames},
    "metadata": lambda frames: {"metadata": {"fps": 50.0, "width": 640}, "frames": frames},
    "video_info": lambda frames: {"video_info": {"frame_rate": "50"}, "frames": frames},
    "video": lambda frames: {"video": {"name": "a.mp4", "frameRate": [50]}, "frames": frames},
}  # fmt: skip


@pytest.mark.parametrize("place", list(RATES))
@pytest.mark.parametrize("named", [False, True])
def test_the_rate_is_found_in_a_block_on_the_video(tmp_path, place, named):
    names = [f"{side}_{joint}" for joint in ("shoulder", "hip", "knee") for side in ("left", "right")]
    rows = world()[:, [11, 12, 23, 24, 25, 26]].tolist()
    points = [dict(zip(names, each, strict=True)) for each in rows]
    frames = [{"joints": each} for each in points] if named else list(map(mapped, world()))
    recording = read(tmp_path, RATES[place](frames))
    assert (recording.fps.value, recording.fps.how) == (50.0, "stated")


@pytest.mark.parametrize("pictured", [False, True])
def test_several_bodies_of_the_tasks_api_are_people(tmp_path, pictured):
    """Which of them comes first changes from frame to frame."""
    frames = []
    for n in range(FRAMES):
        bodies = [mapped(world()[n]), mapped(world(6)[n])]
        flat = [mapped(picture()[n]), mapped(picture(0.8, 6)[n])]
        order = slice(None, None, 1 if n % 3 else -1)
        frame = {"landmarks": flat[order]} if pictured else {}
        frames.append(frame | {"worldLandmarks": bodies[order]})
    recording = read(tmp_path, frames)
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    shifts = (6, 0)  # in the first frame the second of them comes first
    for number, shift in enumerate(shifts):
        assert_is_the_body(recording, number, shift)
    assert any("linked from frame to frame" in warning for warning in recording.warnings)
