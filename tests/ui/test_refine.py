"""Open, refine, see keys, export: the way a script goes, with the same core as the button."""

from __future__ import annotations

import re

import bpy
import numpy as np
import pytest


def _armatures():
    return [ob for ob in bpy.context.scene.objects if ob.type == "ARMATURE"]


def _bodies():
    return [ob for ob in bpy.context.scene.objects if ob.type == "MESH"]


def _key_frames(armature) -> np.ndarray:
    first, last = armature.animation_data.action.frame_range
    return np.array([first, last])


@pytest.fixture
def opened(enabled, wave):
    """A scene with the wave open."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    return bpy.context.scene


def test_refining_writes_keys_at_the_right_speed(opened):
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    (armature,) = _armatures()
    assert opened.render.fps / opened.render.fps_base == pytest.approx(60.0)
    assert np.ptp(_key_frames(armature)) == pytest.approx(59)
    assert len(_bodies()) == 1
    assert armature["spr_person"] == "0"


def test_the_speed_is_right_at_the_scenes_own_rate(opened):
    opened.render.fps = 24
    opened.spr.match_scene_rate = False
    bpy.ops.spr.refine_pose()
    assert opened.render.fps == 24
    assert np.ptp(_key_frames(*_armatures())) == pytest.approx(59 / 60 * 24, abs=1.0)


def test_the_figures_are_told(enabled, opened):
    bpy.context.preferences.addons[enabled].preferences.log = True
    bpy.ops.spr.refine_pose()
    headline, fit = opened.spr.result.split("\n")[:2]
    assert headline.startswith("60 frames refined in ") and headline.endswith(" s on NumPy")
    assert fit.startswith("Fit error ") and fit.endswith(" mm")
    assert headline in bpy.data.texts["SMPL Refiner Log"].as_string()


def test_mesh_and_keypoints_are_optional(opened):
    opened.spr.mesh = opened.spr.show_keypoints = False
    bpy.ops.spr.refine_pose()
    assert [ob.type for ob in opened.objects] == ["ARMATURE"]


def test_a_second_run_takes_the_place_of_the_first(opened, census):
    bpy.ops.spr.refine_pose()
    before = census()
    (first,) = _armatures()
    name = first.name
    first.location.x = 2.0
    follower = bpy.data.objects.new("follower", None)
    opened.collection.objects.link(follower)
    constraint = follower.constraints.new("COPY_LOCATION")
    constraint.target = first
    bpy.ops.spr.refine_pose()
    (second,) = _armatures()
    assert second.name == name and second.location.x == 2.0
    assert constraint.target == second
    assert census() == before | {"objects": before["objects"] + 1}


def test_what_a_user_parented_to_the_armature_stays(opened):
    bpy.ops.spr.refine_pose()
    (first,) = _armatures()
    own = bpy.data.objects.new("own character", bpy.data.meshes.new("own"))
    opened.collection.objects.link(own)
    own.parent = first
    bpy.ops.spr.refine_pose()
    assert own.parent == _armatures()[0]


def test_both_stay_when_asked(opened):
    opened.spr.replace = False
    bpy.ops.spr.refine_pose()
    bpy.ops.spr.refine_pose()
    assert len(_armatures()) == 2


def test_a_deleted_result_is_simply_written_anew(opened):
    bpy.ops.spr.refine_pose()
    bpy.data.objects.remove(_armatures()[0])
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 1


def test_refining_works_from_pose_mode(opened):
    bpy.ops.spr.refine_pose()
    bpy.ops.object.mode_set(mode="POSE")
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 1


def test_a_failure_while_writing_leaves_the_earlier_result(opened, census, ui, monkeypatch):
    bpy.ops.spr.refine_pose()
    before, (armature,) = census(), _armatures()
    name, keys = armature.name, _key_frames(armature).tolist()
    scene_package = ui("results").scene_package

    def fails(*_args, **_options):
        raise scene_package.SceneError("The disk of keys is full; make room.")

    monkeypatch.setattr(scene_package.write_motion, "steps", fails)
    with pytest.raises(RuntimeError, match="The disk of keys is full; make room"):
        bpy.ops.spr.refine_pose()
    assert census() == before
    assert _armatures() == [armature]
    assert (armature.name, _key_frames(armature).tolist()) == (name, keys)
    monkeypatch.undo()
    bpy.ops.spr.refine_pose()
    assert census() == before


def test_all_people_are_refined_unless_one_is_chosen(two_people):
    assert [one.chosen for one in two_people.spr.people] == [True, True]
    bpy.ops.spr.refine_pose()
    assert sorted(ob["spr_person"] for ob in _armatures()) == ["1", "2"]


def test_one_person_is_chosen(two_people):
    two_people.spr.people["1"].chosen = False
    bpy.ops.spr.refine_pose()
    assert [ob["spr_person"] for ob in _armatures()] == ["2"]


def test_poses_without_keypoints_are_refined_on_their_own(enabled, tmp_path):
    path = tmp_path / "amass.npz"
    np.savez(
        path,
        poses=np.random.default_rng(0).normal(0.0, 0.05, (30, 72)),
        trans=np.zeros((30, 3)),
        betas=np.zeros(10),
        mocap_framerate=30.0,
    )
    bpy.ops.spr.open_recording(filepath=str(path))
    bpy.ops.spr.refine_pose()
    headline, shake = bpy.context.scene.spr.result.split("\n")[:2]
    before, after = map(float, re.findall(r"[\d.]+", shake)[:2])
    assert "30 frames refined" in headline and shake.startswith("Jitter") and after < 0.5 * before
    assert len(_armatures()) == 1


def test_export_writes_a_file(opened, tmp_path):
    with pytest.raises(RuntimeError, match="Refine a recording first"):
        bpy.ops.spr.export_fbx(filepath=str(tmp_path / "early.fbx"))
    bpy.ops.spr.refine_pose()
    assert bpy.ops.spr.export_fbx(filepath=str(tmp_path / "wave")) == {"FINISHED"}
    assert (tmp_path / "wave.fbx").stat().st_size > 10_000


def test_a_place_that_cannot_be_written_is_one_sentence(opened, tmp_path):
    bpy.ops.spr.refine_pose()
    with pytest.raises(RuntimeError, match=r"^Error: .*nowhere.*") as caught:
        bpy.ops.spr.export_fbx(filepath=str(tmp_path / "nowhere" / "wave.fbx"))
    assert "Traceback" not in str(caught.value)


def test_the_button_says_what_is_missing(enabled):
    with pytest.raises(RuntimeError, match="Open a recording first"):
        bpy.ops.spr.refine_pose()


def test_a_file_that_vanished_is_one_sentence(opened, wave, census):
    before = census()
    wave.unlink()
    with pytest.raises(RuntimeError, match=r"There is no file") as caught:
        bpy.ops.spr.refine_pose()
    assert str(caught.value).count("There is no file") == 1
    assert census() == before


def test_an_engine_that_is_not_there_is_one_sentence(opened, census):
    before = census()
    opened.spr.engine, opened.spr.device = "numpy", "cuda"
    with pytest.raises(RuntimeError, match="NumPy engine runs on the CPU only"):
        bpy.ops.spr.refine_pose()
    assert census() == before


def test_an_unexpected_error_is_one_sentence_with_details_in_the_log(opened, census, ui, monkeypatch, capfd):
    def breaks_down(*_args, **_options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(ui("job").refiner, "refine_steps", breaks_down)
    before = census()
    with pytest.raises(RuntimeError, match="error in the add-on") as caught:
        bpy.ops.spr.refine_pose()
    assert "SMPL Refiner Log" in str(caught.value)
    assert "Traceback" not in str(caught.value) + capfd.readouterr().err
    assert "ZeroDivisionError" in bpy.data.texts["SMPL Refiner Log"].as_string()
    assert census() == before
