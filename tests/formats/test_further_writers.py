"""Files of avatars' trackers, dancers and forks of estimators, laid out as each tool's source writes them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS, REST_PELVIS
from addon.formats.draft import REST_PELVIS_X
from tests.formats.bodies import FROM_Y_UP, keypoints_of, on_floor, poses_of, walking
from tests.formats.test_estimator_variants import assert_walks
from tests.formats.test_estimators import CAMERA, FRAMES, dumped, matrices, turned

Y_UP, Z_UP = np.eye(3), FROM_Y_UP["+z"]
ASIDE = np.array([1.5, 0.0, 0.0])


def short_names(n: int) -> dict[str, Any]:
    """A frame as ExAvatar and LHM name it."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    return {
        "root_pose": vectors[n, 0].tolist(), "body_pose": vectors[n, 1:22].tolist(), "jaw_pose": [0.0] * 3,
        "lhand_pose": np.zeros((15, 3)).tolist(), "rhand_pose": np.zeros((15, 3)).tolist(),
        "expr": [0.0] * 50, "trans": (pelvis[n] - REST_PELVIS_X).tolist(),
    }  # fmt: skip


def exavatar(folder: Path) -> Path:
    for n in range(FRAMES):
        (folder / f"{n}.json").write_text(json.dumps(short_names(n)))
    return folder / "0.json"


def lhm(folder: Path) -> Path:
    lens = {
        "betas": [0.0] * 10,
        "focal": [1500.0] * 2,
        "princpt": [540.0, 960.0],
        "img_size_wh": [1080, 1920],
    }
    for n in range(FRAMES):
        (folder / f"{n + 1:05d}.json").write_text(json.dumps(short_names(n) | lens))
    return folder


def of_smpl(rows: slice, shift: np.ndarray) -> dict[str, np.ndarray]:
    """HMR's matrices and a place in the camera."""
    rotations, (_, pelvis) = matrices(walking(FRAMES), CAMERA)[rows], turned(walking(FRAMES), CAMERA)
    return {
        "global_orient": rotations[:, :1], "body_pose": rotations[:, 1:],
        "betas": np.zeros((len(rotations), 10)), "place": pelvis[rows] - REST_PELVIS + shift,
    }  # fmt: skip


def champ(folder: Path) -> Path:
    """A file of each frame, with two people's meshes beside."""
    for n in range(FRAMES):
        both = [of_smpl(slice(n, n + 1), shift) for shift in (0 * ASIDE, ASIDE)]
        smpls = {name: np.concatenate([one[name] for one in both]) for name in both[0]}
        held = {"verts": [np.zeros((6890, 3), np.float32)] * 2, "cam_t": list(smpls.pop("place")),
                "render_res": np.array([512, 512]), "smpls": smpls}  # fmt: skip
        np.save(folder / f"{n:04d}.npy", held)  # type: ignore[arg-type]
    return folder / "0000.npy"


def champ_group(folder: Path) -> Path:
    frames = [of_smpl(slice(n, n + 1), 0 * ASIDE) for n in range(FRAMES)]
    camera = [one.pop("place")[0] for one in frames]
    np.savez(folder / "smpls_group.npz", smpl=np.array(frames, object), camera=camera)
    return folder / "smpls_group.npz"


