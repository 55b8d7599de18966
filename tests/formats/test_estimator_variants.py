"""What estimators' real files hold beside the plain case: other releases, cameras, keys, containers."""

from __future__ import annotations

import base64
import io
import json
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, on_floor, poses_of, walking
from tests.formats.test_estimators import (
    CAMERA,
    FRAMES,
    dumped,
    gvhmr,
    matrices,
    phalp,
    slahmr,
    tram,
    turned,
    vibe,
)
from tests.formats.test_images import IMAGES


def assert_walks(recording, *, joints: int = 22, person: int = 0, frames: Any = slice(None)) -> None:
    """The person is the walking body, upright and in place up to the height of the floor."""
    body, poses = walking(FRAMES), poses_of(recording, person)
    np.testing.assert_allclose(poses.rotations[:, :joints], body.rotations[frames, :joints], atol=1e-4)
    expected = on_floor(recording, body.pelvis[frames], poses.pelvis)
    np.testing.assert_allclose(poses.pelvis, expected, atol=1e-4)


def in_numpy_2(data: bytes) -> bytes:
    return data.replace(b"numpy.core.multiarray", b"numpy._core.multiarray")


# WHAM, GVHMR, PHALP, TRAM


def test_whams_world_is_put_on_the_floor_and_says_so(tmp_path):
    """It starts at the pelvis, with the axes of the first camera."""
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    track = {"pose": vectors.reshape(FRAMES, 72), "trans": pelvis, "pose_world": vectors.reshape(FRAMES, 72),
             "trans_world": pelvis - pelvis[0], "betas": np.zeros((FRAMES, 10)),
             "frame_ids": np.arange(FRAMES)}  # fmt: skip
    recording = formats.read(dumped(tmp_path / "wham_output.pkl", {0: track}))
    assert any("feet were put on the floor" in warning for warning in recording.warnings)
    assert 0.85 < float(np.median(poses_of(recording).pelvis[:, 1])) < 1.05
    assert formats.read(tmp_path / "wham_output.pkl", up="+y").people[0].frames == FRAMES


@pytest.mark.parametrize("kind", [np.float16, np.float64, ">f4"], ids=str)
def test_numbers_of_any_size_and_byte_order_are_read(tmp_path, kind):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    track = {"pose": vectors.reshape(FRAMES, 72).astype(kind), "trans": pelvis.astype(kind),
             "pose_world": vectors.reshape(FRAMES, 72).astype(kind),
             "trans_world": (pelvis - REST_PELVIS).astype(kind), "betas": np.zeros((FRAMES, 10), kind),
             "frame_ids": np.arange(FRAMES, dtype=np.int32)}  # fmt: skip
    data = pickle.dumps({np.int64(1): track}, 2)  # names of modules end with the line
    (tmp_path / "wham_output.pkl").write_bytes(in_numpy_2(data) if kind == np.float64 else data)
    found = poses_of(formats.read(tmp_path / "wham_output.pkl")).rotations[:, :22]
    np.testing.assert_allclose(found, walking(FRAMES).rotations[:, :22], atol=2e-3)


def test_gvhmr_as_a_plain_pickle_per_person(tmp_path):
    """`hmr4d_results.pt_person-0.pkl`: NumPy arrays, and incam a copy of global."""
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    block = {"body_pose": vectors[:, 1:22].reshape(FRAMES, 63), "betas": np.zeros((FRAMES, 10)),
             "global_orient": vectors[:, 0], "transl": pelvis - REST_PELVIS_X}  # fmt: skip
    path = dumped(tmp_path / "hmr4d_results.pt_person-0.pkl", {
        "smpl_params_global": block, "smpl_params_incam": block, "K_fullimg": np.eye(3)})  # fmt: skip
    assert_walks(formats.read(path))


def test_torch_tensors_of_a_gpu_are_read_without_one(tmp_path):
    with zipfile.ZipFile(gvhmr(tmp_path)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "cuda.pt", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data.replace(b"X\3\0\0\0cpu", b"X\6\0\0\0cuda:0"))
    assert any(b"cuda:0" in zipfile.ZipFile(tmp_path / "cuda.pt").read(name) for name in members)
    assert_walks(formats.read(tmp_path / "cuda.pt"))


