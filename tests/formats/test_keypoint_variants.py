"""Keypoints in the orders, scales and tables in which tools and people save them; and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.formats.limbs import limb_lengths
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, walking
from tests.formats.test_landmarks import OFFICIAL, as_dict, standing, wide, world

FRAMES = 40
SIDES = ("left", "right")


def saved(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def assert_human(path: Path, layout: str, up: str) -> None:
    """The layout and the axis are found, the thighs are a person's, and the head is above the feet."""
    recording = formats.read(path)
    keypoints = keypoints_of(recording)
    assert (keypoints.layout, recording.up.value, recording.up.how) == (layout, up, "inferred")
    thigh = float(np.median(limb_lengths(keypoints)["thigh", "left"]))
    assert 0.33 < thigh < 0.47
    head = next(name for name in ("nose", "h36m_neck_nose", "head") if name in keypoints.canonical)
    height = keypoints.positions[:, keypoints.canonical.index(head), 1]
    assert (height > np.nanmin(keypoints.positions[..., 1], axis=1) + 0.9).all()


# Lifters: VideoPose3D, MotionBERT, MHFormer, HybrIK


UNNAMED = (
    "h36m17", "coco17", "hybrik29", "coco_wholebody133", "halpe136", "easymocap67", "smpl24",
    "body25", "mhr70", "kit21", "mmm21", "h36m16", "openpose18", "openpose134",
)  # fmt: skip


@pytest.mark.parametrize("layout", UNNAMED)
def test_the_order_of_an_unnamed_array_is_told_by_the_body(tmp_path, layout):
    points = walking(FRAMES).layout(layout)
    free = [place for place, name in enumerate(find_layout(layout).canonical) if name is None]
    points[:, free] += np.random.default_rng(0).normal(0, 0.1, (FRAMES, len(free), 3))
    recording = formats.read(saved(tmp_path / "points.npy", points @ FROM_Y_UP["-y"].T))
    assert keypoints_of(recording).layout == layout
    assert any(f"layout {layout} was inferred" in warning for warning in recording.warnings)


@pytest.mark.parametrize(("name", "layout"), [("X3D", "h36m17"), ("hybrik_pred_xyz_17", "hybrik17")])
def test_hybriks_order_is_taken_only_where_its_name_stands(tmp_path, name, layout):
    """Left first, it looks like Human3.6M's in the mirror: that is said and left to the user."""
    points = walking(FRAMES).layout("hybrik17") @ FROM_Y_UP["-y"].T
    recording = formats.read(saved(tmp_path / f"{name}.npy", points))
    assert keypoints_of(recording).layout == layout
    assert any("look swapped" in warning for warning in recording.warnings) == (layout == "h36m17")


@pytest.mark.parametrize(("count", "layout"), [(45, "smpl24"), (55, "humanml22"), (144, "humanml22")])
def test_smplx_joints_behind_smpls_are_left_out(tmp_path, count, layout):
    """smplx lists hands, eyes and landmarks behind the body's joints."""
    body = walking(FRAMES).layout(layout)
    more = np.random.default_rng(0).normal(0, 0.3, (FRAMES, count - body.shape[1], 3)) + body[:, :1]
    recording = formats.read(saved(tmp_path / "joints.npy", np.concatenate([body, more], axis=1)))
    assert keypoints_of(recording).layout == layout
    assert any(f"from number {body.shape[1]} on" in warning for warning in recording.warnings)


@pytest.mark.parametrize(("count", "sentence"), [
    (17, r"--layout \(coco17 or h36m17 or hybrik17 or posetrack17 or mpi_inf_17\)"),
    (35, "No layout here has 35 keypoints; save them"),
])  # fmt: skip
def test_points_that_nothing_tells_are_refused_with_what_can_be_done(tmp_path, count, sentence):
    points = np.random.default_rng(0).normal(0, 1.0, (FRAMES, count, 3))
    with pytest.raises(FormatError, match=sentence):
        formats.read(saved(tmp_path / "points.npy", points))


