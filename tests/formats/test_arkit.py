"""ARKit's body tracking, as apps save it."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.points import POINT_INDEX
from addon.body.rotations import matrix_from_axis_angle
from addon.formats.readers.arkit import JOINTS
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, walking

FRAMES = 40
PLACES = {
    "left_upLeg_joint": "left_hip", "right_upLeg_joint": "right_hip", "left_leg_joint": "left_knee",
    "right_leg_joint": "right_knee", "left_foot_joint": "left_ankle", "right_foot_joint": "right_ankle",
    "left_toes_joint": "left_foot", "right_toes_joint": "right_foot", "left_arm_joint": "left_shoulder",
    "right_arm_joint": "right_shoulder", "left_forearm_joint": "left_elbow",
    "right_hand_joint": "right_wrist", "right_forearm_joint": "right_elbow",
    "left_hand_joint": "left_wrist", "head_joint": "head",
}  # fmt: skip
ABOVE_THE_FLOOR = 1.2
"""Metres: the phone in a hand, where the world's origin lies."""


def world() -> np.ndarray:
    """(T, 91, 3) joints in ARKit's world; those that SMPL lacks lie at the hips."""
    points = walking(FRAMES).points
    columns = [POINT_INDEX[PLACES.get(name, "pelvis")] for name in JOINTS]
    return points[:, columns] - [0.0, ABOVE_THE_FLOOR, 0.0]


def anchors() -> np.ndarray:
    """(T, 4, 4) of the body's anchor at the hips, turning with the body."""
    matrices = np.tile(np.eye(4), (FRAMES, 1, 1))
    turn = np.linspace(0.4, 1.0, FRAMES)
    matrices[:, :3, :3] = matrix_from_axis_angle(np.stack([0 * turn, turn, 0 * turn], axis=-1))
    matrices[:, :3, 3] = world()[:, 0]
    return matrices


def in_anchor() -> np.ndarray:
    """(T, 91, 3) joints as jointModelTransforms have them."""
    turns, shifts = anchors()[:, :3, :3], anchors()[:, :3, 3]
    return np.einsum("tji,tkj->tki", turns, world() - shifts[:, None])


def transform(place: np.ndarray) -> list[list[float]]:
    """simd_float4x4 as a list of its columns."""
    matrix = np.eye(4)
    matrix[:3, 3] = place
    return matrix.T.tolist()


def named(folder: Path) -> Path:
    """A list of frames, places by Apple's names."""
    frames = [
        {"timestamp": n / 60, "joints": {name: dict(zip("xyz", place, strict=True)) for name, place in
                                         zip(JOINTS, frame.tolist(), strict=True)}}
        for n, frame in enumerate(world())
    ]  # fmt: skip
    (folder / "body.json").write_text(json.dumps(frames))
    return folder / "body.json"


def transforms(folder: Path) -> Path:
    """ImmersiveKit: 91 transforms by number, relative to the anchor, whose own transform is beside."""
    frames = [
        {
            "hipWorldPosition": {"matrix": anchors()[n].T.tolist()},
            "joints": [{"id": str(k), "parentId": "0", "transform": {"matrix": transform(place)}}
                       for k, place in enumerate(in_anchor()[n])],
        }
        for n in range(FRAMES)
    ]  # fmt: skip
    (folder / "bodies.json").write_text(json.dumps(frames))
    return folder / "bodies.json"


def flat(folder: Path) -> Path:
    """91 flat transforms in Apple's order, the anchor as 16 numbers."""
    frames = [
        {"ts": str(n / 30), "anchor": anchors()[n].T.reshape(-1).tolist(), "camera": [0.0] * 16,
         "jointData": [np.reshape(transform(place), -1).tolist() for place in in_anchor()[n]]}
        for n in range(FRAMES)
    ]  # fmt: skip
    (folder / "data.json").write_text(
        json.dumps({"hasVideo": False, "data": {"uuid": "x", "frames": frames}})
    )
    return folder / "data.json"


def tree(folder: Path) -> Path:
    """RealityKit-Motion-Recorder: the joints hang from each other."""
    frames = []
    for frame in world().tolist():
        joints: list[dict[str, Any]] = [
            {"name": name, "absoluteTranslation": place, "relativeTranslation": [0, 0, 0],
             "rotation": [0, 0, 0, 1], "childrenJoints": []}
            for name, place in zip(JOINTS, frame, strict=True)
        ]  # fmt: skip
        for above, joint in itertools.pairwise(joints[:20]):
            above["childrenJoints"].append(joint)
        joints[19]["childrenJoints"] += joints[20:]
        frames.append({"rootJoint": joints[0]})
    (folder / "motion.json").write_text(json.dumps({"frames": frames}))
    return folder / "motion.json"