def avatar_parameters(folder: Path) -> Path:
    """All 72 numbers as the body's, as GaussianAvatar has them."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    return dumped(folder / "smpl_parms.pth", {
        "beta": np.zeros((1, 10)), "body_pose": vectors.reshape(FRAMES, 72), "trans": pelvis - REST_PELVIS,
    })  # fmt: skip


def chois(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    np.savez(folder / "sub16_0.npz", betas=np.zeros(16), gender="male", local_rot_aa=vectors[:, :22],
             root_trans=pelvis - REST_PELVIS)  # fmt: skip
    return folder / "sub16_0.npz"


def transpose(folder: Path) -> Path:
    body = walking(FRAMES)
    return dumped(folder / "r.pkl", {"pose": body.rotations, "tran": body.pelvis - REST_PELVIS})


def motion_x(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), Y_UP)
    frames = [
        {"id": n, "image_id": n, "smplx_params": {
            "trans": (pelvis[n] - REST_PELVIS_X).tolist(), "root_orient": vectors[n, 0].tolist(),
            "pose_body": vectors[n, 1:22].reshape(63).tolist(), "pose_hand": [0.1] * 90}}
        for n in range(FRAMES)
    ]  # fmt: skip
    (folder / "walk.json").write_text(json.dumps({"images": [], "annotations": frames}))
    return folder / "walk.json"


def chi3d(folder: Path) -> Path:
    """Matrices of two people."""
    rotations, (_, pelvis) = matrices(walking(FRAMES), Z_UP), turned(walking(FRAMES), Z_UP)
    held = {
        "global_orient": rotations[:, :1],
        "body_pose": rotations[:, 1:22],
        "betas": np.zeros((FRAMES, 10)),
    }
    both = {name: [value.tolist()] * 2 for name, value in held.items()}
    both["transl"] = [(pelvis - REST_PELVIS_X + shift).tolist() for shift in (0 * ASIDE, ASIDE)]
    (folder / "walk.json").write_text(json.dumps(both))
    return folder / "walk.json"


def videomimic(folder: Path) -> Path:
    """Places of the pelvis itself."""
    rotations, (_, pelvis) = matrices(walking(FRAMES), Z_UP), turned(walking(FRAMES), Z_UP)
    people = {
        name: {"body_pose": rotations[:, 1:], "global_orient": rotations[:, :1],
               "root_transl": (pelvis + shift)[:, None], "betas": np.zeros((FRAMES, 10))}
        for name, shift in (("1", 0 * ASIDE), ("2", ASIDE))
    }  # fmt: skip
    cameras = {f"{n:05d}": {"cam2world": np.eye(4), "intrinsic": np.eye(3)} for n in range(3)}
    held = {"our_pred_world_cameras_and_structure": cameras, "our_pred_humans_smplx_params": people}
    return dumped(folder / "results.pkl", held)


def smplest_x(folder: Path) -> Path:
    """Everybody in each frame, NaN where not seen, poses in the plural."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    shifts = (0 * ASIDE, ASIDE)
    np.savez(folder / "game_poses.npz", betas=np.zeros((2, 10)), global_orient=np.stack([vectors[:, 0]] * 2),
             body_poses=np.stack([vectors[:, 1:22].reshape(FRAMES, 63)] * 2),
             transl=np.stack([pelvis - REST_PELVIS_X + shift for shift in shifts]),
             bboxes_xywh=np.zeros((2, FRAMES, 4)), focal=np.ones(2))  # fmt: skip
    return folder / "game_poses.npz"


def josh(folder: Path) -> Path:
    """TRAM's tracks of a camera that moves in the world of its first frame."""
    turn = np.linspace(0.0, 0.5, FRAMES)
    camera = np.tile(np.eye(4), (FRAMES, 1, 1))
    camera[:, :3, :3] = matrix_from_axis_angle(turn[:, None] * [0.0, 1.0, 0.0])
    camera[:, :3, 3] = turn[:, None] * [2.0, 0.0, 1.0]
    back = np.swapaxes(camera[:, :3, :3], -1, -2)
    rotations, (_, pelvis) = matrices(walking(FRAMES), CAMERA), turned(walking(FRAMES), CAMERA)
    rotations[:, 0] = back @ rotations[:, 0]
    for k, shift in ((1, 0 * ASIDE), (2, ASIDE)):
        seen = (back @ (pelvis + shift - camera[:, :3, 3])[..., None])[..., 0]
        held = {"pred_rotmat": rotations, "pred_shape": np.zeros((FRAMES, 10)), "frame": np.arange(FRAMES),
                "pred_trans": (seen - REST_PELVIS)[:, None], "id": k}  # fmt: skip
        np.save(folder / f"hps_track_{k}.npy", held)  # type: ignore[arg-type]
    dumped(folder / "scene.pkl", {"pred_cam": camera, "intrinsics": np.diag([1000.0, 1000.0, 1.0])})
    return folder / "hps_track_1.npy"


