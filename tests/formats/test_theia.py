"""Theia3D's C3D files: segments instead of points, held against ezc3d where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.safe_read import FormatError
from addon.safe_read.c3d import read_c3d
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking
from tests.formats.test_c3d import DEC, INTEL, MIPS, c3d

FRAMES = 40
SEGMENTS = {
    "pelvis": "pelvis", "torso": "spine3", "head": "head",
    **{f"{side[0]}_{segment}": f"{side}_{joint}" for side in ("left", "right") for segment, joint in (
        ("thigh", "hip"), ("shank", "knee"), ("foot", "ankle"), ("toes", "foot"), ("uarm", "shoulder"),
        ("larm", "elbow"), ("hand", "wrist"))},
}  # fmt: skip
AXES = {
    "trunk": [[-1, 0, 0], [0, 0, 1], [0, 1, 0]],
    "l_uarm": [[0, -1, 0], [0, 0, 1], [-1, 0, 0]], "r_uarm": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "l_larm": [[0, 0, -1], [0, -1, 0], [-1, 0, 0]], "r_larm": [[0, 0, 1], [0, -1, 0], [1, 0, 0]],
}  # fmt: skip
"""Rows x, y, z of a segment in SMPL's rest pose: right, ahead, up when the arms hang with the palms ahead."""


def segments(scale: float = 1.0) -> dict[str, np.ndarray]:
    """label -> (T, 4, 4), Z up: the walking body as Theia would give it."""
    body, world = walking(FRAMES), FROM_Y_UP["+z"]
    _, turned = forward(body.rotations, body.pelvis, REST_OFFSETS)
    found = {"worldbody_4X4": np.repeat(np.eye(4)[None], FRAMES, 0)}
    for segment, joint in SEGMENTS.items():
        axes = AXES.get(segment.replace("hand", "larm"), AXES["trunk"])
        matrices = np.repeat(np.eye(4)[None], FRAMES, 0)
        matrices[:, :3, :3] = world @ turned[:, JOINT_NAMES.index(joint)] @ np.array(axes, float).T
        matrices[:, :3, 3] = body.joints[:, JOINT_NAMES.index(joint)] @ world.T * scale
        found[f"{segment}_4X4"] = matrices
    return found


def theia(path: Path, held: dict[str, np.ndarray], **options) -> Path:
    return c3d(path, np.zeros((FRAMES, 0, 3)), [], segments=held, **options)


@pytest.mark.parametrize(("units", "scale"), [("m", 1.0), ("mm", 1000.0), ("m", 1000.0)])
@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS], ids=["Intel", "DEC", "MIPS"])
def test_segments_are_poses_and_joint_centres(tmp_path, units, scale, processor):
    recording = formats.read(
        theia(tmp_path / "pose_0.c3d", segments(scale), units=units, processor=processor)
    )
    body, poses, keypoints = walking(FRAMES), poses_of(recording), keypoints_of(recording)
    assert recording.tool == "Theia3D" and recording.up.value == "+z" and recording.fps.value == 100.0
    np.testing.assert_allclose(poses.rotations, body.rotations, atol=1e-4)
    np.testing.assert_allclose(poses.pelvis, body.pelvis, atol=2e-3)
    for joint in ("left_hip", "right_knee", "left_wrist", "right_foot"):
        found = keypoints.positions[:, keypoints.canonical.index(joint)]
        np.testing.assert_allclose(found, body.joints[:, JOINT_NAMES.index(joint)], atol=1e-4)


def test_a_limb_that_is_missing_holds_and_a_body_that_is_missing_is_a_gap(tmp_path):
    held = segments()
    held["l_larm_4X4"][5:8] = np.nan
    for name in held:
        held[name][10:13] = np.nan
    recording = formats.read(theia(tmp_path / "pose_0.c3d", held, units="m", first=31))
    one, elbow = recording.people[0], JOINT_NAMES.index("left_elbow")
    assert one.frame_ids[0] == 30 and 40 not in one.frame_ids and one.frames == FRAMES - 3
    assert np.isnan(
        keypoints_of(recording).positions[5:8, keypoints_of(recording).names.index("left_elbow")]
    ).all()
    np.testing.assert_allclose(
        poses_of(recording).rotations[5:8, elbow],
        np.repeat(walking(FRAMES).rotations[4:5, elbow], 3, 0),
        atol=1e-4,
    )
    assert any("absent in 3 frames" in warning for warning in recording.warnings)


def test_segments_without_legs_are_refused(tmp_path):
    held = {name: value for name, value in segments().items() if name[2:7] not in ("thigh", "shank")}
    with pytest.raises(FormatError, match="both legs"):
        formats.read(theia(tmp_path / "pose_0.c3d", held))


@pytest.mark.parametrize("points", [0, 3])
def test_segments_are_read_as_ezc3d_reads_them(tmp_path, points):
    ezc3d = pytest.importorskip("ezc3d")
    held = segments(1000.0)
    held["head_4X4"][3] = np.nan
    names = [f"p{n}" for n in range(points)]
    path = c3d(
        tmp_path / "pose_0.c3d",
        np.random.default_rng(0).normal(size=(FRAMES, points, 3)),
        names,
        segments=held,
    )
    theirs, ours = ezc3d.c3d(str(path)), read_c3d(path.read_bytes())
    assert ours.segment_labels == theirs["parameters"]["ROTATION"]["LABELS"]["value"]
    expected = np.moveaxis(theirs["data"]["rotations"], (2, 3), (1, 0))
    np.testing.assert_array_equal(ours.segments, expected)


def test_segments_that_ezc3d_wrote_are_read(tmp_path):
    ezc3d = pytest.importorskip("ezc3d")
    held, file = segments(1000.0), ezc3d.c3d()
    file["data"]["rotations"] = np.stack([np.moveaxis(value, 0, -1) for value in held.values()], axis=2)
    file["data"]["points"] = np.ones((4, 1, FRAMES))
    file["parameters"]["POINT"]["LABELS"]["value"] = ["ball"]
    file["parameters"]["POINT"]["RATE"]["value"] = [85.0]
    for name, value in {"LABELS": list(held), "RATE": [85.0], "USED": len(held), "DATA_START": 1}.items():
        file.add_parameter("ROTATION", name, value)
    file.write(str(tmp_path / "theirs.c3d"))
    recording = formats.read(tmp_path / "theirs.c3d")
    assert recording.fps.value == 85.0 and recording.units.value == "mm"
    np.testing.assert_allclose(poses_of(recording).rotations, walking(FRAMES).rotations, atol=1e-4)
