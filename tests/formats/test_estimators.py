"""Results of pose estimators, laid out as each tool writes them: upright, in place, the right person.

One function per tool builds the file from its source (named in the reader), not from our reader.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.points import POINT_INDEX
from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, Body, keypoints_of, on_floor, poses_of, walking

CAMERA = FROM_Y_UP["-y"]
FRAMES = 40


def turned(body: Body, world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Axis-angles (T, 24, 3) and pelvis (T, 3) in another world."""
    vectors = body.axis_angles.copy()
    vectors[:, 0] = axis_angle_from_matrix(world @ body.rotations[:, 0])
    return vectors, body.pelvis @ world.T


def matrices(body: Body, world: np.ndarray) -> np.ndarray:
    rotations = body.rotations.copy()
    rotations[:, 0] = world @ rotations[:, 0]
    return rotations


def dumped(path: Path, value: Any, *, compress: bool = False) -> Path:
    data = pickle.dumps(value)
    path.write_bytes(zlib.compress(data) if compress else data)
    return path


def gvhmr(folder: Path) -> Path:
    torch = pytest.importorskip("torch")
    body = walking(FRAMES)

    def block(world):
        vectors, pelvis = turned(body, world)
        return {
            "body_pose": torch.tensor(vectors[:, 1:22].reshape(FRAMES, 63), dtype=torch.float32),
            "betas": torch.zeros(FRAMES, 10),
            "global_orient": torch.tensor(vectors[:, 0], dtype=torch.float32),
            "transl": torch.tensor(pelvis - REST_PELVIS_X, dtype=torch.float32),
        }

    held = {"smpl_params_global": block(np.eye(3)), "smpl_params_incam": block(CAMERA),
            "K_fullimg": torch.eye(3).repeat(FRAMES, 1, 1), "net_outputs": {"model_output": {}}}  # fmt: skip
    torch.save(held, folder / "hmr4d_results.pt")
    return folder / "hmr4d_results.pt"


