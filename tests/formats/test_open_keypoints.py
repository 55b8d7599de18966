"""The open keypoint file, in all its containers."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import LAYOUTS, find_layout
from addon.body.points import POINT_INDEX
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, on_floor, walking

LIMB_LAYOUTS = [name for name in LAYOUTS if len(set(find_layout(name).canonical)) > 12]


def saved(tmp_path, **fields):
    path = tmp_path / "points.npz"
    np.savez(path, **fields)
    return path


def test_all_fields_of_the_contract_are_honoured(tmp_path):
    points = walking().layout("coco17") @ FROM_Y_UP["+z"].T * 1000
    points[3, 2] = np.nan
    confidence = np.full((40, 17), 0.5)
    path = saved(
        tmp_path, keypoints=points, layout="coco17", fps=50.0, confidence=confidence, up_axis="z", units="mm",
        frame_ids=np.arange(40) * 2 + 5,
    )  # fmt: skip
    recording = formats.read(path)
    person = recording.people[0]
    assert (recording.fps.value, recording.up.value, recording.units.value) == (50.0, "+z", "mm")
    assert {recording.fps.how, recording.up.how, recording.units.how} == {"stated"}
    assert keypoints_of(recording).layout == "coco17" and person.frame_ids[1] == 7
    expected = walking().layout("coco17")
    expected[3, 2] = np.nan
    np.testing.assert_allclose(keypoints_of(recording).positions, expected, atol=1e-9)
    assert keypoints_of(recording).confidence[3, 2] == 0 and keypoints_of(recording).confidence[0, 0] == 0.5


@pytest.mark.parametrize("up", list(FROM_Y_UP))
@pytest.mark.parametrize(("unit", "factor"), [("m", 1), ("cm", 100), ("mm", 1000)])
def test_axis_and_unit_are_inferred_from_the_body(tmp_path, up, unit, factor):
    points = walking().layout("body25") @ FROM_Y_UP[up].T * factor
    recording = formats.read(saved(tmp_path, keypoints=points, layout="body25", fps=30))
    assert (recording.up.value, recording.up.how) == (up, "inferred")
    assert recording.units.value == unit
    np.testing.assert_allclose(keypoints_of(recording).positions, walking().layout("body25"), atol=1e-9)


def test_json_with_null_is_the_same_as_npz_with_nan(tmp_path):
    points = walking().layout("smpl24")
    points[2, 5] = np.nan
    path = tmp_path / "points.json"
    listed = [[None if np.isnan(p).any() else p.tolist() for p in frame] for frame in points]
    as_null = [[[None] * 3 if p is None else p for p in frame] for frame in listed]
    path.write_text(json.dumps({"keypoints": as_null, "layout": "smpl24", "fps": 25}))
    recording = formats.read(path)
    np.testing.assert_allclose(keypoints_of(recording).positions, points, atol=1e-9)


@pytest.mark.parametrize("name", LIMB_LAYOUTS)
def test_a_bare_array_with_the_layout_named(tmp_path, name):
    path = tmp_path / "points.npy"
    np.save(path, walking().layout(name).astype(np.float32))
    assert keypoints_of(formats.read(path, layout=name)).layout == name


@pytest.mark.parametrize(
    "name",
    [
        "coco17", "h36m17", "smpl24", "humanml22", "body25", "mediapipe33", "halpe26", "mpi_inf_17", "lsp14",
        "mpii16", "h36m16", "mpi_inf_28", "h36m32", "kinect20", "kinect32", "zed34", "maxine34", "zed38",
        "openpose18", "openpose15", "panoptic15", "panoptic19",
    ],
)  # fmt: skip
def test_the_layout_of_a_bare_array_shows_in_its_limbs(tmp_path, name):
    path = tmp_path / "points.npy"
    np.save(path, walking().layout(name).astype(np.float32))
    recording = formats.read(path)
    assert keypoints_of(recording).layout == name
    assert any("inferred" in warning for warning in recording.warnings)


def test_a_fourth_column_is_confidence(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, np.concatenate([walking().layout("coco17"), np.full((40, 17, 1), 0.25)], axis=-1))
    assert (keypoints_of(formats.read(path, layout="coco17")).confidence == 0.25).all()


def test_free_names_are_mapped_to_points_of_the_body(tmp_path):
    names = [
        f"{side}{part}" for part in ("Hip", "Knee", "Ankle", "Shoulder", "Elbow", "Wrist") for side in "RL"
    ]
    points = walking().layout("coco17")[:, [12, 11, 14, 13, 16, 15, 6, 5, 8, 7, 10, 9]]
    recording = formats.read(saved(tmp_path, keypoints=points, names=names, fps=30))
    assert keypoints_of(recording).canonical[:3] == ("coco_right_hip", "coco_left_hip", "right_knee")
    assert keypoints_of(recording).layout is None


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"keypoints": np.full((5, 17, 3), np.nan), "layout": "coco17"}, "missing"),
        ({"keypoints": np.zeros((0, 17, 3)), "layout": "coco17"}, "no frames"),
        ({"keypoints": np.ones((5, 17, 2)), "layout": "coco17"}, "2D"),
        ({"keypoints": np.ones((5, 16, 3)), "layout": "coco17"}, "17 keypoints"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "octopus8"}, "octopus8"),
        ({"keypoints": np.ones((5, 9, 3))}, "--layout"),
        ({"keypoints": np.ones((5, 17)), "layout": "coco17"}, "shape"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "coco17", "confidence": np.ones((5, 3))}, "Confidence"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "coco17", "frame_ids": np.zeros(5)}, "increase"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "coco17", "up_axis": "north"}, "north"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "coco17", "units": "ells"}, "ell"),
        ({"keypoints": np.ones((5, 17, 3)), "layout": "coco17", "fps": -3.0}, "frame rate"),
        ({"keypoints": np.ones((5, 2, 3)), "names": ["foo", "bar"]}, "names"),
    ],
)
def test_wrong_content_is_refused_in_one_sentence(tmp_path, fields, word):
    with pytest.raises(FormatError, match=word) as refusal:
        formats.read(saved(tmp_path, **fields))
    assert "\n" not in str(refusal.value)


def test_a_clip_of_one_frame_opens(tmp_path):
    recording = formats.read(saved(tmp_path, keypoints=walking(1).layout("coco17"), layout="coco17", fps=30))
    assert recording.people[0].frames == 1 and any("single frame" in each for each in recording.warnings)


@pytest.mark.parametrize("name", ["arr_0", "positions_3d", "poses3d"])
def test_the_only_array_of_an_archive_may_be_the_keypoints(tmp_path, name):
    """np.savez without a name writes arr_0; lifters and people have names of their own."""
    points = walking().layout("h36m17") @ FROM_Y_UP["+z"].T
    np.savez(tmp_path / "output.npz", **{name: points, "fps": 25.0, "scores": np.ones((40, 17))})
    recording = formats.read(tmp_path / "output.npz")
    assert (keypoints_of(recording).layout, recording.fps.value, recording.up.value) == ("h36m17", 25.0, "+z")
    positions = keypoints_of(recording).positions
    np.testing.assert_allclose(
        positions, on_floor(recording, walking().layout("h36m17"), positions), atol=1e-6
    )


def test_two_arrays_that_may_be_keypoints_are_not_guessed_at(tmp_path):
    points = walking().layout("h36m17")
    np.savez(tmp_path / "output.npz", predicted=points, target=points)
    with pytest.raises(FormatError, match="predicted, target"):
        formats.read(tmp_path / "output.npz")


def test_a_bare_list_in_json_is_read_as_an_array_is(tmp_path):
    points = walking().layout("coco17")
    rows = points.tolist()
    rows[3][5] = [None, None, None]
    (tmp_path / "keypoints_3d.json").write_text(json.dumps(rows))
    recording = formats.read(tmp_path / "keypoints_3d.json", layout="coco17", keep_height=True)
    keypoints = keypoints_of(recording)
    assert np.isnan(keypoints.positions[3, 5]).all() and keypoints.confidence[3, 5] == 0
    np.testing.assert_allclose(keypoints.positions[0], points[0], atol=1e-9)


@pytest.mark.parametrize("flat", ["keypoints", "keypoints_2d", "landmarks"])
@pytest.mark.parametrize("deep", ["keypoints_3d", "world_landmarks", "joints3D"])
def test_of_two_arrays_the_one_that_is_called_3d_or_of_the_world_is_taken(tmp_path, flat, deep):
    body = walking(12).layout("coco17")
    pixels = np.random.default_rng(0).uniform(0, 1, (12, 17, 3)) * [900, 900, 1]
    held = {flat: pixels, deep: body, "timestamps": np.arange(12) / 50}
    np.savez(tmp_path / "a.npz", **held)
    recording = formats.read(tmp_path / "a.npz", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)
    assert (recording.fps.value, recording.fps.how) == (50.0, "stated")


@pytest.mark.parametrize("shape", [(17, 3), (1, 17, 3)])
def test_a_pickled_list_of_frames_is_a_clip_in_which_none_is_missing(tmp_path, shape):
    frames: list[Any] = [frame.reshape(shape) for frame in walking(12).layout("coco17")]
    frames[5] = None
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(frames))
    recording = formats.read(tmp_path / "a.pkl", keep_height=True)
    found = keypoints_of(recording).positions
    assert np.isnan(found[5]).all()
    expected = walking(12).layout("coco17")
    np.testing.assert_allclose(np.delete(found, 5, 0), np.delete(expected, 5, 0), atol=1e-6)


def test_a_tensor_alone_is_keypoints(tmp_path):
    torch = pytest.importorskip("torch")
    body = walking(12).joints
    torch.save(torch.from_numpy(body.copy()), tmp_path / "joints.pt")
    recording = formats.read(tmp_path / "joints.pt", keep_height=True)
    assert keypoints_of(recording).layout == "smpl24"
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)


@pytest.mark.parametrize("mark", [0.0, -1.0, -9999.0])
@pytest.mark.parametrize("frames", [slice(3, 6), slice(None)], ids=["some", "all"])
def test_points_that_are_marked_as_missing_are_missing(tmp_path, mark, frames):
    """The walk passes two metres from the origin."""
    body = walking().layout("coco17") + np.array([2.0, 0.0, 2.0])
    marked = body.copy()
    marked[frames, 9] = mark
    np.save(tmp_path / "a.npy", marked)
    read = keypoints_of(formats.read(tmp_path / "a.npy", layout="coco17", up="+y", keep_height=True))
    assert np.isnan(read.positions[frames, 9]).all() and (read.confidence[frames, 9] == 0).all()
    rest = np.delete(np.arange(17), 9)
    np.testing.assert_allclose(read.positions[:, rest], body[:, rest], atol=1e-6)


@pytest.mark.parametrize(("layout", "centre"), [("h36m17", 0), ("coco17", 0), ("body25", 1)])
def test_the_point_that_a_body_is_given_about_is_not_missing(tmp_path, layout, centre):
    body = walking().layout(layout)
    np.save(tmp_path / "a.npy", body - body[:, centre, None])
    read = keypoints_of(formats.read(tmp_path / "a.npy", layout=layout, up="+y"))
    assert np.isfinite(read.positions[:, centre]).all()


def test_hips_may_start_at_the_origin(tmp_path):
    joints = walking().joints
    np.save(tmp_path / "a.npy", joints - joints[0, 0])
    read = keypoints_of(formats.read(tmp_path / "a.npy", layout="smpl24", up="+y"))
    assert np.isfinite(read.positions[:, 0]).all()


@pytest.mark.parametrize("parts", [
    "pelvis spine3 neck head", "pelvis neck head head_top", "head neck spine3 pelvis",
])  # fmt: skip
def test_an_order_that_no_layout_has_is_not_taken_for_one(tmp_path, parts):
    """Arms and legs of one side after the other: twenty points as Kinect's first model has them."""
    limbs = "shoulder elbow wrist hand hip knee ankle foot"
    names = parts.split() + [f"{side}_{part}" for side in ("left", "right") for part in limbs.split()]
    points = walking().points[:, [POINT_INDEX[name] for name in names]]
    np.save(tmp_path / "a.npy", points)
    with pytest.raises(FormatError, match="--layout"):
        formats.read(tmp_path / "a.npy")


def test_a_neck_and_a_crown_are_not_taken_for_eyes(tmp_path):
    """PoseTrack's order, whose limbs are COCO's."""
    np.save(tmp_path / "clip.npy", walking().layout("posetrack17"))
    with pytest.raises(FormatError, match="posetrack17"):
        formats.read(tmp_path / "clip.npy")
    (tmp_path / "clip.npy").rename(tmp_path / "posetrack.npy")
    assert keypoints_of(formats.read(tmp_path / "posetrack.npy")).layout == "posetrack17"


def test_speeds_and_turns_beside_the_points_are_none(tmp_path):
    body = walking().layout("coco17")
    others = {"joint_velocities": body * 0.1, "rotations": np.ones((40, 17, 4))}
    np.savez(tmp_path / "a.npz", joint_positions=body, **others)
    recording = formats.read(tmp_path / "a.npz", keep_height=True)
    np.testing.assert_allclose(keypoints_of(recording).positions, body, atol=1e-6)
