"""MATLAB's files as tools, data sets and scripts write them, saved by SciPy."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from addon import formats
from addon.body.skeleton import JOINT_NAMES
from addon.safe_read import FormatError
from addon.safe_read.matlab import read_matlab
from tests.formats.bodies import FROM_Y_UP, keypoints_of, on_floor, poses_of, walking

FRAMES = 60
BODY = walking(FRAMES)
JOINTS = {
    "Hips": "pelvis", "RHip": "right_hip", "RKnee": "right_knee", "RAnkle": "right_ankle", "LHip": "left_hip",
    "LKnee": "left_knee", "LAnkle": "left_ankle", "Neck": "neck", "LShoulder": "left_shoulder",
    "LElbow": "left_elbow", "LWrist": "left_wrist", "RShoulder": "right_shoulder", "RElbow": "right_elbow",
    "RWrist": "right_wrist",
}  # fmt: skip
NAMES = list(JOINTS)
Z_UP = BODY.joints[:, [JOINT_NAMES.index(name) for name in JOINTS.values()]] @ FROM_Y_UP["+z"].T
MARKERS = {name: Z_UP[:, place] * 1000 for place, name in enumerate(NAMES)}


def cells(values: list[Any]) -> np.ndarray:
    """A cell array (N, 1)."""
    held = np.empty((len(values), 1), object)
    held[:, 0] = values
    return held


def saved(folder: Path, fields: dict[str, Any], **how: Any) -> Path:
    path = folder / "walk.mat"
    savemat(path, fields, **how)
    return path


def qualisys(folder: Path) -> Path:
    data = np.concatenate([Z_UP * 1000, np.zeros((FRAMES, len(NAMES), 1))], axis=2).transpose(1, 2, 0)
    labelled = {"Count": len(NAMES), "Labels": cells(NAMES).T, "Data": data}
    return saved(folder, {"walk": {
        "File": "walk.qtm", "StartFrame": 11, "Frames": FRAMES, "FrameRate": 120,
        "Trajectories": {"Labeled": labelled},
    }}, do_compression=True)  # fmt: skip


def qualisys_skeleton(folder: Path) -> Path:
    skeleton = {
        "SkeletonName": "Anna", "Reference": "Global", "SegmentLabels": cells(NAMES).T,
        "PositionData": Z_UP.transpose(2, 1, 0) * 1000,
        "RotationData": np.zeros((4, len(NAMES), FRAMES)),
    }  # fmt: skip
    return saved(folder, {"qtm_walk": {
        "StartFrame": 1, "FrameRate": 120, "Trajectories": {"Labeled": {"Count": 0}}, "Skeletons": skeleton,
    }})  # fmt: skip


def toolbox(folder: Path) -> Path:
    data = Z_UP.reshape(FRAMES, -1) * 1000
    return saved(folder, {"d": {"type": "MoCap data", "freq": 120, "markerName": cells(NAMES), "data": data}})


def fields_of_a_structure(folder: Path) -> Path:
    return saved(folder, {"markers": MARKERS, "fs": 120})


def variables(folder: Path) -> Path:
    across = {name: places.T for name, places in MARKERS.items()}
    return saved(folder, {**across, "frame_rate": 120}, do_compression=True)


def rows_of_names(folder: Path) -> Path:
    """Names in a matrix of letters, as old scripts keep them."""
    return saved(folder, {"names": np.array(NAMES), "xyz": Z_UP.transpose(2, 1, 0), "Fs": 120.0})


NAMED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "QTM": (qualisys, "Qualisys Track Manager"),
    "QTM skeleton": (qualisys_skeleton, "Qualisys Track Manager"),
    "MoCap Toolbox": (toolbox, "MoCap Toolbox"),
    "structure": (fields_of_a_structure, "MATLAB"),
    "variables": (variables, "MATLAB"),
    "letters": (rows_of_names, "MATLAB"),
}


@pytest.mark.parametrize("name", list(NAMED))
def test_named_points_are_where_they_were_at_the_stated_rate(tmp_path, name):
    build, tool = NAMED[name]
    recording = formats.read(build(tmp_path))
    assert (recording.tool, recording.fps.value, recording.fps.how) == (tool, 120.0, "stated")
    held = keypoints_of(recording)
    found = held.positions[:, [held.canonical.index(f"coco_{joint}" if "hip" in joint or "shoulder" in joint
        else "coco_mid_hip" if joint == "pelvis" else "coco_neck" if joint == "neck" else joint)
        for joint in JOINTS.values()]]  # fmt: skip
    truth = BODY.joints[:, [JOINT_NAMES.index(joint) for joint in JOINTS.values()]]
    np.testing.assert_allclose(found, on_floor(recording, truth, found), atol=1e-6)


def test_the_frames_of_qualisys_begin_where_the_measurement_does(tmp_path):
    assert formats.read(qualisys(tmp_path)).people[0].frame_ids[0] == 10


def test_subjects_are_people_and_trials_are_not(tmp_path):
    subjects = {"subject1": MARKERS, "subject2": {name: places + 900 for name, places in MARKERS.items()}}
    people = formats.read(saved(tmp_path, {"data": subjects})).people
    assert [one.id for one in people] == ["subject1", "subject2"]
    trials = np.array([(MARKERS,), (MARKERS,)], dtype=[("markers", object)])
    recording = formats.read(saved(tmp_path, {"trial": trials}))
    assert len(recording.people) == 1 and any("2 motions" in said for said in recording.warnings)


def test_mpi_inf_3dhp_is_read_as_its_first_camera_saw_it(tmp_path):
    rows = (BODY.layout("mpi_inf_28") @ FROM_Y_UP["-y"].T * 1000).reshape(FRAMES, -1)
    views = cells([rows] * 14)
    path = saved(tmp_path, {
        "annot2": cells([np.zeros((FRAMES, 56))] * 14), "annot3": views, "univ_annot3": views,
        "cameras": np.arange(14), "frames": np.arange(FRAMES)[:, None],
    }, do_compression=True)  # fmt: skip
    recording = formats.read(path)
    held = keypoints_of(recording)
    assert (recording.tool, held.layout) == ("MPI-INF-3DHP", "mpi_inf_28")
    truth = BODY.layout("mpi_inf_28")
    np.testing.assert_allclose(held.positions, on_floor(recording, truth, held.positions), atol=1e-3)
    assert any("14 cameras" in said for said in recording.warnings)


def test_surreal_has_smpl_joints(tmp_path):
    path = saved(tmp_path, {
        "joints3D": (BODY.joints @ FROM_Y_UP["+z"].T).transpose(2, 1, 0), "pose": np.zeros((72, FRAMES)),
        "shape": np.zeros((10, FRAMES)), "gender": np.ones((FRAMES, 1)), "clipNo": 1,
    })  # fmt: skip
    recording = formats.read(path)
    held = keypoints_of(recording)
    assert (recording.tool, held.layout, recording.up.value) == ("SURREAL", "smpl24", "+z")
    np.testing.assert_allclose(held.positions, on_floor(recording, BODY.joints, held.positions), atol=1e-6)


def test_utd_mhad_counts_from_the_head_down(tmp_path):
    own = BODY.layout("kinect20")[:, [3, 2, 1, 0, *range(4, 20)]]
    recording = formats.read(saved(tmp_path, {"d_skel": own.transpose(1, 2, 0)}))
    held = keypoints_of(recording)
    assert (recording.tool, held.layout) == ("UTD-MHAD", "kinect20")
    wrist = held.positions[:, held.canonical.index("left_wrist")] - held.positions[:, 0]
    truth = BODY.layout("kinect20")
    places = truth[:, held.canonical.index("left_wrist")] - truth[:, 0]
    np.testing.assert_allclose(wrist, places, atol=1e-6)


def test_human36m_has_fifty_frames_a_second(tmp_path):
    rows = (BODY.layout("h36m32") @ FROM_Y_UP["+z"].T * 1000).reshape(FRAMES, -1)
    recording = formats.read(saved(tmp_path, {"data": cells([rows])}))
    assert (recording.tool, recording.fps.value) == ("Human3.6M", 50.0)
    assert keypoints_of(recording).layout == "h36m32"


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 1, 0), (0, 2, 1), (2, 0, 1), (0, 1, 2), (1, 0, 2)])
def test_an_array_is_read_in_every_order_of_its_axes(tmp_path, order):
    truth = BODY.layout("h36m17")
    recording = formats.read(saved(tmp_path, {"pos": truth.transpose(order)}))
    held = keypoints_of(recording)
    assert held.layout == "h36m17"
    np.testing.assert_allclose(held.positions, on_floor(recording, truth, held.positions), atol=1e-6)


def test_what_names_its_fields_as_npz_files_do_is_read_as_one(tmp_path):
    poses = np.concatenate([BODY.axis_angles.reshape(FRAMES, 72)[:, :66], np.zeros((FRAMES, 90))], axis=1)
    recording = formats.read(saved(tmp_path, {
        "poses": poses, "trans": BODY.pelvis, "betas": np.zeros(16), "gender": "female",
        "mocap_framerate": 60.0,
    }))  # fmt: skip
    assert recording.fps.value == 60.0 and poses_of(recording).gender == "female"
    np.testing.assert_allclose(poses_of(recording).rotations[:, 1:22], BODY.rotations[:, 1:22], atol=1e-6)
    points = {"keypoints": BODY.layout("coco17"), "layout": "coco17", "fps": 25.0, "up_axis": "y"}
    recording = formats.read(saved(tmp_path, points))
    assert (recording.fps.value, recording.up.how) == (25.0, "stated")


def element(kind: int, content: bytes, end: str = "<") -> bytes:
    return struct.pack(f"{end}II", kind, len(content)) + content + bytes(-len(content) % 8)


def file_of(content: bytes, end: str = "<") -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(124) + {"<": b"\0\1IM", ">": b"\1\0MI"}[end] + content


def matrix(end: str, kind: int, shape: tuple[int, ...], content: bytes, name: bytes = b"x") -> bytes:
    flags = element(6, struct.pack(f"{end}II", kind, 0), end)
    sizes = element(5, struct.pack(f"{end}{len(shape)}i", *shape), end)
    return element(14, flags + sizes + element(1, name, end) + content, end)


@pytest.mark.parametrize("end", ["<", ">"])
def test_numbers_of_both_byte_orders_are_read_down_the_columns(end):
    values = np.arange(6, dtype=f"{end}i2")
    held = read_matlab(file_of(matrix(end, 6, (2, 3), element(3, values.tobytes(), end)), end))
    np.testing.assert_array_equal(held["x"], [[0, 2, 4], [1, 3, 5]])


def test_what_is_no_array_is_left_out(tmp_path):
    """Complex numbers, sparse matrices and objects."""
    from scipy.sparse import eye

    held = read_matlab(
        saved(tmp_path, {"a": np.eye(2) * 1j, "b": eye(3, format="csc"), "c": "yes"}).read_bytes()
    )
    assert held == {"c": "yes"}


def nested(depth: int) -> bytes:
    inner = matrix("<", 6, (1, 1), element(9, bytes(8)), b"")
    for _ in range(depth):
        inner = matrix("<", 1, (1, 1), inner, b"x")
    return inner


BAD = {
    "more cells than a file has": file_of(matrix("<", 1, (1 << 14, 1 << 14), b"")),
    "an array of a terabyte": file_of(matrix("<", 6, (1 << 20, 1 << 20), b"")),
    "negative sizes": file_of(matrix("<", 6, (-3, 4), element(9, bytes(96)))),
    "fewer numbers than said": file_of(matrix("<", 6, (5, 5), element(9, bytes(16)))),
    "a kind of number that is none": file_of(matrix("<", 6, (1, 1), element(77, bytes(8)))),
    "cells in cells in cells": file_of(nested(40)),
    "cut off": file_of(element(14, bytes(64)))[:-8],
    "fields of no length": file_of(matrix("<", 2, (1, 1), element(5, bytes(4)) + element(1, b"abc"))),
    "damaged compression": file_of(element(15, b"\x78\x9cnothing of the kind")),
}  # fmt: skip


@pytest.mark.parametrize("what", list(BAD))
def test_damaged_files_get_a_sentence(tmp_path, what):
    path = tmp_path / "walk.mat"
    path.write_bytes(BAD[what])
    with pytest.raises(FormatError) as refusal:
        formats.read(path)
    assert str(refusal.value).endswith(".")


def test_what_unpacks_to_more_than_may_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("addon.safe_read.matlab.MAX_ARRAY_BYTES", 1 << 20)
    path = tmp_path / "walk.mat"
    packed = zlib.compress(bytes(1 << 21))
    path.write_bytes(file_of(struct.pack("<II", 15, len(packed)) + packed))
    with pytest.raises(FormatError, match="unpacks to far more than a motion"):
        formats.read(path)


def test_small_numbers_count_by_what_they_take_in_memory(monkeypatch):
    monkeypatch.setattr("addon.safe_read.matlab.MAX_ARRAY_BYTES", 1 << 16)
    bytes_of_doubles = matrix("<", 6, (1 << 14, 1), element(2, bytes(1 << 14)))
    with pytest.raises(FormatError, match="unpacks to far more than a motion"):
        read_matlab(file_of(bytes_of_doubles))


def test_a_text_has_no_more_rows_than_letters():
    held = read_matlab(file_of(matrix("<", 4, (100_000, 1), element(16, b"a"))))
    assert held == {"x": ["a"]}
