"""BVH and Kinect skeletons."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, PARENTS, REST_JOINTS, REST_OFFSETS
from addon.formats.limbs import limb_lengths
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, Body, keypoints_of, on_floor, poses_of, walking

FRAMES = 20
SAMPLES = Path(__file__).parents[2] / "bundled_model" / "samples"
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


def resting(joint: int, lowered: float) -> np.ndarray:
    """(3, 3) orientation of a joint where the arms are lowered by a part of a right angle."""
    side, _, part = JOINT_NAMES[joint].partition("_")
    start, end = {"shoulder": ("shoulder", "elbow"), "elbow": ("elbow", "wrist"), "wrist": ("elbow", "wrist"),
                  "hand": ("elbow", "wrist")}.get(part, ("", ""))  # fmt: skip
    if not start or lowered == 0:
        return np.eye(3)
    bone = REST_JOINTS[JOINT_NAMES.index(f"{side}_{end}")] - REST_JOINTS[JOINT_NAMES.index(f"{side}_{start}")]
    bone = bone / np.linalg.norm(bone)
    goal = np.array([np.sign(bone[0]) * np.cos(lowered * np.pi / 2), -np.sin(lowered * np.pi / 2), 0.0])
    axis = np.cross(bone, goal)
    return matrix_from_axis_angle(axis / np.linalg.norm(axis) * np.arccos(np.clip(bone @ goal, -1, 1)))


def bvh(path: Path, names: dict[str, str], scale: float = 100.0, *, arms=0.0, body: Body | None = None,
        up="+y", all_positions=False, at_rest: np.ndarray | None = None) -> Path:  # fmt: skip
    """A BVH of a body in centimetres: channels position and Z Y X, end sites with braces.

    arms: how far they are lowered in the rest pose, 0 (T) to 1 (hanging); up: the file's axis.
    all_positions: six channels for every joint, as MotionBuilder and LaFAN1 have them.
    at_rest: (24, 3, 3) how each joint lies in the rest pose, where that is none that arms tell.
    """
    body, world = walking(FRAMES) if body is None else body, FROM_Y_UP[up]
    at_rest = np.stack([resting(joint, arms) for joint in range(24)]) if at_rest is None else at_rest
    offsets = np.stack([world @ at_rest[max(PARENTS[joint], 0)] @ REST_OFFSETS[joint] for joint in range(24)])
    _, turned = forward(body.rotations, body.pelvis, REST_OFFSETS)
    turned = world @ turned @ np.swapaxes(at_rest, 1, 2) @ world.T
    lines: list[str] = ["HIERARCHY"]

    def write(joint: int, depth: int) -> None:
        pad = "  " * depth
        kind = "ROOT" if joint == 0 else "JOINT"
        channels = "Zrotation Yrotation Xrotation"
        six = joint == 0 or all_positions
        channels = f"6 Xposition Yposition Zposition {channels}" if six else f"3 {channels}"
        x, y, z = offsets[joint] * scale
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
    lines += ["MOTION", f"Frames: {len(turned)}", f"Frame Time: {1 / 60:.6f}"]
    for n in range(len(turned)):
        cells: list[float] = []
        for joint in order:
            above = turned[n, PARENTS[joint]] if joint else np.eye(3)
            cells += (
                list((world @ body.pelvis[n] if joint == 0 else offsets[joint]) * scale)
                if joint == 0 or all_positions
                else []
            )
            cells += list(euler(above.T @ turned[n, joint]))
        lines.append(" ".join(f"{cell:.6f}" for cell in cells))
    path.write_text("\n".join(lines))
    return path


@pytest.mark.parametrize(("step", "rate"), [
    ("0.016667", 60.0), ("0.0333333", 30.0), ("0.033367", 29.97), ("0.008333", 120.0), ("0.0416667", 24.0),
])  # fmt: skip
def test_a_frame_time_of_few_digits_is_the_rate_that_was_meant(tmp_path, step, rate):
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text()
    (tmp_path / "clip.bvh").write_text(re.sub(r"Frame Time: .*", f"Frame Time: {step}", text))
    assert formats.read(tmp_path / "clip.bvh").fps.value == rate


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


def test_joints_whose_rotations_are_read_are_not_called_unused(tmp_path):
    recording = formats.read(bvh(tmp_path / "walk.bvh", MIXAMO))
    assert not any("not used" in warning for warning in recording.warnings)


def test_a_skeleton_without_translation_stands_on_the_floor(tmp_path):
    """As three.js' pirouette: the root has rotations only."""
    text = bvh(tmp_path / "pirouette.bvh", MIXAMO).read_text()
    head, _, rows = text.replace("6 Xposition Yposition Zposition", "3").partition("Frame Time:")
    step, *frames = rows.strip().splitlines()
    rows = "\n".join([step, *(" ".join(frame.split()[3:]) for frame in frames)])
    (tmp_path / "pirouette.bvh").write_text(f"{head}Frame Time: {rows}\n")
    recording = formats.read(tmp_path / "pirouette.bvh")
    assert any("no translation" in warning for warning in recording.warnings)
    keypoints = keypoints_of(recording)
    hips, feet = (
        keypoints.positions[:, [keypoints.canonical.index(f"{side}_{part}") for side in ("left", "right")], 1]
        for part in ("hip", "ankle")
    )
    assert np.ptp(hips.mean(1)) < 0.01 and 0.0 < np.percentile(feet.min(1), 10) < 0.15


