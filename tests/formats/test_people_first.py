"""Files that list people first, each with frames or arrays of their own; frames under pictures' names."""

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
from addon.recording import Recording
from addon.safe_read import FormatError

from .bodies import keypoints_of, poses_of, walking
from .test_estimators import dumped

FRAMES = 20
BODY = walking(FRAMES)
POINTS = BODY.layout("coco17")
ASIDE = np.array([1.5, 0.0, 0.0])
TWO = {"3": POINTS, "7": POINTS + ASIDE}
NAMES = find_layout("coco17").keypoints


def written(path: Path, tree: Any) -> Path:
    path.write_text(json.dumps(tree, default=lambda array: array.tolist()))
    return path


def assert_both(recording: Recording, names: tuple[str, ...] = ("3", "7")) -> None:
    assert [one.id for one in recording.people] == list(names)
    for place, points in enumerate(TWO.values()):
        np.testing.assert_allclose(keypoints_of(recording, place).positions, points, atol=1e-5)


def frames_of(points: np.ndarray) -> list[dict[str, Any]]:
    return [{"frame": number, "keypoints3d": rows} for number, rows in enumerate(points)]


def named(points: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"frame": number, "joints": dict(zip(NAMES, rows, strict=True))} for number, rows in enumerate(points)
    ]


def arrays(who: str) -> dict[str, Any]:
    return {"track_id": int(who), "frames": list(range(FRAMES)), "joints3d": TWO[who]}


TREES = {
    "people with frames": {"fps": 50, "people": [{"id": who, "frames": frames_of(TWO[who])} for who in TWO]},
    "people with named points": {
        "fps": 50,
        "people": [{"id": who, "frames": named(TWO[who])} for who in TWO],
    },
    "people by id": {"fps": 50, "persons": {who: {"keypoints": TWO[who]} for who in TWO}},
    "tracks": [arrays(who) for who in TWO],
    "tracks by number": {int(who): arrays(who) for who in TWO},
}


@pytest.mark.parametrize("tree", list(TREES))
def test_people_with_frames_of_their_own_are_people(tmp_path, tree):
    recording = formats.read(written(tmp_path / "a.json", TREES[tree]), up="+y", keep_height=True)
    assert recording.fps.value == (50.0 if "fps" in TREES[tree] else 30.0)
    assert_both(recording)


@pytest.mark.parametrize("tree", ["tracks", "tracks by number"])
def test_pickled_tracks_are_people(tmp_path, tree):
    recording = formats.read(dumped(tmp_path / "a.pkl", TREES[tree]), up="+y", keep_height=True)
    assert_both(recording)


def test_frames_under_their_pictures_come_in_the_order_of_their_numbers(tmp_path):
    held = {f"frame_{number}.png": POINTS[number] for number in sorted(range(FRAMES), key=str)}
    recording = formats.read(written(tmp_path / "a.json", held), up="+y", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)


def test_flat_rows_under_a_name_in_json_are_a_body(tmp_path):
    points = BODY.layout("h36m17")
    path = written(tmp_path / "a.json", {"keypoints_3d": points.reshape(FRAMES, -1), "fps": 50})
    recording = formats.read(path, up="+y", keep_height=True)
    assert recording.fps.value == 50.0
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-5)


def batch(numbers: list[int], aside: np.ndarray) -> dict[str, Any]:
    """What HMR's kin give of an image: a row for each person in it."""
    rows = [
        (BODY.rotations[n], BODY.pelvis[n] - REST_PELVIS + move)
        for n, move in zip(numbers, aside, strict=True)
    ]
    turns = np.array([turn for turn, _ in rows]).reshape(-1, 24, 3, 3)
    params = {"global_orient": turns[:, :1], "body_pose": turns[:, 1:], "betas": np.zeros((len(rows), 10))}
    places = np.array([place for _, place in rows]).reshape(-1, 3)
    return {"pred_smpl_params": params, "pred_cam_t_full": places}


def test_frames_with_rows_of_people_are_frames_of_people(tmp_path):
    """They change places; in one frame is one of them, in one nobody."""
    frames = [batch([n, n], np.array([[0.0, 0, 0], ASIDE])[:: 1 if n % 2 else -1]) for n in range(FRAMES)]
    frames[4], frames[7] = batch([4], ASIDE[None]), batch([], ASIDE[:0])
    recording = formats.read(dumped(tmp_path / "a.pkl", frames), up="+y")
    assert sorted(one.frames for one in recording.people) == [FRAMES - 2, FRAMES - 1]
    for place, one in enumerate(recording.people):
        read = poses_of(recording, place)
        np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[one.frame_ids, :22], atol=1e-5)


