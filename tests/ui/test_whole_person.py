"""A person goes as a whole: undo and redo, save and open, append and link, push down to the NLA."""

from __future__ import annotations

import shutil
from pathlib import Path

import bpy
import numpy as np
import pytest

from addon.scene.curves import find_curves
from addon.scene.versions import versions
from tests.scene.fbx_files import read
from tests.wave import joints_of_a_wave


@pytest.fixture
def person(enabled, refined_wave, tmp_path):
    """A refined person with body and keypoints, from a file that holds poses, too."""
    bpy.ops.spr.open_recording(filepath=str(shutil.copy(refined_wave, tmp_path / "wave.npz")))
    bpy.ops.spr.refine_pose()
    return _armature()


@pytest.fixture
def saved(person, tmp_path: Path) -> Path:
    """The person in a file; an empty one is open."""
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return path


def _armature():
    (armature,) = (ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")
    return armature


def _keys(armature):
    curve = find_curves(armature)[('pose.bones["L_Elbow"].rotation_quaternion', 1)]
    return [point.co.y for point in curve.keyframe_points]


def _push_down(armature):
    """As the button in the NLA editor does."""
    animation = armature.animation_data
    action = animation.action
    track = animation.nla_tracks.new()
    strip = track.strips.new(action.name, round(action.frame_range[0]), action)
    animation.action = None
    return strip


def _bring(path, link):
    """Append or link the person's collection."""
    with bpy.data.libraries.load(str(path), link=link) as (_held, wanted):
        wanted.collections = ["wave"]
    (found,) = wanted.collections
    bpy.context.scene.collection.children.link(found)
    return found


def test_a_person_has_a_collection(person):
    (home,) = person.users_collection
    assert home.name == "wave" and home in bpy.context.scene.collection.children.values()
    assert set(bpy.context.scene.objects) == set(home.all_objects)


def test_two_people_have_a_collection_each(two_people):
    bpy.ops.spr.refine_pose()
    assert [place.name for place in two_people.collection.children] == ["wave 1", "wave 2"]
    bpy.ops.spr.refine_pose()
    assert [place.name for place in two_people.collection.children] == ["wave 1", "wave 2"]


def test_undo_and_redo_of_refining_again(person):
    first = _keys(person)
    bpy.context.scene.spr.controls.smoothness = 2.0
    bpy.ops.ed.undo_push(message="refined")
    bpy.ops.spr.refine_pose()
    second, name = _keys(person), person.name
    bpy.ops.ed.undo_push(message="refined again")
    assert second != first
    bpy.ops.ed.undo()
    assert _keys(_armature()) == first and _armature().name == name
    bpy.ops.ed.redo()
    assert _keys(_armature()) == second
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _armature().name == name


def test_refining_goes_on_in_a_file_that_was_saved_and_opened(person, tmp_path, census):
    person.name = "hero"
    path = str(tmp_path / "hero.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    before, data = census(), _armature().data
    bpy.ops.spr.refine_pose()
    assert _armature().name == "hero" and _armature().data == data
    assert census() == before


def test_an_appended_person_has_body_versions_and_quality(saved, ui):
    home = _bring(saved, link=False)
    armature = _armature()
    assert {ob.type for ob in home.all_objects} >= {"ARMATURE", "MESH"}
    quality = ui("quality")
    assert quality.shown_person(bpy.context) == armature
    assert len(quality.fit_error(armature).values) == 60
    assert ui("panels_quality").SPR_PT_quality.poll(bpy.context)
    assert bpy.ops.spr.go_to_worst(which="WORST") == {"FINISHED"}
    for which, name in (("BEFORE", "wave before"), ("AFTER", "wave")):
        assert bpy.ops.spr.show_version(which=which) == {"FINISHED"}
        assert armature.animation_data.action.name == name


def test_before_and_after_are_a_click_apart_when_the_refined_action_is_pushed_down(person):
    _push_down(person)
    animation = person.animation_data
    assert bpy.ops.spr.show_version(which="BEFORE") == {"FINISHED"}
    assert animation.action.name == "wave before"
    assert bpy.ops.spr.show_version(which="AFTER") == {"FINISHED"}
    assert animation.action is None and len(animation.nla_tracks) == 1


def test_an_appended_person_is_refined_again_in_place(saved, wave):
    _bring(saved, link=False)
    armature, data = _armature(), _armature().data
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    assert _armature() == armature and armature.data == data
    assert sum("spr_body" in ob for ob in bpy.context.scene.objects) == 1


def test_a_linked_person_has_quality(saved, ui):
    _bring(saved, link=True)
    armature = _armature()
    assert armature.library is not None
    assert len(ui("quality").fit_error(armature).values) == 60


def test_a_linked_person_that_is_overridden_has_quality_and_stays_when_refined(saved, ui, wave):
    home = _bring(saved, link=True)
    home.override_hierarchy_create(bpy.context.scene, bpy.context.view_layer)
    scene = bpy.context.scene
    overridden = next(ob for ob in scene.objects if ob.type == "ARMATURE" and ob.override_library)
    assert len(ui("quality").fit_error(overridden).values) == 60
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    assert "belongs to another file, so the new result stands beside it" in scene.spr.result
    assert overridden.name in scene.objects and overridden.override_library is not None


def test_pushed_down_the_graph_and_the_worst_frames_are_still_there(person, ui):
    series = ui("quality").fit_error(person)
    _push_down(person)
    pushed = ui("quality").fit_error(person)
    np.testing.assert_array_equal(pushed.frames, series.frames)
    np.testing.assert_array_equal(pushed.values, series.values)
    assert bpy.ops.spr.go_to_worst(which="WORST") == {"FINISHED"}


def test_a_strip_that_was_moved_stretched_and_cut_shows_its_quality_where_it_plays(person, ui):
    values = ui("quality").fit_error(person).values
    strip = _push_down(person)
    strip.action_frame_start, strip.action_frame_end = 11.0, 50.0
    strip.scale = 2.0
    strip.frame_start_ui = 101.0
    series = ui("quality").fit_error(person)
    assert (series.frames[0], series.frames[-1]) == (101.0, 101.0 + 2 * 39)
    np.testing.assert_array_equal(series.values, values[10:50])


def test_beneath_an_edit_layer_the_quality_is_still_there(person, ui):
    _push_down(person)
    person.animation_data.action = bpy.data.actions.new("layer")
    assert len(ui("quality").fit_error(person).values) == 60


def test_a_muted_strip_shows_nothing(person, ui):
    _push_down(person).mute = True
    assert ui("quality").fit_error(person) is None


def test_a_strip_of_all_frames_takes_up_the_frames_of_a_file_that_has_changed(person, wave, ui):
    strip = _push_down(person)
    joints = joints_of_a_wave(40, 60.0)
    np.savez(wave, keypoints=joints, layout="smpl24", fps=60.0, up_axis="y", units="m")
    bpy.ops.spr.read_again()
    bpy.ops.spr.refine_pose()
    assert (strip.frame_start, strip.frame_end) == (1.0, 40.0)
    assert len(ui("quality").fit_error(person).values) == 40
    assert versions(person)[0] is None, "the file holds no poses any more"


def test_export_writes_all_frames_of_a_person_that_was_pushed_down(person, tmp_path):
    _push_down(person)
    bpy.context.scene.frame_start, bpy.context.scene.frame_end = 20, 30
    path = tmp_path / "pushed.fbx"
    assert bpy.ops.spr.export_fbx(filepath=str(path)) == {"FINISHED"}
    assert len(read(path)["posed"]) == 60
