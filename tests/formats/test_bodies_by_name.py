"""Bodies under names that tell what they are: SMPL parameters with prefixes, EgoAllo, tables of skeletons."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import find_layout
from addon.body.rotations import matrix_from_axis_angle, quaternion_from_matrix
from addon.body.skeleton import JOINT_NAMES, REST_PELVIS
from addon.safe_read import FormatError
from tests.formats.bodies import FROM_Y_UP, keypoints_of, poses_of, walking

FRAMES = 40
BODY = walking(FRAMES)
TRANSL = BODY.pelvis - REST_PELVIS


def params(prefix: str = "", turned: float = 0.0) -> dict[str, np.ndarray]:
    """smplx's parameters of the body, of which those of a camera are turned."""
    root = BODY.axis_angles[:, 0] + np.array([turned, 0.0, 0.0])
    return {
        f"{prefix}global_orient": root, f"{prefix}transl": TRANSL, f"{prefix}betas": np.full(10, 0.5),
        f"{prefix}body_pose": BODY.axis_angles[:, 1:].reshape(FRAMES, 69),
    }  # fmt: skip


ARCHIVES = {
    "a prefix": params("pred_"),
    "world before camera": params("camera_", 2.0) | params("world_") | {"fps": np.asarray(30.0)},
    "prediction before truth": params("gt_", 1.0) | params("pred_"),
    "poses beside the root": {
        "global_orient": BODY.axis_angles[:, 0], "poses": BODY.axis_angles[:, 1:], "transl": TRANSL,
        "betas": np.full(10, 0.5),
    },
}  # fmt: skip


@pytest.mark.parametrize("what", list(ARCHIVES))
def test_parameters_are_found_under_longer_names(tmp_path, what):
    np.savez(tmp_path / "motion.npz", **ARCHIVES[what])
    poses = poses_of(formats.read(tmp_path / "motion.npz"))
    np.testing.assert_allclose(poses.rotations[:, :22], BODY.rotations[:, :22], atol=1e-6)
    np.testing.assert_allclose(poses.betas, 0.5)


def egoallo(folder: Path, samples: int = 1) -> Path:
    """As its script saves: quaternions w x y z, a world with Z up, 30 frames a second."""
    world = FROM_Y_UP["+z"]
    turns = quaternion_from_matrix(
        np.concatenate([world @ BODY.rotations[:, :1], BODY.rotations[:, 1:22]], axis=1)
    )
    hand = quaternion_from_matrix(matrix_from_axis_angle(np.full((FRAMES, 15, 3), 0.2)))
    root = np.concatenate([turns[:, 0], BODY.pelvis @ world.T], axis=-1)
    arrays = {
        "Ts_world_cpf": root, "Ts_world_root": root[None], "body_quats": turns[None, :, 1:],
        "left_hand_quats": hand[None], "right_hand_quats": hand[None], "contacts": np.zeros((1, FRAMES, 21)),
        "betas": np.full((1, FRAMES, 16), 0.5),
    }  # fmt: skip
    stacked = {
        name: np.repeat(a, samples, axis=0) if name != "Ts_world_cpf" else a for name, a in arrays.items()
    }
    stacked["frame_nums"] = np.arange(FRAMES)
    stacked["timestamps_ns"] = (5e11 + np.arange(FRAMES) * 1e9 / 30).astype(np.int64)
    np.savez(folder / "20250101_0-40.npz", **stacked)
    return folder / "20250101_0-40.npz"


def test_egoallo_stands_in_its_world_with_hands_and_shape(tmp_path):
    recording = formats.read(egoallo(tmp_path), keep_height=True)
    poses = poses_of(recording)
    assert (recording.tool, recording.up.value, recording.fps.value) == ("EgoAllo", "+z", 30.0)
    np.testing.assert_allclose(poses.rotations[:, :22], BODY.rotations[:, :22], atol=1e-5)
    np.testing.assert_allclose(poses.pelvis, BODY.pelvis, atol=1e-5)
    assert poses.hands is not None and poses.betas.shape == (16,)


def test_of_several_samples_the_first_is_read_and_said(tmp_path):
    recording = formats.read(egoallo(tmp_path, samples=3))
    assert len(recording.people) == 1 and any("3 samples" in said for said in recording.warnings)


SKELETON = {
    "Hips": "pelvis", "Spine": "spine1", "Spine1": "spine2", "Spine2": "spine3", "Neck": "neck",
    "Head": "head",
} | {
    f"{side.title()}{name}": f"{side}_{joint}"
    for side in ("left", "right")
    for name, joint in (
        ("Shoulder", "collar"), ("Arm", "shoulder"), ("ForeArm", "elbow"), ("Hand", "wrist"),
        ("UpLeg", "hip"), ("Leg", "knee"), ("Foot", "ankle"), ("ToeBase", "foot"),
    )
}  # fmt: skip
PLACES = {name: BODY.joints[:, JOINT_NAMES.index(joint)] for name, joint in SKELETON.items()}


