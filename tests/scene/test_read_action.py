"""What was written is read back exactly, and so is what a person has changed since."""

from __future__ import annotations

import dataclasses

import bpy
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.scene import SceneError, read_poses, write_motion
from addon.scene.curves import evaluate, find_curves


def _degrees(first, second):
    a, b = (Rotation.from_matrix(matrices.reshape(-1, 3, 3)) for matrices in (first, second))
    return np.degrees((a.inv() * b).magnitude()).max()


def test_the_round_trip_is_exact(make_motion):
    motion = make_motion(60)
    poses = read_poses(write_motion(motion, mesh=False), 1.0 + motion.frame_ids)
    assert _degrees(poses.rotations, motion.rotations) < 1e-3
    np.testing.assert_allclose(poses.pelvis, motion.pelvis, atol=1e-6)


def test_frames_between_keys_are_read_as_blender_plays_them(make_motion, heads):
    armature = write_motion(make_motion(20), mesh=False)
    poses = read_poses(armature, np.array([7.25]))
    copy = dataclasses.replace(
        make_motion(1), rotations=poses.rotations, pelvis=poses.pelvis, frame_ids=np.array([0])
    )
    bpy.context.scene.frame_set(7, subframe=0.25)
    played = heads(armature)
    other = write_motion(copy, mesh=False)
    bpy.context.scene.frame_set(1)
    np.testing.assert_allclose(heads(other), played, atol=1e-5)


@pytest.mark.parametrize("mode", ["XYZ", "ZYX", "AXIS_ANGLE"])
def test_other_rotation_modes_are_understood(make_motion, heads, mode):
    armature = write_motion(make_motion(1), mesh=False)
    bone = armature.pose.bones["L_Knee"]
    bone.rotation_mode = mode
    if mode == "AXIS_ANGLE":
        bone.rotation_axis_angle = (0.7, 0.0, 1.0, 0.0)
        assert bone.keyframe_insert("rotation_axis_angle", frame=1)
    else:
        bone.rotation_euler = (0.4, -0.3, 0.7)
        assert bone.keyframe_insert("rotation_euler", frame=1)
    bpy.context.scene.frame_set(1)
    played = heads(armature)
    poses = read_poses(armature, np.array([1.0]))
    copy = dataclasses.replace(make_motion(1), rotations=poses.rotations, pelvis=poses.pelvis)
    np.testing.assert_allclose(heads(write_motion(copy, mesh=False)), played, atol=1e-5)


def test_a_hand_made_key_is_read(make_motion):
    armature = write_motion(make_motion(20), mesh=False)
    bone = armature.pose.bones["Head"]
    bone.rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=5)
    poses = read_poses(armature, np.array([5.0]))
    np.testing.assert_allclose(poses.rotations[0, 15], np.eye(3), atol=1e-6)


def test_channels_without_keys_are_the_bones_present_values(make_motion):
    armature = write_motion(make_motion(5), mesh=False)
    for bone in armature.pose.bones:
        bone.rotation_mode = "XYZ"
        bone.rotation_euler = (0.0, 0.0, 0.0)
    poses = read_poses(armature, np.array([1.0, 2.0]))
    np.testing.assert_allclose(poses.rotations, np.broadcast_to(np.eye(3), (2, 24, 3, 3)), atol=1e-6)


def test_long_motions_are_read_as_blender_evaluates_them(make_motion):
    armature = write_motion(make_motion(frame_ids=np.r_[0:40, 160:200]), mesh=False)
    frames = np.concatenate([np.arange(-5.0, 210.0, 3.3), [1.0, 40.0, 41.0, 161.0, 200.0]])
    for curve in list(find_curves(armature).values())[::7]:
        asked = [curve.evaluate(frame) for frame in frames]
        np.testing.assert_allclose(evaluate(curve, frames), asked, atol=1e-5)


def test_smooth_curves_are_read_as_blender_evaluates_them(make_motion):
    armature = write_motion(make_motion(20), mesh=False)
    curve = find_curves(armature)['pose.bones["Head"].rotation_quaternion', 1]
    for key in curve.keyframe_points:
        key.interpolation = "BEZIER"
    curve.update()
    frames = np.arange(1.0, 20.0, 0.3)
    np.testing.assert_allclose(evaluate(curve, frames), [curve.evaluate(f) for f in frames])


def test_an_armature_without_action_is_refused_in_a_sentence(make_motion):
    armature = write_motion(make_motion(5), mesh=False)
    armature.animation_data_clear()
    with pytest.raises(SceneError, match=r"^Person has no action of its own; .*\.$"):
        read_poses(armature, np.array([1.0]))


def test_a_foreign_armature_is_refused_in_a_sentence():
    foreign = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(foreign)
    with pytest.raises(SceneError, match=r"^Rig has no bone Pelvis; .*\.$"):
        read_poses(foreign, np.array([1.0]))
