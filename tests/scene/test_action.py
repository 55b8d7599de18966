"""What Blender plays is the motion, on whole frames and between them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.body.kinematics import forward
from addon.scene import BONE_NAMES, FIT_ERROR, write_motion
from addon.scene.curves import vector_curves, write_curves


def _curves(owner):
    action = owner.animation_data.action
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    return list(action.layers[0].strips[0].channelbag(owner.animation_data.action_slot).fcurves)


def test_bone_heads_are_the_joints_of_the_motion(make_motion, heads):
    motion = make_motion(60)
    armature = write_motion(motion, mesh=False)
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    for index in range(0, 60, 3):
        bpy.context.scene.frame_set(1 + index)
        np.testing.assert_allclose(heads(armature), joints[index], atol=1e-5)


def test_bones_turn_as_the_joints_of_the_motion(make_motion):
    motion = make_motion()
    armature = write_motion(motion, mesh=False)
    _, turns = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    to_smpl = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    rest = np.array([armature.data.bones[name].matrix_local.to_3x3() for name in BONE_NAMES])
    for index in (0, 17, 39):
        bpy.context.scene.frame_set(1 + index)
        posed = np.array([armature.pose.bones[name].matrix.to_3x3() for name in BONE_NAMES])
        ours = to_smpl @ posed @ np.linalg.inv(rest) @ to_smpl.T
        angles = (Rotation.from_matrix(ours).inv() * Rotation.from_matrix(turns[index])).magnitude()
        assert np.degrees(angles).max() < 0.01


def test_between_frames_nothing_flips(make_motion, heads):
    motion = make_motion(60)
    armature = write_motion(motion, mesh=False)
    finer = make_motion(frame_ids=np.arange(240), fps=120)
    joints, _ = forward(finer.rotations, finer.pelvis, finer.bone_offsets)
    for quarter in range(0, 236, 5):
        bpy.context.scene.frame_set(1 + quarter // 4, subframe=quarter % 4 / 4)
        assert np.abs(heads(armature) - joints[quarter]).max() < 0.01


def test_every_key_is_linear_and_every_channel_is_in_its_bones_group(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    curves = _curves(armature)
    assert len(curves) == 24 * 4 + 3 + 1
    assert {key.interpolation for curve in curves for key in curve.keyframe_points} == {"LINEAR"}
    assert {curve.group.name for curve in curves} == {*BONE_NAMES, "Fit error"}
    quaternions = [curve for curve in curves if curve.data_path.endswith("rotation_quaternion")]
    steps = [
        abs(b.co.y - a.co.y)
        for curve in quaternions
        for a, b in zip(curve.keyframe_points, list(curve.keyframe_points)[1:], strict=False)
    ]
    assert max(steps) < 0.3


def test_keys_that_are_made_smooth_by_hand_stay_near_the_motion(make_motion, heads):
    armature = write_motion(make_motion(), mesh=False)
    for curve in _curves(armature):
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER"
        curve.update()
    bpy.context.scene.frame_set(10, subframe=0.5)
    between = make_motion(frame_ids=np.array([19]), fps=60)
    joints, _ = forward(between.rotations, between.pelvis, between.bone_offsets)
    assert np.abs(heads(armature) - joints[0]).max() < 0.005


def test_the_fit_error_is_an_animated_property(make_motion):
    motion = make_motion()
    motion.fit_error_mm[5] = np.nan
    armature = write_motion(motion, mesh=False)
    for index in (0, 12, 39):
        bpy.context.scene.frame_set(1 + index)
        assert armature[FIT_ERROR] == pytest.approx(motion.fit_error_mm[index], abs=1e-4)


def test_without_keypoints_there_is_no_fit_error(make_motion):
    motion = make_motion()
    motion.fit_error_mm[:] = np.nan
    assert FIT_ERROR not in write_motion(motion, mesh=False)


def test_two_people_have_actions_of_their_own(make_motion, heads):
    first, second = make_motion(seed=1), make_motion(seed=2)
    armatures = [write_motion(motion, mesh=False) for motion in (first, second)]
    assert len({armature.animation_data.action for armature in armatures}) == 2
    bpy.context.scene.frame_set(8)
    for armature, motion in zip(armatures, (first, second), strict=True):
        joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
        np.testing.assert_allclose(heads(armature), joints[7], atol=1e-5)


def test_a_key_inserted_by_hand_later_joins_the_same_channel(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    count = len(_curves(armature))
    bone = armature.pose.bones["L_Knee"]
    bone.rotation_quaternion = (1, 0, 0, 0)
    assert bone.keyframe_insert("rotation_quaternion", frame=100)
    assert len(_curves(armature)) == count


def test_keys_written_again_replace_the_old_ones_at_once(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    bpy.context.scene.frame_set(3)
    path = 'pose.bones["Pelvis"].location'
    write_curves(
        armature, np.array([1, 5]), vector_curves(path, np.array([[0.0, 0, 0], [4, 8, 12]]), "Pelvis")
    )
    bpy.context.scene.frame_set(bpy.context.scene.frame_current)
    assert tuple(armature.pose.bones["Pelvis"].location) == pytest.approx((2, 4, 6))
    assert len(_curves(armature)) == 24 * 4 + 3 + 1


def test_the_uncertainty_is_that_of_the_joints_that_were_refined(make_motion):
    motion = make_motion(3)
    motion.uncertainty_deg[:2, [18, 19]] = 4.0, 6.0
    armature = write_motion(motion, mesh=False)
    bpy.context.scene.frame_set(1)
    assert armature["uncertainty_deg"] == pytest.approx(5.0)
