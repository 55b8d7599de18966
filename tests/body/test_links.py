"""The lines between keypoints make a skeleton that people recognise, in every layout."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.layouts import LAYOUTS
from addon.body.links import links
from addon.body.skeleton import JOINT_NAMES, PARENTS, mirror_name


def _lines(layout: str) -> set[frozenset[str]]:
    found = LAYOUTS[layout]
    return {frozenset((found.keypoints[a], found.keypoints[b])) for a, b in links(found.canonical)}


def _line(first: str, second: str) -> frozenset[str]:
    return frozenset((first, second))


def test_with_all_joints_it_is_smpls_tree():
    tree = {_line(JOINT_NAMES[joint], JOINT_NAMES[PARENTS[joint]]) for joint in range(1, 24)}
    assert _lines("smpl24") == tree


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_hangs_together(layout):
    found = LAYOUTS[layout]
    reached = {next(place for place, name in enumerate(found.canonical) if name)}
    lines = links(found.canonical)
    for _ in found.keypoints:
        reached |= {int(end) for line in lines if reached & set(line.tolist()) for end in line}
    assert reached == {place for place, name in enumerate(found.canonical) if name is not None}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_left_is_joined_as_right(layout):
    lines = _lines(layout)
    names = set(LAYOUTS[layout].keypoints)
    mirrored = {frozenset(mirror_name(name) for name in line) for line in lines}
    assert {line for line in mirrored if line <= names} == lines


@pytest.mark.parametrize("layout", set(LAYOUTS) - {"humanml22", "smpl24"})
def test_limbs_run_from_joint_to_joint(layout):
    lines = _lines(layout)
    for side in ("left", "right"):
        for limb in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist")):
            assert _line(f"{side}_{limb[0]}", f"{side}_{limb[1]}") in lines
            assert _line(f"{side}_{limb[1]}", f"{side}_{limb[2]}") in lines


def test_without_a_spine_the_trunk_is_a_box():
    assert _lines("coco17") >= {
        _line("left_hip", "right_hip"),
        _line("left_shoulder", "right_shoulder"),
        _line("left_hip", "left_shoulder"),
        _line("right_hip", "right_shoulder"),
    }


def test_with_neck_and_mid_hip_the_trunk_is_a_line():
    lines = _lines("body25")
    assert {_line("neck", "mid_hip"), _line("neck", "left_shoulder"), _line("mid_hip", "left_hip")} <= lines
    assert _line("left_hip", "left_shoulder") not in lines


def test_toes_and_heel_hang_on_the_ankle():
    for part in ("big_toe", "small_toe", "heel"):
        assert _line("left_ankle", f"left_{part}") in _lines("body25")


def test_finger_tips_hang_on_the_hand_and_not_on_one_another():
    canonical = ("left_wrist", "left_hand", "left_index_tip", "left_middle_tip", "left_pinky_tip")
    assert sorted(map(tuple, links(canonical).tolist())) == [(0, 1), (1, 2), (1, 3), (1, 4)]


def test_an_unknown_keypoint_is_joined_to_nothing():
    assert links(("left_hip", None, "left_knee")).tolist() == [[0, 2]]
    assert links((None, None)).shape == (0, 2)
    assert links(()).shape == (0, 2)
    assert np.issubdtype(links(("nose",)).dtype, np.integer)