def six_numbers(rotations: np.ndarray) -> np.ndarray:
    """PyTorch3D's first two rows."""
    return rotations[..., :2, :].reshape(len(rotations), -1)


def dance_rows(joints: int, contacts: int) -> Callable[[Path], Path]:
    """LODGE's and FineDance's rows."""

    def write(folder: Path) -> Path:
        rotations = np.tile(np.eye(3), (FRAMES, joints, 1, 1))
        rotations[:, :22] = walking(FRAMES).rotations[:, :22]
        place = walking(FRAMES).pelvis - REST_PELVIS
        np.save(folder / "1.npy", np.hstack([np.zeros((FRAMES, contacts)), place, six_numbers(rotations)]))
        return folder / "1.npy"

    return write


def hymotion(about: float) -> Callable[[Path], Path]:
    """Keypoints in the world, or about the body."""

    def write(folder: Path) -> Path:
        body = walking(FRAMES)
        columns = np.swapaxes(body.rotations[:, :22, :, :2], -1, -2).reshape(FRAMES, 22, 6)
        np.savez(folder / "m.npz", rot6d=columns, transl=body.pelvis, root_rotations_mat=body.rotations[:, 0],
                 keypoints3d=body.joints[:, :22] - about * body.pelvis[:, None])  # fmt: skip
        return folder / "m.npz"

    return write


def frames_of(shift: np.ndarray) -> list[dict[str, Any]]:
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    return [
        {"global_orient": vectors[n, 0].tolist(), "body_pose": vectors[n, 1:22].reshape(63).tolist(),
         "transl": (pelvis[n] - REST_PELVIS_X + shift).tolist()}
        for n in range(FRAMES)
    ]  # fmt: skip


def collected(shape: Callable[[dict[str, Any]], Any]) -> Callable[[Path], Path]:
    """What a script collected of two tracks."""

    def write(folder: Path) -> Path:
        tracks = {"4": frames_of(0 * ASIDE), "7": frames_of(ASIDE)}
        (folder / "tracks.json").write_text(json.dumps(shape(tracks)))
        return folder / "tracks.json"

    return write


def by_frame(tracks: dict[str, Any]) -> Any:
    return {n: {who: frames[n] for who, frames in tracks.items()} for n in range(FRAMES)}


def listed(tracks: dict[str, Any]) -> Any:
    return [
        [{**frames[n], "frame": n, "track_id": who} for who, frames in tracks.items()] for n in range(FRAMES)
    ]


def numbered(tracks: dict[str, Any]) -> Any:
    return {who: dict(enumerate(frames)) for who, frames in tracks.items()}


def people_first(tracks: dict[str, Any]) -> Any:
    return {"fps": 30, "players": [{"id": who, "frames": frames} for who, frames in tracks.items()]}


def mhr_conversion(folder: Path) -> Path:
    """Rows of whoever is in a frame, with the meshes that were fitted."""
    vectors, pelvis = turned(walking(FRAMES), CAMERA)
    place = np.stack([pelvis - REST_PELVIS, pelvis - REST_PELVIS + ASIDE], axis=1).reshape(-1, 3)
    meshes = np.zeros((2 * FRAMES, 6890, 3), np.int8)
    np.savez(folder / "smpl.npz", frame_index=np.repeat(np.arange(FRAMES), 2), transl=place,
             person_id=np.tile([0, 1], FRAMES), fps=25.0, smpl_vertices=meshes,
             global_orient=vectors[:, 0].repeat(2, 0), betas=np.zeros((2 * FRAMES, 10)),
             body_pose=vectors[:, 1:].reshape(FRAMES, 69).repeat(2, 0))  # fmt: skip
    return folder / "smpl.npz"


