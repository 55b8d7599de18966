"""Results that hold everybody, in the forms that scripts save: GVHMR, NLF, Multi-HMR, CoMotion."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X

from .bodies import FROM_Y_UP, keypoints_of, poses_of, walking
from .test_estimators import CAMERA, turned

FRAMES = 24
BODY = walking(FRAMES)
ASIDE = np.array([1.0, 0.0, 0.5])
AWAY = np.array([0.0, 0.0, 4.0])
"""Metres in the camera, in which the second person stands aside."""


def pickled(path: Path, tree: Any) -> Path:
    path.write_bytes(pickle.dumps(tree))
    return path


def block(world: np.ndarray, shift: np.ndarray) -> dict[str, np.ndarray]:
    vectors, pelvis = turned(BODY, world)
    return {
        "body_pose": vectors[:, 1:22].reshape(FRAMES, 63), "betas": np.zeros((FRAMES, 10)),
        "global_orient": vectors[:, 0], "transl": pelvis + shift - REST_PELVIS_X,
    }  # fmt: skip


def gvhmrs() -> list[dict[str, Any]]:
    """Two people, each in a world that starts with them, but apart from each other in the camera."""
    return [
        {
            "smpl_params_global": block(np.eye(3), np.zeros(3)),
            "smpl_params_incam": block(CAMERA, AWAY + place),
        }
        for place in (np.zeros(3), ASIDE)
    ]


def stacked(results: list[dict[str, Any]]) -> dict[str, Any]:
    """As demo_multiperson keeps them, everybody in a row of each array."""
    return {
        name: {key: np.stack([one[name][key] for one in results]) for key in results[0][name]}
        for name in results[0]
    }


GVHMR: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "by id": lambda results: dict(enumerate(results)),
    "in a list": list,
    "in rows": stacked,
}


@pytest.mark.parametrize("form", list(GVHMR))
def test_gvhmrs_people_stand_beside_each_other_as_the_camera_saw_them(tmp_path, form):
    recording = formats.read(pickled(tmp_path / "hmr4d_results.pt", GVHMR[form](gvhmrs())))
    assert [(one.id, one.frames) for one in recording.people] == [("0", FRAMES), ("1", FRAMES)]
    first, second = poses_of(recording, 0), poses_of(recording, 1)
    for poses in (first, second):
        np.testing.assert_allclose(poses.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    apart = ASIDE @ CAMERA * [1.0, 0.0, 1.0]
    np.testing.assert_allclose((second.pelvis - first.pelvis)[:, [0, 2]], [apart[[0, 2]]] * FRAMES, atol=1e-4)


def nlf(empty: Any, nest: Callable[[np.ndarray], Any], fitted: bool) -> dict[str, list[Any]]:
    """Both people from the third frame on, the first alone before, nobody in the last but one."""
    vectors, pelvis = turned(BODY, CAMERA)
    joints = BODY.joints @ CAMERA.T + AWAY
    places = pelvis + AWAY - REST_PELVIS
    held: dict[str, list[Any]] = {"joints3d": []} | ({"pose": [], "trans": [], "betas": []} if fitted else {})
    for n in range(FRAMES):
        seen = [np.zeros(3), ASIDE][: 1 + (n > 2)]
        row = {
            "joints3d": np.stack([joints[n] + place for place in seen]) * 1000,
            "pose": np.stack([vectors[n].reshape(72)] * len(seen)),
            "trans": np.stack([places[n] + place for place in seen]), "betas": np.zeros((len(seen), 10)),
        }  # fmt: skip
        for name in held:
            held[name].append(empty if n == FRAMES - 2 else nest(row[name]))
    return held


@pytest.mark.parametrize("fitted", [True, False])
@pytest.mark.parametrize("form", ["arrays", "lists of one image", "under pose"])
def test_nlfs_people_are_followed_from_frame_to_frame(tmp_path, form, fitted):
    nest = (lambda each: each) if form == "arrays" else (lambda each: [each])
    tree: Any = nlf(np.zeros((0, 24, 3)) if form == "arrays" else None, nest, fitted)
    tree = {"video_length": FRAMES, "pose": tree} if form == "under pose" else tree
    recording = formats.read(pickled(tmp_path / "nlf.pkl", tree))
    assert [one.frames for one in recording.people] == [FRAMES - 1, FRAMES - 4]
    assert FRAMES - 2 not in recording.people[0].frame_ids
    for place in (0, 1):
        read = keypoints_of(recording, place).positions
        knee = (
            BODY.joints[recording.people[place].frame_ids, 4]
            - BODY.joints[recording.people[place].frame_ids, 0]
        )
        np.testing.assert_allclose(read[:, 4] - read[:, 0], knee, atol=1e-4)
        assert (recording.people[place].poses is not None) is fitted
    if fitted:
        assert np.abs(poses_of(recording).pelvis - keypoints_of(recording).positions[:, 0]).max() < 1e-3


def human(n: int, place: np.ndarray) -> dict[str, Any]:
    vectors, pelvis = turned(BODY, CAMERA)
    return {
        "rotvec": np.concatenate([vectors[n, :22], np.zeros((31, 3))]), "shape": np.zeros(10),
        "expression": np.zeros(10), "scores": np.array(0.9), "j3d": np.zeros((127, 3)),
        "transl": pelvis[n] + AWAY + place, "transl_pelvis": (pelvis[n] + AWAY + place)[None],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["frames", "mapping", "humans"])
def test_what_multi_hmrs_model_gives_is_read_frame_by_frame(tmp_path, form):
    frames = [[human(n, place) for place in (np.zeros(3), ASIDE)] for n in range(FRAMES)]
    forms = {"frames": frames, "mapping": dict(enumerate(frames)), "humans": [{"humans": f} for f in frames]}
    recording = formats.read(pickled(tmp_path / "a.pkl", forms[form]))
    assert recording.format == "Multi-HMR" and [one.frames for one in recording.people] == [FRAMES] * 2
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    apart = poses_of(recording, 1).pelvis - poses_of(recording, 0).pelvis
    np.testing.assert_allclose(apart, [ASIDE @ FROM_Y_UP["-y"]] * FRAMES, atol=1e-5)


def test_the_people_of_one_image_are_not_its_frames(tmp_path):
    path = pickled(tmp_path / "image.pkl", [human(0, place) for place in (np.zeros(3), ASIDE)])
    assert [one.frames for one in formats.read(path).people] == [1, 1]


@pytest.mark.parametrize("order", ["by frame", "by track"])
def test_comotions_rows_are_put_together_by_track_and_frame(tmp_path, order):
    """The second comes in the third frame; the first is hidden in the eighth."""
    vectors, pelvis = turned(BODY, CAMERA)
    rows = [(who, n) for n in range(FRAMES) for who in (3, 5) if (who, n) != (3, 7) and (who == 3 or n > 1)]
    rows = rows if order == "by frame" else sorted(rows)
    frames = np.array([n for _, n in rows])
    aside = np.array([ASIDE * (who == 5) for who, _ in rows])
    held = {
        "id": np.array([who for who, _ in rows]), "frame_idx": frames,
        "pose": vectors.reshape(FRAMES, 72)[frames], "betas": np.zeros((len(rows), 10)),
        "trans": pelvis[frames] + AWAY + aside - REST_PELVIS,
    }  # fmt: skip
    recording = formats.read(pickled(tmp_path / "video.pt", held))
    assert [one.id for one in recording.people] == ["3", "5"] and recording.up.value == "-y"
    assert list(recording.people[1].frame_ids) == list(range(2, FRAMES))
    for place, one in enumerate(recording.people):
        found = poses_of(recording, place)
        np.testing.assert_allclose(found.rotations[:, :22], BODY.rotations[one.frame_ids, :22], atol=1e-5)
        way, steps = found.pelvis - found.pelvis[0], BODY.pelvis[one.frame_ids]
        np.testing.assert_allclose(way, steps - steps[0], atol=1e-5)