def test_the_21_points_of_a_hand_are_no_body(tmp_path):
    """MediaPipe's hand has as many points as KIT-ML's body."""
    finger = np.linspace(0.03, 0.1, 4)
    fan = [[0.0, 0.0, 0.0]] + [[a * r, r, 0.01] for a in (-0.8, -0.3, 0.0, 0.3, 0.6) for r in finger]
    points = np.array(fan) + np.random.default_rng(0).normal(0, 0.002, (FRAMES, 21, 3))
    with pytest.raises(FormatError, match="those of a hand"):
        formats.read(saved(tmp_path / "hand.npy", points))


def test_videopose3d_may_stand_on_a_floor_with_z_up(tmp_path):
    points = walking(FRAMES).layout("h36m17") @ FROM_Y_UP["+z"].T
    assert_human(saved(tmp_path / "outputfile.npy", points.astype(np.float32)), "h36m17", "+z")


@pytest.mark.parametrize("scale", [0.55, 300.0], ids=["in -1 to 1", "in pixels"])
def test_motionbert_has_no_unit_and_is_given_a_persons_size(tmp_path, scale):
    points = walking(FRAMES).layout("h36m17")
    points = (points - points[:1, :1]) @ FROM_Y_UP["-y"].T * scale * (1 if scale > 1 else 0.5)
    path = saved(tmp_path / "X3D.npy", points)
    assert_human(path, "h36m17", "-y")
    assert any("scaled to a mean body" in warning for warning in formats.read(path).warnings)


def test_mhformer_gives_points_relative_to_the_hips(tmp_path):
    points = walking(FRAMES).layout("h36m17")
    points = (points - points[:, :1]) @ FROM_Y_UP["-y"].T
    np.savez(tmp_path / "output_keypoints_3d.npz", reconstruction=points[None].astype(np.float32))
    assert_human(tmp_path / "output_keypoints_3d.npz", "h36m17", "-y")


def test_a_confidence_in_a_fourth_column_is_kept(tmp_path):
    points = walking(FRAMES).layout("coco_wholebody133")
    confidence = np.full((FRAMES, 133, 1), 0.5)
    recording = formats.read(
        saved(tmp_path / "wholebody.npy", np.concatenate([points, confidence], axis=-1)),
        layout="coco_wholebody133",
    )
    assert keypoints_of(recording).confidence[0, 0] == 0.5


# EasyMocap, Panoptic, MMPose, Kinect


@pytest.mark.parametrize(("count", "unused"), [(25, None), (67, None), (137, "face")])
def test_easymocap_bodies_with_hands_and_faces(tmp_path, count, unused):
    points = walking(FRAMES).layout("body25") @ FROM_Y_UP["+z"].T
    rows = np.zeros((FRAMES, count, 4))
    rows[:, :25, :3], rows[..., 3] = points, 0.9
    for n in range(FRAMES):
        (tmp_path / f"{n:06d}.json").write_text(json.dumps([{"id": 0, "keypoints3d": rows[n].tolist()}]))
    recording = formats.read(tmp_path)
    keypoints = keypoints_of(recording)
    np.testing.assert_allclose(keypoints.positions[:, :25], walking(FRAMES).layout("body25"), atol=1e-6)
    assert sum(map(bool, keypoints.hand_points)) == (0 if count == 25 else 42)
    assert any(f"Not used: {unused}." == warning for warning in recording.warnings) == (unused is not None)


@pytest.mark.parametrize(("name", "count", "layout"), [
    ("joints15", 15, "panoptic15"), ("joints19", 19, "panoptic19"), ("joints26", 26, "panoptic19"),
])  # fmt: skip
def test_panoptic_bodies_of_every_size(tmp_path, name, count, layout):
    points = walking(FRAMES).layout(layout) @ FROM_Y_UP["-y"].T * 100
    for n in range(FRAMES):
        joints = np.ones((count, 4))
        joints[: points.shape[1], :3] = points[n]
        scene = {"version": 0.7, "univTime": 1.0, "bodies": [{"id": 4, name: joints.reshape(-1).tolist()}]}
        (tmp_path / f"body3DScene_{n:08d}.json").write_text(json.dumps(scene))
    (tmp_path / "body3DScene_00000050.json").write_text(json.dumps({"version": 0.7, "bodies": []}))
    keypoints = keypoints_of(formats.read(tmp_path))
    assert keypoints.layout == layout
    np.testing.assert_allclose(keypoints.positions, walking(FRAMES).layout(layout), atol=1e-6)