def test_a_table_of_a_skeleton_tells_head_and_feet_too(tmp_path):
    path = tmp_path / "rokoko.csv"
    header = [f"{name}_position_{axis}" for name in PLACES for axis in "xyz"]
    rows = np.concatenate(list(PLACES.values()), axis=1)
    np.savetxt(path, rows, delimiter=",", header=",".join(header), comments="")
    canonical = set(keypoints_of(formats.read(path)).canonical)
    assert {"head", "left_foot", "right_foot", "left_shoulder", "left_ankle"} <= canonical
    assert not {"neck", "spine1", "pelvis", "left_collar"} & canonical


def test_totalcapture_has_sixty_frames_a_second_in_inches(tmp_path):
    path = tmp_path / "gt_skel_gbl_pos.txt"
    rows = [
        "\t".join(" ".join(f"{inches:.5f}" for inches in PLACES[name][t] / 0.0254) for name in PLACES)
        for t in range(FRAMES)
    ]
    path.write_text("\t".join(PLACES) + "\n" + "\t\n".join(rows))
    recording = formats.read(path)
    assert (recording.tool, recording.fps.value, recording.units.value) == ("TotalCapture", 60.0, "in")


def test_an_excel_workbook_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "walk.xlsx", "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(FormatError, match="Excel workbook; save the sheet"):
        formats.read(tmp_path / "walk.xlsx")


def frame(number: int, **more: object) -> dict[str, object]:
    """smplx's parameters of one frame as JSON has them, hands in flat rows."""
    own = {name: values[number].tolist() for name, values in params().items() if name != "betas"}
    hand = [0.2] * 45
    return own | {"betas": [0.5] * 10, "left_hand_pose": hand, "right_hand_pose": hand} | more


FRAMES_OF = range(FRAMES)
WHOLE = {
    "poses": BODY.axis_angles.reshape(FRAMES, 72).tolist(),
    "trans": TRANSL.tolist(),
    "betas": [0.5] * 10,
}
TREES: dict[str, tuple[object, list[str], float]] = {
    "frames beside a camera": (
        {"focal_length": 1000, "human_pose": [frame(n, timestamp=n * 40) for n in FRAMES_OF]}, ["0"], 25.0,
    ),
    "ids that count frames": ([frame(n, id=n, timestamp=n * 40) for n in FRAMES_OF], ["0"], 25.0),
    "frames in a block": ({"fps": 25, "frames": [{"smpl": frame(n)} for n in FRAMES_OF]}, ["0"], 25.0),
    "one block": ({"fps": 25, "smpl": WHOLE}, ["0"], 25.0),
    "tracks by number": ({"meta": {"fps": 25}, "tracks": {"1": WHOLE, "7": WHOLE}}, ["1", "7"], 25.0),
    "people by name": ({"fps": 25, "anna": WHOLE, "ben": WHOLE, "gt": WHOLE}, ["anna", "ben"], 25.0),
    "matrices": (
        {"fps": 25, "3": {"smpl_pose": BODY.rotations.tolist(), "smpl_trans": TRANSL.tolist()}}, ["3"], 25.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", list(TREES))
def test_parameters_are_found_wherever_they_lie(tmp_path, what):
    tree, ids, rate = TREES[what]
    (tmp_path / "pose.json").write_text(json.dumps(tree))
    recording = formats.read(tmp_path / "pose.json")
    assert [one.id for one in recording.people] == ids and recording.fps.value == rate
    for person in range(len(ids)):
        poses = poses_of(recording, person)
        np.testing.assert_allclose(poses.rotations[:, :22], BODY.rotations[:, :22], atol=1e-6)
        np.testing.assert_allclose(poses.pelvis - poses.pelvis[0], BODY.pelvis - BODY.pelvis[0], atol=1e-6)


def test_flat_rows_of_fingers_are_kept(tmp_path):
    (tmp_path / "pose.json").write_text(json.dumps([frame(n) for n in FRAMES_OF]))
    hands = poses_of(formats.read(tmp_path / "pose.json")).hands
    assert hands is not None and hands.shape == (FRAMES, 2, 15, 3, 3)


@pytest.mark.parametrize("who", [["anna"], ["anna", "ben"]])
def test_everybody_in_deeplabcuts_table_is_a_person(tmp_path, who):
    names = find_layout("coco17").keypoints
    points = np.stack([BODY.layout("coco17") + 2.0 * place for place in range(len(who))], axis=1)
    parts = [name for _ in who for name in names for _ in "xyz"]
    head = [
        ["scorer", *["DLC_3D"] * len(parts)], ["individuals", *(one for one in who for _ in range(51))],
        ["bodyparts", *parts], ["coords", *("xyz" * (len(parts) // 3))],
    ]  # fmt: skip
    rows = [[str(n), *map(str, points[n].reshape(-1))] for n in FRAMES_OF]
    (tmp_path / "walk.csv").write_text("\n".join(",".join(row) for row in head + rows))
    people = formats.read(tmp_path / "walk.csv").people
    assert len(people) == len(who) and all(one.keypoints is not None for one in people)
    if len(who) == 2:
        apart = keypoints_of(formats.read(tmp_path / "walk.csv"), 1).positions
        apart = apart - keypoints_of(formats.read(tmp_path / "walk.csv")).positions
        np.testing.assert_allclose(apart[..., [0, 2]], 2.0, atol=1e-6)
