"""Keypoint files of tools and datasets, laid out as each tool writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_PELVIS
from addon.formats.limbs import limb_lengths
from addon.formats.readers.humanml import joints_from_features
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, on_floor, poses_of, walking

FRAMES = 40
SAMPLES = Path(__file__).parents[2] / "bundled_model" / "samples"


def easymocap(folder: Path) -> Path:
    """keypoints3d/000000.json: nobody in frame 0, person 2 from frame 10 on."""
    points = walking(FRAMES).layout("body25") @ FROM_Y_UP["+z"].T
    (folder / "keypoints3d").mkdir()
    for n in range(FRAMES):
        rows = np.concatenate([points[n], np.full((25, 1), 0.8)], axis=1)
        rows[4] = 0
        people = [] if n == 0 else [{"id": 0, "keypoints3d": rows.tolist()}]
        people += [{"id": 2, "keypoints3d": rows[:, :3].tolist()}] if n >= 10 else []
        (folder / "keypoints3d" / f"{n:06d}.json").write_text(json.dumps(people))
    return folder / "keypoints3d"


def panoptic(folder: Path) -> Path:
    points = walking(FRAMES).layout("panoptic19") @ FROM_Y_UP["-y"].T * 100
    for n in range(FRAMES):
        joints = np.concatenate([points[n], np.full((19, 1), 0.6)], axis=1)
        joints[17] = (0, 0, 0, -1)
        scene = {
            "version": 0.7,
            "univTime": 1.0,
            "bodies": [{"id": 4, "joints19": joints.reshape(-1).tolist()}],
        }
        (folder / f"body3DScene_{n + 100:08d}.json").write_text(json.dumps(scene))
    return folder / "body3DScene_00000100.json"


def mmpose(folder: Path) -> Path:
    """Its demo exchanges the camera's y and z and reverses x and the new z: a mirror image."""
    points = walking(FRAMES).layout("h36m17") @ FROM_Y_UP["-y"].T
    points = points[..., [0, 2, 1]] * [-1.0, 1.0, -1.0]
    info = [
        {"frame_id": n, "instances": [{"keypoints": points[n].tolist(), "keypoint_scores": [0.9] * 17}]}
        for n in range(FRAMES)
    ]
    (folder / "results_walk.json").write_text(json.dumps({"meta_info": {}, "instance_info": info}))
    return folder / "results_walk.json"


def mdm(folder: Path) -> Path:
    clip = np.moveaxis(walking(FRAMES).layout("humanml22"), 0, -1)
    held: Any = {"motion": np.stack([np.pad(clip, ((0, 0), (0, 0), (0, 9)))] * 2), "text": ["walk"] * 2,
                 "lengths": np.array([FRAMES, 12]), "num_samples": 2, "num_repetitions": 1}  # fmt: skip
    np.save(folder / "results.npy", held, allow_pickle=True)
    return folder / "results.npy"


def test_mdms_clips_without_lengths_are_whole(tmp_path):
    clip = np.moveaxis(walking(FRAMES).layout("humanml22"), 0, -1)
    np.save(tmp_path / "results.npy", {"motion": clip[None], "text": ["walk"]}, allow_pickle=True)  # type: ignore[arg-type]
    recording = formats.read(tmp_path / "results.npy")
    assert recording.fps.value == 20.0 and recording.people[0].frames == FRAMES
    np.testing.assert_allclose(keypoints_of(recording).positions, np.moveaxis(clip, -1, 0), atol=1e-6)


def kit(folder: Path) -> Path:
    """MDM trained on KIT-ML: 21 joints, the right side first, in a unit of its own."""
    clip = np.moveaxis(walking(FRAMES).layout("kit21"), 0, -1) * 850
    held: Any = {"motion": clip[None], "text": ["walk"], "lengths": np.array([FRAMES]), "num_samples": 1,
                 "num_repetitions": 1}  # fmt: skip
    np.save(folder / "results.npy", held, allow_pickle=True)
    return folder / "results.npy"


