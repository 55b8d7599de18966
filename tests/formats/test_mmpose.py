"""MMPose's 3D results in the forms that its demos, its inferencer and scripts around that save."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.safe_read import FormatError

from .bodies import FROM_Y_UP, keypoints_of, walking

FRAMES = 24
MIRRORED = "save a mirror image"


def in_camera(layout: str) -> np.ndarray:
    return walking(FRAMES).layout(layout) @ FROM_Y_UP["-y"].T


def lifted(layout: str = "h36m17") -> np.ndarray:
    """What the pose lifter's demo makes of a camera's x, y, z: a mirror image, relative to the hips."""
    x, y, z = np.moveaxis(in_camera(layout), -1, 0)
    points = np.stack([-x, z, -y], axis=-1)
    return points - points[:, :1] * [1.0, 1.0, 0.0]


def people(points: np.ndarray) -> list[list[dict[str, Any]]]:
    """One instance per frame."""
    return [[{"keypoints": frame.tolist(), "keypoint_scores": [1.0] * len(frame)}] for frame in points]


def framed(instances: list[Any], first: int) -> list[dict[str, Any]]:
    return [{"frame_id": n, "instances": each} for n, each in enumerate(instances, first)]


FORMS: dict[str, Callable[[list[Any]], Any]] = {
    "the demo's file": lambda instances: {"meta_info": {}, "instance_info": framed(instances, 1)},
    "the inferencer's file of a video": lambda instances: framed(instances, 0),
    "predictions of all frames": lambda instances: instances,
    "predictions as the inferencer returns them": lambda instances: [
        {"visualization": [], "predictions": [each]} for each in instances
    ],
    "predictions in a mapping": lambda instances: {"predictions": [[each] for each in instances]},
}  # fmt: skip


def read(path: Path, held: Any) -> Any:
    path.write_text(json.dumps(held))
    return formats.read(path)


def shape(points: np.ndarray) -> np.ndarray:
    return points - points[:, :1]


@pytest.mark.parametrize("form", list(FORMS))
def test_a_lifters_mirror_image_is_turned_back(tmp_path, form):
    recording = read(tmp_path / "walk.json", FORMS[form](people(lifted())))
    keypoints = keypoints_of(recording)
    assert keypoints.layout == "h36m17" and recording.up.value == "+z"
    expected = shape(walking(FRAMES).layout("h36m17"))
    np.testing.assert_allclose(shape(keypoints.positions), expected, atol=1e-6)
    assert any(MIRRORED in warning for warning in recording.warnings)


def test_joints_that_somebody_has_already_turned_back_are_left(tmp_path):
    recording = read(tmp_path / "walk.json", framed(people(lifted() * [-1.0, 1.0, 1.0]), 0))
    expected = shape(walking(FRAMES).layout("h36m17"))
    np.testing.assert_allclose(shape(keypoints_of(recording).positions), expected, atol=1e-6)
    assert not any(MIRRORED in warning for warning in recording.warnings)


@pytest.mark.parametrize("mirrored", [False, True])
def test_whole_bodies_are_turned_back_where_they_are_mirrored(tmp_path, mirrored):
    """RTMW3D's demo reverses all three axes, which turns people round but mirrors nobody; a lifter's does."""
    layout = "coco_wholebody133"
    points = lifted(layout) if mirrored else -in_camera(layout)[..., [0, 2, 1]]
    recording = read(tmp_path / "results_walk.json", FORMS["the demo's file"](people(points)))
    found, expected = keypoints_of(recording).positions, walking(FRAMES).layout(layout)
    body, expected = slice(0, 23), expected if mirrored else expected * [-1.0, 1.0, -1.0]
    np.testing.assert_allclose(shape(found)[:, body], shape(expected)[:, body], atol=1e-6)
    assert any(MIRRORED in warning for warning in recording.warnings) == mirrored


def test_images_of_a_folder_are_frames(tmp_path):
    for n, instances in enumerate(people(lifted())):
        (tmp_path / f"{n + 3:06d}.json").write_text(json.dumps(instances if n != 5 else []))
    (person,) = formats.read(tmp_path / "000003.json").people
    assert person.frames == FRAMES - 1 and list(person.frame_ids[[0, 4, 5]]) == [3, 7, 9]


def test_two_dimensional_results_of_the_inferencer_are_refused(tmp_path):
    flat = framed(people(np.full((3, 17, 2), 7.0)), 0)
    with pytest.raises(FormatError, match="MMPose's 2D keypoints"):
        read(tmp_path / "walk.json", flat)
