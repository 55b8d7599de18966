"""Results whose poses are another skeleton's (SOMA, SKEL), and SMPL's numbers with few names or none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import quaternion_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS, REST_PELVIS
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking
from tests.formats.test_estimators import CAMERA, FRAMES, dumped, turned

SOMA = {
    "pelvis": 0, "spine1": 1, "spine2": 2, "spine3": 3, "neck": 4, "head": 6, "left_collar": 11,
    "left_shoulder": 12, "left_elbow": 13, "left_wrist": 14, "right_collar": 39, "right_shoulder": 40,
    "right_elbow": 41, "right_wrist": 42, "left_hip": 67, "left_knee": 68, "left_ankle": 69, "left_foot": 70,
    "right_hip": 72, "right_knee": 73, "right_ankle": 74, "right_foot": 75,
}  # fmt: skip


def gem_x(folder: Path) -> Path:
    """SOMA's rotations are relative to a T pose, as SMPL's are; its hips take the place of transl."""
    body = walking(FRAMES)
    vectors = np.zeros((FRAMES, 77, 3))
    for name, place in SOMA.items():
        vectors[:, place] = body.axis_angles[:, JOINT_NAMES.index(name)]
    block = {"global_orient": vectors[:, 0], "body_pose": vectors[:, 1:].reshape(FRAMES, 228),
             "transl": body.pelvis, "identity_coeffs": np.zeros((FRAMES, 45)),
             "scale_params": np.zeros((FRAMES, 68))}  # fmt: skip
    held = {"body_params_global": block, "body_params_incam": block, "K_fullimg": np.eye(3)}
    return dumped(folder / "hpe_results.pt", held)


def test_gem_xs_bones_point_where_somas_do(tmp_path):
    """SOMA's T pose has straight legs and arms, SMPL's rest pose nearly so."""
    recording = formats.read(gem_x(tmp_path))
    assert recording.format == "GEM-X" and recording.up.value == "+y"
    poses, body = poses_of(recording), walking(FRAMES)
    _, world = forward(body.rotations, body.pelvis, REST_OFFSETS)
    joints, _ = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    for start, end, along in (
        ("left_hip", "left_knee", [0.0, -1, 0]), ("right_knee", "right_ankle", [0.0, -1, 0]),
        ("left_shoulder", "left_elbow", [1.0, 0, 0]), ("right_elbow", "right_wrist", [-1.0, 0, 0]),
    ):  # fmt: skip
        first, last = JOINT_NAMES.index(start), JOINT_NAMES.index(end)
        bone = joints[:, last] - joints[:, first]
        bone /= np.linalg.norm(bone, axis=-1, keepdims=True)
        np.testing.assert_allclose(bone, world[:, first] @ np.array(along), atol=1e-3)
    np.testing.assert_allclose(poses.rotations[:, 0], body.rotations[:, 0], atol=1e-6)


def skel_angles(frames: int = FRAMES) -> np.ndarray:
    """A walker whose arms hang: hips flex, knees bend, elbows bend by a right angle; y down in the camera."""
    swing = 0.5 * np.sin(np.arange(frames) / 5)
    angles = np.zeros((frames, 46))
    angles[:, 1] = np.pi  # about the axis ahead: upside down, as a camera sees people
    angles[:, 3], angles[:, 10], angles[:, [6, 13]] = swing, -swing, 0.6
    angles[:, 29], angles[:, 39], angles[:, [32, 42]] = np.pi / 2, -np.pi / 2, np.pi / 2
    return angles


def hsmr(folder: Path) -> Path:
    np.savez(folder / "HSMR-walk.npz", poses=skel_angles().astype(np.float32), betas=np.zeros((FRAMES, 10)),
             patch_cam_t=np.ones((FRAMES, 3)), full_cam_t=np.tile([0.1, 0.2, 12.0], (FRAMES, 1)))  # fmt: skip
    return folder / "HSMR-walk.npz"


def skel(folder: Path) -> Path:
    with (folder / "walk.smpl").open("wb") as stream:
        np.savez(stream, smplVersion=5, codecVersion=2, frameRate=60.0, bodyTranslation=np.ones((FRAMES, 3)),
                 bodyPose=skel_angles())  # fmt: skip
    return folder / "walk.smpl"


def fast_sam(folder: Path) -> Path:
    """As the tool makes it: the body's own axes are x ahead, y to the left, z up; frames every 0.1 s."""
    body = walking(FRAMES)
    to_body = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    turns = FROM_Y_UP["+z"] @ body.rotations[:, 0] @ to_body.T
    joints = (body.joints - body.joints[:, :1]) @ body.rotations[:, 0] @ to_body.T
    np.savez(folder / "smpl_data.npz", timestamps=1700000000 + np.arange(FRAMES) / 10, smpl_joints=joints,
             body_quats=quaternion_from_matrix(turns), smpl_poses=body.axis_angles[:, 1:22])  # fmt: skip
    return folder / "smpl_data.npz"