def rotations(folder: Path) -> Path:
    """MDM trained on HumanAct12 or UESTC: 24 rotations of six numbers, and the root's place as a 25th."""
    body = walking(FRAMES)
    six = body.rotations[..., :2, :].reshape(FRAMES, 24, 6)
    root = np.concatenate([body.pelvis - REST_PELVIS, np.zeros((FRAMES, 3))], axis=1)
    motion = np.moveaxis(np.concatenate([six, root[:, None]], axis=1), 0, -1)
    held: Any = {"motion": motion[None], "text": ["walk"], "lengths": np.array([FRAMES])}
    np.save(folder / "results.npy", held, allow_pickle=True)
    return folder / "results.npy"


def freemocap(folder: Path) -> Path:
    whole = np.full((FRAMES, 553, 3), np.nan)
    whole[:, :33] = walking(FRAMES).layout("mediapipe33") @ FROM_Y_UP["+z"].T * 1000
    np.save(folder / "mediaPipeSkel_3d_body_hands_face.npy", whole)
    return folder / "mediaPipeSkel_3d_body_hands_face.npy"


def video_pose(folder: Path) -> Path:
    np.save(folder / "X3D.npy", walking(FRAMES).layout("h36m17") @ FROM_Y_UP["-y"].T / 1.1)
    return folder / "X3D.npy"


TOOLS = {
    "EasyMocap": (easymocap, "body25", "+z", 30.0), "Panoptic": (panoptic, "panoptic19", "-y", 29.97),
    "MMPose": (mmpose, "h36m17", "+z", 30.0), "HumanML3D": (mdm, "humanml22", "+y", 20.0),
    "keypoints": (freemocap, "mediapipe33", "+z", 30.0),
}  # fmt: skip


@pytest.mark.parametrize("tool", list(TOOLS))
def test_the_points_come_out_upright_in_metres(tmp_path, tool):
    build, layout, up, fps = TOOLS[tool]
    recording = formats.read(build(tmp_path))
    keypoints = keypoints_of(recording)
    assert (recording.format, keypoints.layout, recording.up.value) == (tool, layout, up)
    assert (recording.fps.value, recording.fps.how) == (fps, "assumed")
    expected = walking(FRAMES).layout(layout)[-len(keypoints.positions) :]
    expected = on_floor(recording, expected, keypoints.positions)
    seen = np.isfinite(keypoints.positions).all(-1)
    assert seen.mean() > 0.9
    np.testing.assert_allclose(keypoints.positions[seen], expected[seen], atol=1e-6)


def test_people_come_and_go_in_a_folder_of_frames(tmp_path):
    recording = formats.read(easymocap(tmp_path))
    first, second = recording.people
    assert (first.id, first.frame_ids[0], second.id, second.frame_ids[0]) == ("0", 1, "2", 10)
    assert (keypoints_of(recording).confidence[:, 4] == 0).all()
    assert (keypoints_of(recording, 1).confidence[:, 4] == 0).all()


def test_any_file_of_a_folder_opens_the_whole_recording(tmp_path):
    easymocap(tmp_path)
    recording = formats.read(tmp_path / "keypoints3d" / "000007.json")
    assert recording.people[0].frames == FRAMES - 1


def test_panoptic_joints_that_were_not_seen_are_missing(tmp_path):
    keypoints = keypoints_of(formats.read(panoptic(tmp_path)))
    assert np.isnan(keypoints.positions[:, 17]).all() and (keypoints.confidence[:, 17] == 0).all()


def test_generated_clips_are_cut_to_their_length(tmp_path):
    recording = formats.read(mdm(tmp_path))
    assert [person.frames for person in recording.people] == [FRAMES, 12]


