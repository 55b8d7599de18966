"""What the evidence cannot tell is said in words and marked on the bones."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon.body.skeleton import JOINT_NAMES
from addon.scene import BONE_NAMES, write_motion
from addon.scene.action import UNCERTAINTY
from addon.scene.estimated import COLLECTIONS, ESTIMATED, has_grey_bones
from addon.scene.evidence import estimated_parts


def _unsure(**frames: slice) -> np.ndarray:
    doubtful = np.zeros((60, 24), bool)
    for joint, rows in frames.items():
        doubtful[rows, JOINT_NAMES.index(joint)] = True
    return doubtful


def _told(**frames: slice) -> list[str]:
    return estimated_parts(_unsure(**frames), np.zeros(60, bool), np.arange(1, 61), 30.0)


def test_parts_are_told_in_plain_words():
    always = slice(None)
    assert _told() == []
    assert _told(left_wrist=always, right_wrist=always) == ["both hands with forearm twist"]
    assert _told(right_ankle=always, head=always) == ["head", "right foot"]
    assert _told(spine1=always, left_collar=always, right_collar=always) == ["spine", "both shoulders"]


def test_parts_of_a_clip_are_told_with_their_frames():
    assert _told(left_elbow=slice(9, 25)) == ["left forearm: frames 10–25"]
    assert _told(left_elbow=slice(None), right_elbow=slice(9, 25)) == [
        "left forearm",
        "right forearm: frames 10–25",
    ]


def test_moments_are_told_without_their_frames():
    assert _told(left_elbow=slice(9, 12)) == ["moments shorter than 0.25 s"]
    assert _told(left_elbow=slice(9, 12), head=slice(None)) == ["head"]


def test_frames_without_keypoints_are_told_however_short_and_once_for_the_whole_body():
    away = np.zeros(60, bool)
    away[[4, *range(40, 60)]] = True
    doubtful = _unsure(head=slice(0, 60), left_elbow=slice(30, 60))
    assert estimated_parts(doubtful, away, np.arange(1, 61), 30.0) == [
        "head",
        "whole body, without keypoints: frames 5, 41–60",
        "left forearm: frames 31–40",
    ]


def test_many_stretches_are_counted():
    doubtful = np.zeros((200, 24), bool)
    doubtful[:, 15] = np.arange(200) % 40 < 15
    told = estimated_parts(doubtful, np.zeros(200, bool), np.arange(200), 30.0)
    assert told == ["head: frames 0–14, 40–54, 80–94 and 2 more"]


@pytest.fixture
def unsure_motion(make_motion):
    """A motion whose left hand is always, whose right foot is for a while unsure."""
    motion = make_motion()
    motion.uncertainty_deg[:] = 5.0
    motion.uncertainty_deg[:, JOINT_NAMES.index("left_wrist")] = 40.0
    motion.uncertainty_deg[10:25, JOINT_NAMES.index("right_ankle")] = 30.0
    motion.fit_error_mm[:] = 20.0
    return motion


def test_the_armature_says_what_was_estimated(unsure_motion):
    armature = write_motion(unsure_motion, mesh=False)
    assert armature[ESTIMATED].split("\n") == [
        "left hand with forearm twist",
        "right foot: frames 11–25",
    ]


def test_the_armature_says_which_frames_had_no_keypoints(unsure_motion):
    unsure_motion.fit_error_mm[30:36] = np.nan
    armature = write_motion(unsure_motion, mesh=False)
    assert "whole body, without keypoints: frames 31–36" in armature[ESTIMATED].split("\n")


def test_poses_alone_are_no_frames_without_keypoints(unsure_motion):
    unsure_motion.fit_error_mm[:] = np.nan
    lost = np.zeros(unsure_motion.frames, bool)
    lost[30:36] = True
    told = write_motion(unsure_motion, mesh=False)[ESTIMATED].split("\n")
    assert told == ["left hand with forearm twist", "right foot: frames 11–25"]
    told = write_motion(replace(unsure_motion, filled=lost), mesh=False)[ESTIMATED].split("\n")
    assert "whole body, unseen: frames 31–36" in told


def test_bones_lie_in_two_collections_and_estimated_ones_are_grey(unsure_motion):
    armature = write_motion(unsure_motion, mesh=False)
    collections = armature.data.collections
    assert {bone.name for bone in collections["Estimated"].bones} == {"L_Wrist", "L_Hand"}
    assert {bone.name for bone in collections["Measured"].bones} == set(BONE_NAMES) - {"L_Wrist", "L_Hand"}
    custom = {bone.name: bone.color.custom.normal for bone in armature.pose.bones if bone.color.is_custom}
    assert {name for name, colour in custom.items() if max(colour) == min(colour)} == {"L_Wrist", "L_Hand"}


def test_edit_mode_draws_no_bone_grey_and_nobody_complains(unsure_motion, capfd):
    armature = write_motion(unsure_motion, mesh=False)
    assert has_grey_bones(armature)
    bpy.ops.object.mode_set(mode="EDIT")
    assert not has_grey_bones(armature)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "warning" not in "".join(capfd.readouterr()).lower()


def test_bones_that_were_left_as_they_were_are_in_neither_collection(unsure_motion):
    unsure_motion.uncertainty_deg[:, JOINT_NAMES.index("left_knee")] = np.nan
    collections = write_motion(unsure_motion, mesh=False).data.collections
    marked = {bone.name for name in COLLECTIONS for bone in collections[name].bones}
    assert set(BONE_NAMES) - marked == {"L_Knee"}


def test_the_mean_uncertainty_is_an_animated_property(unsure_motion):
    armature = write_motion(unsure_motion, mesh=False)
    for index in (0, 15):
        bpy.context.scene.frame_set(1 + index)
        assert armature[UNCERTAINTY] == pytest.approx(unsure_motion.uncertainty_deg[index].mean(), abs=1e-3)


def test_nothing_is_marked_where_nothing_is_known(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    assert ESTIMATED not in armature and UNCERTAINTY not in armature
    assert not set(COLLECTIONS) & set(armature.data.collections.keys())
