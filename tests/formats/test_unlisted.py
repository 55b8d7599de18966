"""Files of the field's other tools: points by name in JSON, motions by name, tables of other shapes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX
from addon.body.skeleton import REST_PELVIS
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking

FRAMES = 24
NAMES = find_layout("coco17").keypoints
KINECT = {
    "PELVIS": "pelvis", "SPINE_CHEST": "spine3", "NECK": "neck", "HEAD": "head", "NOSE": "nose",
    **{f"{name}_{side}": f"{side.lower()}_{joint}" for side in ("LEFT", "RIGHT") for name, joint in (
        ("CLAVICLE", "collar"), ("SHOULDER", "shoulder"), ("ELBOW", "elbow"), ("WRIST", "wrist"),
        ("HIP", "hip"), ("KNEE", "knee"), ("ANKLE", "ankle"), ("FOOT", "foot"))},
}  # fmt: skip
ROKOKO = {
    "Hip": "pelvis", "Spine": "spine1", "Chest": "spine3", "Neck": "neck", "Head": "head",
    **{f"{side}{name}": f"{side.lower()}_{joint}" for side in ("Left", "Right") for name, joint in (
        ("Shoulder", "collar"), ("Arm", "shoulder"), ("ForeArm", "elbow"), ("Hand", "wrist"),
        ("UpLeg", "hip"), ("Leg", "knee"), ("Foot", "ankle"), ("Toe", "foot"))},
}  # fmt: skip


def named(joints: dict[str, str]) -> np.ndarray:
    return walking(FRAMES).points[:, [POINT_INDEX[joint] for joint in joints.values()]]


def kinect(folder: Path) -> Path:
    """offline_processor's: millimetres in the depth camera, everybody in every frame."""
    points = named(KINECT) @ FROM_Y_UP["-y"].T * 1000 + [0, 1000, 3000]
    frames = [
        {"frame_id": n, "timestamp_usec": 40_000 * n + 7, "num_bodies": 2,
         "bodies": [{"body_id": who, "joint_positions": (points[n] + [700 * who, 0, 0]).tolist(),
                     "joint_orientations": []} for who in (1, 2)]}
        for n in range(FRAMES)
    ]  # fmt: skip
    held = {"k4abt_sdk_version": "1.1.0", "joint_names": list(KINECT), "bone_list": [], "frames": frames}
    (folder / "kinect.json").write_text(json.dumps(held))
    return folder / "kinect.json"


def by_name(frame: Any) -> dict[str, Any]:
    return dict(zip(NAMES, frame, strict=True))


def as_xyz(frame: Any) -> dict[str, Any]:
    return {name: dict(zip("xyz", place, strict=True)) for name, place in by_name(frame).items()}


def dashed(frame: Any) -> dict[str, Any]:
    return {name.replace("_", "-"): place for name, place in as_xyz(frame).items()}


def as_list(frame: Any) -> list[dict[str, Any]]:
    return [{"name": name, **place} for name, place in as_xyz(frame).items()]


def capital(frame: Any) -> dict[str, Any]:
    """As C# writes Kinect v2's bodies."""
    places = {name: dict(zip("XYZ", place, strict=True)) for name, place in by_name(frame).items()}
    joints = {name: {"JointType": name, "Position": place} for name, place in places.items()}
    return {"Bodies": [{"TrackingId": 0, "Joints": joints}]}


def nuitracks(frame: Any) -> dict[str, Any]:
    joints = [{"type": name.upper(), "proj": {"x": 0.5, "y": 0.5, "z": 1.0}, "real": place}
              for name, place in as_xyz(frame).items()]  # fmt: skip
    return {"skeletons": [{"id": 0, "joints": joints}]}