def root_beside(folder: Path) -> Path:
    vectors, pelvis = turned(walking(FRAMES), Z_UP)
    poses = np.zeros((FRAMES, 156))
    poses[:, 3:66] = vectors[:, 1:22].reshape(FRAMES, 63)
    np.savez(folder / "a.npz", poses=poses, root_orient=vectors[:, 0], trans=pelvis - REST_PELVIS)
    return folder / "a.npz"


FILES: dict[str, tuple[Callable[[Path], Path], int]] = {
    "ExAvatar": (exavatar, 1), "LHM": (lhm, 1), "Champ": (champ, 2), "Champ, all frames": (champ_group, 1),
    "GaussianAvatar": (avatar_parameters, 1), "CHOIS": (chois, 1), "TransPose": (transpose, 1),
    "Motion-X": (motion_x, 1), "CHI3D": (chi3d, 2), "VideoMimic": (videomimic, 2),
    "SMPLest-X": (smplest_x, 2), "JOSH": (josh, 2), "LODGE": (dance_rows(22, 4), 1),
    "EDGE's rows": (dance_rows(24, 4), 1), "FineDance": (dance_rows(52, 0), 1),
    "tracks of frames": (collected(dict), 2), "tracks of numbered frames": (collected(numbered), 2),
    "frames of tracks": (collected(by_frame), 2), "frames that list people": (collected(listed), 2),
    "people first": (collected(people_first), 2),
    "one track": (collected(lambda tracks: {"4": tracks["4"]}), 1),
    "MHR's conversion": (mhr_conversion, 2), "a root beside poses without": (root_beside, 1),
    "HY-Motion in the world": (hymotion(0.0), 1), "HY-Motion about the body": (hymotion(1.0), 1),
}  # fmt: skip


@pytest.mark.parametrize("tool", list(FILES))
def test_everybody_walks_upright_and_in_place(tmp_path, tool):
    write, people = FILES[tool]
    recording = formats.read(write(tmp_path))
    assert [one.frames for one in recording.people] == [FRAMES] * people
    assert_walks(recording)


def test_tracks_beyond_joshs_cameras_stay_in_the_camera(tmp_path):
    path = josh(tmp_path)
    dumped(tmp_path / "scene.pkl", {"pred_cam": np.tile(np.eye(4), (FRAMES - 1, 1, 1))})
    recording = formats.read(path)
    assert recording.people[0].frames == FRAMES
    assert any("lacks frames" in warning for warning in recording.warnings)


def test_fingers_that_a_fork_adds_to_gvhmrs_result_are_kept(tmp_path):
    vectors, pelvis = turned(walking(FRAMES), Y_UP)
    fingers = np.full((FRAMES, 45), 0.2)
    block = {
        "global_orient": vectors[:, 0], "body_pose": vectors[:, 1:22].reshape(FRAMES, 63),
        "transl": pelvis - REST_PELVIS_X, "left_hand_pose": fingers, "right_hand_pose": -fingers,
    }  # fmt: skip
    recording = formats.read(dumped(tmp_path / "hmr4d_results.pkl", {"smpl_params_global": block}))
    assert_walks(recording)
    hands = poses_of(recording).hands
    assert hands is not None
    np.testing.assert_allclose(axis_angle_from_matrix(hands[:, 0]).reshape(FRAMES, 45), fingers, atol=1e-6)


