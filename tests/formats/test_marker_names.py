"""Marker names in every spelling."""

from __future__ import annotations

import pytest

from addon.body.layouts import LAYOUTS
from addon.rigs.joint_names import joint_roles
from addon.formats.marker_names import canonical_names, joint_pairs, skin_markers

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


@pytest.mark.parametrize(("name", "point"), [
    ("LHJC_CGM_2.4", "left_hip"), ("RKJC_CGM2.5", "right_knee"), ("Anna:LAnkle#2", "left_ankle"),
    ("left_elbow_3D", "left_elbow"), ("LFEP", "left_hip"), ("RFEO", "right_knee"), ("LTIO", "left_ankle"),
    ("RCLO", "right_shoulder"), ("LHUO", "left_elbow"), ("RRAO", "right_wrist"),
])  # fmt: skip
def test_endings_of_tools_and_plug_in_gaits_origins_are_understood(name, point):
    assert canonical_names([name]) == (point,)


@pytest.mark.parametrize(("outer", "inner", "joint"), [
    ("r_knee", "r_mknee", "right_knee"), ("LKNE", "LKNEM", "left_knee"), ("R_FLE", "R_FME", "right_knee"),
    ("RLFE", "RMFE", "right_knee"), ("RLM", "RMM", "right_ankle"), ("L.Ank.Lat", "L.Ank.Med", "left_ankle"),
    ("r_lelbow", "r_melbow", "right_elbow"), ("LWRA", "LWRB", "left_wrist"),
    ("r_wrist_radius", "r_wrist_ulna", "right_wrist"), ("LRS", "LUS", "left_wrist"),
    ("LateralEpicondyleL", "MedialEpicondyleL", "left_elbow"),
])  # fmt: skip
def test_markers_on_both_sides_of_a_joint_are_a_pair(outer, inner, joint):
    assert joint_pairs([inner, "C7", outer]) == {joint: (2, 0)}
    assert joint_pairs([outer, "C7"]) == {}


def test_a_skin_marker_of_a_set_with_pairs_is_no_joint():
    """OpenCap's r_shoulder lies on the acromion; RHip of the same file is a joint."""
    names = ["r_knee", "r_mknee", "r_ankle", "r_mankle", "r_shoulder", "RHip", "RShoulder"]
    assert skin_markers(names) == {0, 1, 2, 3, 4}


def test_joint_centres_beside_pairs_of_the_same_spelling_stay_joints():
    names = ["LWRA", "LWRB", "RWRA", "RWRB", "LHJC", "LKJC", "LAJC", "LSHO"]
    assert skin_markers(names) == {0, 1, 2, 3}


SKELETONS = {
    "SOMA": ("Hips LeftLeg LeftShin LeftFoot", "left_hip left_knee left_ankle"),
    "Mixamo": ("Hips LeftUpLeg LeftLeg LeftFoot", "left_hip left_knee left_ankle"),
    "Motive's doubles": ("Hips LThigh#1 LShin#1 LFoot#1", "left_hip left_knee left_ankle"),
    "OpenSim": ("pelvis femur_l tibia_l talus_l", "left_hip left_knee left_ankle"),
    "Motive": ("Chest LShoulder LUArm LFArm LHand", "left_collar left_shoulder left_elbow left_wrist"),
    "OpenSim's arm": ("torso humerus_l ulna_l hand_l", "left_shoulder left_elbow left_wrist"),
}


@pytest.mark.parametrize("tool", list(SKELETONS))
def test_skeletons_are_known_by_their_names(tool):
    names, joints = (text.split() for text in SKELETONS[tool])
    roles = joint_roles(names, list(range(-1, len(names) - 1)))
    assert {joint: roles[joint] for joint in joints} == {joint: n for n, joint in enumerate(joints, start=1)}