SHAPES = {"named": named, "transforms": transforms, "flat": flat, "tree": tree}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_the_body_stands_on_the_floor_in_every_shape(tmp_path, shape):
    recording = formats.read(SHAPES[shape](tmp_path))
    assert (recording.format, recording.up.value, recording.units.value) == ("ARKit", "+y", "m")
    fps = {"named": (60.0, "stated"), "flat": (30.0, "stated")}.get(shape, (60.0, "assumed"))
    assert (recording.fps.value, recording.fps.how) == fps
    keypoints, body = keypoints_of(recording), walking(FRAMES)
    assert set(keypoints.canonical) == set(PLACES.values())
    expected = body.points[:, [POINT_INDEX[str(name)] for name in keypoints.canonical]]
    apart = keypoints.positions - expected
    assert np.abs(apart[..., [0, 2]]).max() < 1e-6 and np.ptp(apart[..., 1]) < 1e-6
    assert abs(apart[0, 0, 1]) < 0.06


def test_frames_without_a_body_are_missing(tmp_path):
    frames = json.loads(named(tmp_path).read_text())
    frames[7]["joints"] = {}
    (tmp_path / "body.json").write_text(json.dumps(frames))
    assert 7 not in formats.read(tmp_path / "body.json").people[0].frame_ids


def test_joints_relative_to_the_body_say_that_the_hips_stay(tmp_path):
    frames = [dict(zip(JOINTS, f, strict=True)) for f in in_anchor().tolist()]
    (tmp_path / "body.json").write_text(json.dumps(frames))
    assert any("stay at one place" in warning for warning in formats.read(tmp_path / "body.json").warnings)


def test_the_same_names_in_a_table(tmp_path):
    rows = [",".join(f"{name}_{axis}" for name in PLACES for axis in "xyz")]
    columns = [JOINTS.index(name) for name in PLACES]
    rows += [",".join(map(str, frame[columns].reshape(-1))) for frame in world()]
    (tmp_path / "body.csv").write_text("\n".join(rows))
    keypoints = keypoints_of(formats.read(tmp_path / "body.csv"))
    assert set(keypoints.canonical) == set(PLACES.values())


def test_the_2d_joints_of_vision_are_refused(tmp_path):
    """VNHumanBodyPoseObservation has the same names, and fractions of the picture."""
    frames = [{name: {"x": 0.5, "y": 0.4, "confidence": 0.9} for name in PLACES} for _ in range(5)]
    (tmp_path / "vision.json").write_text(json.dumps(frames))
    with pytest.raises(FormatError, match="2D"):
        formats.read(tmp_path / "vision.json")


VISION = {
    "top_head": "head_top", "center_head": "head", "center_shoulder": "coco_neck", "spine": "h36m_spine",
    "root": "coco_mid_hip", "left_shoulder": "coco_left_shoulder", "right_shoulder": "coco_right_shoulder",
    "left_hip": "coco_left_hip", "right_hip": "coco_right_hip",
    **{f"{side}_{part}": f"{side}_{part}" for side in ("left", "right")
       for part in ("elbow", "wrist", "knee", "ankle")},
}  # fmt: skip


def vision(folder: Path, spelled: str) -> Path:
    """Vision's 17 joints against the hips, in metres; transforms with raw names, places with Swift's."""
    points = walking(FRAMES).points[:, [POINT_INDEX[name] for name in VISION.values()]]
    points = points - points[:, [list(VISION).index("root")]]
    frames = []
    for n, frame in enumerate(points):
        joints: dict[str, Any] = {}
        for name, place in zip(VISION, frame, strict=True):
            first, *others = name.split("_")
            swift = first + "".join(each.capitalize() for each in others)
            raw = {"position": transform(place)}
            joints |= {swift: place.tolist()} if spelled == "Swift" else {f"human_{name}_3D": raw}
        frames.append({"time": n / 30, "joints": joints})
    (folder / "vision.json").write_text(json.dumps({"frames": frames}))
    return folder / "vision.json"


@pytest.mark.parametrize("spelled", ["Swift", "raw"])
def test_visions_3d_body_stands_on_the_floor_with_its_hips_at_one_place(tmp_path, spelled):
    recording = formats.read(vision(tmp_path, spelled))
    assert (recording.tool, recording.fps.value, recording.up.value) == ("Apple Vision", 30.0, "+y")
    assert any("hips stay at one place" in warning for warning in recording.warnings)
    keypoints, body = keypoints_of(recording), walking(FRAMES)
    assert len(keypoints.names) == 17
    thigh = [
        keypoints.positions[:, keypoints.canonical.index(each)] for each in ("left_knee", "coco_left_hip")
    ]
    truth = [body.points[:, POINT_INDEX[each]] for each in ("left_knee", "coco_left_hip")]
    np.testing.assert_allclose(
        np.linalg.norm(thigh[0] - thigh[1], axis=-1), np.linalg.norm(truth[0] - truth[1], axis=-1), atol=1e-6
    )
    assert -0.05 < np.nanmin(keypoints.positions[..., 1]) < 0.15
