"""Mocap suites and studios: Xsens' MVNX and Motive's CSV, with segments that lie in the world."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import axis_angle_from_matrix, quaternion_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking

FRAMES = 20
TO_XSENS = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
"""From SMPL's frame to MVN's: x ahead, y to the left, z up."""
XSENS = {
    "Pelvis": "pelvis", "L5": "spine1", "L3": "spine1", "T12": "spine2", "T8": "spine3", "Neck": "neck",
    "Head": "head",
    **{f"{side}{name}": f"{side.lower()}_{joint}" for side in ("Right", "Left") for name, joint in (
        ("Shoulder", "collar"), ("UpperArm", "shoulder"), ("ForeArm", "elbow"), ("Hand", "wrist"))},
    **{f"{side}{name}": f"{side.lower()}_{joint}" for side in ("Right", "Left") for name, joint in (
        ("UpperLeg", "hip"), ("LowerLeg", "knee"), ("Foot", "ankle"), ("Toe", "foot"))},
}  # fmt: skip
MOTIVE = {
    "Hip": "pelvis", "Ab": "spine1", "Chest": "spine3", "Neck": "neck", "Head": "head",
    **{f"{side}{name}": f"{word}_{joint}" for side, word in (("L", "left"), ("R", "right"))
       for name, joint in (("Shoulder", "collar"), ("UArm", "shoulder"), ("FArm", "elbow"), ("Hand", "wrist"),
                           ("Thigh", "hip"), ("Shin", "knee"), ("Foot", "ankle"), ("Toe", "foot"))},
}  # fmt: skip
MOTIVE_LONG = {
    "Hips": "pelvis", "Spine": "spine1", "Spine1": "spine3", "Neck": "neck", "Head": "head",
    **{f"{side}{name}": f"{side.lower()}_{joint}" for side in ("Left", "Right") for name, joint in (
        ("Shoulder", "collar"), ("Arm", "shoulder"), ("ForeArm", "elbow"), ("Hand", "wrist"),
        ("UpLeg", "hip"), ("Leg", "knee"), ("Foot", "ankle"), ("ToeBase", "foot"))},
}  # fmt: skip


def segments(joints: list[str], world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, S, 3) and quaternions (T, S, 4) wxyz of the walking body in another world."""
    body = walking(FRAMES)
    places, turned = forward(body.rotations, body.pelvis, REST_OFFSETS)
    held = [JOINT_NAMES.index(joint) for joint in joints]
    return places[:, held] @ world.T, quaternion_from_matrix(world @ turned[:, held] @ world.T)


def line(numbers: np.ndarray) -> str:
    return " ".join(f"{number:.6f}" for number in np.ravel(numbers))


def mvnx(folder: Path) -> Path:
    positions, turns = segments(list(XSENS.values()), TO_XSENS)
    still = line(np.tile([1.0, 0, 0, 0], (len(XSENS), 1)))
    poses = "".join(
        f'<frame time="0" index="" type="{kind}"><orientation>{still}</orientation>'
        f"<position>{line(positions[0] * 0)}</position></frame>"
        for kind in ("identity", "tpose", "tpose-isb")
    )
    frames = "".join(
        f'<frame time="{n * 1000 // 60}" index="{n}" tc="" ms="1" type="normal">\n'
        f"<orientation>{line(turns[n])}</orientation><position>{line(positions[n])}</position>"
        f"<velocity>{line(positions[n])}</velocity></frame>\n"
        for n in range(FRAMES)
    )
    listed = "".join(f'<segment label="{name}" id="{n}"></segment>' for n, name in enumerate(XSENS, start=1))
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<mvnx version="4"><mvn version="2019.0"/>'
        '<subject label="MVN System 1" frameRate="60" segmentCount="23" originalFilename="a.mvn">'
        f'<segments>{listed}</segments><frames segmentCount="23">{poses}{frames}</frames></subject></mvnx>'
    )
    (folder / "clip.mvnx").write_text(text)
    return folder / "clip.mvnx"


