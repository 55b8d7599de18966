"""Points of hands beside a body's, in every tool's own way: each finger's lie where they were written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.hands import HAND_POINTS
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.formats.hand_points import NAMES
from addon.rigs.finger_names import finger_points
from bundled_model.training.synthetic_hands import hand_clip
from tests.refiner.motion import Truth

FRAMES = 12
SIDES = ("left", "right")
MEDIAPIPE_HAND = [
    "wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip",
    *(f"{finger}_{part}" for finger in ("index_finger", "middle_finger", "ring_finger", "pinky")
      for part in ("mcp", "pip", "dip", "tip")),
]  # fmt: skip
ORDER = [HAND_POINTS.index(name) for name in NAMES]


@pytest.fixture(scope="module")
def truth():
    whole = Truth(frames=FRAMES)
    return hand_clip(whole.rotations, whole.pelvis, whole.bones, 5)


@pytest.fixture(scope="module")
def hands(truth):
    """(T, 42, 3) in the order of HAND_POINTS."""
    return truth.points()[2].reshape(FRAMES, -1, 3)


def body_points(truth, names):
    joints, world, _ = truth.points()
    indices = [POINT_INDEX[name] for name in names]
    return point_positions(joints, world, truth.bones, indices)


def openpose(folder, truth, hands):
    body = body_points(truth, find_layout("body25").canonical)
    for frame in range(FRAMES):
        person = {"person_id": [-1], "pose_keypoints_3d": with_scores(body[frame])}
        for side, part in zip(SIDES, np.split(hands[frame, ORDER], 2), strict=True):
            person[f"hand_{side}_keypoints_3d"] = with_scores(part)
        content = {"version": 1.3, "people": [person]}
        (folder / f"walk_{frame:012d}_keypoints.json").write_text(json.dumps(content))
    return folder / "walk_000000000000_keypoints.json"


def with_scores(points):
    return np.concatenate([points, np.full((len(points), 1), 0.7)], axis=1).ravel().tolist()


def panoptic(folder, truth, hands):
    (folder / "hdPose3d_stage1_coco19").mkdir()
    (folder / "hdHand3d").mkdir()
    turn = np.array([100.0, -100.0, -100.0])
    body, ours = body_points(truth, find_layout("panoptic19").canonical) * turn, hands[:, ORDER] * turn
    for frame in range(FRAMES):
        scene = {"bodies": [{"id": 4, "joints19": with_scores(body[frame])}]}
        pair = {
            f"{side}_hand": {"landmarks": part.ravel().tolist(), "averageScore": [0.6] * 21}
            for side, part in zip(SIDES, np.split(ours[frame], 2), strict=True)
        }
        beside = {"people": [{"id": 4, **pair}]}
        name = f"hdPose3d_stage1_coco19/body3DScene_{frame:08d}.json"
        (folder / name).write_text(json.dumps(scene))
        (folder / f"hdHand3d/handRecon3D_hd{frame:08d}.json").write_text(json.dumps(beside))
    return folder / "hdPose3d_stage1_coco19" / "body3DScene_00000000.json"


def holistic_names():
    body = find_layout("mediapipe33")
    return body.canonical, [*body.keypoints, *(f"{s}_hand_{n}" for s in SIDES for n in MEDIAPIPE_HAND)]


def by_frame(folder, truth, hands):
    canonical, names = holistic_names()
    points = 1000 * np.concatenate([body_points(truth, canonical), hands[:, ORDER]], axis=1)
    names = [f"body_{name}" if k < len(canonical) else name for k, name in enumerate(names)]
    frames = {
        str(frame): {
            "timestamps": {"mean": frame / 30},
            "tracked_points": {
                name: dict(zip("xyz", place.tolist(), strict=True))
                for name, place in zip(names, points[frame], strict=True)
            },
        }
        for frame in range(FRAMES)
    }
    (folder / "walk_by_frame.json").write_text(json.dumps({"data_by_frame": frames}))
    return folder / "walk_by_frame.json"


def holistic(folder, truth, hands):
    """World landmarks of a body about its hips and of hands about their own middles, y down."""
    turn = np.array([1.0, -1.0, -1.0])
    body = body_points(truth, find_layout("mediapipe33").canonical)
    body = (body - body[:, 23:25].mean(1, keepdims=True)) * turn
    ours = hands[:, ORDER].reshape(FRAMES, 2, 21, 3)
    ours = (ours - ours.mean(2, keepdims=True)) * turn
    frames = []
    for frame in range(FRAMES):
        one = {"frame_index": frame, "poseWorldLandmarks": in_words(body[frame])}
        for side, part in zip(SIDES, ours[frame], strict=True):
            one[f"{side}HandWorldLandmarks"] = [in_words(part)] if frame else in_words(part)
        frames.append(one)
    (folder / "pose.json").write_text(json.dumps({"fps": 30.0, "frames": frames}))
    return folder / "pose.json"


def in_words(points):
    return [dict(zip("xyz", place.tolist(), strict=True)) for place in points]


def wide_table(folder, truth, hands):
    canonical, names = holistic_names()
    points = np.concatenate([body_points(truth, canonical), hands[:, ORDER]], axis=1)
    with (folder / "walk.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([f"{name}_{axis}" for name in names for axis in "xyz"])
        rows.writerows(points.reshape(FRAMES, -1).tolist())
    return folder / "walk.csv"


def long_table(folder, truth, hands):
    canonical, _ = holistic_names()
    body = list(find_layout("mediapipe33").keypoints)
    models = {"mediapipe.body": (body, body_points(truth, canonical))}
    for side, part in zip(SIDES, np.split(hands[:, ORDER], 2, axis=1), strict=True):
        models[f"mediapipe.{side}_hand"] = MEDIAPIPE_HAND, part
    with (folder / "walk.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["frame", "keypoint", "x", "y", "z", "model", "reprojection_error"])
        for model, (names, points) in models.items():
            for frame in range(FRAMES):
                rows.writerows(
                    [frame, name, *place, model, 0.1]
                    for name, place in zip(names, points[frame].tolist(), strict=True)
                )
    return folder / "walk.csv"


def human_data(folder, truth, hands):
    joints, *_ = truth.points()
    values = np.zeros((FRAMES, 1, 190, 4))
    values[:, 0, :22, :3] = joints[:, :22]
    at = {name: hands[:, HAND_POINTS.index(name)] for name in HAND_POINTS}
    place = 25
    for side in SIDES:
        for finger in ("index", "middle", "pinky", "ring", "thumb"):
            for number in (1, 2, 3):
                values[:, 0, place, :3] = at[f"{side}_hand_{finger}{number}"]
                place += 1
    place = 66
    for side in SIDES:
        for finger in ("thumb", "index", "middle", "ring", "pinky"):
            values[:, 0, place, :3] = at[f"{side}_hand_{finger}_tip"]
            place += 1
    values[..., 3] = (values[..., :3] != 0).any(-1)
    mask = values[..., 3] > 0
    np.savez(folder / "keypoints3d.npz", keypoints=values, mask=mask, convention="human_data")
    return folder / "keypoints3d.npz"


@pytest.mark.parametrize(
    "build",
    [openpose, panoptic, by_frame, wide_table, long_table, human_data, holistic],
    ids=lambda one: one.__name__,
)
def test_each_finger_is_where_it_was_written(build, truth, hands, tmp_path: Path):
    keypoints = formats.read(build(tmp_path, truth, hands)).people[0].keypoints
    found = {name: k for k, name in enumerate(keypoints.hand_points) if name}
    names = [name for name in HAND_POINTS if not name.endswith("wrist")]
    assert set(names) <= set(found)
    ours = keypoints.positions[:, [found[name] for name in names]]
    if build is holistic:  # which tells no more of a hand's place than the body's wrist
        names = [name for name in names if name.startswith("left")]
        ours = keypoints.positions[:, [found[name] for name in names]]
    theirs = hands[:, [HAND_POINTS.index(name) for name in names]]
    scale = _spans(ours)[:, -1].mean() / _spans(theirs)[:, -1].mean()
    assert 0.5 < scale < 2.0
    np.testing.assert_allclose(_spans(ours) / scale, _spans(theirs), atol=2e-3)


def _spans(points):
    """(T, N) metres between each point and the wrists' neighbour on the other hand."""
    return np.linalg.norm(points - points[:, :1], axis=-1)


