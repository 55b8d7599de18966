"""Canonical points and layouts."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.layouts import LAYOUTS, find_layout
from addon.body.points import MIRROR_POINTS, POINT_INDEX, POINT_NAMES, POINT_WEIGHTS, point_positions, size
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS

AT_REST = np.broadcast_to(np.eye(3), (24, 3, 3))


def places(bones: np.ndarray = REST_OFFSETS) -> np.ndarray:
    return point_positions(*forward(AT_REST, np.zeros(3), bones), bones)


def test_joints_come_first_and_are_themselves() -> None:
    joints, world = forward(AT_REST, np.zeros(3), REST_OFFSETS)
    assert POINT_NAMES[:24] == JOINT_NAMES
    np.testing.assert_allclose(point_positions(joints, world, REST_OFFSETS)[:24], joints, atol=1e-12)


def test_every_point_is_a_whole_point_wherever_the_person_stands() -> None:
    np.testing.assert_allclose(POINT_WEIGHTS.sum(1), 1.0, atol=1e-12)
    turn, move = matrix_from_axis_angle(np.array([0.3, 1.0, -2.0])), np.array([40.0, -3.0, 7.0])
    turns = AT_REST.copy()
    turns[0] = turn
    there = point_positions(*forward(turns, move, REST_OFFSETS), REST_OFFSETS)
    np.testing.assert_allclose(there, places() @ turn.T + move, atol=1e-9)


def test_single_precision_stays_single_precision() -> None:
    bones, turns = REST_OFFSETS.astype(np.float32), AT_REST.astype(np.float32)
    points = point_positions(*forward(turns, np.zeros(3, np.float32), bones), bones)
    assert points.dtype == np.float32 and size(bones).dtype == np.float32


def test_left_mirrors_right_but_for_smpls_own_asymmetry() -> None:
    mirrored = places()[list(MIRROR_POINTS)] * [-1, 1, 1]
    assert np.abs(mirrored - places()).max() < 0.015


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("head_top", "nose"),
        ("nose", "chin"),
        ("chin", "coco_neck"),
        ("coco_left_shoulder", "coco_left_hip"),
        ("coco_left_hip", "left_knee"),
        ("left_ankle", "left_heel"),
    ],
)
def test_points_lie_in_anatomical_order(upper: str, lower: str) -> None:
    assert places()[POINT_INDEX[upper], 1] > places()[POINT_INDEX[lower], 1]


def test_points_grow_with_the_performer() -> None:
    assert abs(float(size(REST_OFFSETS * 1.2)) - 1.2) < 1e-6
    np.testing.assert_allclose(places(REST_OFFSETS * 1.2), places() * 1.2, atol=1e-6)


@pytest.mark.parametrize("name", LAYOUTS)
def test_layouts_have_unique_keypoints_with_known_counterparts(name: str) -> None:
    layout = find_layout(name)
    assert len(set(layout.keypoints)) == len(layout.keypoints) == len(layout.canonical)
    assert all(point is None or point in POINT_INDEX for point in layout.canonical)
    for left, right in layout.pairs:
        assert layout.keypoints[left].replace("left", "right") == layout.keypoints[right]


@pytest.mark.parametrize(
    ("name", "count"),
    [("smpl24", 24), ("body25", 25), ("coco17", 17), ("halpe26", 26), ("h36m17", 17), ("mediapipe33", 33)],
)
def test_layouts_have_the_number_of_keypoints_in_their_name(name: str, count: int) -> None:
    assert len(find_layout(name).keypoints) == count


def test_an_unknown_layout_is_refused_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="body25"):
        find_layout("body26")