BUILDERS = {"GEM-X": gem_x, "HSMR": hsmr, "SKEL .smpl": skel, "Fast-SAM-3D-Body": fast_sam}


def test_skel_in_a_smpl_file_has_hsmrs_poses_and_its_own_rate_and_place(tmp_path):
    recording, hsmrs = formats.read(skel(tmp_path), up="-y"), formats.read(hsmr(tmp_path))
    assert recording.fps.value == 60.0 and any("arms turn" in warning for warning in recording.warnings)
    np.testing.assert_allclose(
        poses_of(recording).rotations[:, 1:], poses_of(hsmrs).rotations[:, 1:], atol=1e-6
    )
    avatar = Path(__file__).parents[2] / "bundled_model" / "samples" / "smplcodec" / "avatar_skel.smpl"
    assert (formats.read(avatar).people[0].frames, formats.read(avatar).fps.value) == (601, 120.0)


def test_fast_sams_recordings_stand_upright_at_their_own_rate(tmp_path):
    recording = formats.read(fast_sam(tmp_path))
    assert (recording.tool, recording.fps.value) == ("Fast-SAM-3D-Body", 10.0)
    body, keypoints = walking(FRAMES), keypoints_of(recording)
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], body.rotations[:, :22], atol=1e-6)
    off = keypoints.positions - (body.joints - body.joints[:, :1])
    assert np.abs(off - off[0, 0]).max() < 1e-6 and np.abs(off[0, 0, [0, 2]]).max() < 1e-6


def test_hsmrs_angles_move_the_limbs_that_they_name(tmp_path):
    recording = formats.read(hsmr(tmp_path))
    assert recording.format == "HSMR" and recording.people[0].frames == FRAMES
    assert any("arms turn about axes" in warning for warning in recording.warnings)
    poses = poses_of(recording)
    joints, _ = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    at = {name: joints[:, n] for n, name in enumerate(JOINT_NAMES)}
    assert (at["head"][:, 1] > at["pelvis"][:, 1] + 0.4).all()
    ahead = np.cross(at["left_hip"] - at["right_hip"], at["spine3"] - at["pelvis"])
    ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
    swing = 0.5 * np.sin(np.arange(FRAMES) / 5)
    for side, sign in (("left", -1.0), ("right", 1.0)):
        thigh, shin = at[f"{side}_knee"] - at[f"{side}_hip"], at[f"{side}_ankle"] - at[f"{side}_knee"]
        forwards = np.arctan2((thigh * ahead).sum(-1), -thigh[:, 1])
        np.testing.assert_allclose(forwards, sign * swing, atol=0.12)
        bend = np.arctan2((shin * ahead).sum(-1), -shin[:, 1]) - forwards
        np.testing.assert_allclose(bend, -0.6, atol=0.1)
        arm, fore = at[f"{side}_elbow"] - at[f"{side}_shoulder"], at[f"{side}_wrist"] - at[f"{side}_elbow"]
        assert (arm[:, 1] < -0.95 * np.linalg.norm(arm, axis=-1)).all()
        assert ((fore * ahead).sum(-1) > 0.9 * np.linalg.norm(fore, axis=-1)).all()


def test_hsmrs_images_are_a_series_with_several_people(tmp_path):
    angles = skel_angles()
    for n in range(5):
        np.savez(tmp_path / f"HSMR-{n:05d}.npz", poses=angles[[n, n]], betas=np.zeros((2, 10)),
                 full_cam_t=np.array([[-2.0, 0, 12], [2, 0, 12]]), bbx_cs=np.ones((2, 3)))  # fmt: skip
    recording = formats.read(tmp_path / "HSMR-00000.npz")
    assert [one.frames for one in recording.people] == [5, 5]