def test_names_of_whole_body_detectors_are_known():
    names = ["left_forefinger1", "left_forefinger4", "right_pinky_finger2", "left_thumb4"]
    wanted = ("left_hand_index1", "left_hand_index_tip", "right_hand_pinky2", "left_hand_thumb_tip")
    assert finger_points(names) == wanted


def test_names_of_visionos_count_from_the_knuckle():
    parts = ["Metacarpal", "Knuckle", "IntermediateBase", "IntermediateTip", "Tip"]
    names = [f"leftIndexFinger{part}" for part in parts] + [f"rightThumb{part}" for part in parts[1:]]
    index = [None, *(f"left_hand_index{end}" for end in ("1", "2", "3", "_tip"))]
    thumb = [f"right_hand_thumb{end}" for end in ("1", "2", "3", "_tip")]
    assert finger_points([*names, "leftForearm"]) == (*index, *thumb, None)


def test_a_single_frame_of_holistic_and_a_hand_that_comes_later(tmp_path, truth, hands):
    frames = json.loads(holistic(tmp_path, truth, hands).read_text())["frames"]
    del frames[0]["leftHandWorldLandmarks"], frames[0]["rightHandWorldLandmarks"]
    (tmp_path / "later.json").write_text(json.dumps(frames))
    later = formats.read(tmp_path / "later.json").people[0].keypoints
    seen = np.isfinite(later.positions[:, 33:]).all((1, 2))
    assert later.layout == "mediapipe75" and not seen[0] and seen[1:].all()
    flat = [
        {"pose_world_landmarks": one["poseWorldLandmarks"], "left_hand_landmarks": [{"x": 0}]}
        for one in frames
    ]
    (tmp_path / "flat.json").write_text(json.dumps(flat))
    assert any(
        "the hands, which lie in the picture" in one for one in formats.read(tmp_path / "flat.json").warnings
    )
    (tmp_path / "one.json").write_text(json.dumps(frames[1]))
    assert formats.read(tmp_path / "one.json").people[0].keypoints.layout == "mediapipe75"
