"""The open recording is drawn at the scene's current frame, until its people are refined."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest

from tests.wave import joints_of_a_wave


@pytest.fixture
def shapes(ui):
    """A function that gives what is drawn now."""
    return lambda: ui("preview").shapes(bpy.context.scene, bpy.context.evaluated_depsgraph_get())


@pytest.fixture
def opened(enabled, wave):
    bpy.ops.spr.open_recording(filepath=str(wave))
    return bpy.context.scene


def _in_blender(joints: np.ndarray) -> np.ndarray:
    x, y, z = joints.T
    return np.stack([x, -z, y], axis=-1)


def test_keypoints_appear_without_scene_objects(opened, shapes, census):
    assert sum(census().values()) == 0
    np.testing.assert_allclose(shapes().dots, _in_blender(joints_of_a_wave(60, 60.0)[0]), atol=1e-5)
    assert len(shapes().lines) == 2 * 23


def test_nothing_is_painted_of_people_behind_the_eye_and_of_points_without_lines(opened, shapes, ui):
    viewport, behind = ui("viewport"), np.eye(4)
    behind[2, 3] = 100.0
    projection = np.array([[1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, -0.2], [0, 0, -1, 0]])
    view = viewport.View(behind, projection, 1000.0)
    dots = viewport.discs(shapes().dots, shapes().dot_colours, 4.0, view)
    assert len(dots[0]) == 0
    viewport._paint_discs(*dots)  # Blender's own batches refuse to be empty
    viewport._paint_lines(replace(shapes(), lines=np.zeros((0, 3))), 2.0)


def test_they_play_at_the_right_speed_at_the_scenes_own_rate(opened, shapes):
    opened.render.fps = 24
    opened.frame_set(13)
    expected = joints_of_a_wave(60, 60.0)[30]
    np.testing.assert_allclose(shapes().dots, _in_blender(expected), atol=1e-4)


def test_overrides_are_followed(opened, shapes):
    before = shapes().dots
    opened.spr.up = "+z"
    assert np.abs(shapes().dots - before).max() > 0.5
    opened.spr.up, opened.spr.units = "auto", "cm"
    np.testing.assert_allclose(shapes().dots, before / 100, atol=1e-5)
    opened.spr.units, opened.spr.use_fps, opened.spr.fps = "auto", True, 30.0
    opened.render.fps = 30
    opened.frame_set(21)
    np.testing.assert_allclose(shapes().dots, _in_blender(joints_of_a_wave(60, 60.0)[20]), atol=1e-4)


def test_while_the_file_is_read_anew_the_last_skeleton_stays(opened, shapes, ui):
    drawn = shapes()
    ui("session").SESSION.clear()
    np.testing.assert_array_equal(shapes().dots, drawn.dots)


def test_another_file_is_another_skeleton(opened, shapes, tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, keypoints=joints_of_a_wave(9, 60.0, 1.0), layout="smpl24", fps=60.0, up_axis="y")
    bpy.ops.spr.open_recording(filepath=str(path))
    np.testing.assert_allclose(shapes().dots, _in_blender(joints_of_a_wave(9, 60.0, 1.0)[0]), atol=1e-5)


def test_it_can_be_switched_off(opened, shapes):
    opened.spr.show_preview = False
    assert len(shapes().dots) == 0


def test_nothing_is_drawn_before_and_after_the_recording(opened, shapes):
    opened.frame_set(0)
    assert len(shapes().dots) == 0
    opened.frame_set(1000)
    assert len(shapes().dots) == 0


@pytest.mark.parametrize("keep", [True, False])
def test_refined_people_are_drawn_as_long_as_wanted(opened, shapes, keep):
    before = shapes()
    opened.spr.show_keypoints = keep
    bpy.ops.spr.refine_pose()
    np.testing.assert_allclose(shapes().dots, before.dots, atol=1e-5)
    np.testing.assert_allclose(shapes().dot_colours, before.dot_colours, atol=1e-3)
    opened.spr.preview_refined = False
    assert len(shapes().dots) == 0
    bpy.data.objects.remove(next(ob for ob in opened.objects if ob.type == "ARMATURE"))
    np.testing.assert_allclose(shapes().dots, before.dots, atol=1e-5)


def test_kept_keypoints_are_drawn_after_the_file_is_opened_again_without_its_recording(
    opened, shapes, wave, tmp_path
):
    before = shapes()
    bpy.ops.spr.refine_pose()
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    wave.unlink()
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "kept.blend"))
    np.testing.assert_allclose(shapes().dots, before.dots, atol=1e-5)
    bpy.context.scene.spr.show_residuals = True
    assert len(shapes().dots) == 2 * len(before.dots)


def test_kept_keypoints_follow_the_armature_and_its_colour(opened, shapes):
    bpy.ops.spr.refine_pose()
    before = shapes()
    (armature,) = [ob for ob in opened.objects if ob.type == "ARMATURE"]
    armature.location, armature.color = (1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 1.0)
    bpy.context.view_layer.update()
    np.testing.assert_allclose(shapes().dots, before.dots + armature.location, atol=1e-5)
    np.testing.assert_allclose(shapes().dot_colours[0], (1, 0, 0, 1), atol=1e-6)
    armature.hide_set(True)
    assert len(shapes().dots) == 0


def test_refining_again_keeps_one_set_of_keypoints(opened, shapes, census):
    bpy.ops.spr.refine_pose()
    once, drawn = census(), shapes()
    opened.spr.controls.smoothing = 0.5
    bpy.ops.spr.refine_pose()
    assert census() == once
    np.testing.assert_allclose(shapes().dots, drawn.dots, atol=1e-5)


def test_the_empties_of_an_earlier_version_go_when_the_person_is_refined_again(opened, shapes, census):
    bpy.ops.spr.refine_pose()
    once = census()
    held = bpy.data.collections.new("wave keypoints")
    opened.collection.children.link(held)
    for point in ("nose", "neck"):
        empty = bpy.data.objects.new(f"wave {point}", None)
        held.objects.link(empty)
        empty.keyframe_insert("location", frame=1)
    (armature,) = [ob for ob in opened.objects if ob.type == "ARMATURE"]
    entry = opened.spr.results.add()
    entry.source, entry.person_id = armature.pop("spr_source"), armature["spr_person"]
    entry.armature, entry.keypoints, entry.rate = armature, held, 60.0
    bpy.ops.spr.refine_pose()
    assert census() == once


def test_empties_are_made_on_demand_and_stay_when_the_person_is_refined_again(opened):
    bpy.ops.spr.refine_pose()
    assert bpy.ops.spr.keypoints_to_empties() == {"FINISHED"}
    empties = sorted(ob.name for ob in opened.objects if ob.type == "EMPTY")
    assert len(empties) == 24
    bpy.ops.spr.refine_pose()
    assert sorted(ob.name for ob in opened.objects if ob.type == "EMPTY") == empties
    (armature,) = [ob for ob in opened.objects if ob.type == "ARMATURE"]
    assert {ob.parent for ob in opened.objects if ob.type == "EMPTY"} == {armature}


def test_only_the_chosen_people_are_drawn_each_in_a_colour(two_people, shapes):
    assert len({tuple(colour) for colour in shapes().dot_colours}) == 2
    two_people.spr.people["1"].chosen = False
    assert len(shapes().dots) == 24


def test_residual_lines_run_to_the_posed_body(opened, shapes):
    bpy.ops.spr.refine_pose()
    opened.spr.preview_refined, opened.spr.show_residuals = False, True
    opened.frame_set(20)
    lengths = np.linalg.norm(np.diff(shapes().lines.reshape(-1, 2, 3), axis=1), axis=-1) * 1000
    (armature,) = [ob for ob in opened.objects if ob.type == "ARMATURE"]
    assert lengths.shape == (24, 1)
    assert lengths.mean() == pytest.approx(armature["fit_error_mm"], abs=0.5)


def test_residual_lines_follow_the_users_edits(opened, shapes):
    bpy.ops.spr.refine_pose()
    opened.spr.preview_refined, opened.spr.show_residuals = False, True
    (armature,) = [ob for ob in opened.objects if ob.type == "ARMATURE"]
    armature.animation_data.action = None
    armature.pose.bones["L_Elbow"].rotation_quaternion = (0.0, 0.0, 0.0, 1.0)
    ends = shapes().lines.reshape(-1, 2, 3)
    assert np.linalg.norm(ends[20, 1] - ends[20, 0]) > 0.2
    armature.location.x = 5.0
    bpy.context.view_layer.update()
    np.testing.assert_allclose(shapes().lines.reshape(-1, 2, 3), ends + np.array([5.0, 0, 0]), atol=1e-5)


def test_an_empty_scene_takes_the_recordings_range(opened):
    assert (opened.frame_start, opened.frame_end) == (1, 1 + int(59 / 60 * 24 + 0.01))
    assert opened.render.fps == 24


def test_the_range_follows_an_overridden_rate_and_back(opened):
    whole = opened.frame_end
    opened.spr.fps, opened.spr.use_fps = 30.0, True
    assert opened.frame_end == 1 + int(59 / 30 * 24 + 0.01)
    opened.spr.use_fps = False
    assert opened.frame_end == whole


def test_the_next_recording_takes_its_own_range(opened, tmp_path):
    path = tmp_path / "long.npz"
    np.savez(path, keypoints=joints_of_a_wave(300, 30.0), layout="smpl24", fps=30.0, up_axis="y")
    bpy.ops.spr.open_recording(filepath=str(path))
    assert opened.frame_end == 1 + int(299 / 30 * 24)


def test_a_range_that_the_user_has_set_stays(enabled, wave):
    scene = bpy.context.scene
    scene.frame_end, scene.frame_current = 120, 77
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert (scene.frame_end, scene.frame_current) == (120, 77)


def test_an_animated_scene_keeps_its_range(enabled, wave):
    cube = bpy.data.objects.new("cube", None)
    bpy.context.scene.collection.objects.link(cube)
    cube.keyframe_insert("location", frame=1)
    bpy.ops.spr.open_recording(filepath=str(wave))
    assert bpy.context.scene.frame_end == 250


def test_poses_and_the_targets_of_a_second_file_are_both_drawn(enabled, wave, tmp_path, shapes):
    poses = tmp_path / "poses.npz"
    np.savez(
        poses, poses=np.zeros((60, 72)), trans=np.zeros((60, 3)), betas=np.zeros(10), mocap_framerate=60.0
    )
    bpy.ops.spr.open_recording(filepath=str(poses))
    assert len(shapes().dots) == 24
    bpy.ops.spr.open_targets(filepath=str(wave))
    strengths = np.bincount((shapes().dot_colours[:, 3] * 100).round().astype(int))
    assert np.flatnonzero(strengths).tolist() == [45, 100]
    assert strengths[45] == strengths[100] == 24
