"""Arrays of one person's file with an axis of people, or with a row for each person and frame."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.recording import Recording

from .bodies import FROM_Y_UP, keypoints_of, on_floor, poses_of, walking

FRAMES = 24
BODY = walking(FRAMES)
VECTORS = BODY.axis_angles
ASIDE = np.array([1.5, 0.0, 0.0])


def saved(path: Path, fields: dict[str, Any]) -> Path:
    if path.suffix == ".npz":
        np.savez(path, **fields)
    else:
        path.write_bytes(pickle.dumps(fields))
    return path


def stacked(axis: int, *, rest: np.ndarray = REST_PELVIS, **each: np.ndarray) -> dict[str, Any]:
    """The same for two people who stand apart."""
    trans = np.stack([BODY.pelvis - rest, BODY.pelvis - rest + ASIDE], axis=axis)
    return {"trans": trans} | {name: np.stack([value] * 2, axis=axis) for name, value in each.items()}


def smplx(axis: int) -> dict[str, Any]:
    parts = {"global_orient": VECTORS[:, 0], "body_pose": VECTORS[:, 1:22].reshape(FRAMES, 63)}
    held = stacked(axis, rest=REST_PELVIS_X, **parts) | {"betas": np.zeros((2, 10))}
    return {"transl" if name == "trans" else name: value for name, value in held.items()}


def matrices(axis: int) -> dict[str, Any]:
    return stacked(axis, global_orient=BODY.rotations[:, :1], body_pose=BODY.rotations[:, 1:])


def amass(axis: int) -> dict[str, Any]:
    more = {"betas": np.zeros((2, 10)), "gender": "neutral", "mocap_framerate": 50}
    return stacked(axis, poses=VECTORS.reshape(FRAMES, 72)) | more


def stageii(axis: int) -> dict[str, Any]:
    body = VECTORS[:, 1:22].reshape(FRAMES, 63)
    return stacked(axis, rest=REST_PELVIS_X, root_orient=VECTORS[:, 0], pose_body=body)


def nlf(axis: int) -> dict[str, Any]:
    return stacked(axis, pose=VECTORS.reshape(FRAMES, 72)) | {
        "vertices": np.zeros((2, 2, 6890, 3), np.float16)
    }


def assert_both(recording: Recording) -> None:
    assert [(one.id, one.frames) for one in recording.people] == [("0", FRAMES), ("1", FRAMES)]
    for place in (0, 1):
        poses = poses_of(recording, place)
        np.testing.assert_allclose(poses.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
        np.testing.assert_allclose(poses.pelvis - poses.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-5)
    apart = poses_of(recording, 1).pelvis - poses_of(recording, 0).pelvis
    np.testing.assert_allclose(apart, [ASIDE] * FRAMES, atol=1e-5)


@pytest.mark.parametrize("axis", [0, 1], ids=["people first", "time first"])
@pytest.mark.parametrize("end", [".npz", ".pkl"])
@pytest.mark.parametrize("build", [smplx, matrices, amass, stageii, nlf])
def test_each_of_the_stacked_people_is_read_as_if_alone(tmp_path, build, end, axis):
    assert_both(formats.read(saved(tmp_path / f"a{end}", build(axis)), up="+y"))


@pytest.mark.parametrize("build", [smplx, amass, stageii])
def test_a_batch_of_one_is_one_person(tmp_path, build):
    fields = {name: value[:1] if np.ndim(value) > 1 else value for name, value in build(0).items()}
    recording = formats.read(saved(tmp_path / "a.npz", fields))
    assert [(one.id, one.frames) for one in recording.people] == [("0", FRAMES)]


def rows(**each: np.ndarray) -> dict[str, Any]:
    """Frame by frame the first and the second, who comes in the third."""
    order = [(n, who) for n in range(FRAMES) for who in (4, 9) if who == 4 or n > 1]
    numbers = np.array([n for n, _ in order])
    ids = {"frame_ids": numbers, "track_ids": np.array([who for _, who in order])}
    return ids | {name: value[numbers] for name, value in each.items()}


def test_rows_of_poses_go_to_the_track_that_lies_beside_them(tmp_path):
    body = VECTORS[:, 1:22].reshape(FRAMES, 63)
    held = rows(global_orient=VECTORS[:, 0], body_pose=body, transl=BODY.pelvis - REST_PELVIS_X)
    recording = formats.read(saved(tmp_path / "a.pkl", held))
    assert [(one.id, one.frame_ids[0]) for one in recording.people] == [("4", 0), ("9", 2)]
    found = poses_of(recording, 1).rotations[:, :22]
    np.testing.assert_allclose(found, BODY.rotations[2:, :22], atol=1e-5)


def test_rows_of_keypoints_go_to_the_track_that_lies_beside_them(tmp_path):
    points = BODY.layout("coco17")
    held = rows(keypoints=points @ FROM_Y_UP["+z"].T) | {"layout": "coco17", "fps": 50.0}
    recording = formats.read(saved(tmp_path / "a.npz", held))
    assert [(one.id, one.frame_ids[0]) for one in recording.people] == [("4", 0), ("9", 2)]
    read = keypoints_of(recording, 1).positions
    np.testing.assert_allclose(read, on_floor(recording, points[2:], read), atol=1e-5)
    assert recording.fps.value == 50.0
