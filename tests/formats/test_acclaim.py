"""Acclaim's ASF and AMC: a body as the CMU database has it, with bones that turn about axes of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.safe_read import FormatError
from tests.formats.bodies import Body, keypoints_of, poses_of, walking
from tests.formats.test_skeleton_files import euler, from_a_t_pose

FRAMES = 20
UNIT = 0.0254 / 0.45
SPREAD = np.radians(20.0)
SPINE = (
    ("lowerback", "root", "pelvis", "spine1"), ("upperback", "lowerback", "spine1", "spine2"),
    ("thorax", "upperback", "spine2", "spine3"), ("lowerneck", "thorax", "spine3", "neck"),
    ("head", "lowerneck", "neck", "head"),
)  # fmt: skip
LIMBS = (
    ("hipjoint", "root", "pelvis", "{}_hip"), ("femur", "{}hipjoint", "{}_hip", "{}_knee"),
    ("tibia", "{}femur", "{}_knee", "{}_ankle"), ("foot", "{}tibia", "{}_ankle", "{}_foot"),
    ("toes", "{}foot", "{}_foot", "end"), ("blade", "thorax", "spine3", "{}_collar"),
    ("clavicle", "{}blade", "{}_collar", "{}_shoulder"), ("humerus", "{}clavicle", "{}_shoulder", "{}_elbow"),
    ("radius", "{}humerus", "{}_elbow", "{}_wrist"), ("wrist", "{}radius", "{}_elbow", "{}_wrist"),
    ("hand", "{}wrist", "{}_wrist", "{}_hand"),
)  # fmt: skip


def bones() -> list[tuple[str, str, str, str]]:
    """(name, the bone above, the joints at its start and end); a forearm is two bones of 2/3 and 1/3."""
    found = list(SPINE)
    for side in ("left", "right"):
        for name, above, start, end in LIMBS:
            above = above.format(side[0])
            found.append((side[0] + name, above, start.format(side), end.format(side)))
    return found


def at_rest(joint: str) -> np.ndarray:
    """(3, 3) how a joint's bones lie at rest: legs spread by 20 degrees, feet square to the shins."""
    side, _, part = joint.partition("_")
    turn = (
        {"left": SPREAD, "right": -SPREAD}.get(side, 0.0) if part in ("hip", "knee", "ankle", "foot") else 0
    )
    return matrix_from_axis_angle(np.array([0.0, 0.0, turn]))


def vector(name: str, start: str, end: str) -> np.ndarray:
    """(3,) a bone at rest, in metres."""
    share = {"radius": 2 / 3, "wrist": 1 / 3}.get(name[1:], 1.0)
    offset = np.array([0.0, 0.0, 0.06]) if end == "end" else REST_OFFSETS[JOINT_NAMES.index(end)]
    return share * (at_rest(start) @ offset)


def acclaim(folder: Path, body: Body | None = None, first: int = 1) -> Path:
    """`01_02.amc` beside `01.asf`."""
    body = walking(FRAMES) if body is None else body
    _, turned = forward(body.rotations, body.pelvis, REST_OFFSETS)
    chance = np.random.default_rng(1)
    skeleton = [
        "# AST/ASF file", ":version 1.10", ":units", "  mass 1.0", "  length 0.45", "  angle deg", ":root",
        "   order TX TY TZ RX RY RZ", "   axis XYZ", "   position 0 0 0", "   orientation 0 0 0", ":bonedata",
    ]  # fmt: skip
    frames = [
        [f"root {' '.join(f'{each:.6f}' for each in (*place / UNIT, *euler(turn)[::-1]))}"]
        for place, turn in zip(body.pelvis, turned[:, 0], strict=True)
    ]
    for number, (name, above, start, end) in enumerate(bones()):
        along = vector(name, start, end) / UNIT
        length = np.linalg.norm(along)
        angles = chance.uniform(-60, 60, 3)
        skeleton += [
            "  begin", f"     id {number + 1}", f"     name {name}",
            f"     direction {' '.join(f'{each:.9f}' for each in along / length)}",
            f"     length {length:.9f}",
            f"     axis {' '.join(f'{each:.9f}' for each in angles)}  XYZ",
        ]  # fmt: skip
        joint, parent = (
            JOINT_NAMES.index(start),
            next((each[2] for each in bones() if each[0] == above), "pelvis"),
        )
        if JOINT_NAMES.index(parent) != joint:
            skeleton += ["    dof rx ry rz", "    limits (-160.0 20.0)", "           (-70.0 70.0)"]
            x, y, z = np.radians(angles)
            axes = matrix_from_axis_angle(np.array([0, 0, z])) @ matrix_from_axis_angle(np.array([0, y, 0]))
            axes = axes @ matrix_from_axis_angle(np.array([x, 0, 0]))
            for row, turn in zip(frames, turned, strict=True):
                own = turn[joint] @ at_rest(start).T
                local = (turn[JOINT_NAMES.index(parent)] @ at_rest(parent).T).T @ own
                cells = euler(axes.T @ local @ axes)[::-1]
                row.append(f"{name} {' '.join(f'{cell:.6f}' for cell in cells)}")
        skeleton.append("  end")
    skeleton += [":hierarchy", "  begin"]
    for parent in ("root", *(name for name, *_ in bones())):
        children = [name for name, above, *_ in bones() if above == parent]
        skeleton += [f"    {parent} {' '.join(children)}"] if children else []
    (folder / "01.asf").write_text("\n".join([*skeleton, "  end", ""]))
    lines = ["#!OML:ASF C:\\motion\\somebody.ASF", ":FULLY-SPECIFIED", ":DEGREES"]
    for number, row in enumerate(frames):
        lines += [str(number + first), *row]
    (folder / "01_02.amc").write_text("\n".join(lines) + "\n")
    return folder / "01_02.amc"


