"""Finger bones: below the wrists of people with hands, keyed, read back and kept through another run."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from addon.body.hands import FINGER_NAMES, HAND_OFFSETS
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.motion import Hands
from addon.scene.curves import find_curves
from addon.scene.edits import forget_edits
from addon.scene.names import FINGER_BONES
from addon.scene.parts import Earlier
from addon.scene.person import write_motion
from addon.scene.read_action import read_poses
from addon.scene.reduce_keys import reduce_keys

from .hands import finger_joints, with_hands


def _finger_heads(armature):
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    places = [evaluated.matrix_world @ evaluated.pose.bones[name].head for name in FINGER_BONES]
    x, y, z = np.array(places).T
    return np.stack([x, z, -y], axis=-1).reshape(2, 15, 3)


def test_finger_joints_lie_where_the_motion_has_them(make_motion):
    motion = with_hands(make_motion())
    armature = write_motion(motion, mesh=False)
    assert {bone.parent.name for bone in armature.data.bones if bone.name[2:].endswith("1")} >= {"L_Wrist"}
    for frame in (0, 17, 39):
        bpy.context.scene.frame_set(1 + frame)
        np.testing.assert_allclose(_finger_heads(armature), finger_joints(motion)[0][frame], atol=1e-4)


def test_people_without_hands_have_no_finger_bones(make_motion):
    armature = write_motion(make_motion(), mesh=False)
    assert len(armature.data.bones) == 24


@pytest.mark.parametrize("side", ["L", "R"])
def test_a_positive_turn_about_x_bends_a_finger_towards_the_palm(make_motion, side):
    motion = with_hands(make_motion(2))
    armature = write_motion(motion, mesh=False)
    for finger in ("Index", "Middle", "Ring", "Pinky"):
        bone = armature.data.bones[f"{side}_{finger}1"]
        x, along = bone.matrix_local.to_3x3().col[0], bone.matrix_local.to_3x3().col[1]
        assert x.cross(along).z < -0.9
    thumb = armature.data.bones[f"{side}_Thumb2"].matrix_local.to_3x3()
    to_little = -1.0 if side == "L" else 1.0
    assert thumb.col[0].cross(thumb.col[1]).dot((0.0, 1.0, 0.0)) > 0.2, to_little


def test_bones_are_named_as_smplx_names_the_joints():
    assert FINGER_BONES[:4] == ("L_Index1", "L_Index2", "L_Index3", "L_Middle1")
    assert [name[2:].lower() for name in FINGER_BONES] == [*FINGER_NAMES, *FINGER_NAMES]


def test_fingers_are_read_back_from_the_armature(make_motion):
    motion = with_hands(make_motion())
    armature = write_motion(motion, mesh=False)
    poses = read_poses(armature, np.arange(1.0, 41.0))
    np.testing.assert_allclose(poses.hands, motion.hands.rotations, atol=2e-4)


def test_another_run_adds_fingers_to_a_person_that_had_none_and_keeps_what_was_set(make_motion):
    without = make_motion()
    armature = write_motion(without, mesh=False)
    motion = with_hands(without)
    write_motion(motion, earlier=Earlier(armature, ()), mesh=False)
    assert all(name in armature.data.bones for name in FINGER_BONES)
    bone = armature.pose.bones["L_Index2"]
    bone.rotation_quaternion = (0.6, 0.8, 0.0, 0.0)
    bone.keyframe_insert("rotation_quaternion", frame=20)
    write_motion(motion, earlier=Earlier(armature, ()), mesh=False)
    write_motion(motion, earlier=Earlier(armature, ()), mesh=False)
    bpy.context.scene.frame_set(20)
    assert abs(np.dot(bone.rotation_quaternion, (0.6, 0.8, 0.0, 0.0))) == pytest.approx(1, abs=1e-4)
    bpy.context.scene.frame_set(33)
    np.testing.assert_allclose(_finger_heads(armature), finger_joints(motion)[0][32], atol=1e-4)


def test_fingers_that_a_run_no_longer_has_lose_their_keys(make_motion):
    motion = with_hands(make_motion())
    armature = write_motion(motion, mesh=False)
    bpy.context.scene.frame_set(30)
    write_motion(replace(motion, hands=None), earlier=Earlier(armature, ()), mesh=False)
    bpy.context.scene.frame_set(12)
    assert tuple(armature.pose.bones["L_Index1"].rotation_quaternion) == (1, 0, 0, 0)


def _deformed(body):
    evaluated = body.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([evaluated.matrix_world @ vertex.co for vertex in evaluated.data.vertices])


def test_the_mesh_bends_with_the_fingers(make_motion):
    motion = make_motion(3)
    still = np.zeros((3, 2, 15, 3))
    still[1, :, 1] = [0.0, 0.0, -1.2]  # the left index bends down
    hands = Hands(matrix_from_axis_angle(still), HAND_OFFSETS, np.zeros((3, 2, 15), bool))
    armature = write_motion(replace(motion, rotations=np.tile(np.eye(3), (3, 24, 1, 1)), hands=hands))
    (body,) = (ob for ob in bpy.data.objects if ob.type == "MESH")
    bpy.context.scene.frame_set(1)
    before = _deformed(body)
    bpy.context.scene.frame_set(2)
    moved = np.linalg.norm(
        _deformed(body) - before - (motion.pelvis[1] - motion.pelvis[0])[[0, 2, 1]] * [1, -1, 1], axis=1
    )
    weights = {group.index: group.name for group in body.vertex_groups}
    tip = [
        v.index for v in body.data.vertices
        if any(weights[g.group] == "L_Index3" and g.weight > 0.9 for g in v.groups)
    ]  # fmt: skip
    others = [
        v.index for v in body.data.vertices
        if not any("Index" in weights[g.group] and g.weight > 0.01 for g in v.groups)
    ]  # fmt: skip
    assert moved[tip].min() > 0.02
    assert moved[others].max() < 1e-4
    assert len(armature.data.bones) == 54


def test_a_body_made_without_fingers_gets_them_and_follows_new_lengths(make_motion):
    without = make_motion(3)
    armature = write_motion(without)
    (body,) = (ob for ob in bpy.data.objects if ob.type == "MESH")
    for scale in (1.0, 1.2):
        motion = with_hands(without, scale)
        write_motion(motion, earlier=Earlier(armature, (body,)))
    fresh = write_motion(motion, name="New")
    (new,) = (ob for ob in bpy.data.objects if ob.type == "MESH" and ob.parent == fresh)
    assert "L_Index2" in body.vertex_groups
    old, made = (np.array([v.co for v in ob.data.vertices]) for ob in (body, new))
    np.testing.assert_allclose(old, made, atol=1e-5)


def test_fingers_that_nothing_told_are_listed(make_motion):
    motion = with_hands(make_motion())
    estimated = np.zeros((40, 2, 15), bool)
    estimated[:, 0] = True
    estimated[:, 1, 12:] = True
    told = replace(motion, hands=replace(motion.hands, estimated=estimated))
    armature = write_motion(told, mesh=False)
    assert armature["spr_estimated"].split("\n") == ["fingers of the left hand", "right thumb"]


def test_keys_of_fingers_are_reduced_and_do_not_count_as_edits(make_motion):
    motion = with_hands(make_motion())
    armature = write_motion(motion, mesh=False)
    reduction = reduce_keys(armature, 2.0, 5.0)
    curve = find_curves(armature)['pose.bones["L_Index2"].rotation_quaternion', 0]
    assert len(curve.keyframe_points) < 40 and reduction.after < reduction.before
    turns = read_poses(armature, np.arange(1.0, 41.0)).hands
    assert np.degrees(geodesic_angle(turns, motion.hands.rotations)).max() < 2.1
    assert forget_edits(armature) == []


def test_an_edit_of_a_finger_can_be_forgotten(make_motion):
    motion = with_hands(make_motion())
    armature = write_motion(motion, mesh=False)
    armature.pose.bones["R_Ring1"].rotation_quaternion = (0.6, 0.8, 0.0, 0.0)
    armature.pose.bones["R_Ring1"].keyframe_insert("rotation_quaternion", frame=20)
    assert forget_edits(armature) == ["R_Ring1"]
    write_motion(motion, earlier=Earlier(armature, ()), mesh=False)
    turns = read_poses(armature, np.arange(1.0, 41.0)).hands
    np.testing.assert_allclose(turns, motion.hands.rotations, atol=2e-4)
