"""What another window or add-on takes away while a job is on ends it in one sentence."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest

from addon import formats
from addon.scene.curves import find_curves
from tests.scene.edited import turn

from .conftest import wave_on_controls_and_character
from .event_loop import EventLoop

TOOLS = {
    "blend_edit": "edits",
    "forget_edits": "edits",
    "reduce_keys": "edits",
    "bake_to_fk": "rig",
    "measure": "measuring",
}
OPTIONS = SimpleNamespace(frames=8, degrees=1.0, millimetres=5.0)
JOBS = [*TOOLS, "export_fbx", "retarget", "hold_feet_again", "refine_from_selection", "refine_pose"]


@pytest.fixture
def person(start_scene, scenes):
    """A refined wave on IK controls whose head is turned in one frame, and a character."""

    scene = start_scene("wave on controls and character", lambda: wave_on_controls_and_character(scenes))
    found = next(ob for ob in scene.objects if "Pelvis" in getattr(ob.data, "bones", ()))
    turn(found, [30], "Head")
    scene.frame_set(30)
    bpy.context.view_layer.objects.active = scene.objects["Character"]
    return found


@pytest.fixture
def at_work(ui, person, scenes, tmp_path):
    """A function that starts a job of this name in a window, and takes it to where it reads or writes."""

    def start(name):
        kind, job = _tool(ui, person, name) if name in TOOLS else _other(ui, person, name, tmp_path)
        window = EventLoop(ui, kind)
        if job is None:
            window.start(ui, formats.read(scenes / "wave.npz").people[0])
        else:
            window.runner.drive(bpy.context, job)
        usual, window.runner.SLICE = window.runner.SLICE, 0.0
        job = window.runner.current().job
        while not (job.writing or name == "refine_from_selection"):
            assert window.event("TIMER") == {"PASS_THROUGH"}
        for _ in range(3):
            assert window.event("TIMER") == {"PASS_THROUGH"}
        window.runner.SLICE = usual
        return window

    return start


def _tool(ui, person, name):
    kind = getattr(ui(TOOLS[name]), f"SPR_OT_{name}")
    return kind, kind.job_kind(person, lambda armature: kind.change(OPTIONS, armature))


def _other(ui, person, name, folder):
    scene = bpy.context.scene
    if name == "export_fbx":
        module = ui("export_fbx")
        return module.SPR_OT_export_fbx, module.ExportJob(str(folder / "wave.fbx"), [person], {})
    if name == "retarget":
        return ui("retarget").SPR_OT_retarget, ui("retarget").RetargetJob(bpy.context)
    if name == "hold_feet_again":
        return ui("hold_feet").SPR_OT_hold_feet_again, ui("hold_feet").HoldJob(scene, person)
    if name == "refine_from_selection":
        module = ui("from_selection")
        return module.SPR_OT_refine_from_selection, module.ReadingJob(scene, [person], {})
    return ui("refine_pose").SPR_OT_refine_pose, None


def _delete(person):
    bpy.ops.object.select_all(action="DESELECT")
    person.select_set(True)
    bpy.ops.object.delete()


def _remove_a_bone(person):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="EDIT")
    bones = person.data.edit_bones
    bones.remove(bones["L_Elbow"])
    bpy.ops.object.mode_set(mode="OBJECT")


def _edit(person):
    bpy.context.view_layer.objects.active = person
    bpy.ops.object.mode_set(mode="EDIT")


def _remove_curves(person):
    action = person.animation_data.action
    bags = [action] if not hasattr(action, "layers") else action.layers[0].strips[0].channelbags
    bags[0].fcurves.clear()


def _remove_the_scene(_person):
    old, new = bpy.data.scenes["Scene"], bpy.data.scenes.new("New")
    bpy.context.window.scene = new
    bpy.data.scenes.remove(old)


def _remove_the_collection(person):
    bpy.data.collections.remove(person.users_collection[0])


def _rename_a_bone(person):
    person.data.bones["L_Elbow"].name = "elbow"


LOSSES = {
    "deleted": _delete,
    "removed": lambda person: bpy.data.objects.remove(person),
    "without bones": lambda person: bpy.data.armatures.remove(person.data),
    "without a bone": _remove_a_bone,
    "with a renamed bone": _rename_a_bone,
    "in Edit Mode": _edit,
    "without an action": lambda person: bpy.data.actions.remove(person.animation_data.action),
    "without keys": _remove_curves,
    "in no scene": _remove_the_scene,
    "in no collection": _remove_the_collection,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_has_lost_its_person_ends_in_a_sentence(ui, person, at_work, tmp_path, name, loss):
    window = at_work(name)
    LOSSES[loss](person)
    assert window.run() == {"CANCELLED"}
    ((kind, sentence),) = window.reports
    assert kind == {"ERROR"} and sentence == ui("footing").LOST
    assert window.runner.current() is None and len(bpy.data.scenes) == 1
    assert not list(tmp_path.iterdir()) and "SMPL Refiner Log" not in bpy.data.texts


@pytest.mark.parametrize("name", JOBS)
def test_esc_right_after_it_is_lost_is_heard_without_a_word_of_it(person, at_work, name):
    window = at_work(name)
    bpy.data.objects.remove(person)
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    ((kind, _),) = window.reports
    assert kind == {"INFO"} and len(bpy.data.scenes) == 1


def test_a_character_that_is_deleted_meanwhile_ends_retargeting(ui, person, at_work):
    window = at_work("retarget")
    bpy.data.objects.remove(bpy.data.objects["Character"])
    assert window.run() == {"CANCELLED"}
    assert window.reports == [({"ERROR"}, ui("footing").LOST)]
    assert find_curves(person)


@pytest.mark.parametrize("name", [name for name in JOBS if name != "refine_from_selection"])
def test_what_has_nothing_to_do_with_a_job_does_not_end_it(ui, person, at_work, name):
    other = bpy.data.objects.new("Other", None)
    bpy.context.scene.collection.objects.link(other)
    window = at_work(name)
    bpy.data.objects.remove(other)
    bpy.data.objects.new("New", None)
    person.name = "Somebody"
    assert window.run() == {"FINISHED"}
    assert ui("footing").LOST not in [sentence for _, sentence in window.reports]


@pytest.mark.parametrize("name", ["refine_pose", "hold_feet_again"])
def test_what_others_make_while_a_result_is_written_stays_when_that_is_taken_back(person, at_work, name):
    window = at_work(name)
    window.single_steps()
    job = window.runner.current().job
    while job.message != "Writing the keys" and job.running:
        assert window.event("TIMER") == {"PASS_THROUGH"}
    for _ in range(3):
        assert window.event("TIMER") == {"PASS_THROUGH"}
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Theirs", bpy.data.meshes.new("Theirs")))
    assert window.event("TIMER") == {"PASS_THROUGH"}
    bpy.data.actions.new("Theirs too")
    before = {"Theirs", "Theirs too"}
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert before <= {block.name for kind in (bpy.data.objects, bpy.data.actions) for block in kind}
    assert "Theirs" in bpy.data.meshes