def wham(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    in_camera, place = turned(walking(FRAMES), CAMERA)
    held: Any = defaultdict(dict)
    for track, first in ((np.int64(0), 0), (np.int64(4), 17)):
        held[track] = {
            "pose": in_camera.reshape(FRAMES, 72).astype(np.float32), "trans": (place - REST_PELVIS),
            "pose_world": vectors.reshape(FRAMES, 72), "trans_world": pelvis - REST_PELVIS,
            "betas": np.zeros((FRAMES, 10), np.float32), "verts": np.zeros((FRAMES, 6890, 3), np.float32),
            "frame_ids": np.arange(FRAMES) + first,
        }  # fmt: skip
    return dumped(folder / "wham_output.pkl", held)


def phalp(folder: Path, shots: tuple[int, ...] = ()) -> Path:
    """Lists parallel to tid, whose order changes; a track that starts late; empty frames at the end."""
    body = walking(FRAMES)
    rotations = matrices(body, CAMERA).astype(np.float32)
    place = body.pelvis @ CAMERA.T - REST_PELVIS
    place[:, 2] *= 5000 / 256 * 1920 / np.hypot(1920, 1080)
    points = (body.layout("body25") - body.pelvis[:, None]) @ CAMERA.T + REST_PELVIS
    joints = np.pad(points, ((0, 0), (0, 20), (0, 0)))
    held = {}
    for n in range(FRAMES + 2):
        tracks = [] if n >= FRAMES else [1] if n < 5 else [2, 1] if n % 2 else [1, 2]
        held[f"outputs\\_DEMO\\walk\\img\\{n:06d}.jpg"] = {
            "time": n, "shot": int(n in shots), "tid": tracks, "tracked_ids": tracks,
            "bbox": [np.zeros(4)] * len(tracks),
            "tracked_time": [int(n == 20)] * len(tracks), "size": [[1080, 1920]] * len(tracks),
            "smpl": [{"global_orient": rotations[n, :1], "body_pose": rotations[n, 1:],
                      "betas": np.zeros(10, np.float32)} for _ in tracks],
            "camera": [place[n] for _ in tracks], "3d_joints": [joints[n] for _ in tracks],
            "mask": [{"counts": b"x" * 50, "size": [1, 1]} for _ in tracks],
        }  # fmt: skip
    return dumped(folder / "demo_walk.pkl", held, compress=True)


def tram(folder: Path) -> Path:
    torch = pytest.importorskip("torch")
    body = walking(FRAMES)
    (folder / "hps").mkdir()
    held: Any = {
        "pred_cam": torch.zeros(FRAMES, 3), "pred_pose": torch.zeros(FRAMES, 144),
        "pred_shape": torch.zeros(FRAMES, 10), "frame": torch.arange(FRAMES) + 2,
        "pred_rotmat": torch.tensor(matrices(body, CAMERA)),
        "pred_trans": torch.tensor((body.pelvis - [0, 1, 5]) @ CAMERA.T - REST_PELVIS)[:, None],
    }  # fmt: skip
    np.save(folder / "hps" / "hps_track_0.npy", held, allow_pickle=True)
    camera: Any = {"world_cam_R": np.repeat(CAMERA.T[None], FRAMES + 2, 0),
                   "world_cam_T": np.repeat([[0.0, 1, 5]], FRAMES + 2, 0), "img_focal": 1000.0}  # fmt: skip
    np.save(folder / "camera.npy", camera, allow_pickle=True)
    return folder / "hps" / "hps_track_0.npy"


def prompthmr(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    pose = np.zeros((FRAMES, 165))
    pose[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    one = {"frames": np.arange(FRAMES) + 3, "track_id": 7, "smplx_world": {
        "pose": pose, "shape": np.zeros((FRAMES, 10)), "trans": pelvis - REST_PELVIS_X}}  # fmt: skip
    return dumped(folder / "results.pkl", {"people": {7: one}, "camera": {}, "camera_world": {"Rwc": 0}})


def romp_video(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    results = {
        f"{n:08d}.jpg": {
            "smpl_thetas": np.stack([vectors[n].reshape(72)] * 2), "smpl_betas": np.zeros((2, 11)),
            "cam_trans": np.stack([pelvis[n] - REST_PELVIS] * 2), "track_ids": np.array([1, 2]),
            "verts": np.zeros((2, 6890, 3), np.float16),
        }
        for n in range(FRAMES)
    }  # fmt: skip
    np.savez(folder / "video_results.npz", results=results, sequence_results={})  # type: ignore[arg-type]
    return folder / "video_results.npz"


def trace(folder: Path) -> Path:
    """Rows of all people frame by frame, as `save_results` leaves them; the second person comes late.

    The meshes are aligned at the middle of the annotators' hips before world_trans is added.
    """
    vectors, _ = turned(walking(FRAMES), CAMERA)
    place = walking(FRAMES).points[:, POINT_INDEX["coco_mid_hip"]] @ CAMERA.T
    in_camera = vectors.copy()
    in_camera[:, 0] = 0.1
    frames = np.concatenate([np.arange(FRAMES), np.arange(3, FRAMES)])
    ids = np.concatenate([np.full(FRAMES, 1), np.full(FRAMES - 3, 2)])
    order = np.lexsort((ids, frames))
    frames, ids = frames[order], ids[order]
    held: Any = {
        "smpl_thetas": in_camera[frames].reshape(-1, 72).astype(np.float32),
        "smpl_betas": np.zeros((len(frames), 10), np.float32), "reorganize_idx": frames, "track_ids": ids,
        "world_global_rots": vectors[frames, 0], "world_trans": place[frames],
        "cam_trans": np.ones((len(frames), 3)), "world_cams": np.zeros((len(frames), 3)),
        "j3d": np.zeros((len(frames), 44, 3)), "center_confs": np.ones(len(frames)),
    }  # fmt: skip
    paths = np.array([f"walk/{n:06d}.jpg" for n in range(FRAMES)])
    np.savez(folder / "walk.mp4.npz", outputs=held, imgpaths=paths)
    return folder / "walk.mp4.npz"


def vibe(folder: Path) -> Path:
    vectors, _ = turned(walking(FRAMES), CAMERA)
    track = {
        "pred_cam": np.ones((FRAMES, 3)), "orig_cam": np.ones((FRAMES, 4)), "betas": np.zeros((FRAMES, 10)),
        "pose": vectors.reshape(FRAMES, 72), "joints3d": np.ones((FRAMES, 49, 3)),
        "bboxes": np.ones((FRAMES, 4)), "frame_ids": np.arange(FRAMES),
    }  # fmt: skip
    return dumped(folder / "vibe_output.pkl", {1: track})


def hybrik(folder: Path) -> Path:
    body = walking(FRAMES)
    joints = body.joints @ CAMERA.T
    return dumped(folder / "res.pk", {
        "pred_xyz_17": np.zeros((FRAMES, 17, 3)), "pred_xyz_29": np.zeros((FRAMES, 29, 3)),
        "pred_xyz_24_struct": (joints - joints[:, :1]) / 2.2, "pred_betas": np.zeros((FRAMES, 10)),
        "pred_thetas": matrices(body, CAMERA).reshape(FRAMES, 216), "transl": joints[:, 0],
    })  # fmt: skip


def aist(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    return dumped(folder / "gBR_sBM_cAll_d04_mBR0_ch01.pkl", {
        "smpl_poses": vectors.reshape(FRAMES, 72), "smpl_trans": (pelvis - REST_PELVIS) * 95.0,
        "smpl_scaling": np.array([95.0]), "smpl_loss": 0.1,
    })  # fmt: skip


def meshcapade(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    with (folder / "clip.smpl").open("wb") as stream:
        np.savez(stream, codecVersion=np.int32(2), smplVersion=np.int32(2), gender=np.int32(2),
                 frameCount=np.int32(FRAMES), frameRate=np.float32(30), bodyPose=vectors[:, :22],
                 bodyTranslation=pelvis - REST_PELVIS_X, shapeParameters=np.zeros(10))  # fmt: skip
    return folder / "clip.smpl"


def easymocap_smpl(folder: Path) -> Path:
    import json

    vectors, pelvis = turned(walking(FRAMES), FROM_Y_UP["+z"])
    (folder / "smpl").mkdir()
    for n in range(FRAMES):
        root = FROM_Y_UP["+z"] @ walking(FRAMES).rotations[n, 0]
        pose = vectors[n].reshape(72).copy()
        pose[:3] = 0
        one = {"id": 3, "Rh": [vectors[n, 0].tolist()], "Th": [(pelvis[n] - root @ REST_PELVIS).tolist()],
               "poses": [pose.tolist()], "shapes": [[0.0] * 10]}  # fmt: skip
        (folder / "smpl" / f"{n:06d}.json").write_text(json.dumps([one]))
    return folder / "smpl" / "000000.json"


def glamr(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), FROM_Y_UP["+z"])
    one = {"smpl_pose": vectors[:, 1:].reshape(FRAMES, 69), "smpl_beta": np.zeros((FRAMES, 10)),
           "smpl_orient_world": vectors[:, 0], "root_trans_world": pelvis}  # fmt: skip
    return dumped(folder / "walk_seed1.pkl", {"person_data": {0: one}, "cam_pose": np.zeros((FRAMES, 4, 4))})


def three_dpw(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    return dumped(folder / "downtown.pkl", {
        "poses": [vectors.reshape(FRAMES, 72)] * 2, "trans": [pelvis - REST_PELVIS] * 2,
        "betas": [np.zeros(10)] * 2, "genders": ["m", "f"], "cam_poses": np.zeros((FRAMES, 4, 4)),
    })  # fmt: skip


def emdb(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    return dumped(folder / "P1_data.pkl", {
        "gender": "female", "good_frames_mask": np.ones(FRAMES, bool), "camera": {"intrinsics": np.eye(3)},
        "smpl": {"poses_root": vectors[:, 0], "poses_body": vectors[:, 1:].reshape(FRAMES, 69),
                 "betas": np.zeros(10), "trans": pelvis - REST_PELVIS},
    })  # fmt: skip


def slahmr(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    body = np.stack([vectors[:, 1:22].reshape(FRAMES, 63)] * 2)
    np.savez(folder / "walk_world_results.npz", pose_body=body,
             root_orient=np.stack([vectors[:, 0]] * 2), trans=np.stack([pelvis - REST_PELVIS] * 2),
             betas=np.zeros((2, 16)), world_scale=np.ones((2, 1)))  # fmt: skip
    return folder / "walk_world_results.npz"


def mdm_parameters(folder: Path) -> Path:
    """thetas hold the first two rows of each matrix, as PyTorch3D's matrix_to_rotation_6d gives them."""
    body = walking(FRAMES)
    six = body.rotations[:, :, :2].reshape(FRAMES, 24, 6)
    held: Any = {"motion": np.zeros((25, 6, FRAMES)), "thetas": np.moveaxis(six, 0, -1), "length": FRAMES,
                 "root_translation": (body.pelvis - REST_PELVIS).T, "text": "walk"}  # fmt: skip
    np.save(folder / "sample00_smpl_params.npy", held, allow_pickle=True)
    return folder / "sample00_smpl_params.npy"


def motion_x(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    values = np.zeros((FRAMES, 322))
    values[:, :66] = vectors[:, :22].reshape(FRAMES, 66)
    values[:, 309:312] = pelvis - REST_PELVIS_X
    np.save(folder / "clip.npy", values)
    return folder / "clip.npy"


TOOLS = {
    "GVHMR": (gvhmr, "+y", 0), "WHAM": (wham, "+y", 0), "PHALP": (phalp, "-y", 0), "TRAM": (tram, "+y", 2),
    "PromptHMR": (prompthmr, "+y", 3), "ROMP": (romp_video, "-y", 0), "HybrIK": (hybrik, "-y", 0),
    "AIST++": (aist, "+y", 0), "Meshcapade .smpl": (meshcapade, "+y", 0),
    "EasyMocap": (easymocap_smpl, "+z", 0), "GLAMR": (glamr, "+z", 0), "3DPW": (three_dpw, "+y", 0),
    "TRACE": (trace, "-y", 0),
    "EMDB": (emdb, "+y", 0), "SLAHMR": (slahmr, "-y", 0),
    "HumanML3D": (mdm_parameters, "+y", 0), "Motion-X": (motion_x, "+y", 0),
}  # fmt: skip


@pytest.mark.parametrize("tool", list(TOOLS))
def test_the_body_stands_where_and_as_it_did(tmp_path, tool):
    build, up, first = TOOLS[tool]
    recording = formats.read(build(tmp_path))
    body, poses = walking(FRAMES), poses_of(recording)
    assert recording.format in (tool, "HumanML3D") and recording.up.value == up
    assert recording.people[0].frames == FRAMES and recording.people[0].frame_ids[0] == first
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(poses.pelvis, on_floor(recording, body.pelvis, poses.pelvis), atol=1e-4)


@pytest.mark.parametrize("tool", ["PHALP", "HybrIK"])
def test_a_tools_own_joints_are_where_the_body_is(tmp_path, tool):
    recording = formats.read(TOOLS[tool][0](tmp_path))
    keypoints, body = keypoints_of(recording), walking(FRAMES)
    expected = body.joints if tool == "HybrIK" else body.layout("body25")
    expected = on_floor(recording, expected, keypoints.positions)
    np.testing.assert_allclose(keypoints.positions, expected, atol=1e-4)
    assert recording.summary()["can_refine"]


def test_phalp_keeps_tracks_apart_and_doubts_predicted_frames(tmp_path):
    recording = formats.read(phalp(tmp_path))
    assert [person.id for person in recording.people] == ["1", "2"]
    assert recording.people[1].frame_ids[0] == 5
    assert keypoints_of(recording).confidence[20, 0] == pytest.approx(0.3)


def test_wham_tracks_keep_their_ids_and_frames(tmp_path):
    recording = formats.read(wham(tmp_path))
    assert [person.id for person in recording.people] == ["0", "4"]
    assert recording.people[1].frame_ids[0] == 17
    assert (recording.fps.value, recording.fps.how) == (30.0, "assumed")


def test_trace_keeps_tracks_apart(tmp_path):
    recording = formats.read(trace(tmp_path))
    assert [(person.id, person.frame_ids[0]) for person in recording.people] == [("1", 0), ("2", 3)]


def test_tram_without_its_camera_says_so(tmp_path):
    path = tram(tmp_path)
    (tmp_path / "camera.npy").unlink()
    recording = formats.read(path)
    assert recording.up.value == "-y" and any("camera.npy" in warning for warning in recording.warnings)


def test_vibe_has_no_place_and_says_so(tmp_path):
    recording = formats.read(vibe(tmp_path))
    np.testing.assert_allclose(
        poses_of(recording).rotations[:, :22], walking(FRAMES).rotations[:, :22], atol=1e-5
    )
    assert np.ptp(poses_of(recording).pelvis, axis=0).max() < 1e-9
    assert any("no translation" in warning for warning in recording.warnings)


def test_several_people_of_a_dataset_keep_their_gender(tmp_path):
    recording = formats.read(three_dpw(tmp_path))
    assert [poses_of(recording, n).gender for n in range(2)] == ["male", "female"]


@pytest.mark.parametrize("name", ["default", "avatar_smplpp"])
def test_smpl_files_without_smpls_joints_are_refused(name):
    path = Path(__file__).parents[2] / "bundled_model" / "samples" / "smplcodec" / f"{name}.smpl"
    with pytest.raises(FormatError, match=r"\.smpl file holds"):
        formats.read(path)


def test_robot_motion_under_a_human_name_is_refused(tmp_path):
    path = tmp_path / "walk_stageii.npz"
    np.savez(path, joint_pos=np.zeros((9, 29)), body_pos_w=np.zeros((9, 30, 3)), fps=50)
    with pytest.raises(FormatError, match="robot"):
        formats.read(path)


def test_a_result_cut_off_anywhere_is_refused(tmp_path):
    data = phalp(tmp_path).read_bytes()
    for part in range(1, 25):
        (tmp_path / "cut.pkl").write_bytes(data[: len(data) * part // 25])
        with pytest.raises(FormatError):
            formats.read(tmp_path / "cut.pkl")


def test_extra_bytes_and_unknown_pickles_are_refused(tmp_path):
    stream = io.BytesIO(pickle.dumps({"temperature": [1, 2, 3]}))
    (tmp_path / "other.pkl").write_bytes(stream.getvalue())
    with pytest.raises(FormatError, match="no reader knows"):
        formats.read(tmp_path / "other.pkl")