CMU = MIXAMO | {"pelvis": "Hips", "left_hip": "LeftUpLeg", "spine1": "LowerBack", "left_hand": "LThumb"}


@pytest.mark.parametrize("size", [0.9, 1.0, 1.15])
def test_cmus_own_unit_keeps_the_size_of_the_performer(tmp_path, size):
    """cgspeed's conversion keeps the database's unit, 1/0.45 inch; joints without length stand beside."""
    text = bvh(tmp_path / "01_01.bvh", CMU, scale=size / 0.0564444).read_text()
    for name in ("LHipJoint", "RHipJoint"):
        joint = f"JOINT {name}\n  {{\n    OFFSET 0 0 0\n    CHANNELS 0\n  }}\n  "
        text = text.replace("JOINT LeftUpLeg", f"{joint}JOINT LeftUpLeg", 1)
    (tmp_path / "01_01.bvh").write_text(text)
    recording = formats.read(tmp_path / "01_01.bvh")
    assert (recording.units.value, recording.units.how) == ("5.64 cm", "inferred")
    assert any("1/0.45 inch" in warning for warning in recording.warnings)
    keypoints = keypoints_of(recording)
    knee = keypoints.positions[:, keypoints.canonical.index("left_knee")]
    np.testing.assert_allclose(
        knee, walking(FRAMES).joints[:, JOINT_NAMES.index("left_knee")] * size, atol=1e-4
    )