def test_mmpose_whole_bodies_of_several_tracks(tmp_path):
    points = walking(FRAMES).layout("coco_wholebody133") @ FROM_Y_UP["+z"].T
    info = [
        {"frame_id": n, "instances": [
            {"track_id": track, "keypoints": (points[n] + [2.0 * track, 0, 0]).tolist(),
             "keypoint_scores": [0.9] * 133, "bbox": [[0, 0, 9, 9]], "bbox_score": 1.0}
            for track in ([1, 2] if n % 2 else [2, 1])]}
        for n in range(FRAMES)
    ]  # fmt: skip
    (tmp_path / "results_clip.json").write_text(
        json.dumps({"meta_info": {"skeleton_links": []}, "instance_info": info})
    )
    recording = formats.read(tmp_path / "results_clip.json")
    assert [one.id for one in recording.people] == ["2", "1"] or [one.id for one in recording.people] == [
        "1",
        "2",
    ]
    assert all(one.frames == FRAMES for one in recording.people)
    assert "Not used: face." in recording.warnings
    assert sum(map(bool, keypoints_of(recording).hand_points)) == 42


def two_people(folder: Path, *, boxes: bool) -> Path:
    """The pose lifter's result without tracking: who comes first in a frame changes all the time."""
    walk, stand = walking(FRAMES).layout("h36m17"), walking(FRAMES).layout("h36m17")
    stand = np.repeat(stand[:1], FRAMES, axis=0) * [1.0, 1.0, -1.0] * 0.9
    both = [points - points[:, :1] * [1, 0, 1] for points in (walk, stand)]
    info = []
    for n in range(FRAMES):
        instances: list[dict[str, Any]] = [
            {"keypoints": (points[n] @ FROM_Y_UP["+z"].T).tolist(), "keypoint_scores": [0.9] * 17}
            for points in both
        ]
        for one, left in zip(instances, (100.0 + 8 * n, 500.0), strict=True):
            one |= {"bbox": [[left, 50.0, left + 120, 400.0]], "bbox_score": 0.9} if boxes else {}
        info.append({"frame_id": n, "instances": instances[:: 1 if n % 3 else -1]})
    path = folder / "results_two.json"
    path.write_text(json.dumps({"meta_info": {}, "instance_info": info}))
    return path


@pytest.mark.parametrize("boxes", [True, False])
def test_mmpose_people_without_ids_are_told_by_where_they_are(tmp_path, boxes):
    """All of them stand at the origin; the box in the picture tells them apart, else the pose."""
    recording = formats.read(two_people(tmp_path, boxes=boxes))
    assert [one.frames for one in recording.people] == [FRAMES, FRAMES]
    assert any("linked from frame to frame" in warning for warning in recording.warnings)
    moved = [float(np.ptp(keypoints_of(recording, k).positions[:, 3, 2])) for k in (0, 1)]
    assert min(moved) < 1e-6 and max(moved) > 0.2


# MediaPipe and FreeMoCap tables


def numbered(path: Path, points: np.ndarray, columns: int, *, frames: bool = False) -> Path:
    rows = np.concatenate([points, np.full((*points.shape[:2], columns - 3), 0.9)], axis=-1)
    rows = rows.reshape(len(points), -1)
    rows = np.concatenate([np.arange(len(rows))[:, None], rows], axis=1) if frames else rows
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows.tolist())
    return path


@pytest.mark.parametrize("columns", [3, 4])
@pytest.mark.parametrize("frames", [False, True])
def test_rows_of_33_points_without_a_header(tmp_path, columns, frames):
    recording = formats.read(numbered(tmp_path / "pose.csv", world(), columns, frames=frames))
    assert keypoints_of(recording).layout == "mediapipe33" and recording.up.value == "-y"
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)


@pytest.mark.parametrize("columns", [3, 4])
def test_flat_rows_of_33_points_as_an_array(tmp_path, columns):
    rows = np.concatenate([world(), np.full((FRAMES, 33, columns - 3), 0.9)], axis=-1).reshape(FRAMES, -1)
    recording = formats.read(saved(tmp_path / "pose.npy", rows))
    assert keypoints_of(recording).layout == "mediapipe33"
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)


