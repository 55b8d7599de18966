"""Marker names in every spelling."""

from __future__ import annotations

import pytest

from addon.body.layouts import LAYOUTS
from addon.formats.marker_names import canonical_names

LIMBS = ["left_knee", "right_ankle", "left_elbow", "right_wrist"]


@pytest.mark.parametrize(
    "name", ["RHip", "R_Hip", "right hip", "RIGHT_HIP", "hip_r", "Hip.R", "Anna:RHip", "r.hip", "rightHip"]
)
def test_every_spelling_of_a_hip_is_a_detectors_hip(name):
    assert canonical_names([name]) == ("coco_right_hip",)


def test_joint_centres_are_smpls_joints():
    assert canonical_names(["RHJC", "LKJC", "L_SJC"]) == ("right_hip", "left_knee", "left_shoulder")


def test_names_that_only_smpl_has_make_the_hips_smpls_hips():
    names = ["Pelvis", "L_Hip", "Spine1", "Neck", "Head", "L_Shoulder"]
    assert canonical_names(names) == ("pelvis", "left_hip", "spine1", "neck", "head", "left_shoulder")


JOINTS_BY_LAYOUT_ALONE = ("kit21", "mmm21")
"""Their hips and shoulders are joints, which nothing but the layout's name tells from a detector's."""


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - set(JOINTS_BY_LAYOUT_ALONE)))
def test_the_names_of_a_known_layout_are_understood(layout):
    layout = LAYOUTS[layout]
    found = canonical_names(layout.keypoints)
    wanted = {name for name in layout.canonical if name}
    wrong = [
        (a, b) for a, b in zip(found, layout.canonical, strict=True) if a and b and a != b and "h36m" not in b
    ]
    assert not wrong and len(wanted & set(found)) > 0.75 * len(wanted)


@pytest.mark.parametrize(
    "name", ["R.ASIS", "r_knee_study", "R.Thigh.Upper", "CLAV_ant", "C7", "", "boite", "STER"]
)
def test_skin_markers_are_nobodys_joint(name):
    assert canonical_names([name]) == (None,)


def test_a_point_is_taken_once():
    assert canonical_names(["LKnee", "left_knee"]) == ("left_knee", None)
