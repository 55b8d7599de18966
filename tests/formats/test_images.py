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


def test_people_without_tracks_are_linked_by_where_they_are_and_this_is_said(tmp_path):
    """Two people side by side, in another order in each image; one is absent for a while."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    rows = []
    for n in range(FRAMES):
        seen = [0, 1] if n % 3 else [1, 0]
        rows += [(n, who) for who in seen if not (who == 1 and 10 <= n < 14)]
    frames, who = np.array(rows).T
    shift = pelvis[frames] - REST_PELVIS + np.array([[0.0, 0, 4], [1.5, 0, 5]])[who]
    np.savez(tmp_path / "walk_cliff_hr48.npz", imgname=np.array(IMAGES)[frames], global_t=shift,
             pose=vectors[frames].reshape(-1, 72), shape=np.repeat(who[:, None], 10, 1))  # fmt: skip
    recording = formats.read(tmp_path / "walk_cliff_hr48.npz")
    first, second = recording.people
    assert (first.frames, second.frames) == (FRAMES - 4, FRAMES)
    assert {float(poses_of(recording, n).betas[0]) for n in range(2)} == {0.0, 1.0}
    assert any("linked from frame to frame" in warning for warning in recording.warnings)
    assert any("absent in 4 frames" in warning for warning in recording.warnings)


def test_one_person_who_jumps_stays_one(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    jumps = np.array([0.0, 0, 4]) * (1 + np.arange(FRAMES) % 5)[:, None]
    np.savez(
        tmp_path / "walk_cliff_hr48.npz",
        imgname=IMAGES,
        global_t=pelvis + jumps,
        pose=vectors.reshape(-1, 72),
    )
    assert [one.frames for one in formats.read(tmp_path / "walk_cliff_hr48.npz").people] == [FRAMES]


def test_smpler_x_is_seen_through_one_lens(tmp_path):
    """Boxes of changing size have lenses of their own; a person who stands still must not jump."""
    (tmp_path / "smplx").mkdir()
    (tmp_path / "meta").mkdir()
    truth, focal, centre = np.array([0.3, 0.1, 5.0]), np.hypot(1600, 900), np.array([800.0, 450.0])
    for n in range(FRAMES):
        own, principal = 3000.0 + 40 * n, centre + np.array([30 * n - 500, 5 * n])
        depth = truth[2] * own / focal
        pixel = focal * truth[:2] / truth[2] + centre
        shift = [*((pixel - principal) * depth / own), depth]
        np.savez(tmp_path / "smplx" / f"{n:05d}_0.npz", global_orient=np.array([[np.pi, 0, 0]]),
                 body_pose=np.zeros((21, 3)), left_hand_pose=np.zeros((15, 3)), betas=np.zeros((1, 10)),
                 transl=np.array([shift]))  # fmt: skip
        meta = {"focal": [own, own], "princpt": principal.tolist(), "bbox": [600, 0, 1000, 900]}
        (tmp_path / "meta" / f"{n:05d}_0.json").write_text(json.dumps(meta))
    recording = formats.read(tmp_path / "smplx")
    assert np.ptp(poses_of(recording).pelvis, axis=0).max() < 1e-9 and recording.people[0].frames == FRAMES


def openpose(folder: Path) -> Path:
    points = walking(FRAMES).layout("body25") @ CAMERA.T
    for n in range(FRAMES):
        rows = np.concatenate([points[n], np.full((25, 1), 0.7)], axis=1)
        person = {"person_id": [-1], "pose_keypoints_2d": [], "pose_keypoints_3d": rows.reshape(-1).tolist()}
        (folder / f"walk_{n:012d}_keypoints.json").write_text(
            json.dumps({"version": 1.3, "people": [person]})
        )
    return folder / "walk_000000000000_keypoints.json"


@pytest.mark.parametrize(
    ("layout", "scored"), [("body25", False), ("openpose18", True), ("openpose18", False)]
)
def test_openposes_points_may_be_18_and_have_no_scores(tmp_path, layout, scored):
    points = walking(FRAMES).layout(layout) @ CAMERA.T
    for n in range(FRAMES):
        rows = np.column_stack([points[n], np.ones(len(points[n]))]) if scored else points[n]
        person = {"person_id": [-1], "pose_keypoints_3d": rows.reshape(-1).tolist()}
        (tmp_path / f"{n:012d}_keypoints.json").write_text(json.dumps({"people": [person]}))
    recording = formats.read(tmp_path / "000000000000_keypoints.json")
    positions = keypoints_of(recording).positions
    assert keypoints_of(recording).layout == layout
    body = on_floor(recording, walking(FRAMES).layout(layout), positions)
    np.testing.assert_allclose(positions, body, atol=1e-6)


def mhformer(folder: Path) -> Path:
    np.savez(folder / "output_keypoints_3d.npz", reconstruction=walking(FRAMES).layout("h36m17") @ CAMERA.T)
    return folder / "output_keypoints_3d.npz"


@pytest.mark.parametrize(("build", "layout"), [(openpose, "body25"), (mhformer, "h36m17")])
def test_keypoints_per_image_come_out_upright(tmp_path, build, layout):
    recording = formats.read(build(tmp_path))
    assert (keypoints_of(recording).layout, recording.up.value) == (layout, "-y")
    positions = keypoints_of(recording).positions
    np.testing.assert_allclose(
        positions, on_floor(recording, walking(FRAMES).layout(layout), positions), atol=1e-6
    )


def test_bodypose3d_in_its_own_units_is_a_person_in_metres():
    path = Path(__file__).parents[2] / "bundled_model" / "samples" / "bodypose3d" / "kpts_3d.dat"
    recording = formats.read(path)
    heights = np.nanmax(np.ptp(keypoints_of(recording).positions[..., 1], axis=1))
    assert recording.up.value == "+x" and 1.0 < heights < 2.2
    assert any("scaled to a mean body" in warning for warning in recording.warnings)
