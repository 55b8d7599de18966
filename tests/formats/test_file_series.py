"""A folder with a numbered file for each frame is one recording, whatever is in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.body.skeleton import REST_PELVIS
from addon.formats.container import Hints
from addon.formats.frame_names import frame_numbers
from addon.formats.same_take import takes

from .bodies import keypoints_of, poses_of, walking

FRAMES = 16
BODY = walking(FRAMES)
POINTS = BODY.layout("coco17")
NAMES = find_layout("coco17").keypoints
ASIDE = np.array([1.5, 0.0, 0.3])
TOLD = f"{FRAMES} numbered files were read as the frames of one recording."


def as_npy(path: Path, points: np.ndarray) -> None:
    np.save(path.with_suffix(".npy"), points)


def as_npz(path: Path, points: np.ndarray) -> None:
    np.savez(path.with_suffix(".npz"), keypoints=points[None], layout="coco17")


def as_names(path: Path, points: np.ndarray) -> None:
    held = dict(zip(NAMES, points.tolist(), strict=True))
    path.with_suffix(".json").write_text(json.dumps(held))


def as_rows(path: Path, points: np.ndarray) -> None:
    path.with_suffix(".json").write_text(json.dumps({"keypoints_3d": points.tolist()}))


def as_table(path: Path, points: np.ndarray) -> None:
    rows = [f"{name},{x},{y},{z}" for name, (x, y, z) in zip(NAMES, points.tolist(), strict=True)]
    path.with_suffix(".csv").write_text("\n".join(["name,x,y,z", *rows]))


@pytest.mark.parametrize("write", [as_npy, as_npz, as_names, as_rows, as_table])
@pytest.mark.parametrize("name", ["{:06d}", "frame_{}", "{}", "walk_{:04d}_kp3d"])
def test_each_file_is_a_frame(tmp_path, write: Callable[[Path, np.ndarray], None], name):
    for number, points in enumerate(POINTS):
        write(tmp_path / name.format(number), points)
    recording = formats.read(tmp_path, up="+y", keep_height=True)
    assert list(recording.people[0].frame_ids) == list(range(FRAMES))
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)
    assert TOLD in recording.warnings


def test_a_file_that_is_not_there_is_a_frame_without_the_person(tmp_path):
    for number, points in enumerate(POINTS):
        if number not in (5, 6):
            as_npy(tmp_path / f"{number:06d}", points)
    frames = list(formats.read(tmp_path).people[0].frame_ids)
    assert frames == [n for n in range(FRAMES) if n not in (5, 6)]


def people_of_arrays(path: Path, bodies: list[np.ndarray]) -> None:
    np.save(path.with_suffix(".npy"), np.stack(bodies))


def people_of_lists(path: Path, bodies: list[np.ndarray]) -> None:
    held = [{"keypoints3d": points.tolist()} for points in bodies]
    path.with_suffix(".json").write_text(json.dumps(held))


@pytest.mark.parametrize("write", [people_of_arrays, people_of_lists])
def test_people_of_a_frame_are_linked_from_file_to_file(tmp_path, write):
    """They change places in the files."""
    for number, points in enumerate(POINTS):
        write(tmp_path / f"{number:06d}", [points, points + ASIDE][:: 1 if number % 2 else -1])
    recording = formats.read(tmp_path, up="+y", keep_height=True)
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    apart = keypoints_of(recording, 1).positions - keypoints_of(recording, 0).positions
    np.testing.assert_allclose(apart, np.broadcast_to(-ASIDE, apart.shape), atol=1e-5)


def parameters(number: int) -> dict[str, Any]:
    held = {"global_orient": BODY.rotations[number, :1], "body_pose": BODY.rotations[number, 1:]}
    return held | {"transl": BODY.pelvis[number] - REST_PELVIS}


def assert_two_walk(folder: Path) -> None:
    recording = formats.read(folder, up="+y")
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    for place in (0, 1):
        read = poses_of(recording, place)
        np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
        np.testing.assert_allclose(read.pelvis - read.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-5)


def test_rows_of_parameters_that_are_people_are_no_frames(tmp_path):
    for number in range(FRAMES):
        two = [parameters(number), parameters(number)]
        two[1]["transl"] = two[1]["transl"] + ASIDE
        held = {name: np.stack([one[name] for one in two]) for name in two[0]}
        np.savez(tmp_path / f"{number:06d}.npz", **held)
    assert_two_walk(tmp_path)


def test_people_with_parameters_are_listed_in_each_file(tmp_path):
    for number in range(FRAMES):
        two = [parameters(number), parameters(number)]
        two[1]["transl"] = two[1]["transl"] + ASIDE
        text = json.dumps({"humans": two}, default=lambda array: array.tolist())
        (tmp_path / f"{number:06d}.json").write_text(text)
    assert_two_walk(tmp_path)


@pytest.mark.parametrize("split", [True, False])
def test_a_pose_without_an_axis_of_time_is_a_frame(tmp_path, split):
    """ARAH's files of ZJU-MoCap."""
    for number, vectors in enumerate(BODY.axis_angles):
        held: dict[str, Any] = {"pose": vectors.reshape(72), "trans": BODY.pelvis[number] - REST_PELVIS}
        if split:
            held |= {"root_orient": vectors[0], "pose_body": vectors[1:22].reshape(63), "betas": np.zeros(10)}
            del held["pose"]
        np.savez(tmp_path / f"{number:06d}.npz", **held)
    recording = formats.read(tmp_path, up="+y")
    assert recording.people[0].frames == FRAMES
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)


def test_what_turns_with_the_body_does_so_in_every_file(tmp_path):
    """ZJU-MoCap's own files, `new_params/0.npy` and so on: EasyMocap's Rh and Th turn about the origin."""
    for number, vectors in enumerate(BODY.axis_angles):
        pose = vectors.copy()
        pose[0] = 0.0
        shift = BODY.pelvis[number] - BODY.rotations[number, 0] @ REST_PELVIS
        held = {
            "poses": pose.reshape(1, 72),
            "Rh": vectors[:1],
            "Th": shift[None],
            "shapes": np.zeros((1, 10)),
        }
        np.save(tmp_path / f"{number}.npy", np.array(held), allow_pickle=True)
    recording = formats.read(tmp_path, up="+y")
    read = poses_of(recording)
    np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-5)
    assert read.rest_turns.shape == (FRAMES, 3, 3)


def test_all_files_of_a_series_are_one_recording_when_chosen_together(tmp_path):
    for number, points in enumerate(POINTS):
        as_npy(tmp_path / f"{number:06d}", points)
    files = sorted(tmp_path.iterdir())
    assert takes(files, Hints()) == [(files[0],)]


def test_numbered_clips_stay_apart(tmp_path):
    for number in range(3):
        np.save(tmp_path / f"walk_{number:03d}.npy", POINTS)
    recording = formats.read(tmp_path / "walk_001.npy")
    assert recording.people[0].frames == FRAMES
    assert not any("numbered files" in warning for warning in recording.warnings)


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (["2", "10"], [2, 10]),
        (["frame_2.png", "frame_10.png"], [2, 10]),
        (["a/000001.jpg", "a/000002.jpg"], [1, 2]),
        (["frame2", "frame10"], [2, 10]),
        (["1700000000123456", "1700000000023456"], [1, 0]),
        (["person_0", "person_1"], None),
        (["a_1.png", "b_1.png"], None),
        ([], None),
    ],
)
def test_names_of_frames_tell_their_numbers(names, numbers):
    assert frame_numbers(names) == numbers
