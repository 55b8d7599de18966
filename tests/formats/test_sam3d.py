"""SAM 3D Body and its followers: joint rotations as initial poses, clips in one file, JSON and tables.

The body is the real result of an image that ships as a sample.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.safe_read import FormatError
from tests.formats.bodies import keypoints_of, poses_of, walking
from tests.formats.test_estimators import CAMERA, dumped

SAMPLES = Path(__file__).parents[2] / "bundled_model" / "samples" / "sam3dbody"
SIDES = ("left", "right")
BONES = [(f"{side}_{start}", f"{side}_{end}") for side in SIDES for start, end in (
    ("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))]  # fmt: skip


def sample(degrees: float = 0.0) -> dict[str, np.ndarray]:
    """The body, turned about the vertical: coordinates in the camera, rotations as MHR has them."""
    held = np.load(SAMPLES / "img_subj00.npz")
    turn = matrix_from_axis_angle(np.radians([0.0, degrees, 0.0]))
    names = ("pred_keypoints_3d", "pred_joint_coords")
    turned = {name: held[name] @ CAMERA @ turn.T @ CAMERA for name in names}
    return turned | {"pred_cam_t": held["pred_cam_t"], "pred_global_rots": turn @ held["pred_global_rots"]}


def clip(frames: int = 12) -> dict[str, np.ndarray]:
    """The same body, walking off to the right of the camera."""
    one = sample()
    held = {name: np.repeat(values[None], frames, axis=0) for name, values in one.items()}
    held["pred_cam_t"] = one["pred_cam_t"] + np.outer(np.arange(frames), [0.02, 0.0, 0.0])
    return held


def stacked(folder: Path) -> Path:
    np.savez(folder / "clip.npz", **clip())
    return folder / "clip.npz"


def fbxify(folder: Path, *, wrapped: bool = True) -> Path:
    """Frames of people by id; the second comes in the third frame."""
    frames = {}
    for n in range(6):
        people: dict[str, Any] = {"1": sample()} | ({"2": sample(90)} if n > 1 else {})
        frames[str(n)] = {
            name: {key: values.tolist() for key, values in one.items()} for name, one in people.items()
        }
    whole = {"source": "walk.mp4", "version": "0.1", "num_people": 2, "frames": frames, "fps": 25.0}
    (folder / "estimation.json").write_text(json.dumps(whole if wrapped else frames))
    return folder / "estimation.json"


def table(folder: Path, name: str = "3DPoints.csv") -> Path:
    """SAM3DBody-cpp's: three columns per keypoint, zeros where it was not seen."""
    points = walking(8).layout("mhr70") @ CAMERA.T
    points[2, 0] = 0
    names = [f"{each}_tip" if "toe" in each else each for each in find_layout("mhr70").keypoints]
    lines = [",".join(f"{each}_3D{axis}" for each in names for axis in "XYZ")]
    lines += [",".join(f"{value:f}" for value in frame.reshape(-1)) for frame in points]
    (folder / name).write_text("\n".join(lines) + "\n")
    return folder / name


BUILDERS = {"SAM 3D Body clip": stacked, "fbxify": fbxify, "SAM3DBody-cpp": table}


def test_bones_of_the_poses_lie_along_the_keypoints():
    """The rotations come from MHR's joints, the keypoints from its mesh: both are one body."""
    recording = formats.read(SAMPLES / "img_subj00.npz")
    poses, keypoints = poses_of(recording), keypoints_of(recording)
    joints, _ = forward(poses.rotations[0], poses.pelvis[0], REST_OFFSETS)
    known = {name.removeprefix("coco_"): n for n, name in enumerate(keypoints.canonical) if name}
    seen = keypoints.positions[0]
    for start, end in BONES:
        bone = joints[JOINT_NAMES.index(end)] - joints[JOINT_NAMES.index(start)]
        other = seen[known[end]] - seen[known[start]]
        cosine = bone @ other / np.linalg.norm(bone) / np.linalg.norm(other)
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) < 5.0


def test_knees_and_elbows_of_the_poses_bend_as_hinges(tmp_path):
    vectors = np.degrees(axis_angle_from_matrix(poses_of(formats.read(stacked(tmp_path))).rotations))[0]
    for side, sign in (("left", -1.0), ("right", 1.0)):
        knee, elbow = (vectors[JOINT_NAMES.index(f"{side}_{part}")] for part in ("knee", "elbow"))
        assert knee[0] > 90 and np.abs(knee[1:]).max() < 8
        assert sign * elbow[1] > 50 and np.abs(elbow[[0, 2]]).max() < 8


def test_hands_of_the_poses_lie_as_their_knuckles_do():
    """In this file the right wrist's own rotation is 43 degrees off."""
    recording = formats.read(SAMPLES / "img_subj00.npz")
    poses, seen = poses_of(recording), keypoints_of(recording)
    _, world = forward(poses.rotations[0], poses.pelvis[0], REST_OFFSETS)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        wrist, forefinger, middle, little = (
            seen.positions[0, seen.names.index(f"{side}_{name}")]
            for name in ("wrist", "hand_index1", "hand_middle1", "hand_pinky1")
        )
        hand = world[JOINT_NAMES.index(f"{side}_wrist")]
        across = np.cross(middle - wrist, np.cross(forefinger - little, middle - wrist))
        for axis, shown in ((sign * hand[:, 0], middle - wrist), (hand[:, 2], across)):
            assert np.degrees(np.arccos(axis @ shown / np.linalg.norm(shown))) < 10.0