def motive(
    folder: Path, names: dict[str, str] = MOTIVE, *, labels=True, space="Global", people=("Anna",)
) -> Path:
    """labels: the column of words before the rows of types and names, as newer exports have it."""
    positions, turns = segments(list(names.values()), np.eye(3))
    called = [f"{who}:{name}" for who in people for name in names]
    word = {key: key if labels else "" for key in ("Type", "Name", "ID")}
    rows = [
        "Format Version,1.23,Take Name,Take 2026,Capture Frame Rate,240.000000,Export Frame Rate,120.000000,"
        f"Rotation Type,Quaternion,Length Units,Millimeters,Coordinate Space,{space}",
        "",
        ",".join(["", word["Type"], *["Bone"] * 7 * len(called), *["Bone Marker"] * 3]),
        ",".join(["", word["Name"], *(name for name in called for _ in range(7)), *["Anna:Hip_1"] * 3]),
        ",".join(["", word["ID"], *["4C3D:1"] * 7 * len(called), *["9F:2"] * 3]),
        ",".join(["", "", *(["Rotation"] * 4 + ["Position"] * 3) * len(called), *["Position"] * 3]),
        ",".join(["Frame", "Time (Seconds)", *"XYZWXYZ" * len(called), *"XYZ"]),
    ]
    for n in range(FRAMES):
        cells = np.concatenate([turns[n][:, [1, 2, 3, 0]], positions[n] * 1000], axis=1).reshape(-1)
        cells = np.tile(cells, len(people))
        blank = n == 3
        rows.append(
            ",".join([str(n), f"{n / 120:.6f}", *("" if blank else f"{c:.6f}" for c in cells), "", "", ""])
        )
    (folder / "take.csv").write_text("\n".join(rows) + "\n")
    return folder / "take.csv"


def bare_mvnx(folder: Path) -> Path:
    """The frames alone, without names of segments and rate, as published sets of recordings have them."""
    path = mvnx(folder)
    start, end = path.read_text().index("<frames"), path.read_text().index("</subject>")
    path.write_text(path.read_text()[start:end])
    return path


SUITES = {
    "MVNX": mvnx,
    "MVNX of frames alone": bare_mvnx,
    "Motive with hips called as the skeleton": lambda folder: motive(
        folder, {"Anna": "pelvis"} | {name: joint for name, joint in MOTIVE.items() if name != "Hip"}
    ),
    "Motive": motive,
    "Motive with long names": lambda folder: motive(folder, MOTIVE_LONG, labels=False),
}


@pytest.mark.parametrize("suite", list(SUITES))
def test_limbs_are_where_they_were_and_turn_as_they_did(tmp_path, suite):
    recording = formats.read(SUITES[suite](tmp_path))
    body, kept = walking(FRAMES), recording.people[0].frame_ids
    keypoints, poses = keypoints_of(recording), poses_of(recording)
    heading = FROM_Y_UP["+z"].T @ TO_XSENS if "MVNX" in suite else np.eye(3)
    for joint in ("left_hip", "right_knee", "left_ankle", "right_shoulder", "left_elbow", "right_wrist"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, body.joints[kept, JOINT_NAMES.index(joint)] @ heading.T, atol=1e-4)
    expected = body.rotations[kept].copy()
    expected[:, 0] = heading @ expected[:, 0]
    wrong = axis_angle_from_matrix(np.swapaxes(poses.rotations, -1, -2) @ expected)
    assert np.degrees(np.linalg.norm(wrong, axis=-1)).max() < 1
    np.testing.assert_allclose(poses.pelvis, body.pelvis[kept] @ heading.T, atol=0.01)


def test_mvnx_has_its_own_rate_and_none_of_its_calibration_poses(tmp_path):
    recording = formats.read(mvnx(tmp_path))
    assert (recording.fps.value, recording.fps.how) == (60.0, "stated")
    assert (recording.up.value, recording.up.how, recording.units.value) == ("+z", "inferred", "m")
    assert (recording.people[0].id, recording.people[0].frames) == ("MVN System 1", FRAMES)


def test_mvnx_of_frames_alone_takes_its_rate_from_their_times(tmp_path):
    path = bare_mvnx(tmp_path)
    path.write_text(re.sub(r'time="(\d+)"', lambda found: f'time="{int(found[1]) * 3}"', path.read_text()))
    recording = formats.read(path)
    assert recording.fps.value == pytest.approx(20, abs=0.5) and recording.fps.how == "stated"
    assert len(keypoints_of(recording).names) == 23


def test_mvnx_without_orientations_is_joints_alone(tmp_path):
    path = mvnx(tmp_path)
    path.write_text(re.sub("<orientation>.*?</orientation>", "", path.read_text()))
    recording = formats.read(path)
    assert recording.people[0].poses is None and len(keypoints_of(recording).names) == 23