@pytest.mark.parametrize("order", ["{0}_{1}", "{0}.{1}", "{0} {1}", "pose_{0}_{1}", "{0}_world_{1}"])
def test_landmarks_by_their_official_names(tmp_path, order):
    recording = formats.read(wide(tmp_path / "pose.csv", world(), OFFICIAL, order))
    assert keypoints_of(recording).layout == "mediapipe33"
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)


def test_world_landmarks_are_preferred_to_image_landmarks(tmp_path):
    both = np.concatenate([world() * [0.2, 0.4, 0.2] + [0.5, 0.5, 0], world()], axis=1)
    names = [*OFFICIAL, *(f"{name}_WORLD" for name in OFFICIAL)]
    recording = formats.read(wide(tmp_path / "pose.csv", both, names))
    np.testing.assert_allclose(keypoints_of(recording).positions, standing(), atol=1e-6)


def test_image_landmarks_by_name_are_refused(tmp_path):
    with pytest.raises(FormatError, match="image landmarks"):
        formats.read(wide(tmp_path / "pose.csv", world() * [0.2, 0.4, 0.2] + [0.5, 0.5, 0], OFFICIAL))


JSON_LINES: dict[str, Any] = {
    "a frame in each line": lambda p: [
        {"frame": n, "pose_world_landmarks": [as_dict(q) for q in f]} for n, f in enumerate(p)
    ],
    "several people": lambda p: [{"poseWorldLandmarks": [[as_dict(q) for q in f]] * 2} for f in p],
}  # fmt: skip


@pytest.mark.parametrize("shape", list(JSON_LINES))
def test_json_lines_of_landmarks(tmp_path, shape):
    path = tmp_path / "pose.jsonl"
    path.write_text("\n".join(json.dumps(frame) for frame in JSON_LINES[shape](world())))
    np.testing.assert_allclose(keypoints_of(formats.read(path)).positions, standing(), atol=1e-6)


def test_frames_under_names_with_numbers(tmp_path):
    frames = {f"frame_{n}": {"landmarks": [as_dict(q) for q in f]} for n, f in enumerate(world())}
    (tmp_path / "pose.json").write_text(json.dumps(frames))
    np.testing.assert_allclose(
        keypoints_of(formats.read(tmp_path / "pose.json")).positions, standing(), atol=1e-6
    )


def freemocap_rows() -> np.ndarray:
    return walking(FRAMES).layout("mediapipe33") @ FROM_Y_UP["+z"].T * 1000


def test_freemocap_by_trajectory_has_times(tmp_path):
    """data_saver.py: timestamp, timestamp_by_camera, body_nose_x …; hands follow under names of their own."""
    with (tmp_path / "session_by_trajectory.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        names = [*(f"body_{name.lower()}" for name in OFFICIAL), *(f"right_hand_{n:04d}" for n in range(21))]
        rows.writerow(
            ["timestamp", "timestamp_by_camera", *(f"{name}_{axis}" for name in names for axis in "xyz")]
        )
        for n, frame in enumerate(freemocap_rows()):
            hand = [""] * 63 if n % 2 else [1.0] * 63
            rows.writerow([n / 50, "{'cam_0': 1.0, 'cam_1': 1.1}", *frame.reshape(-1), *hand])
    recording = formats.read(tmp_path / "session_by_trajectory.csv")
    assert (recording.fps.value, recording.fps.how, recording.units.value) == (50.0, "stated", "mm")
    np.testing.assert_allclose(
        keypoints_of(recording).positions, walking(FRAMES).layout("mediapipe33"), atol=1e-6
    )


def by_frame(folder: Path) -> Path:
    """data_saver.py: a row per point, with the model that it belongs to."""
    with (folder / "session_by_frame.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            [
                "frame",
                "timestamp",
                "timestamp_by_camera",
                "model",
                "keypoint",
                "x",
                "y",
                "z",
                "reprojection_error",
            ]
        )
        for n, frame in enumerate(freemocap_rows()):
            for name, point in zip(OFFICIAL, frame, strict=True):
                rows.writerow([n, n / 30, "{}", "mediapipe_body", name.lower(), *point, 0.1])
            rows.writerow([n, n / 30, "{}", "mediapipe_hand", "right_wrist", 0, 0, 0, ""])
            rows.writerow([n, n / 30, "{}", "mediapipe_face", "0001", 0, 0, 0, ""])
    return folder / "session_by_frame.csv"


