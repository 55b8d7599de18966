"""Export, Retarget and Put on Floor do not hold up a window, and Esc leaves nothing of them."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.curve_keys import read_keys
from addon.scene.curves import find_curves

from .conftest import wave_on_controls_and_character
from .event_loop import EventLoop

PRESETS = {"plain": ".fbx", "web": ".glb", "usd": ".usd", "bvh": ".bvh", "vrma": ".vrma"}


@pytest.fixture
def person(start_scene, scenes):
    """A refined wave on IK controls, and a character."""

    scene = start_scene("wave on controls and character", lambda: wave_on_controls_and_character(scenes))
    bpy.context.view_layer.objects.active = scene.objects["Character"]
    return next(ob for ob in scene.objects if "Pelvis" in getattr(ob.data, "bones", ()))


def _in_window(ui, operator, job):
    """The operator as a window runs it, in slices of one step each."""
    window = EventLoop(ui, operator)
    window.single_steps()
    window.runner.drive(bpy.context, job)
    return window


def _exporting(ui, person, path, preset="plain"):
    module = ui("export_fbx")
    return _in_window(ui, module.SPR_OT_export_fbx, module.ExportJob(str(path), [person], {"preset": preset}))


def _retargeting(ui):
    module = ui("retarget")
    return _in_window(ui, module.SPR_OT_retarget, module.RetargetJob(bpy.context))


def _blocks():
    kinds = ("scenes", "objects", "meshes", "armatures", "actions", "collections")
    return {kind: sorted(block.name for block in getattr(bpy.data, kind)) for kind in kinds}


def _keys(armature):
    return {channel: read_keys(curve)["co"].tolist() for channel, curve in find_curves(armature).items()}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_file_is_written_a_little_at_a_time_and_nothing_else_is_left(ui, person, tmp_path, preset):
    before = _blocks()
    path = tmp_path / f"wave{PRESETS[preset]}"
    window = _exporting(ui, person, path, preset)
    for _ in range(40):
        assert window.event("TIMER") == {"PASS_THROUGH"}
        assert not path.exists()
    assert window.run() == {"FINISHED"}
    ((kind, sentence),) = window.reports
    assert kind == {"INFO"} and sentence == f"1 person exported to {path}"
    assert [file.name for file in tmp_path.iterdir()] == [path.name] and path.stat().st_size > 1000
    assert _blocks() == before


@pytest.mark.parametrize("done", [0.0, 0.3, 0.8])
def test_esc_ends_an_export_without_a_file(ui, person, tmp_path, done):
    (tmp_path / "wave.fbx").write_text("an earlier file")
    before = _blocks()
    window = _exporting(ui, person, tmp_path / "wave.fbx")
    while window.runner.current().job.fraction < done:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert not bpy.ops.spr.export_fbx.poll(), "one at a time"
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert [file.name for file in tmp_path.iterdir()] == ["wave.fbx"]
    assert (tmp_path / "wave.fbx").read_text() == "an earlier file"
    assert _blocks() == before and bpy.ops.spr.export_fbx.poll()


def test_a_hidden_person_stays_hidden_after_an_export_that_was_ended(ui, person, tmp_path):
    person.hide_viewport = True
    window = _exporting(ui, person, tmp_path / "wave.fbx")
    for _ in range(20):
        window.event("TIMER")
    window.event("ESC", "PRESS")
    assert person.hide_viewport and len(bpy.data.scenes) == 1


def test_a_place_that_can_not_be_written_to_is_told_in_a_sentence(ui, person, tmp_path):
    window = _exporting(ui, person, tmp_path / "none" / "wave.fbx")
    assert window.run() == {"CANCELLED"}
    ((kind, sentence),) = window.reports
    assert kind == {"ERROR"} and sentence.startswith("There is no folder")


def test_a_character_gets_its_keys_in_steps_to_the_same_end(ui, person):
    character = bpy.data.objects["Character"]
    assert bpy.ops.spr.retarget() == {"FINISHED"}
    straight = _keys(character)
    bpy.data.actions.remove(character.animation_data.action)
    window = _retargeting(ui)
    for _ in range(40):
        assert window.event("TIMER") == {"PASS_THROUGH"}
        assert not find_curves(character)
    assert window.run() == {"FINISHED"}
    ((kind, sentence),) = window.reports
    assert kind == {"INFO"} and sentence == bpy.context.scene.spr.retarget.result
    assert _keys(character).keys() == straight.keys()
    for channel, keys in _keys(character).items():
        np.testing.assert_allclose(keys, straight[channel], atol=1e-5)


@pytest.mark.parametrize("done", [0.0, 0.2, 0.5, 0.8])
def test_esc_leaves_the_character_as_it_was(ui, person, done):
    before = _blocks()
    window = _retargeting(ui)
    while window.runner.current().job.fraction < done:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert not bpy.ops.spr.retarget.poll() and not bpy.ops.spr.retarget_again.poll(), "one at a time"
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert window.reports == [({"INFO"}, "Retargeting was cancelled; the character is as it was.")]
    assert _blocks() == before and not find_curves(bpy.data.objects["Character"])
    assert bpy.ops.spr.retarget() == {"FINISHED"}


def test_esc_is_too_late_once_the_character_has_its_keys(ui, person):
    window = _retargeting(ui)
    while window.runner.current().job.fraction < 0.9:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.event("ESC", "PRESS") == {"RUNNING_MODAL"}
    assert window.event("TIMER") == {"FINISHED"}
    assert find_curves(bpy.data.objects["Character"])


def test_esc_until_the_last_step_of_holding_feet_leaves_the_keys_as_they_were(ui, person):
    scene, module = bpy.context.scene, ui("hold_feet")
    bpy.context.view_layer.objects.active = person
    curves = find_curves(person)
    middle = curves['pose.bones["L_Knee"].rotation_quaternion', 1].keyframe_points[len(person.pose.bones)]
    middle.co.y += 0.2
    before, steps = _keys(person), 0
    whole = module.HoldJob(scene, person)
    while whole.running:
        whole.advance(0.0)
        steps += 1
    assert not whole.error and whole.sentence
    bpy.ops.ed.undo_push(message="Held")
    held = _keys(person)
    again = module.HoldJob(scene, person)
    for _ in range(steps - 1):
        again.advance(0.0)
    again.cancel()
    assert again.cancelled and _keys(person) == held and held != before


def test_a_person_on_controls_is_put_on_the_floor_in_steps_and_esc_leaves_it_where_it_is(ui, person):
    module = ui("grounding")
    bpy.context.view_layer.objects.active = person
    person.location.z = 0.5
    for _ in range(2):
        job = module.SPR_OT_put_on_floor.job(None, bpy.context)
        window = _in_window(ui, module.SPR_OT_put_on_floor, job)
        for _ in range(40):
            assert window.event("TIMER") == {"PASS_THROUGH"}
        assert not bpy.ops.spr.level.poll(), "one at a time"
        if person.location.z == 0.5:
            assert window.event("ESC", "PRESS") == {"CANCELLED"}
            assert window.reports == [({"INFO"}, "It was cancelled; nobody was moved.")]
            person.location.z = 0.4
    assert window.run() == {"FINISHED"}
    assert person.location.z == pytest.approx(0.0, abs=0.05)
    assert window.reports[0][1].startswith("wave was lowered by ")
