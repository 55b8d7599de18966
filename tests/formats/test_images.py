"""Estimators that work image by image, and scenes with rows of many people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from tests.formats.bodies import keypoints_of, on_floor, poses_of, walking
from tests.formats.test_estimators import CAMERA, FRAMES, turned

IMAGES = [f"img/{n:06d}.png" for n in range(FRAMES)]


def cliff(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    shift = np.repeat(pelvis - REST_PELVIS, 2, 0)
    np.savez(folder / "walk_cliff_hr48.npz", imgname=np.repeat(IMAGES, 2), global_t=shift,
             pose=np.repeat(vectors.reshape(FRAMES, 72), 2, 0), shape=np.zeros((2 * FRAMES, 10)))  # fmt: skip
    return folder / "walk_cliff_hr48.npz"


def human_data(folder: Path) -> Path:
    """Inner arrays have dtype=object, as MMHuman3D saves them."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    smpl: Any = {"body_pose": vectors[:, 1:].astype(object), "global_orient": vectors[:, 0].astype(object),
                 "transl": (pelvis - REST_PELVIS).astype(object), "betas": np.zeros(10)}  # fmt: skip
    meta: Any = {"gender": ["neutral"]}
    np.savez(
        folder / "data.npz", image_path=np.array(IMAGES), smpl=smpl, meta=meta, __keypoints_compressed__=True
    )
    return folder / "data.npz"


def multi_hmr(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    for n in range(FRAMES):
        rotations = np.zeros((53, 3))
        rotations[:22] = vectors[n, :22]
        human = {"rotation_vector": rotations.tolist(), "shape": [0.0] * 10, "expression": [0.0] * 10,
                 "translation": [0, 0, 2.5], "translation_pelvis": pelvis[n].tolist()}  # fmt: skip
        (folder / f"{n:05d}.json").write_text(json.dumps({"humans": [human]}))
    return folder / "00000.json"


def smpler_x(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    for n in range(FRAMES):
        np.savez(folder / f"{n:05d}_0.npz", global_orient=vectors[n, :1], body_pose=vectors[n, 1:22],
                 left_hand_pose=np.zeros((15, 3)), right_hand_pose=np.zeros((15, 3)),
                 betas=np.zeros((1, 10)), transl=(pelvis[n] - REST_PELVIS_X)[None])  # fmt: skip
    return folder / "00003_0.npz"


def bedlam(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    pose = np.zeros((FRAMES, 165))
    pose[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    np.savez(folder / "scene.npz", imgname=np.array(IMAGES), pose_world=pose, pose_cam=pose,
             trans_world=pelvis - REST_PELVIS_X, trans_cam=pelvis, sub=np.array(["rp_aaron"] * FRAMES),
             gender=np.array(["male"] * FRAMES), cam_ext=np.zeros((FRAMES, 4, 4)))  # fmt: skip
    return folder / "scene.npz"


TOOLS = {
    "CLIFF": cliff,
    "HumanData": human_data,
    "Multi-HMR": multi_hmr,
    "SMPLer-X": smpler_x,
    "BEDLAM": bedlam,
}


@pytest.mark.parametrize("tool", list(TOOLS))
def test_the_body_stands_where_and_as_it_did(tmp_path, tool):
    recording = formats.read(TOOLS[tool](tmp_path))
    body, poses = walking(FRAMES), poses_of(recording)
    assert recording.format == tool and recording.people[0].frames == FRAMES
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(poses.pelvis, on_floor(recording, body.pelvis, poses.pelvis), atol=1e-4)


def test_people_without_tracks_may_swap_and_this_is_said(tmp_path):
    recording = formats.read(cliff(tmp_path))
    assert len(recording.people) == 2 and any("may swap" in warning for warning in recording.warnings)


def openpose(folder: Path) -> Path:
    points = walking(FRAMES).layout("body25") @ CAMERA.T
    for n in range(FRAMES):
        rows = np.concatenate([points[n], np.full((25, 1), 0.7)], axis=1)
        person = {"person_id": [-1], "pose_keypoints_2d": [], "pose_keypoints_3d": rows.reshape(-1).tolist()}
        (folder / f"walk_{n:012d}_keypoints.json").write_text(
            json.dumps({"version": 1.3, "people": [person]})
        )
    return folder / "walk_000000000000_keypoints.json"


def mhformer(folder: Path) -> Path:
    np.savez(folder / "output_keypoints_3d.npz", reconstruction=walking(FRAMES).layout("h36m17") @ CAMERA.T)
    return folder / "output_keypoints_3d.npz"


@pytest.mark.parametrize(("build", "layout"), [(openpose, "body25"), (mhformer, "h36m17")])
def test_keypoints_per_image_come_out_upright(tmp_path, build, layout):
    recording = formats.read(build(tmp_path))
    assert (keypoints_of(recording).layout, recording.up.value) == (layout, "-y")
    np.testing.assert_allclose(keypoints_of(recording).positions, walking(FRAMES).layout(layout), atol=1e-6)


def test_bodypose3d_in_its_own_units_is_a_person_in_metres():
    path = Path(__file__).parents[2] / "bundled_model" / "samples" / "bodypose3d" / "kpts_3d.dat"
    recording = formats.read(path)
    heights = np.nanmax(np.ptp(keypoints_of(recording).positions[..., 1], axis=1))
    assert recording.up.value == "+x" and 1.0 < heights < 2.2
    assert any("scaled to a mean body" in warning for warning in recording.warnings)
