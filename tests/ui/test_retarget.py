"""Retarget in the panel: match, correct, press, again, undo, and files of bones that people share."""

from __future__ import annotations

from importlib import import_module

import bpy
import pytest

from addon.rigs import map_of_text
from addon.scene.retarget_keys import SOURCE
from addon.ui.followed import WHOSE
from addon.ui.retarget_settings import shared_prefix
from tests.scene.glb_files import read_glb
from tests.scene.rigged import add_armature, known_rig
from tests.ui.test_panels import draw  # noqa: F401


@pytest.fixture
def person(enabled, wave):
    """A refined wave."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.context.scene.spr.mesh = False
    bpy.ops.spr.refine_pose()
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


@pytest.fixture
def character(person):
    """A character with Mixamo's names, active."""
    return add_armature(known_rig("Mixamo"))


def _settings():
    return bpy.context.scene.spr.retarget


def _line(slot):
    return next(entry for entry in _settings().bones if entry.slot == slot)


def test_two_clicks_put_the_motion_on_the_selected_character(person, character):
    assert bpy.ops.spr.retarget() == {"FINISHED"}
    told = _settings().result
    assert told.startswith(f"{person.name} is on Character: ") and "60 frames" in told
    assert character.animation_data.action.name == f"Character {person.name}"
    assert _line("left_elbow").bone == "mixamorig:LeftForeArm"


@pytest.mark.parametrize("mode", ["OBJECT", "POSE", "EDIT"])
def test_connected_hips_of_an_imported_character_are_let_go_in_every_mode(person, mode):
    character = add_armature(known_rig("SMPL-X"))
    bpy.ops.object.mode_set(mode="EDIT")
    character.data.edit_bones["pelvis"].use_connect = True
    bpy.ops.object.mode_set(mode=mode)
    bpy.ops.ed.undo_push()
    assert bpy.ops.spr.retarget() == {"FINISHED"} and character.mode == mode
    assert not character.data.bones["pelvis"].use_connect and len(bpy.data.scenes) == 1
    assert "connected to its parent" in _settings().result


def test_bones_count_as_they_are_in_edit_mode(person, character):
    bpy.ops.spr.retarget()
    bpy.ops.object.mode_set(mode="EDIT")
    for bone in character.data.edit_bones:
        bone.name = bone.name.replace("mixamorig:", "hero:")
    with pytest.raises(RuntimeError, match=r"has no bone mixamorig:.*; match the bones again"):
        bpy.ops.spr.retarget_again()
    bpy.ops.spr.match_bones()
    assert _line("left_elbow").bone == "hero:LeftForeArm"
    assert bpy.ops.spr.retarget_again() == {"FINISHED"} and character.mode == "EDIT"


def test_the_table_leaves_out_what_all_names_begin_with_and_takes_names_either_way(person, character):
    bpy.ops.spr.match_bones()
    line = _line("left_elbow")
    assert (line.shown, line.bone) == ("LeftForeArm", "mixamorig:LeftForeArm")
    for name in ("LeftArm", "mixamorig:LeftArm"):
        line.shown = name
        assert (line.shown, line.bone) == ("LeftArm", "mixamorig:LeftArm")
    line.shown = ""
    assert line.bone == "" and "left_elbow" not in map_of_text(_settings().map).joints


def test_only_whole_words_that_all_names_begin_with_are_left_out():
    assert shared_prefix(["mixamorig:Spine", "mixamorig:Spine1", "mixamorig:Spine2"]) == "mixamorig:"
    assert shared_prefix(["upper_arm", "upper_leg", "upper_body"]) == "upper_"
    assert shared_prefix(["pelvis", "pelvis_l", "pelvis_r"]) == shared_prefix(["a:b", "a:c"]) == ""


def test_a_scene_that_runs_at_another_rate_since_is_said_and_told_again_on_export(
    person, character, tmp_path, capfd
):
    bpy.context.scene.render.fps = 24  # as importing a character's FBX file does
    bpy.ops.spr.retarget()
    assert "at 60 frames per second and the scene now runs at 24, so all is slower" in _settings().result
    person.select_set(False)
    character.select_set(True)
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "slow.fbx"))
    assert "so all is slower" in capfd.readouterr().out
    bpy.context.scene.render.fps = 60
    bpy.ops.spr.retarget_again()
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "right.fbx"))
    assert "slower" not in _settings().result + capfd.readouterr().out