def test_a_stacked_clip_is_one_person_over_time(tmp_path):
    recording = formats.read(stacked(tmp_path))
    assert [(one.frames, int(one.frame_ids[0])) for one in recording.people] == [(12, 0)]
    pelvis = poses_of(recording).pelvis
    np.testing.assert_allclose(np.diff(pelvis, axis=0), np.tile([0.02, 0, 0], (11, 1)), atol=1e-6)


def test_a_stacked_clip_keeps_its_frame_numbers_and_times(tmp_path):
    held = clip() | {"frameIndex": np.arange(0, 24, 2), "times": np.arange(12) / 12.5}
    np.savez(tmp_path / "clip.npz", **held)
    recording = formats.read(tmp_path / "clip.npz")
    assert recording.people[0].frame_ids.tolist() == list(range(0, 24, 2))
    assert (recording.fps.value, recording.fps.how) == (25.0, "stated")


def test_people_stacked_from_one_image_are_people(tmp_path):
    bodies = [sample(90.0 * number) for number in range(4)]
    held = {name: np.stack([body[name] for body in bodies]) for name in bodies[0]}
    held["pred_cam_t"] += np.outer(np.arange(4), [1.0, 0, 0])
    np.savez(tmp_path / "crowd.npz", **held)
    assert [one.frames for one in formats.read(tmp_path / "crowd.npz").people] == [1] * 4


def test_what_the_estimator_returns_may_be_pickled(tmp_path):
    frames = [[sample() | {"pred_cam_t": sample()["pred_cam_t"] + [0.01 * n, 0, 0]}] for n in range(7)]
    assert formats.read(dumped(tmp_path / "video.pkl", frames)).people[0].frames == 7
    assert formats.read(dumped(tmp_path / "image.pkl", frames[0])).people[0].frames == 1
    largest = [people[0] for people in frames]
    assert formats.read(dumped(tmp_path / "largest.pkl", largest)).people[0].frames == 7


def test_numbered_clips_beside_each_other_are_not_people_of_one(tmp_path):
    for take in range(3):
        np.savez(tmp_path / f"take_{take:03d}.npz", **clip(9))
    assert [one.frames for one in formats.read(tmp_path / "take_001.npz").people] == [9]


def test_images_in_a_series_are_frames(tmp_path):
    for n in range(6):
        one = sample() | {"pred_cam_t": sample()["pred_cam_t"] + [0.01 * n, 0, 0]}
        np.savez(tmp_path / f"frame_{n + 3:06d}.npz", **one)
    recording = formats.read(tmp_path / "frame_000005.npz")
    assert [(one.frames, int(one.frame_ids[0])) for one in recording.people] == [(6, 3)]
    assert recording.people[0].poses is not None


@pytest.mark.parametrize("wrapped", [True, False])
def test_fbxifys_people_keep_their_ids(tmp_path, wrapped):
    recording = formats.read(fbxify(tmp_path, wrapped=wrapped))
    assert [(one.id, one.frames) for one in recording.people] == [("1", 6), ("2", 4)]
    assert all(one.poses is not None for one in recording.people) and recording.tool == "fbxify"
    assert recording.fps.value == (25.0 if wrapped else 30.0)


def test_rotations_that_do_not_fit_the_joints_are_left_out(tmp_path):
    held = clip() | {"pred_global_rots": np.tile(np.eye(3), (12, 127, 1, 1))}
    np.savez(tmp_path / "clip.npz", **held)
    recording = formats.read(tmp_path / "clip.npz")
    assert recording.people[0].poses is None
    assert any("Not used: joint rotations" in warning for warning in recording.warnings)


def test_a_table_of_three_columns_per_keypoint(tmp_path):
    recording = formats.read(table(tmp_path))
    keypoints = keypoints_of(recording)
    assert recording.up.value == "-y" and recording.tool == "SAM3DBody-cpp"
    assert {"nose", "left_wrist", "right_big_toe", "coco_left_hip"} <= set(keypoints.canonical)
    assert not keypoints.confidence[2, 0] and keypoints.confidence[3, 0]
    place = keypoints.canonical.index("left_wrist")
    shift = keypoints.positions[:, place] - walking(8).layout("mhr70")[:, place]
    np.testing.assert_allclose(shift, np.tile(shift[0], (8, 1)), atol=1e-5)


def test_a_broken_row_of_a_table_is_named(tmp_path):
    path = table(tmp_path)
    lines = path.read_text().splitlines()
    lines[4] = lines[4].rpartition(",")[0]
    path.write_text("\n".join(lines))
    with pytest.raises(FormatError, match="Line 5 of the table"):
        formats.read(path)
