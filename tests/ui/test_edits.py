"""Keys that somebody has changed are there after refining again, and nothing else is held by them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.body.skeleton import JOINT_NAMES
from addon.recording import Poses
from addon.scene import read_poses
from addon.scene.curves import find_curves
from tests.scene.edited import apart, lift, turn
from tests.wave import joints_of_a_wave

FRAMES = np.arange(1.0, 61.0)
ELBOW = JOINT_NAMES.index("left_elbow")
STARTS = ["ORIGINAL", "CURRENT"]


@pytest.fixture
def scene(start_scene, scenes):
    """A scene with a refined wave of noisy keypoints: 60 frames."""

    def make():
        joints = joints_of_a_wave(60, 30.0)
        joints += np.random.default_rng(1).normal(0, 0.01, joints.shape)
        path = scenes / "noisy.npz"
        np.savez(path, keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m")
        bpy.ops.spr.open_recording(filepath=str(path))
        bpy.context.scene.spr.mesh = False
        bpy.context.scene.spr.show_keypoints = False
        bpy.ops.spr.refine_pose()

    return start_scene("noisy", make)


def armature() -> bpy.types.Object:
    (found,) = (ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return found


def poses() -> Poses:
    return read_poses(armature(), FRAMES)


def refine(start: str = "ORIGINAL", **changes: float) -> None:
    controls = bpy.context.scene.spr.controls
    controls.start_from = start
    for name, value in changes.items():
        setattr(controls, name, value)
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("frames", [range(20, 41), [30], [1], [60]])
def test_edited_keys_are_held(scene, start, frames):
    turn(armature(), frames)
    rows, edited = np.array(frames) - 1, poses().rotations
    refine(start, smoothness=1.5)
    assert apart(poses().rotations[rows, ELBOW], edited[rows, ELBOW]).max() < 0.1


@pytest.mark.parametrize("start", STARTS)
def test_the_rest_of_the_body_is_refined_as_without_the_edit(scene, start):
    refine(start, smoothness=1.5)
    plain = poses()
    bpy.context.scene.spr.controls.smoothness = 1.0
    refine()
    turn(armature(), range(20, 41))
    refine(start, smoothness=1.5)
    away = apart(poses().rotations, plain.rotations)
    assert np.delete(away, ELBOW, axis=1).max() < 0.5
    np.testing.assert_allclose(poses().pelvis, plain.pelvis, atol=0.002)
    far = np.r_[0:9, 50:60]
    assert away[far, ELBOW].max() < 0.5


@pytest.mark.parametrize("start", STARTS)
def test_a_single_edited_key_does_not_pop(scene, start):
    plain = poses().rotations[:, ELBOW]
    turn(armature(), [30])
    refine(start)
    away = apart(poses().rotations[:, ELBOW], plain)
    assert away.argmax() == 29 and away[29] == pytest.approx(30.0, abs=0.5)
    assert np.abs(np.diff(away)).max() < 6.0


@pytest.mark.parametrize("start", STARTS)
def test_an_edited_root_is_held(scene, start):
    lift(armature(), range(26, 36), 0.2)
    turn(armature(), [30], "Pelvis")
    edited = poses()
    refine(start, smoothness=1.5)
    np.testing.assert_allclose(poses().pelvis[25:35], edited.pelvis[25:35], atol=0.002)
    assert apart(poses().rotations[29, 0], edited.rotations[29, 0]) < 0.1


def test_edits_are_held_however_often_the_person_is_refined(scene):
    turn(armature(), [30])
    edited = poses().rotations
    widths = []
    for start in ("ORIGINAL", "CURRENT", "ORIGINAL", "CURRENT"):
        before = poses().rotations
        refine(start)
        assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1
        widths.append(int((apart(poses().rotations[:, ELBOW], before[:, ELBOW]) > 1.0).sum()))
    assert widths[1:] == [0, 0, 0]  # the easing does not creep on from run to run


def test_an_edit_of_a_held_key_is_held_in_its_place(scene):
    turn(armature(), [30])
    refine()
    turn(armature(), [30], degrees=-50.0)
    edited = poses().rotations
    refine("CURRENT")
    assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1


@pytest.mark.parametrize("start", STARTS)
def test_edits_are_let_go_when_told_so(scene, start):
    plain = poses().rotations
    turn(armature(), range(20, 41))
    scene.spr.edits.keep = False
    refine(start)
    assert apart(poses().rotations[29, ELBOW], plain[29, ELBOW]) < 25.0
    assert "edits" not in scene.spr.result


@pytest.mark.parametrize("start", STARTS)
def test_edits_are_found_after_saving_and_reopening(scene, start, tmp_path: Path):
    turn(armature(), [30])
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    edited = poses().rotations
    refine(start)
    assert apart(poses().rotations[29, ELBOW], edited[29, ELBOW]) < 0.1


def test_edits_are_kept_at_the_scenes_own_rate(enabled, wave):
    """A recording of 60 frames a second in a scene of 24: keys lie between frames of the recording."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    scene = bpy.context.scene
    scene.render.fps, scene.spr.match_scene_rate = 24, False
    bpy.ops.spr.refine_pose()
    turn(armature(), [10])
    turn(armature(), [11], degrees=-40.0)
    edited = read_poses(armature(), np.array([10.0, 11.0])).rotations
    refine("CURRENT", smoothness=0.5)
    found = read_poses(armature(), np.array([10.0, 11.0])).rotations
    assert apart(found[:, ELBOW], edited[:, ELBOW]).max() < 0.1