@pytest.mark.parametrize(("old", "new", "what"), [
    ("<position>", "<placement>", "not complete XML"),
    ("position>", "placement>", "without positions"),
    ("<position>", "<position>1 ", "other numbers of segments"),
    ("<mvnx", '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><mvnx', "document type"),
    ("<frames ", "<a>" * 200 + "<frames ", "nested too deeply"),
    ("</mvnx>", "", "not complete XML"),
    ("Pelvis", "Hull", "no whole body's"),
])  # fmt: skip
def test_an_mvnx_that_is_none_is_refused(tmp_path, old, new, what):
    path = mvnx(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(FormatError, match=what):
        formats.read(path)


def test_motive_states_rate_and_unit_and_leaves_out_frames_without_the_skeleton(tmp_path):
    recording = formats.read(motive(tmp_path))
    assert (recording.fps.value, recording.fps.how) == (120.0, "stated")
    assert (recording.units.value, recording.units.how, recording.up.value) == ("mm", "stated", "+y")
    assert recording.people[0].id == "Anna"
    np.testing.assert_array_equal(recording.people[0].frame_ids, [n for n in range(FRAMES) if n != 3])


def test_each_skeleton_of_a_take_is_a_person(tmp_path):
    recording = formats.read(motive(tmp_path, people=("Anna", "Ben")))
    assert [one.id for one in recording.people] == ["Anna", "Ben"]


def test_bones_in_local_space_are_refused(tmp_path):
    with pytest.raises(FormatError, match="export Global"):
        formats.read(motive(tmp_path, space="Local"))


def _with_t_pose(path: Path, suite: str) -> Path:
    """The file with three frames before all others of one T-pose over the origin."""
    names, world = (XSENS, TO_XSENS) if suite == "MVNX" else (MOTIVE, np.eye(3))
    still = np.broadcast_to(np.eye(3), (1, 24, 3, 3))
    rest = forward(still, np.array([[0.0, 0.95, 0.0]]), REST_OFFSETS)[0][0]
    places = rest.copy()
    for side in ("left", "right"):
        shoulder, elbow, wrist = (JOINT_NAMES.index(f"{side}_{n}") for n in ("shoulder", "elbow", "wrist"))
        out = np.array([np.sign(rest[shoulder, 0]), 0.0, 0.0])
        places[elbow] = rest[shoulder] + out * np.linalg.norm(rest[elbow] - rest[shoulder])
        places[wrist] = places[elbow] + out * np.linalg.norm(rest[wrist] - rest[elbow])
    places = places[[JOINT_NAMES.index(joint) for joint in names.values()]] @ world.T
    text = path.read_text()
    if suite == "MVNX":
        turns = line(np.tile([1.0, 0, 0, 0], (len(names), 1)))
        frames = "".join(
            f'<frame time="{n * 16}" index="{n}" type="normal"><orientation>{turns}</orientation>'
            f"<position>{line(places)}</position></frame>\n"
            for n in range(3)
        )
        text = re.sub(r'index="(\d+)" tc', lambda found: f'index="{int(found[1]) + 3}" tc', text)
        path.write_text(text.replace('<frame time="0" index="3"', frames + '<frame time="0" index="3"'))
        return path
    head, rows = text.split("X,Y,Z\n", 1)
    cells = ",".join(f"0,0,0,1,{x * 1000:.6f},{y * 1000:.6f},{z * 1000:.6f}" for x, y, z in places)
    start = "".join(f"{n},{n / 120:.6f},{cells},,,\n" for n in range(3))
    moved = "\n".join(f"{int(row.split(',', 1)[0]) + 3},{row.split(',', 1)[1]}" for row in rows.splitlines())
    path.write_text(f"{head}X,Y,Z\n{start}{moved}\n")
    return path


@pytest.mark.parametrize("suite", ["MVNX", "Motive"])
def test_a_t_pose_before_the_motion_is_left_out(tmp_path, suite):
    recording = formats.read(_with_t_pose(SUITES[suite](tmp_path), suite))
    assert any("first 3 frames" in warning for warning in recording.warnings)
    one = recording.people[0]
    assert one.frame_ids[0] == 3 and one.frames == FRAMES - (suite == "Motive")
    turns = poses_of(recording).rotations[:, 1:]
    expected = walking(FRAMES).rotations[one.frame_ids - 3, 1:]
    wrong = axis_angle_from_matrix(np.swapaxes(turns, -1, -2) @ expected)
    assert np.degrees(np.linalg.norm(wrong, axis=-1)).max() < 1