def test_again_finds_who_was_renamed_and_refuses_who_is_gone(person, character):
    other = person.copy()
    bpy.context.collection.objects.link(other)
    other.animation_data.action = person.animation_data.action.copy()
    other["spr_person"], other.name = "another", "A first one"
    character.select_set(True)
    bpy.context.view_layer.objects.active = person
    bpy.ops.spr.retarget()
    person.name = "Renamed"
    bpy.context.view_layer.objects.active = character
    assert bpy.ops.spr.retarget_again() == {"FINISHED"}
    assert _settings().result.startswith("Renamed is on Character: ")
    person.name = "Renamed again"
    del character.animation_data.action[WHOSE]  # as in files of earlier versions, which noted a name alone
    character.animation_data.action[SOURCE] = person.animation_data.action.name
    assert bpy.ops.spr.retarget_again() == {"FINISHED"}
    assert _settings().result.startswith("Renamed again is on Character: ")
    bpy.data.objects.remove(person)
    with pytest.raises(RuntimeError, match="is gone; Retarget gives it another's"):
        bpy.ops.spr.retarget_again()
    assert bpy.ops.spr.retarget() == {"FINISHED"}
    assert _settings().result.startswith("A first one is on Character: ")


def test_it_can_be_undone_in_one_step_and_done_again(person, character):
    bpy.ops.ed.undo_push()
    bpy.ops.spr.retarget()
    bpy.ops.ed.undo_push()
    bpy.ops.ed.undo()
    character = bpy.data.objects["Character"]
    assert character.animation_data is None or character.animation_data.action is None
    bpy.ops.ed.redo()
    assert bpy.data.objects["Character"].animation_data.action is not None


def test_a_bone_that_is_corrected_in_the_table_is_the_one_that_moves(person, character):
    bpy.ops.spr.match_bones()
    _line("head").bone = "mixamorig:HeadTop_End"
    bpy.ops.spr.retarget()
    assert _line("head").bone == "mixamorig:HeadTop_End"
    paths = {curve.data_path for curve in _curves(character)}
    assert any("HeadTop_End" in path for path in paths)
    assert bpy.ops.spr.retarget_again() == {"FINISHED"}
    assert len([action for action in bpy.data.actions if action.name.startswith("Character")]) == 1


def test_a_vrm_animation_has_the_bones_that_the_character_was_retargeted_with(person, character, tmp_path):
    bpy.ops.spr.match_bones()
    _line("head").bone = "mixamorig:HeadTop_End"
    bpy.ops.spr.retarget()
    person.select_set(False)
    character.select_set(True)
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "mine.vrma"), preset="vrma")
    content = read_glb(tmp_path / "mine.vrma").content
    told = content["extensions"]["VRMC_vrm_animation"]["humanoid"]["humanBones"]
    assert content["nodes"][told["head"]["node"]]["name"] == "mixamorig:HeadTop_End"


def _curves(character):
    action = character.animation_data.action
    if not hasattr(action, "layers"):
        return list(action.fcurves)
    return list(action.layers[0].strips[0].channelbag(character.animation_data.action_slot).fcurves)


def test_a_map_is_saved_and_loaded_and_one_of_another_character_is_refused(person, character, tmp_path):
    path = str(tmp_path / "mine.json")
    assert not bpy.ops.spr.save_bones.poll()
    bpy.ops.spr.match_bones()
    bpy.ops.spr.save_bones(filepath=path)
    _line("left_elbow").bone = ""
    assert bpy.ops.spr.load_bones(filepath=path) == {"FINISHED"}
    assert _line("left_elbow").bone == "mixamorig:LeftForeArm"
    add_armature(known_rig("VRM"), "Other")
    with pytest.raises(RuntimeError, match="the map is of another character"):
        bpy.ops.spr.load_bones(filepath=path)