def test_a_body_of_the_cmu_database_is_as_large_and_where_it_was(tmp_path):
    recording = formats.read(acclaim(tmp_path))
    assert (recording.units.value, recording.units.how) == ("5.64 cm", "inferred")
    assert (recording.fps.value, recording.fps.how, recording.up.value) == (120.0, "assumed", "+y")
    keypoints = keypoints_of(recording)
    for joint in ("left_hip", "right_knee", "left_ankle", "right_foot", "left_elbow", "right_wrist"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, walking(FRAMES).joints[:, JOINT_NAMES.index(joint)], atol=1e-4)


def test_each_joint_turns_as_it_did_although_the_legs_rest_spread(tmp_path):
    poses, body = poses_of(formats.read(acclaim(tmp_path))), walking(FRAMES)
    wrong = axis_angle_from_matrix(np.swapaxes(poses.rotations, -1, -2) @ body.rotations)
    degrees = np.degrees(np.linalg.norm(wrong, axis=-1)).max(0)
    assert {name: round(each, 1) for name, each in zip(JOINT_NAMES, degrees, strict=True) if each > 3} == {}
    np.testing.assert_allclose(poses.pelvis, body.pelvis, atol=0.01)


def test_frames_keep_their_numbers(tmp_path):
    recording = formats.read(acclaim(tmp_path, first=301))
    np.testing.assert_array_equal(recording.people[0].frame_ids, np.arange(301, 301 + FRAMES))


def test_a_t_pose_at_the_start_is_no_motion(tmp_path):
    recording = formats.read(acclaim(tmp_path, from_a_t_pose(1)))
    np.testing.assert_array_equal(recording.people[0].frame_ids, np.arange(2, 2 + FRAMES))
    assert any("Left out: the first frame" in warning for warning in recording.warnings)


@pytest.mark.parametrize("place", ["asf", "."])
def test_the_skeleton_is_found_where_public_copies_put_it(tmp_path, place):
    motion = acclaim(tmp_path)
    (tmp_path / "amc" / "01").mkdir(parents=True)
    (tmp_path / place).mkdir(exist_ok=True)
    (tmp_path / "01.asf").rename(tmp_path / place / "01.asf")
    (tmp_path / place / "02.asf").write_text("another")
    motion = motion.rename(tmp_path / "amc" / "01" / motion.name)
    if place == ".":
        (tmp_path / "01.asf").rename(tmp_path / "amc" / "01.asf")
    assert formats.read(motion).people[0].frames == FRAMES


def test_a_motion_that_is_cut_off_says_so(tmp_path):
    motion = acclaim(tmp_path)
    motion.write_text("\n".join(motion.read_text().splitlines()[:-3]))
    recording = formats.read(motion)
    assert recording.people[0].frames == FRAMES - 1
    assert any("last frame is incomplete" in warning for warning in recording.warnings)


def test_the_skeleton_of_another_person_is_refused(tmp_path):
    motion = acclaim(tmp_path)
    text = (tmp_path / "01.asf").read_text()
    (tmp_path / "01.asf").write_text(text.replace("lhumerus", "larm"))
    with pytest.raises(FormatError, match="belongs to the motion"):
        formats.read(motion)


def test_a_bone_that_hangs_from_itself_is_refused(tmp_path):
    motion = acclaim(tmp_path)
    text = (tmp_path / "01.asf").read_text()
    (tmp_path / "01.asf").write_text(text.replace("    lfoot ltoes", "    lfoot ltoes\n    ltoes lfemur"))
    with pytest.raises(FormatError, match="hangs from two"):
        formats.read(motion)