def test_tram_reads_all_tracks_of_the_folder(tmp_path):
    path = tram(tmp_path)
    held = np.load(path, allow_pickle=True).item()
    held["frame"] = held["frame"][10:]
    late: Any = {name: value[10:] if len(value) == FRAMES else value for name, value in held.items()}
    np.save(path.with_name("hps_track_1.npy"), late, allow_pickle=True)
    recording = formats.read(path)
    assert [(one.id, one.frames) for one in recording.people] == [("0", FRAMES), ("1", FRAMES - 10)]
    assert_walks(recording)
    assert_walks(recording, person=1, frames=slice(10, None))


def test_phalp_frames_with_nobody_and_without_sizes(tmp_path):
    held = pickle.loads(zlib.decompress(phalp(tmp_path).read_bytes()))  # noqa: S301 - our own fixture
    for name, frame in held.items():
        del frame["size"]
        if name.endswith("000007.jpg"):
            frame |= {key: [] for key in ("tid", "smpl", "camera", "3d_joints", "tracked_time", "bbox")}
    recording = formats.read(dumped(tmp_path / "demo_gap.pkl", held))
    assert 7 not in recording.people[0].frame_ids and recording.people[0].frames == FRAMES - 1


def test_phalps_distance_is_that_of_a_usual_lens_wherever_somebody_goes(tmp_path):
    """The virtual focal length is 5000 max(H, W) / 256, so metres of depth come out as metres."""
    recording = formats.read(phalp(tmp_path))
    way = poses_of(recording).pelvis[-1] - poses_of(recording).pelvis[0]
    assert np.linalg.norm(way) == pytest.approx((FRAMES - 1) / 30, rel=0.02)


# HybrIK, ROMP, VIBE


def test_hybrik_brings_boxes_of_changing_size_to_one_lens(tmp_path):
    """A person at one place, whose box grows: the crop's lens changes and the pelvis must not move."""
    body, size = walking(FRAMES), np.hypot(1080, 1920)
    width = np.linspace(200, 400, FRAMES)
    place = np.repeat([[0.2, 0.1, 4.0]], FRAMES, 0) * np.stack(
        [np.ones(FRAMES), np.ones(FRAMES), 1000 * width / 256 / size], axis=1
    )
    held = {
        "pred_xyz_24_struct": np.zeros((FRAMES, 24, 3)) + np.arange(24)[:, None] / 60,
        "pred_thetas": matrices(body, CAMERA).reshape(FRAMES, 216), "pred_betas": np.zeros((FRAMES, 10)),
        "transl": place, "transl_camsys": place * 256 / width[:, None],
        "bbox": np.stack([0 * width, 0 * width, width, width], axis=1),
        "height": np.full(FRAMES, 1080), "width": np.full(FRAMES, 1920), "img_path": np.array(IMAGES),
    }  # fmt: skip
    recording = formats.read(dumped(tmp_path / "res.pk", held))
    assert np.ptp(poses_of(recording).pelvis, axis=0).max() < 1e-6


def hybrik_x(folder: Path) -> Path:
    """demo_video_x.py: a focal length, scores, a full shape vector."""
    rotations = np.broadcast_to(np.eye(3), (FRAMES, 55, 3, 3)).copy()
    rotations[:, :22] = matrices(walking(FRAMES), CAMERA)[:, :22]
    held = {
        "pred_uvd": np.zeros((FRAMES, 71, 3)), "pred_scores": np.ones((FRAMES, 29)), "f": np.ones(FRAMES),
        "pred_thetas": rotations, "pred_phi": np.zeros((FRAMES, 54, 2)), "pred_betas": np.zeros((FRAMES, 21)),
        "pred_cam_root": np.zeros((FRAMES, 3)), "transl": walking(FRAMES).pelvis @ CAMERA.T,
        "img_path": np.array(IMAGES),
    }  # fmt: skip
    return dumped(folder / "res.pk", held)


def test_hybrik_x_has_55_rotations_and_no_joints(tmp_path):
    """The face is left out and named."""
    recording = formats.read(hybrik_x(tmp_path))
    assert recording.tool == "HybrIK-X" and "Not used: face expression." in recording.warnings
    assert_walks(recording)


