"""IK controls and the root bone are a click away, and so is the way back."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from mathutils import Vector

from addon.scene import BONE_NAMES
from addon.scene.curve_keys import read_keys
from addon.scene.curves import find_curves
from tests.scene.rigs import apart, shown

from .conftest import write_wave
from .event_loop import EventLoop

FRAMES = range(1, 61, 3)


@pytest.fixture
def person(start_scene, scenes):
    """A refined wave."""

    def make():
        bpy.ops.spr.open_recording(filepath=str(write_wave(scenes / "wave.npz")))
        bpy.ops.spr.refine_pose()

    scene = start_scene("wave", make)
    return next(ob for ob in scene.objects if ob.type == "ARMATURE")


def _bones():
    armature = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return len(armature.data.bones)


def test_controls_come_and_go_with_a_click_and_nothing_moves(person):
    before = shown(person, FRAMES)
    assert not bpy.ops.spr.bake_to_fk.poll()
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    assert _bones() == 32 and not bpy.ops.spr.add_ik_controls.poll()
    assert apart(before, shown(person, FRAMES))[0] < 1
    assert bpy.ops.spr.bake_to_fk() == {"FINISHED"}
    assert _bones() == 24
    gap, angle = apart(before, shown(person, FRAMES))
    assert gap < 1 and angle < 0.2


@pytest.mark.parametrize("carries", ["HEADING", "PATH"])
def test_the_root_bone_comes_and_goes_with_a_click(person, carries):
    before = shown(person, FRAMES)
    assert not bpy.ops.spr.remove_root_bone.poll()
    assert bpy.ops.spr.add_root_bone(carries=carries) == {"FINISHED"}
    assert _bones() == 25 and not bpy.ops.spr.add_root_bone.poll()
    assert apart(before, shown(person, FRAMES))[0] < 0.1
    assert bpy.ops.spr.remove_root_bone() == {"FINISHED"}
    assert _bones() == 24
    assert apart(before, shown(person, FRAMES))[0] < 0.1


def test_both_can_be_undone(person):
    bpy.ops.ed.undo_push()
    bpy.ops.spr.add_ik_controls()
    bpy.ops.ed.undo_push()
    bpy.ops.spr.add_root_bone()
    bpy.ops.ed.undo_push()
    assert _bones() == 33
    bpy.ops.ed.undo()
    assert _bones() == 32
    bpy.ops.ed.undo()
    assert _bones() == 24
    bpy.ops.ed.redo()
    assert _bones() == 32


OPERATORS = ("add_ik_controls", "bake_to_fk", "add_root_bone", "remove_root_bone")


def _prepare(operator):
    """What there has to be before an operator of these can run."""
    if operator in ("bake_to_fk", "remove_root_bone"):
        assert getattr(bpy.ops.spr, OPERATORS[OPERATORS.index(operator) - 1])() == {"FINISHED"}
    bpy.ops.ed.undo_push()


def _in_window(ui, operator):
    """The operator as a window runs it, in slices of one step each."""
    kind = getattr(ui("rig"), f"SPR_OT_{operator}")
    window = EventLoop(ui, kind)
    window.single_steps()
    self = SimpleNamespace(carries="HEADING")
    person = ui("quality").shown_person(bpy.context)
    job = ui("rig_job").RigJob(person, lambda armature: kind.change(self, armature))
    window.runner.drive(bpy.context, job)
    return window, job


def _keys():
    person = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return {channel: read_keys(curve)["co"] for channel, curve in find_curves(person).items()}


def _state():
    """All that there is in the file, and where the person stands."""
    person = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    played = person.animation_data
    kinds = (bpy.data.scenes, bpy.data.objects, bpy.data.armatures, bpy.data.collections)
    return {
        "blocks": [[block.name for block in kind] for kind in kinds],
        "actions": {action.name for action in bpy.data.actions if not action.name.startswith(".")},
        "versions": {key for key in set(person.keys()) if key.endswith(("before", "free", "packed"))},
        "bones": [bone.name for bone in person.data.bones],
        "constraints": [constraint.name for bone in person.pose.bones for constraint in bone.constraints],
        "drivers": [driver.data_path for driver in played.drivers],
        "played": (played.action.name, played.use_nla, person.hide_viewport, person.mode),
        "keys": {channel: keys.tolist() for channel, keys in _keys().items()},
        "frame": (bpy.context.scene.frame_current, bpy.context.mode),
        "pose": [list(map(tuple, bone.matrix_basis)) for bone in person.pose.bones],
    }


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_window_does_it_a_little_at_a_time_to_the_same_end(ui, person, operator):
    _prepare(operator)
    assert getattr(bpy.ops.spr, operator)() == {"FINISHED"}
    straight = _keys()
    bpy.ops.ed.undo_push()
    bpy.ops.ed.undo()
    window, job = _in_window(ui, operator)
    assert window.event("TIMER") == {"PASS_THROUGH"}
    assert job.message == "Reading the motion"
    assert window.run() == {"FINISHED"}
    stepped = _keys()
    assert stepped.keys() == straight.keys()
    for channel, keys in straight.items():
        np.testing.assert_allclose(stepped[channel], keys, atol=1e-6)


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("done", [0.0, 0.3, 0.6, 0.8])
def test_esc_leaves_the_scene_as_it_was(ui, person, operator, done):
    _prepare(operator)
    if done:
        person = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
        bpy.context.view_layer.objects.active = person
        bpy.ops.object.mode_set(mode="POSE" if done < 0.8 else "EDIT")
    if 0.0 < done < 0.8:
        person.pose.bones["Head"].rotation_quaternion.x += 0.2  # without a key
    before = _state()
    window, job = _in_window(ui, operator)
    assert window.event("TIMER") == {"PASS_THROUGH"}
    while job.fraction < done:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.event("A", "PRESS") == {"RUNNING_MODAL"}, "nothing else happens meanwhile"
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    after = _state()
    assert [key for key in before if after[key] != before[key]] == []
    assert window.reports == [({"INFO"}, "It was cancelled; the person is as it was.")]
    assert getattr(bpy.ops.spr, operator).poll()


def test_esc_is_too_late_once_the_keys_are_written(ui, person):
    bpy.ops.ed.undo_push()
    window, job = _in_window(ui, "add_ik_controls")
    while job.fraction < 0.9:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.event("ESC", "PRESS") == {"RUNNING_MODAL"}
    assert window.run() == {"FINISHED"}
    assert _bones() == 32 and window.reports == []


def test_without_a_person_the_buttons_say_what_to_do(enabled):
    for operator in (bpy.ops.spr.add_ik_controls, bpy.ops.spr.add_root_bone, bpy.ops.spr.bake_to_fk):
        assert not operator.poll()
    with pytest.raises(RuntimeError, match="Refine a person first"):
        bpy.ops.spr.add_ik_controls()


def test_what_can_not_be_changed_is_said_in_a_sentence(person):
    person.animation_data_clear()
    with pytest.raises(RuntimeError, match=r"has no action of its own; assign the one to work on first\."):
        bpy.ops.spr.add_ik_controls()
    assert _bones() == 24


def test_the_rig_is_there_after_save_and_reopen(person, tmp_path):
    bpy.ops.spr.add_ik_controls()
    bpy.ops.spr.add_root_bone()
    before = shown(person, FRAMES)
    path = str(tmp_path / "rig.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    reopened = next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    assert apart(before, shown(reopened, FRAMES))[0] < 0.1
    assert bpy.ops.spr.bake_to_fk() == {"FINISHED"}
    assert bpy.ops.spr.remove_root_bone() == {"FINISHED"}
    assert apart(before, shown(reopened, FRAMES))[0] < 0.1


def _control(person, role):
    return next(bone for bone in person.pose.bones if bone.bone.get("spr_role") == role)


def _move(bone, by, frame=30):
    bpy.context.scene.frame_set(frame)
    bone.location += bone.bone.matrix_local.to_3x3().inverted() @ Vector(by)
    bone.keyframe_insert("location", frame=frame)


@pytest.mark.parametrize("start", ["ORIGINAL", "CURRENT"])
@pytest.mark.parametrize(("rig", "role"), [("add_ik_controls", "L_Wrist target"), ("add_root_bone", "root")])
def test_edits_made_with_controls_and_root_are_kept_by_the_next_run(person, rig, role, start):
    getattr(bpy.ops.spr, rig)()
    _move(_control(person, role), (0.0, 0.0, 0.08))
    edited = shown(person, [30])
    bpy.context.scene.spr.controls.start_from = start
    for _ in range(2):
        assert bpy.ops.spr.refine_pose() == {"FINISHED"}
        assert "Your edits were kept: 1 key of " in bpy.context.scene.spr.result
        gap, angle = apart(edited, shown(person, [30]))
        assert gap < 5 and angle < 1.5


def test_controls_that_nobody_touched_are_no_edit(person):
    bpy.ops.spr.add_root_bone()
    bpy.ops.spr.add_ik_controls()
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "edits" not in bpy.context.scene.spr.result


def test_reduced_keys_below_controls_and_root_are_no_edit(person):
    bpy.ops.spr.add_root_bone()
    bpy.ops.spr.add_ik_controls()
    assert bpy.ops.spr.reduce_keys(degrees=3.0, millimetres=20.0) == {"FINISHED"}
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "edits" not in bpy.context.scene.spr.result


def test_reduced_keys_of_controls_move_the_limbs_within_the_tolerance(person):
    bpy.ops.spr.add_ik_controls()
    path = f'pose.bones["{_control(person, "L_Wrist target").name}"].location'
    before, keys = shown(person, FRAMES), len(find_curves(person)[path, 0].keyframe_points)
    assert bpy.ops.spr.reduce_keys(degrees=3.0, millimetres=20.0) == {"FINISHED"}
    assert len(find_curves(person)[path, 0].keyframe_points) < 0.7 * keys
    assert apart(before, shown(person, FRAMES))[0] < 60  # hips, target and pole may each be off by 20


def test_an_edit_made_with_a_control_is_blended_over_the_frames_around_it(person):
    bpy.ops.spr.add_ik_controls()
    around = [10, 26, 28, 30, 32, 34, 50]
    before = shown(person, around)
    target = _control(person, "L_Wrist target")
    _move(target, (0.0, 0.0, 0.08))
    edited = shown(person, [30])
    bpy.context.scene.frame_set(30)
    assert bpy.ops.spr.blend_edit(frames=6) == {"FINISHED"}
    assert apart(edited, shown(person, [30]))[0] < 5
    after = shown(person, around)
    wrist = BONE_NAMES.index("L_Wrist")
    moved = [apart(a[None, wrist], b[None, wrist])[0] for a, b in zip(before, after, strict=True)]
    assert max(moved[0], moved[-1]) < 2
    assert 5 < moved[1] < moved[2] < moved[3] > moved[4] > moved[5] > 5
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert "Your edits were kept" in bpy.context.scene.spr.result


def test_forgotten_edits_of_controls_are_replaced(person):
    before = shown(person, [30])
    bpy.ops.spr.add_ik_controls()
    _move(_control(person, "L_Wrist target"), (0.0, 0.0, 0.08))
    assert bpy.ops.spr.forget_edits() == {"FINISHED"}
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    gap, _ = apart(before, shown(person, [30]))
    assert gap < 2


@pytest.mark.parametrize("start", ["ORIGINAL", "CURRENT"])
def test_the_rig_below_an_edit_layer_follows_the_next_run(person, start):
    bpy.ops.spr.add_root_bone()
    bpy.ops.spr.add_ik_controls()
    before = shown(person, FRAMES)
    bpy.ops.spr.add_edit_layer()
    bpy.context.scene.spr.controls.start_from = start
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    gap, _ = apart(before, shown(person, FRAMES))
    assert gap < 30, "only what a run from here changes"
