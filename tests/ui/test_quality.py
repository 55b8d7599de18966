"""See the quality: worst frames one click away, before and after, what is estimated."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon.scene.pose_points import body_points
from tests.wave import joints_of_a_wave


@pytest.fixture
def refined(start_scene, scenes):
    """A refined wave of 120 frames whose keypoints are bad around frames 31, 71 and a little at 101."""

    def make():
        joints = joints_of_a_wave(120, 30.0)
        for frame, metres in ((30, 0.3), (70, 0.5), (100, 0.15)):
            joints[frame] += np.random.default_rng(frame).normal(0, metres, (24, 3))
        np.savez(scenes / "bad.npz", keypoints=joints, layout="smpl24", fps=30.0, up_axis="y", units="m")
        bpy.ops.spr.open_recording(filepath=str(scenes / "bad.npz"))
        bpy.ops.spr.refine_pose()

    start_scene("bad", make)
    return _armature()


@pytest.fixture
def plugin(start_scene, scenes, refined_wave):
    """A refined person from a file that holds poses, one arm of them wrong, and keypoints."""

    def make():
        with np.load(refined_wave) as found:
            fields = dict(found)
        fields["poses"][:, 3 * 16 : 3 * 17] += 0.5
        np.savez(scenes / "estimate.npz", **fields)
        bpy.ops.spr.open_recording(filepath=str(scenes / "estimate.npz"))
        bpy.ops.spr.refine_pose()

    start_scene("estimate", make)
    return _armature()


def _armature():
    return next(ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE")


def _go(which):
    assert bpy.ops.spr.go_to_worst(which=which) == {"FINISHED"}
    return bpy.context.scene.frame_current


def test_the_worst_frames_are_one_click_away(refined):
    assert _go("WORST") == 71
    assert _go("NEXT") == 31
    assert _go("NEXT") == 101
    assert _go("WORST") == 71


def test_from_anywhere_else_next_is_the_worst(refined):
    bpy.context.scene.frame_set(50)
    assert _go("NEXT") == 71


def test_after_the_last_peak_comes_the_first(refined):
    seen = [_go("WORST")]
    while (frame := _go("NEXT")) != seen[0]:
        seen.append(frame)
        assert len(seen) < 30
    assert len(seen) == len(set(seen)) > 2
    assert np.abs(np.subtract.outer(seen, seen) + np.eye(len(seen)) * 99).min() >= 15


def test_without_a_result_the_button_says_so(enabled):
    with pytest.raises(RuntimeError, match="no fit error"):
        bpy.ops.spr.go_to_worst(which="WORST")


def test_the_graph_is_that_of_the_animation(refined, ui):
    series = ui("quality").fit_error(refined)
    assert series.frames.tolist() == list(range(1, 121))
    assert series.values.argmax() == 70
    bpy.context.scene.frame_set(71)
    assert refined["fit_error_mm"] == pytest.approx(series.values[70], abs=1e-3)


def test_the_graph_becomes_an_icon_that_is_painted_over(refined, ui):
    icons = ui("icons")
    for size, grey in ((16, 0.25), (16, 0.5), (24, 0.75)):
        assert isinstance(icons.icon_id("test", np.full((size, size, 4), grey)), int)
        preview = icons._collections[0]["test"]
        assert tuple(preview.image_size) == (size, size)
        assert np.array(preview.image_pixels_float[:]) == pytest.approx(grey, abs=0.01)


def test_the_active_persons_quality_is_shown(two_people, ui):
    bpy.ops.spr.refine_pose()
    shown = ui("quality").shown_person
    people = ui("results").refined_armatures(bpy.context.scene)
    for person in people:
        bpy.context.view_layer.objects.active = person
        assert shown(bpy.context) == person
        bpy.context.view_layer.objects.active = person.children[0]
        assert shown(bpy.context) == person
    bpy.context.view_layer.objects.active = None
    assert shown(bpy.context) == people[0]


def _elbow(armature) -> np.ndarray:
    bpy.context.scene.frame_set(20)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return body_points(evaluated, ["left_elbow"])[0]


def test_before_and_after_are_a_click_apart(plugin):
    after = _elbow(plugin)
    for _ in range(2):
        bpy.ops.spr.show_version(which="BEFORE")
        assert np.linalg.norm(_elbow(plugin) - after) > 0.05
        bpy.ops.spr.show_version(which="AFTER")
        np.testing.assert_allclose(_elbow(plugin), after, atol=1e-6)


def test_before_is_the_files_own_poses_whatever_a_run_started_from(plugin):
    bpy.ops.spr.show_version(which="BEFORE")
    original = _elbow(plugin)
    bpy.ops.spr.show_version(which="AFTER")
    bpy.context.scene.spr.controls.start_from = "CURRENT"
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.show_version(which="BEFORE")
    np.testing.assert_allclose(_elbow(_armature()), original, atol=1e-3)


def test_refining_again_leaves_the_scene_at_its_frame(plugin):
    bpy.context.scene.frame_set(33)
    bpy.ops.spr.refine_pose()
    assert bpy.context.scene.frame_current == 33


def test_the_graph_and_the_figures_are_those_of_what_is_shown(plugin, ui):
    after = ui("quality").fit_error(plugin).values.mean()
    bpy.ops.spr.show_version(which="BEFORE")
    before = ui("quality").fit_error(plugin).values.mean()
    assert f"Fit error {before:.0f} → {after:.0f} mm" in bpy.context.scene.spr.result
    assert before > 2 * after


def test_the_switch_can_be_undone(plugin):
    name, after = plugin.name, _elbow(plugin)
    bpy.ops.ed.undo_push(message="refined")
    bpy.ops.spr.show_version(which="BEFORE")
    bpy.ops.ed.undo_push(message="before")
    before = _elbow(bpy.data.objects[name])
    bpy.ops.ed.undo()
    np.testing.assert_allclose(_elbow(bpy.data.objects[name]), after, atol=1e-6)
    bpy.ops.spr.show_version(which="BEFORE")
    np.testing.assert_allclose(_elbow(bpy.data.objects[name]), before, atol=1e-6)


def test_refining_again_replaces_both_actions(plugin, census):
    bpy.ops.spr.show_version(which="BEFORE")
    before = census()
    bpy.ops.spr.refine_pose()
    assert census() == before
    armature = _armature()
    assert armature.animation_data.action.name == "estimate"
    bpy.ops.spr.show_version(which="BEFORE")
    assert armature.animation_data.action.name == "estimate before"


def test_keypoints_alone_have_nothing_before(refined):
    assert bpy.ops.spr.show_version(which="AFTER") == {"FINISHED"}
    with pytest.raises(RuntimeError, match="no longer in the file"):
        bpy.ops.spr.show_version(which="BEFORE")


def test_the_worst_frames_by_jitter(refined):
    bpy.context.scene.spr.quality.measure = "JITTER"
    bone = refined.pose.bones["L_Elbow"]
    bone.rotation_quaternion = (0.7, 0.0, 0.7, 0.0)
    assert bone.keyframe_insert("rotation_quaternion", frame=55)
    bpy.context.view_layer.update()
    assert _go("WORST") == 55
    assert _go("NEXT") != 55
    assert _go("PREVIOUS") == 55


def test_feet_that_slide_are_found(enabled, ui):
    measures = importlib.import_module(f"{enabled}.addon.scene.measures")
    joints = np.tile(joints_of_a_wave(1, 30.0), (60, 1, 1))
    assert measures.slide_cm(joints, 30.0).max() == 0.0
    joints[20:40, :, 0] += np.linspace(0.0, 0.2, 20)[:, None]
    joints[40:, :, 0] += 0.2
    slide = measures.slide_cm(joints, 30.0)
    assert slide[30] == pytest.approx(0.2 / 19 * 30 * 100, rel=1e-3) and slide[5] == 0.0
    joints[:, :, 1] += np.where(np.arange(60) < 20, 0.0, 0.5)[:, None]  # in the air it may
    assert measures.slide_cm(joints, 30.0)[25:].max() == 0.0


def test_a_fast_move_is_no_jitter(enabled):
    measures = importlib.import_module(f"{enabled}.addon.scene.measures")
    joints = np.zeros((40, 24, 3))
    joints[:, 5, 0] = np.sin(np.arange(40) / 4.0)
    assert measures.jitter_mm(joints).max() < 5.0
    joints[20, 5, 1] = 0.05
    found = measures.jitter_mm(joints)
    assert found.argmax() == 20 and found[20] == pytest.approx(50.0, abs=2.0)


def test_a_click_under_the_graph_goes_to_the_worst_frame_of_that_part(refined, ui):
    for part, frame in ((1, 31), (2, 71), (3, 101)):
        assert bpy.ops.spr.go_to_stretch(part=part, parts=4) == {"FINISHED"}
        assert bpy.context.scene.frame_current == frame
    told = ui("quality").SPR_OT_go_to_stretch.description(bpy.context, SimpleNamespace(part=2, parts=4))
    assert "frame 71" in told and "mm" in told


def test_measures_are_measured_once_until_keys_change(refined, ui, monkeypatch):
    measures = ui("measures")
    first = measures.series_of(refined, "SLIDE")
    assert measures.series_of(refined, "SLIDE") is first
    refined.pose.bones["L_Hip"].keyframe_insert("rotation_quaternion", frame=5)
    bpy.context.view_layer.update()
    assert measures.series_of(refined, "SLIDE") is not first


def _without_controls(refined, ui, measure):
    found = ui("measures").series_of(refined, measure)
    assert found is not None
    return found.values


@pytest.mark.parametrize("measure", ["JITTER", "SLIDE"])
def test_a_person_on_ik_controls_is_measured_when_asked(refined, ui, measure):
    bpy.context.scene.spr.quality.measure = measure
    plain, measures = _without_controls(refined, ui, measure), ui("measures")
    assert not bpy.ops.spr.measure.poll()
    assert bpy.ops.spr.add_ik_controls() == {"FINISHED"}
    blocks = [len(bpy.data.scenes), len(bpy.data.objects)]
    assert measures.series_of(refined, measure) is None and not bpy.ops.spr.go_to_worst.poll()
    assert [len(bpy.data.scenes), len(bpy.data.objects)] == blocks
    assert bpy.ops.spr.measure() == {"FINISHED"}
    bpy.context.view_layer.update()
    found = measures.series_of(refined, measure)
    np.testing.assert_allclose(found.values, plain, atol=1.0)
    assert bpy.ops.spr.go_to_worst.poll() and not bpy.ops.spr.measure.poll()
    refined.pose.bones["L_Hip"].keyframe_insert("rotation_quaternion", frame=5)
    bpy.context.view_layer.update()
    assert bpy.ops.spr.measure.poll()


@pytest.mark.parametrize("measure", ["JITTER", "SLIDE"])
def test_a_person_on_a_root_bone_is_measured_without_a_change_of_the_file(refined, ui, measure):
    plain = _without_controls(refined, ui, measure)
    assert bpy.ops.spr.add_root_bone() == {"FINISHED"}
    np.testing.assert_allclose(ui("measures").series_of(refined, measure).values, plain, atol=0.2)