def test_matrices_in_human_data_are_no_rotation_vectors(tmp_path):
    rotations = matrices(walking(FRAMES), CAMERA)
    smpl = {"global_orient": rotations[:, :1], "body_pose": rotations[:, 1:], "betas": np.zeros((FRAMES, 10))}
    names = np.array([f"{n:06d}.jpg" for n in range(FRAMES)])
    np.savez(tmp_path / "a.npz", smpl=np.array(smpl, object), image_path=names)
    recording = formats.read(tmp_path / "a.npz")
    assert any("no translation" in warning for warning in recording.warnings)
    found, wanted = poses_of(recording).rotations[:, 1:], walking(FRAMES).rotations[:, 1:]
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_nymerias_segments_are_a_suits(tmp_path):
    """Segments of a suit lie against a T-pose that faces +X, Z up."""
    body, world = walking(FRAMES), np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    parts = {"Shoulder": "collar", "UpperArm": "shoulder", "ForeArm": "elbow", "Hand": "wrist"}
    legs = {"UpperLeg": "hip", "LowerLeg": "knee", "Foot": "ankle", "Toe": "foot"}
    order = ["pelvis", "spine1", "spine2", "spine2", "spine3", "neck", "head"]
    order += [
        f"{side}_{name}" for held in (parts, legs) for side in ("right", "left") for name in held.values()
    ]
    places = [JOINT_NAMES.index(name) for name in order]
    turns = world @ forward(body.rotations, body.pelvis, REST_OFFSETS)[1][:, places] @ world.T
    vectors = axis_angle_from_matrix(turns)
    half = np.linalg.norm(vectors, axis=-1, keepdims=True) / 2
    quaternions = np.concatenate([np.cos(half), vectors / 2 * np.sinc(half / np.pi)], axis=-1)
    np.savez(tmp_path / "xdata.npz", segment_tXYZ=(body.joints[:, places] @ world.T).reshape(FRAMES, 69),
             segment_qWXYZ=quaternions.reshape(FRAMES, 92), frameRate=np.array([240]))  # fmt: skip
    recording = formats.read(tmp_path / "xdata.npz")
    assert (recording.fps.value, recording.up.value) == (240.0, "+z")
    legs_of = [JOINT_NAMES.index(f"left_{name}") for name in ("hip", "knee")]
    found = poses_of(recording).rotations[:, legs_of]
    np.testing.assert_allclose(found, body.rotations[:, legs_of], atol=1e-6)


def test_scails_boxes_hold_joints_or_nobody(tmp_path):
    joints = walking(FRAMES).joints @ CAMERA.T * 1000 + [0, 0, 4000]
    frames = [{"bboxes": [[0, 0, 1, 1]], "nlfpose": [joints[n : n + 1]]} for n in range(FRAMES)]
    frames[7]["nlfpose"] = [np.zeros((0, 24, 3))]
    recording = formats.read(dumped(tmp_path / "nlf_results.pkl", frames))
    assert recording.people[0].frames == FRAMES - 1
    found, kept = keypoints_of(recording).positions, np.arange(FRAMES) != 7
    wanted = walking(FRAMES).joints[kept] - [0, 0, 4.0]
    np.testing.assert_allclose(found, on_floor(recording, wanted, found), atol=1e-4)


def test_metrabs_joints_are_smpls_and_a_heads(tmp_path):
    joints = walking(FRAMES).joints
    np.save(tmp_path / "poses3d.npy", np.concatenate([joints, joints[:, 15:16].repeat(6, 1)], axis=1))
    assert keypoints_of(formats.read(tmp_path / "poses3d.npy")).layout == "smpl24"


def test_joints_beside_the_text_that_they_were_made_from_are_slow(tmp_path):
    body = walking(FRAMES, heading=0.0)
    joints = body.joints[:, :22] - body.pelvis[0] * [1, 0, 1]
    held = {"joints": joints, "text": "a man walks", "length": FRAMES}
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(held))
    assert formats.read(tmp_path / "a.pkl").fps.value == 20.0


def test_finedances_hands_lie_behind_its_body(tmp_path):
    rows = np.zeros((FRAMES, 159))
    rows[:, :3] = walking(FRAMES).pelvis - REST_PELVIS
    rows[:, 3:69] = walking(FRAMES).axis_angles[:, :22].reshape(FRAMES, 66)
    rows[:, 69:] = 0.1
    np.save(tmp_path / "1.npy", rows)
    held = {"smpl_poses": rows[:, 3:], "smpl_trans": rows[:, :3] + REST_PELVIS - REST_PELVIS_X,
            "full_pose": np.zeros((FRAMES, 55, 3))}  # fmt: skip
    for path in (tmp_path / "1.npy", dumped(tmp_path / "1.pkl", held)):
        recording = formats.read(path)
        assert_walks(recording)
        assert poses_of(recording).hands is not None