def test_what_is_kept_is_said(scene):
    turn(armature(), range(20, 25))
    turn(armature(), [22], "Head")
    refine()
    assert "Your edits were kept: 5 keys of Head and L_Elbow." in scene.spr.result.split("\n")


def test_a_smoother_curve_or_another_rotation_mode_is_no_edit(scene, ui):
    for curve in find_curves(armature()).values():
        for key in curve.keyframe_points:
            key.interpolation = "BEZIER"
        curve.update()
    refine()
    assert "edits" not in scene.spr.result


def test_a_result_of_an_earlier_version_is_refined_again_as_ever(scene):
    del armature().animation_data.action["spr_stored"]
    turn(armature(), [30])
    refine("CURRENT")
    assert "edits" not in scene.spr.result


def test_a_damaged_stored_result_is_left_alone(scene):
    armature().animation_data.action["spr_stored"] = b"PK\x03\x04 and then nothing"
    refine("CURRENT")
    assert "edits" not in scene.spr.result


def test_an_undone_edit_is_none(scene):
    bpy.ops.ed.undo_push(message="refined")
    turn(armature(), [30])
    bpy.ops.ed.undo_push(message="edited")
    bpy.ops.ed.undo()
    refine()
    assert "edits" not in bpy.context.scene.spr.result


def test_blend_edit_takes_the_selected_bones(scene):
    person = armature()
    before = poses().rotations
    turn(person, [30])
    turn(person, [30], "Head")
    scene.frame_set(30)
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="POSE")
    for bone in person.pose.bones:
        (bone if hasattr(bone, "select") else bone.bone).select = bone.name == "Head"
    assert bpy.ops.spr.blend_edit(frames=8) == {"FINISHED"}
    away = apart(poses().rotations, before)
    assert (away[:, ELBOW] > 0.1).sum() == 1 and (away[:, JOINT_NAMES.index("head")] > 0.1).sum() > 10


def test_a_blended_edit_is_held_as_it_was_blended(scene):
    turn(armature(), [30])
    scene.frame_set(30)
    bpy.ops.spr.blend_edit(frames=20)
    blended = poses().rotations
    refine("CURRENT", smoothness=1.5)
    assert apart(poses().rotations[11:48, ELBOW], blended[11:48, ELBOW]).max() < 0.1


def test_forgotten_edits_are_refined(scene):
    plain = poses().rotations
    turn(armature(), [30])
    bpy.ops.spr.forget_edits()
    refine()
    assert apart(poses().rotations, plain).max() < 0.1
    with pytest.raises(RuntimeError, match="nothing to forget"):
        bpy.ops.spr.forget_edits()


def test_reduced_keys_hold_nothing_but_edits(scene):
    turn(armature(), range(20, 31))
    bpy.ops.spr.reduce_keys(degrees=0.5, millimetres=5.0)
    edited = poses().rotations
    refine(smoothness=1.5)
    assert "Your edits were kept: 11 keys of L_Elbow." in scene.spr.result.split("\n")
    assert apart(poses().rotations[19:30, ELBOW], edited[19:30, ELBOW]).max() < 0.1


def test_reducing_keys_can_be_undone(scene):
    name = armature().name
    bpy.ops.ed.undo_push(message="refined")
    bpy.ops.spr.reduce_keys()
    bpy.ops.ed.undo_push(message="reduced")
    bpy.ops.ed.undo()
    curves = find_curves(bpy.data.objects[name])
    assert {len(c.keyframe_points) for (path, _), c in curves.items() if "rotation" in path} == {60}


def test_the_layer_is_told_of_in_place_of_its_button(scene, ui):
    assert bpy.ops.spr.add_edit_layer() == {"FINISHED"}
    assert ui("panels_edits").edit_layer.has_edit_layer(armature())
    with pytest.raises(RuntimeError, match="has a layer for edits already"):
        bpy.ops.spr.add_edit_layer()


def test_without_a_result_the_tools_say_so(enabled):
    for tool in (bpy.ops.spr.blend_edit, bpy.ops.spr.add_edit_layer, bpy.ops.spr.reduce_keys):
        with pytest.raises(RuntimeError, match="Refine a recording first"):
            tool()


@pytest.mark.parametrize("start", STARTS)
def test_refining_again_writes_below_the_layer_and_keeps_it(scene, start):
    person = armature()
    turn(person, [20])
    bpy.ops.spr.add_edit_layer()
    layer = person.animation_data.action
    bone = person.pose.bones["Head"]
    bone.rotation_quaternion = (0.9659258, 0.2588190, 0.0, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=40)
    values = [curve.evaluate(40) for curve in find_curves(person).values()]
    edited = poses().rotations
    refine(start, smoothness=1.5)
    animation = armature().animation_data
    assert (animation.action, animation.action_blend_type) == (layer, "COMBINE")
    assert [curve.evaluate(40) for curve in find_curves(armature()).values()] == values
    away = apart(poses().rotations, edited)
    assert away[19, ELBOW] < 0.1 and away.max() > 0.5