def test_a_real_recording_of_cmu_is_upright_and_as_large_as_its_performer():
    recording = formats.read(SAMPLES / "cgspeed" / "01_01.bvh")
    assert (recording.fps.value, recording.up.value, recording.units.value) == (120.0, "+y", "5.64 cm")
    assert not any("swapped" in warning or "unlikely" in warning for warning in recording.warnings)
    keypoints, poses = keypoints_of(recording), poses_of(recording)
    thigh = np.median(limb_lengths(keypoints)["thigh", "left"])
    assert thigh == pytest.approx(np.hypot(2.44811, 6.72613) * 0.0254 / 0.45, abs=1e-3)
    joints, _ = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    for joint in ("left_knee", "right_knee", "left_ankle", "right_ankle"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        apart = np.linalg.norm(found - joints[:, JOINT_NAMES.index(joint)], axis=-1)
        assert apart.max() < 0.1  # the performer's legs are 5 cm longer than the mean body's
    height = joints[..., 1].mean(0)
    assert height[JOINT_NAMES.index("head")] > height[0] + 0.4 > height[JOINT_NAMES.index("left_ankle")] + 1.1


KANJI = {"left": "左", "right": "右"}
MMD = "足 ひざ 足首 つま先 肩 腕 ひじ 手首"


def limbs(name: str, parts: str) -> dict[str, str]:
    """Names of the limbs' joints: parts from hip to foot and from collar to wrist; name with {side}, {s} …"""
    joints = ["hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist"]
    return {
        f"{side}_{joint}": name.format(
            side=side.title(), s=side[0], S=side[0].upper(), low=side, part=part, kanji=KANJI[side]
        )
        for side in ("left", "right")
        for joint, part in zip(joints, parts.split(), strict=True)
    }


CENTRE = {
    "pelvis": "Hips",
    "spine1": "Spine",
    "spine2": "Chest",
    "spine3": "UpperChest",
    "neck": "Neck",
    "head": "Head",
}
CONVENTIONS = {
    "Mixamo": {},
    "Biovision, Xsens": limbs("{side}{part}", "Hip Knee Ankle Toe Collar Shoulder Elbow Wrist"),
    "Xsens MVN": limbs("{side}{part}", "UpperLeg LowerLeg Foot Toe Shoulder UpperArm ForeArm Hand"),
    "Rokoko": limbs("{side}{part}", "Thigh Shin Foot Toe Shoulder Arm ForeArm Hand"),
    "3ds Max": limbs("Bip01 {S} {part}", "Thigh Calf Foot Toe0 Clavicle UpperArm Forearm Hand"),
    "Unreal": limbs("{part}_{s}", "thigh calf foot ball clavicle upperarm lowerarm hand"),
    "Rigify": limbs("{part}.{S}", "thigh shin foot toe shoulder upper_arm forearm hand"),
    "VRM": limbs("J_Bip_{S}_{part}", "UpperLeg LowerLeg Foot ToeBase Shoulder UpperArm LowerArm Hand"),
    "Poser": limbs("{s}{part}", "Thigh Shin Foot Toe Collar Shldr ForeArm Hand"),
    "MikuMikuDance": limbs("{kanji}{part}", MMD),
    "MikuMikuDance in Blender": limbs("{part}.{S}", MMD),
    "Acclaim": limbs("{s}{part}", "femur tibia foot toes clavicle humerus radius wrist"),
}  # fmt: skip


@pytest.mark.parametrize("convention", list(CONVENTIONS))
@pytest.mark.parametrize("arms", [0.0, 0.5, 1.0], ids=["T", "A", "hanging"])
def test_rotations_are_smpls_whatever_the_names_and_the_rest_pose(tmp_path, convention, arms):
    names = MIXAMO | (CENTRE | CONVENTIONS[convention] if CONVENTIONS[convention] else {})
    recording = formats.read(bvh(tmp_path / "clip.bvh", names, arms=arms))
    poses, body = poses_of(recording), walking(FRAMES)
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(poses.pelvis, body.pelvis, atol=2e-3)
    assert not any("rest pose" in warning for warning in recording.warnings)


@pytest.mark.parametrize("up", ["+y", "+z"])
@pytest.mark.parametrize(("scale", "unit"), [(100.0, "cm"), (1.0, "m"), (39.37, "in"), (6.0, "other")])
def test_axes_and_units_of_a_bvh_are_inferred(tmp_path, up, scale, unit):
    path = bvh(tmp_path / "clip.bvh", MIXAMO, scale, arms=0.5, up=up, all_positions=True)
    recording, body = formats.read(path), walking(FRAMES)
    assert (recording.up.value, recording.units.value) == (up, unit)
    np.testing.assert_allclose(poses_of(recording).rotations[:, :22], body.rotations[:, :22], atol=1e-5)
    if unit != "other":
        np.testing.assert_allclose(poses_of(recording).pelvis, body.pelvis, atol=2e-3)


def test_a_spine_of_other_bones_shares_the_turn(tmp_path):
    body = walking(FRAMES)
    bent = body.rotations.copy()
    bent[:, JOINT_NAMES.index("spine1")] = matrix_from_axis_angle(np.array([0.0, 0.6, 0.0]))
    _, goal = forward(bent, body.pelvis, REST_OFFSETS)
    path = bvh(tmp_path / "clip.bvh", MIXAMO, body=replace(body, rotations=bent))
    poses = poses_of(formats.read(path))
    spine = axis_angle_from_matrix(poses.rotations[:, [3, 6, 9]])
    np.testing.assert_allclose(spine, np.broadcast_to([0.0, 0.2, 0.0], spine.shape), atol=1e-5)
    _, found = forward(poses.rotations, poses.pelvis, REST_OFFSETS)
    np.testing.assert_allclose(found[:, [9, 12, 16, 21]], goal[:, [9, 12, 16, 21]], atol=1e-5)


def test_a_skeleton_that_rests_along_one_axis_gives_positions_and_says_so(tmp_path):
    """LaFAN1's: every bone lies along its own x axis."""
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text().splitlines()
    along = [
        re.sub(r"OFFSET .*", "OFFSET 40 0 0", line) if "OFFSET" in line and number > 3 else line
        for number, line in enumerate(text)
    ]
    (tmp_path / "lafan.bvh").write_text("\n".join(along))
    recording = formats.read(tmp_path / "lafan.bvh")
    assert recording.people[0].poses is None and recording.people[0].keypoints is not None
    assert any("only the positions" in warning for warning in recording.warnings)


def test_smpl_skeletons_keep_all_joints(tmp_path):
    recording = formats.read(bvh(tmp_path / "clip.bvh", {name: name for name in JOINT_NAMES}))
    assert keypoints_of(recording).canonical == keypoints_of(recording).names
    np.testing.assert_allclose(poses_of(recording).pelvis, walking(FRAMES).pelvis, atol=1e-5)
    np.testing.assert_allclose(poses_of(recording).rotations, walking(FRAMES).rotations, atol=1e-5)


def from_a_t_pose(frames: int) -> Body:
    """The walking body behind frames of a T-pose at the origin."""
    body = walking(FRAMES)
    still = np.broadcast_to(np.eye(3), (frames, 24, 3, 3))
    pelvis = np.concatenate([np.zeros((frames, 3)), body.pelvis])
    return replace(body, rotations=np.concatenate([still, body.rotations]), pelvis=pelvis)


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("arms", [0.0, 1.0], ids=["rest", "T-pose"])
def test_frames_of_a_t_pose_at_the_start_are_left_out(tmp_path, frames, arms):
    """As Xsens (the skeleton at rest) and Pose2Sim (a T-pose that is not its rest pose) write them."""
    recording = formats.read(bvh(tmp_path / "clip.bvh", MIXAMO, arms=arms, body=from_a_t_pose(frames)))
    assert recording.people[0].frame_ids.tolist() == list(range(frames, frames + FRAMES))
    np.testing.assert_allclose(poses_of(recording).pelvis, walking(FRAMES).pelvis, atol=2e-3)
    np.testing.assert_allclose(
        poses_of(recording).rotations[:, :22], walking(FRAMES).rotations[:, :22], atol=1e-5
    )
    assert any("Left out: the first" in warning for warning in recording.warnings)


def test_a_t_pose_at_the_start_is_the_rest_pose_of_a_skeleton_without_one(tmp_path):
    """Joints that lie in any direction at rest have rotations only against the T-pose."""
    vectors = np.random.default_rng(2).normal(0, 1.0, (24, 3))
    path = bvh(tmp_path / "clip.bvh", MIXAMO, body=from_a_t_pose(1), at_rest=matrix_from_axis_angle(vectors))
    poses = poses_of(formats.read(path))
    np.testing.assert_allclose(poses.rotations[:, :22], walking(FRAMES).rotations[:, :22], atol=1e-5)


def test_a_t_pose_where_the_motion_starts_is_left_out_though_only_the_arms_jump(tmp_path):
    body = walking(FRAMES)
    rotations = np.concatenate([np.broadcast_to(np.eye(3), (1, 24, 3, 3)), body.rotations])
    start = replace(body, rotations=rotations, pelvis=np.concatenate([body.pelvis[:1], body.pelvis]))
    recording = formats.read(bvh(tmp_path / "clip.bvh", MIXAMO, body=start))
    np.testing.assert_array_equal(recording.people[0].frame_ids, 1 + np.arange(FRAMES))


def test_decimal_commas_are_read(tmp_path):
    path = bvh(tmp_path / "clip.bvh", MIXAMO)
    plain = formats.read(path)
    path.write_text(path.read_text().replace(".", ","))
    recording = formats.read(path)
    assert recording.fps.value == plain.fps.value
    np.testing.assert_array_equal(poses_of(recording).rotations, poses_of(plain).rotations)


def test_a_motion_that_starts_smoothly_from_a_t_pose_keeps_its_first_frames(tmp_path):
    share = np.clip((np.arange(FRAMES) - 3) / FRAMES, 0, 1)[:, None, None]
    body = walking(FRAMES)
    rotations = matrix_from_axis_angle(body.axis_angles * share)
    pelvis = np.repeat(body.pelvis[:1], FRAMES, axis=0)
    path = bvh(tmp_path / "clip.bvh", MIXAMO, body=replace(body, rotations=rotations, pelvis=pelvis))
    assert formats.read(path).people[0].frames == FRAMES


def test_hips_that_hang_on_a_root_without_channels_move(tmp_path):
    """Some exporters put the skeleton under a node of the scene."""
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text()
    text = text.replace("ROOT Hips", "ROOT Reference\n{\nOFFSET 0 0 0\nCHANNELS 0\nJOINT Hips", 1)
    text = text.replace("MOTION", "}\nMOTION", 1)
    (tmp_path / "clip.bvh").write_text(text)
    recording = formats.read(tmp_path / "clip.bvh")
    assert not any("translation" in warning for warning in recording.warnings)
    np.testing.assert_allclose(poses_of(recording).pelvis, walking(FRAMES).pelvis, atol=2e-3)


@pytest.mark.parametrize("values", [-1, 1])
def test_a_line_with_another_number_of_values_is_refused(tmp_path, values):
    """A value too few here and one too many there would shift all that lies between."""
    lines = bvh(tmp_path / "clip.bvh", MIXAMO).read_text().splitlines()
    cells = lines[-5].split()
    lines[-5] = " ".join(cells[:-1] if values < 0 else [*cells, "0.0"])
    (tmp_path / "clip.bvh").write_text("\n".join(lines))
    with pytest.raises(FormatError, match=rf"Line {len(lines) - 4} .* {len(cells) + values} values"):
        formats.read(tmp_path / "clip.bvh")


def test_more_frames_than_the_file_says_are_read_and_said(tmp_path):
    text = bvh(tmp_path / "clip.bvh", MIXAMO).read_text().replace(f"Frames: {FRAMES}", "Frames: 12")
    (tmp_path / "clip.bvh").write_text(text)
    recording = formats.read(tmp_path / "clip.bvh")
    assert recording.people[0].frames == FRAMES
    assert any(f"12 frames but holds {FRAMES}" in warning for warning in recording.warnings)


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
    """Bodies come and go; per joint 11 numbers and a tracking state (read_skeleton_file.m).

    The origin is the camera, here 0.9 m above the floor; a second body stands a metre beside the first.
    """
    points = walking(FRAMES).joints[:, [JOINT_NAMES.index(name) for name in KINECT[:joints]]]
    points = points - [0.0, 0.9, 0.0]
    lines = [str(FRAMES)]
    for n in range(FRAMES):
        bodies = {"72057594037931101": 0.0, "72057594037931102": 1.0} if n else {}
        lines.append(str(len(bodies)))
        for identity, beside in bodies.items():
            lines += [f"{identity} 0 1 1 1 1 0 0.02 -0.1 2", str(joints)]
            lines += [" ".join(map(str, [x + beside, y, z, *[0.0] * 8, 2])) for x, y, z in points[n]]
    path.write_text("\n".join(lines))
    return path


def test_ntu_bodies_stand_in_metres(tmp_path):
    recording = formats.read(ntu(tmp_path / "S001C001P001R001A001.skeleton"))
    assert [one.id for one in recording.people] == ["72057594037931101", "72057594037931102"]
    assert recording.people[0].frame_ids[0] == 1
    for person, beside in enumerate((0.0, 1.0)):
        keypoints = keypoints_of(recording, person)
        knee = keypoints.positions[:, keypoints.canonical.index("left_knee")]
        expected = walking(FRAMES).joints[1:, JOINT_NAMES.index("left_knee")] + [beside, 0.0, 0.0]
        np.testing.assert_allclose(knee, on_floor(recording, expected, knee), atol=1e-6)


def test_a_hand_in_a_skeleton_file_is_refused(tmp_path):
    with pytest.raises(FormatError, match="21 joints instead of"):
        formats.read(ntu(tmp_path / "hand.skeleton", 21))
