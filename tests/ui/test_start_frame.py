"""A recording begins where the scene's range does, or where the user says; everything goes along."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from addon.scene.curves import find_curves
from tests.formats.test_filming import prompthmr, shot
from tests.scene.fbx_files import read

ELBOW = 'pose.bones["R_Elbow"].rotation_quaternion'


def _person() -> bpy.types.Object:
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


def _keys(person: bpy.types.Object) -> tuple[float, float]:
    return tuple(person.animation_data.action.curve_frame_range)


def _range() -> tuple[int, int]:
    return bpy.context.scene.frame_start, bpy.context.scene.frame_end


@pytest.fixture
def shot_101(enabled, wave):
    """A scene of frames 101 to 400 at 60 fps with the wave open."""
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 60, 101, 400
    bpy.ops.spr.open_recording(filepath=str(wave))
    return scene


def _drawn(ui, scene) -> np.ndarray:
    """The recording's points as they are drawn now."""
    bpy.context.view_layer.update()
    return ui("preview").shapes(scene, bpy.context.evaluated_depsgraph_get()).dots


def test_a_recording_begins_where_the_scenes_range_does(shot_101):
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _keys(_person()) == (101.0, 160.0)
    assert _range() == (101, 400), "the shot's length is the user's choice"
    assert "from frame 101 on" in shot_101.spr.result


def test_a_longer_recording_widens_the_users_range(shot_101):
    shot_101.frame_end = 120
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _range() == (101, 160)


def test_blenders_own_range_becomes_the_recordings(enabled, wave):
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _keys(_person()) == (1.0, 60.0) and _range() == (1, 60)
    assert "from frame" not in bpy.context.scene.spr.result


def test_the_range_goes_with_the_start_frame_until_the_user_sets_one(enabled, wave):
    scene = bpy.context.scene
    scene.render.fps = 60
    bpy.ops.spr.open_recording(filepath=str(wave))
    scene.spr.first_frame = 1001
    assert _range() == (1001, 1060)


def test_refining_again_goes_where_the_user_says_with_edits_and_figures(shot_101, ui):
    bpy.ops.spr.refine_pose()
    person = _person()
    curve = find_curves(person)[(ELBOW, 1)]
    edited = curve.keyframe_points[20].co.y + 0.2
    curve.keyframe_points[20].co.y = edited
    shot_101.spr.first_frame = 201
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _keys(person) == (201.0, 260.0)
    assert find_curves(person)[(ELBOW, 1)].evaluate(221) == pytest.approx(edited, abs=0.02)
    assert ui("quality").fit_error(person).frames[[0, -1]].tolist() == [201.0, 260.0]
    assert _range() == (101, 400)


def test_what_is_drawn_before_lies_on_what_is_drawn_after(shot_101, ui):
    shot_101.frame_set(130)
    before = _drawn(ui, shot_101)
    bpy.ops.spr.refine_pose()
    shot_101.frame_set(130)
    after = _drawn(ui, shot_101)
    assert np.abs(np.sort(after, axis=0) - np.sort(before, axis=0)).max() < 1e-4


def test_opening_again_begins_where_the_result_does(shot_101, wave):
    bpy.ops.spr.refine_pose()
    shot_101.frame_start = 1
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert shot_101.spr.first_frame == 101


def test_operators_with_frames_mean_the_scenes(shot_101, ui):
    bpy.ops.spr.swap_sides(first=111, last=120)
    (swap,) = shot_101.spr.swaps
    assert (swap.first, swap.last) == (10, 19)
    shot_101.spr.swaps.clear()
    shot_101.frame_set(131)
    assert bpy.ops.spr.split_track() == {"FINISHED"}
    assert "30" in shot_101.spr.track_edits
    bpy.ops.spr.tracks_as_in_file()
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.go_to_worst(which="WORST")
    assert 101 <= shot_101.frame_current <= 160


def test_files_for_other_programs_have_all_frames(shot_101, tmp_path):
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.export_fbx(filepath=str(tmp_path / "take.fbx"))
    assert len(read(tmp_path / "take.fbx")["posed"]) == 60


def test_the_camera_and_its_keys_go_along(enabled, tmp_path):
    scene = bpy.context.scene
    scene.frame_start, scene.frame_end, scene.render.fps = 101, 400, 30
    bpy.ops.spr.open_recording(filepath=str(prompthmr(tmp_path, shot())))
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.add_camera()
    assert _keys(scene.camera) == _keys(_person())
    scene.spr.first_frame = 51
    bpy.ops.spr.refine_pose()
    assert _keys(_person())[0] == 51.0 and _keys(scene.camera) == _keys(_person())


def test_start_from_the_current_animation_reads_it_where_it_is(shot_101):
    bpy.ops.spr.refine_pose()
    person = _person()
    before = _heads(person, 140)
    shot_101.spr.controls.start_from = "CURRENT"
    shot_101.spr.controls.strength = 0.0
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert np.abs(_heads(person, 140) - before).max() < 0.01


def _heads(person: bpy.types.Object, frame: int) -> np.ndarray:
    bpy.context.scene.frame_set(frame)
    shown = person.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([bone.head for bone in shown.pose.bones])


def test_each_file_remembers_its_start(shot_101, wave, tmp_path):
    other = tmp_path / "other.npz"
    other.write_bytes(wave.read_bytes())
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.open_recording(filepath=str(other))
    shot_101.spr.first_frame = 301
    shot_101.spr.active_file = 0
    assert shot_101.spr.first_frame == 101
    shot_101.spr.active_file = 1
    assert shot_101.spr.first_frame == 301


def test_a_strip_below_an_edit_layer_goes_along(shot_101):
    bpy.ops.spr.refine_pose()
    person = _person()
    bpy.ops.spr.add_edit_layer()
    before = _heads(person, 120)
    shot_101.spr.first_frame = 201
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (strip,) = person.animation_data.nla_tracks[0].strips
    assert (strip.frame_start, strip.action_frame_start) == (201.0, 201.0)
    assert np.abs(_heads(person, 220) - before).max() < 1e-3
