"""Motion generators whose files look like another tool's: EDGE, Kimodo, and what only seems HumanML3D's."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.formats.readers.kimodo import skeleton
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking

FRAMES = 40
SOMA = {
    "Hips": "pelvis", "Spine1": "spine1", "Spine2": "spine2", "Chest": "spine3", "Neck1": "neck",
    "Head": "head",
    **{f"{side.title()}{name}": f"{side}_{joint}" for side in ("left", "right") for name, joint in (
        ("Leg", "hip"), ("Shin", "knee"), ("Foot", "ankle"), ("ToeBase", "foot"), ("Shoulder", "collar"),
        ("Arm", "shoulder"), ("ForeArm", "elbow"), ("Hand", "wrist"))},
}  # fmt: skip


def edge(folder: Path) -> Path:
    """Z up; the translation is that of the pelvis."""
    body = walking(FRAMES)
    vectors = body.axis_angles.copy()
    vectors[:, 0] = axis_angle_from_matrix(FROM_Y_UP["+z"] @ body.rotations[:, 0])
    joints = (body.joints @ FROM_Y_UP["+z"].T).astype(np.float32)
    held = {"smpl_poses": vectors.reshape(FRAMES, 72).astype(np.float32), "smpl_trans": joints[:, 0]}
    (folder / "dance.pkl").write_bytes(pickle.dumps(held | {"full_pose": joints}))
    return folder / "dance.pkl"


def kimodo(folder: Path, count: int = 77, **more: Any) -> Path:
    """SOMA's joints on SMPL's; those that SMPL lacks lie 5 cm above their parent at rest."""
    body = walking(FRAMES)
    names, parents = skeleton(count)
    _, turned = forward(body.rotations, body.pelvis, REST_OFFSETS)
    joints, turns = np.zeros((FRAMES, count, 3)), np.zeros((FRAMES, count, 3, 3))
    for place, (name, parent) in enumerate(zip(names, parents, strict=True)):
        joint = SOMA.get(name, name)
        if joint in JOINT_NAMES:
            joints[:, place] = body.joints[:, JOINT_NAMES.index(joint)]
            turns[:, place] = turned[:, JOINT_NAMES.index(joint)]
        else:
            turns[:, place] = turns[:, parent]
            joints[:, place] = joints[:, parent] + turns[:, parent] @ [0.0, 0.05, 0.0]
    np.savez(folder / "motion.npz", posed_joints=joints.astype(np.float32), global_rot_mats=turns,
             foot_contacts=np.zeros((FRAMES, 4), bool), **more)  # fmt: skip
    return folder / "motion.npz"


def test_edge_is_not_read_as_aist_is(tmp_path):
    recording = formats.read(edge(tmp_path))
    assert (recording.tool, recording.fps.value, recording.fps.how) == ("EDGE", 30.0, "assumed")
    assert (recording.up.value, recording.up.how) == ("+z", "inferred")
    body = walking(FRAMES)
    np.testing.assert_allclose(keypoints_of(recording).positions, body.joints, atol=1e-5)
    np.testing.assert_allclose(poses_of(recording).pelvis, body.pelvis, atol=1e-5)
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], body.rotations[:, :22], atol=1e-5)


@pytest.mark.parametrize("up", ["+y", "+z"])
def test_a_copy_of_aist_that_was_turned_stands_upright(tmp_path, up):
    """Derived files have the same names without the scaling."""
    body = walking(FRAMES)
    vectors = body.axis_angles.copy()
    vectors[:, 0] = axis_angle_from_matrix(FROM_Y_UP[up] @ body.rotations[:, 0])
    held = {"smpl_poses": vectors.reshape(FRAMES, 72), "smpl_trans": body.pelvis @ FROM_Y_UP[up].T}
    (tmp_path / "dance.pkl").write_bytes(pickle.dumps(held))
    recording = formats.read(tmp_path / "dance.pkl")
    assert (recording.up.value, recording.up.how) == (up, "inferred")
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], body.rotations[:, :22], atol=1e-5)


@pytest.mark.parametrize("count", [77, 30, 22])
def test_kimodos_clips_have_its_rate_rotations_and_joints(tmp_path, count):
    recording, body = formats.read(kimodo(tmp_path, count)), walking(FRAMES)
    assert (recording.tool, recording.fps.value, recording.fps.how) == ("Kimodo", 30.0, "assumed")
    np.testing.assert_allclose(poses_of(recording).rotations[:, :21], body.rotations[:, :21], atol=1e-5)
    keypoints = keypoints_of(recording)
    for joint in ("left_hip", "right_knee", "left_ankle", "right_elbow", "left_wrist"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, body.joints[:, JOINT_NAMES.index(joint)], atol=1e-5)


@pytest.mark.parametrize("count", [77, 30])
def test_an_array_of_somas_joints_is_told_by_the_body(tmp_path, count):
    with np.load(kimodo(tmp_path, count)) as held:
        np.save(tmp_path / "joints.npy", held["posed_joints"])
    recording = formats.read(tmp_path / "joints.npy")
    assert (recording.fps.value, recording.units.value, recording.up.value) == (30.0, "m", "+y")
    knee = keypoints_of(recording).positions[:, keypoints_of(recording).canonical.index("left_knee")]
    np.testing.assert_allclose(knee, walking(FRAMES).joints[:, JOINT_NAMES.index("left_knee")], atol=1e-5)
    np.save(tmp_path / "noise.npy", np.random.default_rng(0).normal(0, 1, (FRAMES, count, 3)))
    with pytest.raises(FormatError, match=f"No layout here has {count} keypoints"):
        formats.read(tmp_path / "noise.npy")


def test_kimodos_robot_is_refused_by_its_name(tmp_path):
    np.savez(tmp_path / "g1.npz", posed_joints=np.ones((5, 34, 3)), foot_contacts=np.zeros((5, 4), bool))
    with pytest.raises(FormatError, match="robot Unitree G1"):
        formats.read(tmp_path / "g1.npz")


@pytest.mark.parametrize(("heading", "start", "fps"), [(0.0, 0.0, 20.0), (0.9, 0.0, 30.0), (0.0, 1.0, 30.0)])
def test_only_what_starts_as_humanml3d_does_has_its_rate(tmp_path, heading, start, fps):
    """Its clips start above the origin and face +Z; any other 22 joints are SMPL's of some tool."""
    points = walking(FRAMES, heading=heading).layout("humanml22")
    points[..., [0, 2]] += start - points[0, 0, [0, 2]]
    np.save(tmp_path / "000012.npy", points)
    recording = formats.read(tmp_path / "000012.npy")
    assert (keypoints_of(recording).layout, recording.fps.value) == ("humanml22", fps)
    assert recording.fps.how == "assumed"