def test_kit_clips_have_their_own_rate_and_unit(tmp_path):
    recording = formats.read(kit(tmp_path))
    keypoints = keypoints_of(recording)
    assert (recording.tool, recording.fps.value, recording.fps.how) == ("MDM (KIT-ML)", 12.5, "assumed")
    assert (keypoints.layout, recording.units.value, recording.units.how) == ("kit21", "mm", "inferred")
    lengths = {limb: float(np.median(v)) for limb, v in limb_lengths(keypoints).items()}
    assert lengths["thigh", "left"] == pytest.approx(0.85 * 0.377, rel=0.03)


def test_kit_features_are_21_joints(tmp_path):
    """new_joint_vecs of KIT: the root's turn, speed and height, then the others relative to it."""
    joints = walking(FRAMES).layout("kit21")
    joints = joints - joints[:1, :1] * [1, 0, 1]
    features = np.zeros((FRAMES, 251))
    features[:-1, 1:3] = np.diff(joints[:, 0], axis=0)[:, [0, 2]]
    features[:, 3] = joints[:, 0, 1]
    features[:, 4:64] = (joints[:, 1:] - joints[:, :1] * [1, 0, 1]).reshape(FRAMES, 60)
    np.save(tmp_path / "03950.npy", features)
    recording = formats.read(tmp_path / "03950.npy")
    assert (keypoints_of(recording).layout, recording.fps.value) == ("kit21", 12.5)
    np.testing.assert_allclose(keypoints_of(recording).positions, joints, atol=1e-9)


def test_generated_rotations_are_the_pose(tmp_path):
    recording = formats.read(rotations(tmp_path))
    body, poses = walking(FRAMES), poses_of(recording)
    assert recording.up.value == "+y" and recording.fps.value == 20.0
    np.testing.assert_allclose(poses.rotations[:, :22], body.rotations[:, :22], atol=1e-9)
    np.testing.assert_allclose(poses.pelvis, body.pelvis, atol=1e-9)


def test_data_without_a_scale_is_given_a_human_one(tmp_path):
    recording = formats.read(video_pose(tmp_path))
    thigh = np.median(limb_lengths(keypoints_of(recording))["thigh", "left"])
    assert 0.3 < thigh < 0.5 and recording.people[0].keypoints is not None


def test_humanml_features_give_the_joints_back():
    """Features written as the dataset's motion_representation.py does, for a body that turns and walks."""
    joints = walking(FRAMES).joints[:, :22]
    turn = np.linspace(0.0, 1.2, FRAMES)
    matrices = matrix_from_axis_angle(np.stack([0 * turn, turn, 0 * turn], axis=-1))
    start = joints - joints[:1, :1] * [1, 0, 1]
    features = np.zeros((FRAMES, 263))
    features[:-1, 0] = np.diff(turn) / 2
    moved = np.diff(start[:, 0], axis=0)
    features[:-1, 1:3] = (matrices[1:] @ moved[..., None])[:, [0, 2], 0]
    features[:, 3] = start[:, 0, 1]
    local = (start - start[:, :1] * [1, 0, 1])[:, 1:]
    features[:, 4:67] = (matrices[:, None] @ local[..., None])[..., 0].reshape(FRAMES, 63)
    np.testing.assert_allclose(joints_from_features(features), start, atol=1e-9)


def test_sam_3d_body_images_are_people_in_metres():
    recording = formats.read(SAMPLES / "sam3dbody" / "img_subj00.npz")
    lengths = {
        limb: float(np.median(values)) for limb, values in limb_lengths(keypoints_of(recording)).items()
    }
    assert 0.38 < lengths["thigh", "left"] < 0.46 and 0.24 < lengths["upper arm", "right"] < 0.31
    assert keypoints_of(recording).positions[0, 0, 1] > keypoints_of(recording).positions[0, 15, 1]


def test_two_dimensional_mmpose_results_are_refused(tmp_path):
    info = [{"frame_id": 0, "instances": [{"keypoints": [[1.0, 2.0]] * 17, "keypoint_scores": [1.0] * 17}]}]
    (tmp_path / "results.json").write_text(json.dumps({"instance_info": info}))
    with pytest.raises(FormatError, match="2D"):
        formats.read(tmp_path / "results.json")