def romp_of_old(folder: Path) -> Path:
    """ROMP 0.x: `poses`, `betas` and a weak-perspective `cam` (scale, x, y) for each person of an image."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    place = pelvis - REST_PELVIS + [0, 0, 4]
    for n in range(FRAMES):
        scale = 2.0 / place[n, 2]
        cam = np.array([scale, place[n, 0] * scale / 2, place[n, 1] * scale / 2], np.float32)
        one = {"cam": cam, "poses": vectors[n].reshape(72).astype(np.float32), "betas": np.zeros(10),
               "j3d_smpl24": np.zeros((24, 3)), "verts": np.zeros((6890, 3), np.float16)}  # fmt: skip
        np.savez(folder / f"clip_{n:06d}_jpg.npz", results=np.array([one]))
    return folder / "clip_000003_jpg.npz"


def test_romp_of_old_has_a_list_of_people_per_image(tmp_path):
    recording = formats.read(romp_of_old(tmp_path))
    assert recording.format == "ROMP" and recording.people[0].frames == FRAMES
    poses, body = poses_of(recording), walking(FRAMES)
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-4)
    moved = poses.pelvis - poses.pelvis[0]
    np.testing.assert_allclose(moved, body.pelvis - body.pelvis[0], atol=1e-3)


def test_vibes_own_joints_lie_on_its_body(tmp_path):
    held = pickle.loads(vibe(tmp_path).read_bytes())  # noqa: S301 - our own fixture
    body = walking(FRAMES)
    points = (body.layout("body25") - body.pelvis[:, None]) @ CAMERA.T + REST_PELVIS
    held[1]["joints3d"] = np.pad(points, ((0, 0), (0, 24), (0, 0)))
    held[3] = {name: value[5:] for name, value in held[1].items()}
    recording = formats.read(dumped(tmp_path / "vibe_output.pkl", held))
    assert [(one.id, one.frame_ids[0]) for one in recording.people] == [("1", 0), ("3", 5)]
    keypoints, poses = keypoints_of(recording), poses_of(recording)
    expected = body.layout("body25") - body.pelvis[:, None] + poses.pelvis[:, None]
    np.testing.assert_allclose(keypoints.positions, expected, atol=1e-4)


# SLAHMR, BEDLAM, RICH and plain parameters, .mcs


def test_slahmr_tracks_have_their_ids_and_only_the_frames_in_which_they_were_there(tmp_path):
    (tmp_path / "motion_chunks").mkdir()
    path = slahmr(tmp_path / "motion_chunks")
    visible = (np.arange(FRAMES) >= 5) & (np.arange(FRAMES) < 30) & (np.arange(FRAMES) != 12)
    info = {
        "tracks": {"3": {"index": 1, "vis_mask": visible.tolist()},
                   "8": {"index": 0, "vis_mask": [True] * FRAMES}},
        "meta": {"seq_interval": [0, FRAMES], "data_interval": [0, FRAMES]},
    }  # fmt: skip
    (tmp_path / "track_info.json").write_text(json.dumps(info))
    recording = formats.read(path)
    assert [(one.id, one.frames) for one in recording.people] == [("8", FRAMES), ("3", 25)]
    assert_walks(recording, person=1, frames=slice(5, 30))


def test_bedlam_keeps_sequences_apart_and_knows_the_step_of_its_labels(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    pose = np.zeros((FRAMES, 165))
    pose[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    images = [
        f"seq_{sequence:06d}/seq_{sequence:06d}_{5 * n:04d}.png"
        for sequence in range(2)
        for n in range(FRAMES)
    ]
    np.savez(tmp_path / "scene.npz", imgname=np.array(images), sub=np.array(["rp_aaron"] * 2 * FRAMES),
             pose_world=np.concatenate([pose, pose]), trans_world=np.tile(pelvis - REST_PELVIS_X, (2, 1)),
             shape=np.zeros((2 * FRAMES, 11)), cam_ext=np.zeros((2 * FRAMES, 4, 4)))  # fmt: skip
    recording = formats.read(tmp_path / "scene.npz")
    assert [one.id for one in recording.people] == ["seq_000000 rp_aaron", "seq_000001 rp_aaron"]
    assert (recording.fps.value, recording.fps.how) == (6.0, "assumed")
    assert_walks(recording, person=1)


def test_rich_has_a_folder_per_frame_and_a_file_per_person(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    for n in range(FRAMES):
        folder = tmp_path / f"{n + 30:05d}"
        folder.mkdir()
        one = {"transl": (pelvis[n] - REST_PELVIS_X)[None], "global_orient": vectors[n, :1],
               "body_pose": vectors[n, 1:22].reshape(1, 63), "betas": np.zeros((1, 10)),
               "left_hand_pose": np.zeros((1, 12)), "expression": np.zeros((1, 10))}  # fmt: skip
        for subject in ("001", "004") if n > 3 else ("001",):
            dumped(folder / f"{subject}.pkl", one)
    recording = formats.read(tmp_path / "00035" / "001.pkl")
    assert [(one.id, int(one.frame_ids[0])) for one in recording.people] == [("001", 30), ("004", 34)]
    assert recording.up.value == "+y" and any("hand poses" in warning for warning in recording.warnings)
    assert_walks(recording)


def parameters(
    joints: int, world: np.ndarray, rest: np.ndarray, *, as_matrices: bool = False
) -> dict[str, Any]:
    vectors, pelvis = turned(walking(FRAMES), world)
    body = vectors[:, 1 : joints + 1].reshape(FRAMES, -1)
    held: dict[str, Any] = {"global_orient": vectors[:, 0], "body_pose": body, "transl": pelvis - rest,
                            "betas": np.zeros((1, 10)), "gender": "", "fps": 25}  # fmt: skip
    if as_matrices:
        turns = matrices(walking(FRAMES), world)
        held |= {"global_orient": turns[:, :1], "body_pose": turns[:, 1 : joints + 1]}
    return held


def smpl_parameters(folder: Path) -> Path:
    np.savez(folder / "params.npz", **parameters(21, np.eye(3), REST_PELVIS_X))
    return folder / "params.npz"


@pytest.mark.parametrize(("joints", "rest"), [(21, REST_PELVIS_X), (23, REST_PELVIS)])
@pytest.mark.parametrize("up", ["+y", "+z", "-y"])
@pytest.mark.parametrize("as_matrices", [False, True])
def test_smplx_parameters_in_any_container(tmp_path, joints, rest, up, as_matrices):
    held = parameters(joints, FROM_Y_UP[up], rest, as_matrices=as_matrices)
    if as_matrices:
        path = dumped(tmp_path / "params.pkl", {"smplx": held, "fps": 25})
    else:
        path = tmp_path / "params.npz"
        np.savez(path, **held)
    recording = formats.read(path)
    assert (recording.format, recording.fps.value, recording.up.value) == ("SMPL parameters", 25.0, up)
    assert poses_of(recording).gender == "neutral"
    assert_walks(recording)


def test_vposers_numbers_are_refused(tmp_path):
    held = {
        "global_orient": np.zeros((1, 3)),
        "body_pose": np.zeros((1, 32)),
        "camera_translation": np.zeros((1, 3)),
    }
    with pytest.raises(FormatError, match="VPoser"):
        formats.read(dumped(tmp_path / "000.pkl", held))


def meshcapade_scene(folder: Path, *, uri: str | None = None) -> Path:
    """Two bodies that come one after the other; uri: where their data lies, in the file itself by default."""
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    stream = io.BytesIO()
    np.savez(stream, codecVersion=np.int32(2), smplVersion=np.int32(2), gender=np.int32(2),
             frameCount=np.int32(FRAMES), frameRate=np.float32(24), bodyPose=vectors[:, :22],
             bodyTranslation=pelvis - REST_PELVIS_X, shapeParameters=np.zeros(10))  # fmt: skip
    uri = uri or "data:application/octet-stream;base64," + base64.b64encode(stream.getvalue()).decode()
    size = len(stream.getvalue())
    scene = {
        "num_frames": 90,
        "smpl_bodies": [{"frame_presence": [12 * n, 12 * n + FRAMES], "bufferView": n} for n in range(2)],
    }
    held = {
        "asset": {"version": "2.0"}, "scene": 0,
        "scenes": [{"nodes": [0], "extensions": {"MC_scene_description": scene}}],
        "cameras": [{"type": "perspective"}], "buffers": [{"byteLength": size, "uri": uri}] * 2,
        "bufferViews": [{"buffer": n, "byteOffset": 0, "byteLength": size} for n in range(2)],
    }  # fmt: skip
    (folder / "scene.mcs").write_text(json.dumps(held))
    return folder / "scene.mcs"


def test_a_meshcapade_scene_has_people_who_come_and_go(tmp_path):
    recording = formats.read(meshcapade_scene(tmp_path))
    assert [int(one.frame_ids[0]) for one in recording.people] == [0, 12] and recording.fps.value == 24.0
    assert any("camera" in warning for warning in recording.warnings)
    assert_walks(recording, person=1)
    with pytest.raises(FormatError, match="other files"):
        formats.read(meshcapade_scene(tmp_path, uri="bodies.bin"))