def test_an_hsmr_video_of_several_people_is_refused_with_the_way_out(tmp_path):
    places = np.tile([[-2.0, 0, 12], [2, 0, 12]], (FRAMES // 2, 1))
    np.savez(tmp_path / "walk.npz", poses=skel_angles(), betas=np.zeros((FRAMES, 10)), full_cam_t=places)
    with pytest.raises(FormatError, match="max_instances 1"):
        formats.read(tmp_path / "walk.npz")


@pytest.mark.parametrize("width", [66, 72, 75, 82, 85, 156, 165, "hmr"])
def test_bare_arrays_are_told_apart_by_their_width(tmp_path, width):
    vectors, pelvis = turned(walking(FRAMES), np.eye(3))
    flat, trans = vectors.reshape(FRAMES, 72), pelvis - REST_PELVIS
    betas, camera = np.zeros((FRAMES, 10)), np.tile([0.8, 0.1, 0.2], (FRAMES, 1))
    parts = {66: [flat[:, :66]], 72: [flat], 75: [flat, trans], 82: [flat, betas], 85: [flat, trans, betas],
             156: [flat[:, :66], np.zeros((FRAMES, 90))], 165: [flat[:, :66], np.zeros((FRAMES, 99))],
             "hmr": [camera, flat, betas]}[width]  # fmt: skip
    np.save(tmp_path / "walk.npy", np.concatenate(parts, axis=1))
    recording = formats.read(tmp_path / "walk.npy")
    assert recording.format == "SMPL array"
    found = poses_of(recording).rotations[:, :22]
    np.testing.assert_allclose(found, walking(FRAMES).rotations[:, :22], atol=1e-6)
    placed = width in (75, 85)
    assert any("no translation" in warning for warning in recording.warnings) is not placed


@pytest.mark.parametrize("held", ["poses", "pose", "smpl_pose"])
def test_poses_without_a_translation_are_read(tmp_path, held):
    vectors, _ = turned(walking(FRAMES), np.eye(3))
    fields: Any = {held: vectors.reshape(FRAMES, 72), "betas": np.zeros(10), "gender": "female", "fps": 25}
    np.savez(tmp_path / "walk.npz", **fields)
    for path in (tmp_path / "walk.npz", dumped(tmp_path / "walk.pkl", fields)):
        recording = formats.read(path)
        found = poses_of(recording)
        np.testing.assert_allclose(found.rotations[:, :22], walking(FRAMES).rotations[:, :22], atol=1e-6)
        assert found.gender == "female" and (recording.fps.value, recording.fps.how) == (25.0, "stated")
        assert any("no translation" in warning for warning in recording.warnings)


@pytest.mark.parametrize(
    ("factor", "joints"), [(1.0, 1.0), (1000.0, 1000.0), (1.0, 1000.0)],
    ids=["metres", "millimetres", "joints in millimetres"],
)  # fmt: skip
def test_nlfs_fitted_joints_are_targets_and_tell_the_unit(tmp_path, factor, joints):
    body = walking(FRAMES)
    vectors, pelvis = turned(body, CAMERA)
    held = {"pose": vectors.reshape(FRAMES, 72), "betas": np.zeros((FRAMES, 10)),
            "trans": (pelvis - REST_PELVIS) * factor, "joints3d": body.joints @ CAMERA.T * joints,
            "joint_uncertainties": np.ones((FRAMES, 24))}  # fmt: skip
    recording = formats.read(dumped(tmp_path / "nlf.pkl", held))
    assert recording.up.value == "-y" and recording.summary()["can_refine"]
    place = keypoints_of(recording).positions[:, 0] - poses_of(recording).pelvis
    assert np.abs(place).max() < 1e-3
    way = np.linalg.norm(poses_of(recording).pelvis[-1] - poses_of(recording).pelvis[0])
    assert way == pytest.approx(np.linalg.norm(body.pelvis[-1] - body.pelvis[0]), rel=0.01)


@pytest.mark.parametrize(("layout", "width"), [("humanml22", 66), ("smpl24", 72), ("body25", 75)])
def test_joints_in_rows_are_not_taken_for_rotations(tmp_path, layout, width):
    np.save(tmp_path / "walk.npy", walking(FRAMES).layout(layout).reshape(FRAMES, width))
    try:
        recording = formats.read(tmp_path / "walk.npy")
    except FormatError:
        return
    assert recording.format != "SMPL array" and recording.people[0].poses is None