SHAPES: dict[str, Any] = {
    "Kinect v2": lambda c: [capital(frame) for frame in c],
    "Nuitrack": lambda c: [nuitracks(frame) for frame in c],
    "positions of joints": lambda c: {"frames": [
        {"joints": [{"joint": name, "position": place} for name, place in by_name(frame).items()]}
        for frame in c]},
    "names of each frame": lambda c: [by_name(frame) for frame in c],
    "joints with x, y, z": lambda c: {"frames": [{"joints": as_xyz(frame)} for frame in c]},
    "rows of all names": lambda c: {"joint_names": list(NAMES), "frames": c},
    "Ego-Exo4D": lambda c: {str(n): [{"annotation3D": dashed(frame)}] for n, frame in enumerate(c)},
    "lists with names": lambda c: [{"keypoints": as_list(frame)} for frame in c],
}  # fmt: skip


@pytest.mark.parametrize("shape", list(SHAPES))
def test_points_by_name_are_read_however_the_frames_are_kept(tmp_path, shape):
    body = walking(FRAMES).layout("coco17")
    (tmp_path / "clip.json").write_text(json.dumps(SHAPES[shape](body.tolist())))
    recording = formats.read(tmp_path / "clip.json", keep_height=True)
    assert recording.format == "points by name" and recording.people[0].frames == FRAMES
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)


@pytest.mark.parametrize("tree", [list, lambda frames: dict(enumerate(frames))])
def test_a_pickle_may_map_names_to_places_frame_by_frame(tmp_path, tree):
    body = walking(FRAMES).layout("coco17")
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(tree([by_name(frame) for frame in body])))
    recording = formats.read(tmp_path / "a.pkl", keep_height=True)
    assert recording.format == "points by name"
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)


@pytest.mark.parametrize("end", [".npz", ".pkl"])
def test_an_array_may_lie_under_each_points_name(tmp_path, end):
    body = walking(FRAMES).layout("coco17")
    held: dict[str, Any] = {name: body[:, k] for k, name in enumerate(NAMES)} | {"fps": 50.0}
    if end == ".npz":
        np.savez(tmp_path / "a.npz", **held)
    else:
        (tmp_path / "a.pkl").write_bytes(pickle.dumps(held))
    recording = formats.read(tmp_path / f"a{end}", keep_height=True)
    assert recording.fps.value == 50.0
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)


@pytest.mark.parametrize("names", ["joint_names", "keypoint_names", None])
def test_the_one_list_of_points_of_a_json_file_is_read_whatever_it_is_called(tmp_path, names):
    body = walking(FRAMES).layout("coco17")
    held: dict[str, Any] = {"frame_rate": 50, "poses_3d": body.tolist(), "poses_2d": body[..., :2].tolist()}
    held |= {names: list(NAMES)} if names else {}
    (tmp_path / "a.json").write_text(json.dumps(held))
    recording = formats.read(tmp_path / "a.json", keep_height=True)
    read = keypoints_of(recording)
    assert recording.fps.value == 50.0 and read.layout == (None if names else "coco17")
    np.testing.assert_allclose(read.positions, body, atol=1e-6)


def test_azure_kinects_people_keep_their_ids_and_the_cameras_times(tmp_path):
    recording = formats.read(kinect(tmp_path))
    assert [one.id for one in recording.people] == ["1", "2"]
    assert (recording.fps.value, recording.fps.how) == (25.0, "stated")
    assert (recording.up.value, recording.units.value) == ("-y", "mm")
    keypoints = keypoints_of(recording)
    knee = keypoints.positions[:, keypoints.canonical.index("left_knee")]
    assert np.ptp(knee, axis=0) == pytest.approx(np.ptp(walking(FRAMES).joints[:, 4], axis=0), abs=1e-3)


def test_deeplabcuts_three_lines_of_header_name_the_points(tmp_path):
    body = walking(FRAMES).layout("coco17")
    lines = ["scorer" + ",DLC_3D" * 51, ",".join(["bodyparts", *(n for n in NAMES for _ in "xyz")])]
    lines += [",".join(["coords", *("xyz" * 17)])]
    lines += [",".join([str(n), *(f"{v:.6f}" for v in frame.reshape(-1))]) for n, frame in enumerate(body)]
    (tmp_path / "clip_DLC_3D.csv").write_text("\n".join(lines))
    recording = formats.read(tmp_path / "clip_DLC_3D.csv", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-5)