def test_a_finger_that_is_a_limb_is_shown_and_refused_also_in_a_file(person, character, tmp_path, draw):  # noqa: F811
    bpy.ops.spr.match_bones()
    path = str(tmp_path / "odd.json")
    _line("L_Index1").bone = "mixamorig:LeftForeArm"
    told = "mixamorig:LeftForeArm is matched to the left elbow and the L Index1"
    assert told in " ".join(draw())
    bpy.ops.spr.save_bones(filepath=path)
    for refused in (bpy.ops.spr.retarget, lambda: bpy.ops.spr.load_bones(filepath=path)):
        with pytest.raises(RuntimeError, match=told):
            refused()
    _line("L_Index1").bone = ""
    assert bpy.ops.spr.retarget() == {"FINISHED"}


def test_spine_twists_and_root_are_corrected_bone_by_bone_in_folds(person, draw):  # noqa: F811
    add_armature(known_rig("MetaHuman"))
    bpy.ops.spr.match_bones()
    assert "Spine 1" in draw()  # the list draws all lines here, the folds none
    count = draw().count("Spine 1")
    _settings().show_spine = _settings().show_twists = True
    assert draw().count("Spine 1") == count + 1 and draw().count("L Elbow twist 1") == 2
    assert draw().count("L Elbow") == 1
    spine = [entry.bone for entry in _settings().bones if entry.slot.startswith("spine ") and entry.bone]
    assert len(spine) == 5
    _line("spine 5").bone = ""
    assert _found().spine == tuple(spine[:4]) and _found().joints["spine3"] == spine[3]
    _line("spine 5").bone = spine[4]
    twists = _found().twists["left_elbow"]
    _line("left_elbow twist 1").bone = ""
    assert _found().twists["left_elbow"] == twists[1:] and _line("left_elbow twist 1").bone == twists[1]
    assert bpy.ops.spr.retarget() == {"FINISHED"}
    _line("spine 2").bone = "head"
    with pytest.raises(RuntimeError, match="does not hang on head and can't be the next of the spine"):
        bpy.ops.spr.retarget()


def _found():
    return map_of_text(_settings().map)


def test_the_buttons_say_what_is_missing(person):
    with pytest.raises(RuntimeError, match="Select the armature of a character"):
        bpy.ops.spr.retarget()
    other = add_armature(known_rig("Mixamo"))
    with pytest.raises(RuntimeError, match="Retarget to this character first"):
        bpy.ops.spr.retarget_again()
    other.scale = (1.0, 1.0, 3.0)
    with pytest.raises(RuntimeError, match="apply its scale first"):
        bpy.ops.spr.retarget()


def test_what_is_no_person_is_refused_with_a_sentence(person):
    armature = bpy.data.objects.new("Lamp", bpy.data.armatures.new("Lamp"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    armature.data.edit_bones.new("arm").tail = (0.0, 0.0, 1.0)
    bpy.ops.object.mode_set(mode="OBJECT")
    with pytest.raises(RuntimeError, match="Lamp: "):
        bpy.ops.spr.retarget()
    _line("head").bone = "arm"
    with pytest.raises(RuntimeError, match="No bone is matched to the pelvis"):
        bpy.ops.spr.retarget()
    assert _line("head").bone == "arm"


def test_the_sidebar_goes_from_refining_over_fixes_and_edits_to_retargeting_and_export(ui):
    panels = import_module(ui("panels").__package__).CLASSES
    order = {cls.__name__: (getattr(cls, "bl_order", 0), place) for place, cls in enumerate(panels)}
    rows = (("source", "refine", "retarget", "export", "batch"), ("controls", "fixes", "edits"))
    for row in rows:
        names = [f"SPR_PT_{name}" for name in row]
        assert names == sorted(names, key=lambda name: order[name])


def test_the_panel_shows_from_whom_to_whom_and_the_table(person, character, draw):  # noqa: F811
    bpy.ops.spr.retarget()
    drawn = draw()
    assert f"{person.name} → Character" in drawn and "spr.retarget_again" in drawn
    assert "L Elbow" in drawn and _settings().result in " ".join(drawn)