def test_freemocap_by_frame_tells_bodies_from_hands(tmp_path):
    recording = formats.read(by_frame(tmp_path))
    assert recording.fps.value == 30.0 and recording.up.value == "+z"
    np.testing.assert_allclose(
        keypoints_of(recording).positions, walking(FRAMES).layout("mediapipe33"), atol=1e-6
    )


@pytest.mark.parametrize("first", ["3d_xyz", "rigid_3d_xyz"])
def test_freemocaps_centres_of_mass_and_rigid_points_do_not_stand_for_measured_ones(tmp_path, first):
    """They have the names of segments, some of them a joint's, or the very names of the points."""
    with (tmp_path / "freemocap_data_by_frame.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["frame", "keypoint", "x", "y", "z", "model", "trajectory", "reprojection_error"])
        for n, frame in enumerate(freemocap_rows()):
            for name, point in zip(OFFICIAL, frame, strict=True):
                rows.writerow([n, name.lower(), *point, "rtmpose.body", first, 0.1])
                if first == "3d_xyz":
                    rows.writerow([n, name.lower(), *(point + 90), "rtmpose.body", "rigid_3d_xyz", 0.1])
            for name in ("head", "spine", "left_foot"):
                rows.writerow([n, name, 1, 2, 3, "rtmpose.body", "segment_center_of_mass", ""])
    keypoints = keypoints_of(formats.read(tmp_path / "freemocap_data_by_frame.csv"))
    np.testing.assert_allclose(keypoints.positions, walking(FRAMES).layout("mediapipe33"), atol=1e-6)


@pytest.mark.parametrize(("name", "count"), [
    ("mediaPipeSkel_3d.npy", 33), ("mediaPipeSkel_3d_body_hands_face.npy", 543),
    ("mediapipe_skeleton_3d.npy", 553), ("mediapipe_body_3d_xyz.npy", 33),
])  # fmt: skip
def test_freemocap_arrays_of_all_releases(tmp_path, name, count):
    whole = np.full((FRAMES, count, 3), np.nan)
    whole[:, :33] = freemocap_rows()
    whole[10:13, 25:33] = np.nan
    recording = formats.read(saved(tmp_path / name, whole))
    assert (keypoints_of(recording).layout, recording.units.value) == ("mediapipe33", "mm")
    assert np.isnan(keypoints_of(recording).positions[11, 30]).all()


@pytest.mark.parametrize("count", [543, 553])
def test_freemocap_at_a_desk_needs_no_legs_to_be_known(tmp_path, count):
    whole = np.full((FRAMES, count, 3), np.nan)
    whole[:, :25] = freemocap_rows()[:, :25]
    recording = formats.read(saved(tmp_path / "mediapipe_skeleton_3d.npy", whole))
    assert (keypoints_of(recording).layout, recording.units.value) == ("mediapipe33", "mm")


@pytest.mark.parametrize("ending", ["npy", "csv"])
def test_freemocap_2_has_the_23_points_of_rtmpose(tmp_path, ending):
    """recording_status.py: rtmpose_body_3d_xyz.npy, and .csv with a row per point."""
    points = walking(FRAMES).layout("coco23") @ FROM_Y_UP["+z"].T * 1000
    path = tmp_path / f"rtmpose_body_3d_xyz.{ending}"
    if ending == "npy":
        saved(path, points)
    else:
        names = find_layout("coco23").keypoints
        rows = [["frame", "keypoint", "x", "y", "z"]]
        for n, frame in enumerate(points):
            rows += [[str(n), name, *map(str, place)] for name, place in zip(names, frame, strict=True)]
        path.write_text("\n".join(map(",".join, rows)))
    recording = formats.read(path)
    assert (recording.up.value, recording.units.value) == ("+z", "mm")
    keypoints = keypoints_of(recording)
    assert set(find_layout("coco23").canonical) <= set(keypoints.canonical)
    np.testing.assert_allclose(keypoints.positions, walking(FRAMES).layout("coco23"), atol=1e-6)


def by_frame_json(folder: Path) -> Path:
    """data_saver.py's save_to_json: frames by number, points by name, times of every camera."""
    frames: dict[str, Any] = {}
    for n, frame in enumerate(freemocap_rows()):
        points = {f"body_{name.lower()}": dict(zip("xyz", point, strict=True))
                  for name, point in zip(OFFICIAL, frame.tolist(), strict=True)}  # fmt: skip
        points |= {f"{side}_hand_{k:04d}": dict.fromkeys("xyz", 1.0 * k) for side in SIDES for k in range(21)}
        points |= {"face_0001": dict.fromkeys("xyz"), "left_foot": dict.fromkeys("xyz", 500.0)}
        times = {"mean": 1000 + n / 60, "by_camera": {"cam_0": 1000 + n / 60}}
        frames[str(n)] = {"timestamps": times, "tracked_points": points, "reprojection_error": {}}
    frames["1"]["tracked_points"]["body_nose"] = {"x": None, "y": None, "z": None}
    (folder / "clip_by_frame.json").write_text(json.dumps({"info": {}, "data_by_frame": frames}))
    return folder / "clip_by_frame.json"


def test_freemocap_json_is_a_body_at_the_rate_of_its_times(tmp_path):
    recording = formats.read(by_frame_json(tmp_path))
    assert (recording.fps.value, recording.fps.how) == (60.0, "stated")
    assert (recording.tool, recording.up.value, recording.units.value) == ("FreeMoCap", "+z", "mm")
    expected = walking(FRAMES).layout("mediapipe33")
    expected[1, 0] = np.nan
    np.testing.assert_allclose(keypoints_of(recording).positions, expected, atol=1e-6)
    assert "Not used: face." in recording.warnings


# What looks like it and is none

FLAT: dict[str, Any] = {
    "AlphaPose": [{"image_id": "1.jpg", "category_id": 1, "keypoints": [1.5, 2.0, 0.9] * 17, "score": 2.5}],
    "COCO": {"images": [], "annotations": [{"image_id": 1, "keypoints": [1, 2, 2] * 17}]},
    "OpenPose": {"people": [{"pose_keypoints_2d": [1.0, 2.0, 0.5] * 25, "pose_keypoints_3d": []}]},
    "older OpenPose": {"version": 1.1, "people": [{"pose_keypoints_2d": [1.0, 2.0, 0.5] * 18}]},
}  # fmt: skip


@pytest.mark.parametrize("tool", list(FLAT))
def test_keypoints_of_images_are_refused(tmp_path, tool):
    (tmp_path / "alphapose-results.json").write_text(json.dumps(FLAT[tool]))
    with pytest.raises(FormatError, match=r"2D keypoints|no 3D keypoints"):
        formats.read(tmp_path / "alphapose-results.json")


@pytest.mark.parametrize("columns", [2, 3])
def test_flat_arrays_are_refused(tmp_path, columns):
    points = walking(FRAMES).layout("coco17")[..., :columns].copy()
    points[..., 2:] = 0.0
    with pytest.raises(FormatError, match="2D keypoints"):
        formats.read(saved(tmp_path / "points.npy", points), layout="coco17")


def test_sports2ds_plane_is_refused(tmp_path):
    """Sports2D writes metres in the picture's plane (`*_m_person00.trc`): z is zero everywhere."""
    layout, points = find_layout("body25"), walking(FRAMES).layout("body25")
    names = [name for name in layout.keypoints if "eye" not in name and "ear" not in name]
    points = points[:, [layout.keypoints.index(name) for name in names]] * [1, 1, 0]
    head = ["PathFileType\t4\t(X/Y/Z)\tclip_m_person00.trc",
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
            f"30\t30\t{FRAMES}\t{len(names)}\tm\t30\t1\t{FRAMES}",
            "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
            "\t\t" + "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, len(names) + 1))]  # fmt: skip
    rows = [
        f"{n + 1}\t{n / 30:.5f}\t" + "\t".join(f"{v:.5f}" for v in points[n].reshape(-1))
        for n in range(FRAMES)
    ]
    (tmp_path / "clip_m_person00.trc").write_text("\n".join([*head, *rows]))
    with pytest.raises(FormatError, match="one plane"):
        formats.read(tmp_path / "clip_m_person00.trc")