def test_rows_of_tracks_stay_frames(tmp_path):
    held = [whole(ASIDE * 0), whole(ASIDE)]
    recording = formats.read(dumped(tmp_path / "a.pkl", held), up="+y")
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]


def whole(aside: np.ndarray) -> dict[str, np.ndarray]:
    turns = {
        "global_orient": BODY.axis_angles[:, 0],
        "body_pose": BODY.axis_angles[:, 1:].reshape(FRAMES, 69),
    }
    return turns | {"transl": BODY.pelvis - REST_PELVIS + aside}


def ends_alike(world: dict[str, Any], camera: dict[str, Any]) -> dict[str, Any]:
    both = {f"{name}_world": world[name] for name in ("global_orient", "transl")}
    both |= {f"{name}_cam": camera[name] for name in ("global_orient", "transl")}
    return both | {"body_pose": world["body_pose"]}


def blocks(world: dict[str, Any], camera: dict[str, Any]) -> dict[str, Any]:
    return {"camera": camera, "world": world}


@pytest.mark.parametrize("build", [ends_alike, blocks])
def test_of_a_world_and_a_camera_the_world_counts(tmp_path, build):
    world = whole(ASIDE * 0)
    camera = world | {"global_orient": world["global_orient"] + 1.0, "transl": world["transl"][::-1]}
    recording = formats.read(dumped(tmp_path / "a.pkl", build(world, camera)), up="+y")
    assert [one.id for one in recording.people] == ["0"]
    read = poses_of(recording)
    np.testing.assert_allclose(read.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(read.pelvis - read.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-5)


@pytest.mark.parametrize("nest", [lambda held: held, lambda held: {"smpl_params_global": held}])
def test_arrays_written_as_json_are_read_as_in_a_pickle(tmp_path, nest):
    held = nest({"poses": BODY.axis_angles.reshape(FRAMES, 72), "trans": BODY.pelvis - REST_PELVIS})
    held = held if "poses" in held else {"smpl_params_global": whole(ASIDE * 0)}
    recording = formats.read(written(tmp_path / "a.json", held), up="+y")
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)


def test_people_may_lie_under_the_name_of_their_points_in_a_batch_of_one(tmp_path):
    """What scripts around MMPose save."""
    scores = [[0.5] * POINTS.shape[1]]
    frames = [
        {
            "frame_idx": n,
            "keypoints": [{"keypoints": [points[n]], "scores": scores} for points in TWO.values()],
        }
        for n in range(FRAMES)
    ]
    recording = formats.read(written(tmp_path / "a.json", frames), up="+y", keep_height=True)
    assert_both(recording, ("0", "1"))
    assert (keypoints_of(recording).confidence == 0.5).all()


def test_points_in_a_picture_with_a_score_stay_no_points_in_space(tmp_path):
    flat = POINTS.copy()
    flat[..., :2] = flat[..., :2] * 200 + 500
    flat[..., 2] = np.random.default_rng(0).uniform(0.5, 1.0, flat.shape[:2])
    frames = [{"frame": n, "keypoints": rows} for n, rows in enumerate(flat)]
    tree = {"people": [{"id": 1, "frames": frames}]}
    with pytest.raises(FormatError, match="2D keypoints"):
        formats.read(written(tmp_path / "a.json", tree))


def pair(points: np.ndarray) -> dict[str, Any]:
    """The same in a camera, first, and in the world."""
    return {"joints_3d_camera": points[..., ::-1] + np.array([0.0, 0.0, 4.0]), "joints_3d_world": points}


def archived(folder: Path) -> Path:
    np.savez(folder / "a.npz", **pair(POINTS))
    return folder / "a.npz"


PAIRS: dict[str, Callable[[Path], Path]] = {
    "arrays": archived,
    "lists": lambda folder: written(folder / "a.json", pair(POINTS)),
    "frames": lambda folder: dumped(folder / "a.pkl", [pair(rows) for rows in POINTS]),
    "tracks": lambda folder: dumped(folder / "a.pkl", {"1": {"frames": np.arange(FRAMES)} | pair(POINTS)}),
}


@pytest.mark.parametrize("held", list(PAIRS))
def test_of_points_in_a_world_and_a_camera_those_of_the_world_count(tmp_path, held):
    recording = formats.read(PAIRS[held](tmp_path), up="+y", keep_height=True)
    assert len(recording.people) == 1
    np.testing.assert_allclose(keypoints_of(recording).positions, POINTS, atol=1e-5)
