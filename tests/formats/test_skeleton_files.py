"""BVH and Kinect skeletons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, PARENTS, REST_OFFSETS
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, walking

FRAMES = 20
MIXAMO = {
    "pelvis": "Hips", "spine1": "Spine", "spine2": "Spine1", "spine3": "Spine2", "neck": "Neck",
    "head": "Head",
    **{f"{side.lower()}_{joint}": f"{side}{name}" for side in ("Left", "Right") for joint, name in (
        ("hip", "UpLeg"), ("knee", "Leg"), ("ankle", "Foot"), ("foot", "ToeBase"), ("collar", "Shoulder"),
        ("shoulder", "Arm"), ("elbow", "ForeArm"), ("wrist", "Hand"), ("hand", "HandMiddle1"))},
}  # fmt: skip


def euler(matrix: np.ndarray) -> np.ndarray:
    """Degrees z, y, x with matrix = Rz Ry Rx."""
    y = np.arcsin(np.clip(-matrix[2, 0], -1, 1))
    return np.degrees([np.arctan2(matrix[1, 0], matrix[0, 0]), y, np.arctan2(matrix[2, 1], matrix[2, 2])])


def bvh(path: Path, names: dict[str, str], scale: float = 100.0) -> Path:
    """A BVH of the walking body in centimetres: channels position and Z Y X, end sites with braces."""
    lines: list[str] = ["HIERARCHY"]

    def write(joint: int, depth: int) -> None:
        pad = "  " * depth
        kind = "ROOT" if joint == 0 else "JOINT"
        channels = "Zrotation Yrotation Xrotation"
        channels = f"6 Xposition Yposition Zposition {channels}" if joint == 0 else f"3 {channels}"
        x, y, z = REST_OFFSETS[joint] * scale
        lines.extend([f"{pad}{kind} {names[JOINT_NAMES[joint]]}", pad + "{", f"{pad}  OFFSET {x} {y} {z}"])
        lines.append(f"{pad}  CHANNELS {channels}")
        order.append(joint)
        children = [child for child in range(24) if PARENTS[child] == joint]
        for child in children:
            write(child, depth + 1)
        if not children:
            lines.extend([f"{pad}  End Site", pad + "  {", f"{pad}    OFFSET 0 1 0", pad + "  }"])
        lines.append(pad + "}")

    order: list[int] = []
    write(0, 0)
    body = walking(FRAMES)
    lines += ["MOTION", f"Frames: {FRAMES}", f"Frame Time: {1 / 60:.6f}"]
    for n in range(FRAMES):
        cells = [*(body.pelvis[n] * scale)]
        for joint in order:
            cells.extend(euler(body.rotations[n, joint]))
        lines.append(" ".join(f"{cell:.6f}" for cell in cells))
    path.write_text("\n".join(lines))
    return path


def test_the_euler_angles_of_this_test_are_right():
    matrix = matrix_from_axis_angle(np.array([0.3, -0.8, 1.1]))
    z, y, x = np.radians(euler(matrix))
    parts = [matrix_from_axis_angle(v) for v in np.array([[0, 0, z], [0, y, 0], [x, 0, 0]])]
    np.testing.assert_allclose(parts[0] @ parts[1] @ parts[2], matrix, atol=1e-12)


@pytest.mark.parametrize("prefix", ["", "mixamorig:"])
def test_mixamo_skeletons_are_where_the_body_is(tmp_path, prefix):
    names = {joint: prefix + name for joint, name in MIXAMO.items()}
    recording = formats.read(bvh(tmp_path / "clip.bvh", names))
    keypoints = keypoints_of(recording)
    assert recording.fps.value == pytest.approx(60, rel=1e-3) and recording.units.value == "cm"
    for joint in ("left_hip", "right_knee", "left_ankle", "right_shoulder", "left_elbow", "right_wrist"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, walking(FRAMES).joints[:, JOINT_NAMES.index(joint)], atol=1e-4)


def test_smpl_skeletons_keep_all_joints(tmp_path):
    recording = formats.read(bvh(tmp_path / "clip.bvh", {name: name for name in JOINT_NAMES}))
    assert keypoints_of(recording).canonical == keypoints_of(recording).names


@pytest.mark.parametrize("cut", ["MOTION", "Frame Time", "CHANNELS"])
def test_a_bvh_cut_off_is_refused(tmp_path, cut):
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text()
    (tmp_path / "cut.bvh").write_text(text[: text.index(cut)])
    with pytest.raises(FormatError):
        formats.read(tmp_path / "cut.bvh")


KINECT = [
    "pelvis",
    "spine2",
    "neck",
    "head",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "left_hand",
    "right_shoulder",
    "right_elbow",
    "right_wrist",
    "right_hand",
    "left_hip",
    "left_knee",
    "left_ankle",
    "left_foot",
    "right_hip",
    "right_knee",
    "right_ankle",
    "right_foot",
    "spine3",
    "left_hand",
    "left_hand",
    "right_hand",
    "right_hand",
]


def ntu(path: Path, joints: int = 25) -> Path:
    """Bodies come and go; per joint 11 numbers and a tracking state (read_skeleton_file.m)."""
    points = walking(FRAMES).joints[:, [JOINT_NAMES.index(name) for name in KINECT[:joints]]]
    lines = [str(FRAMES)]
    for n in range(FRAMES):
        bodies = ["72057594037931101"] if n else []
        lines.append(str(len(bodies)))
        for identity in bodies:
            lines += [f"{identity} 0 1 1 1 1 0 0.02 -0.1 2", str(joints)]
            lines += [" ".join(map(str, [*point, *[0.0] * 8, 2])) for point in points[n]]
    path.write_text("\n".join(lines))
    return path


def test_ntu_bodies_stand_in_metres(tmp_path):
    recording = formats.read(ntu(tmp_path / "S001C001P001R001A001.skeleton"))
    keypoints = keypoints_of(recording)
    assert recording.people[0].id == "72057594037931101" and recording.people[0].frame_ids[0] == 1
    knee = keypoints.positions[:, keypoints.canonical.index("left_knee")]
    np.testing.assert_allclose(knee, walking(FRAMES).joints[1:, JOINT_NAMES.index("left_knee")], atol=1e-6)


def test_a_hand_in_a_skeleton_file_is_refused(tmp_path):
    with pytest.raises(FormatError, match="21 joints instead of"):
        formats.read(ntu(tmp_path / "hand.skeleton", 21))