def test_a_skeletons_table_has_its_joints_and_no_rotations_for_points(tmp_path):
    """Rokoko's LeftShoulder is the collar, LeftArm the shoulder."""
    points = named(ROKOKO)
    cells = [f"{name}_position_{a},{name}_rotation_{a}" for name in ROKOKO for a in "xyz"]
    lines = [",".join(["Timestamp", *cells])]
    lines += [
        ",".join([f"{n / 100:.4f}", *(f"{v:.6f},12.5" for v in f.reshape(-1))]) for n, f in enumerate(points)
    ]
    (tmp_path / "take.csv").write_text("\n".join(lines))
    recording = formats.read(tmp_path / "take.csv", keep_height=True)
    keypoints, body = keypoints_of(recording), walking(FRAMES)
    assert recording.fps.value == 100.0
    for joint in ("left_shoulder", "right_elbow", "left_hip", "right_ankle"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, body.points[:, POINT_INDEX[joint]], atol=1e-5)


def library(folder: Path, *names: str, **more: Any) -> Path:
    body = walking(FRAMES)
    vectors, pelvis = body.axis_angles.reshape(FRAMES, 72), body.pelvis
    motion = {"pose_aa": vectors, "trans_orig": pelvis - REST_PELVIS, "root_trans_offset": pelvis, "fps": 50}
    motion |= {"beta": np.zeros(16), "gender": "neutral"} | more
    (folder / "clips.pkl").write_bytes(pickle.dumps(dict.fromkeys(names or ("0-KIT_walk",), motion)))
    return folder / "clips.pkl"


def test_a_motion_under_its_name_is_read_and_several_are_told(tmp_path):
    recording = formats.read(library(tmp_path))
    assert (recording.people[0].id, recording.fps.value, recording.up.value) == ("0-KIT_walk", 50.0, "+y")
    np.testing.assert_allclose(poses_of(recording).pelvis, walking(FRAMES).pelvis, atol=1e-6)
    with pytest.raises(FormatError, match=r"holds 2 motions \(a, b"):
        formats.read(library(tmp_path, "a", "b"))
    with pytest.raises(FormatError, match="robot"):
        formats.read(library(tmp_path, "a", dof=np.zeros((FRAMES, 23))))


OTHERS = {
    "a.usda": (b"#usda 1.0\n(\n)\n", "USD"), "a.usdc": (b"PXR-USDC" + bytes(60), "USD"),
    "a.vmd": (b"Vocaloid Motion Data 0002" + bytes(60), "MikuMikuDance"),
    "a.dae": (b'<?xml version="1.0"?>\n<COLLADA version="1.4.1">', "COLLADA"),
    "a.anim": (b"%YAML 1.1\n%TAG !u! tag:unity3d.com,2011:\n", "Unity"),
    "b.anim": (b"animVersion 1.1;\nmayaVersion 2024;\n", "Maya"),
    "a.htr": (b"[Header]\nFileType htr\n", "HTR"), "a.bag": (b"#ROSBAG V2.0\n" + bytes(30), "ROS"),
    "a.abc": (b"Ogawa\xff" + bytes(40), "Alembic"), "a.ply": (b"ply\nformat ascii 1.0\n", "mesh"),
    "a.zip": (b"PK\x05\x06" + bytes(18), "unpack"),
    "a.gltf": (b'{"asset": {"version": "2.0"}, "nodes": [], "scenes": []}', "glTF"),
    "a.json": (json.dumps([{"keypoints": [{"x": 1.0, "y": 2.0, "score": 0.5}] * 17}] * 3).encode(), "2D"),
    "g1.csv": (b"\n".join([b"0,0,0.8,0,0,0.6,0.8" + b",0.1" * 29] * 5), "robot"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OTHERS))
def test_files_of_other_programs_are_named_with_the_way_out(tmp_path, name):
    content, what = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError, match=what):
        formats.read(tmp_path / name)
