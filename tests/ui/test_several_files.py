"""Several files at once: one take, or several recordings, in one scene."""

from __future__ import annotations

import bpy
import numpy as np
import pytest

from tests.wave import joints_of_a_wave


@pytest.fixture
def save(tmp_path):
    """A function that saves somebody who waves at a place, in metres across."""

    def save(name, place=0.0, frames=40):
        points = joints_of_a_wave(frames, 30.0) + np.array([place, 0.0, 0.0])
        np.savez(tmp_path / name, keypoints=points, layout="smpl24", fps=30.0, up_axis="y", units="m")
        return tmp_path / name

    return save


def _open(*paths, **options):
    """As the file browser and a drop of several files call it."""
    folder = str(paths[0].parent)
    files = [{"name": path.name} for path in paths]
    return bpy.ops.spr.open_recording(filepath=str(paths[0]), directory=folder, files=files, **options)


def _ids():
    return [entry.person_id for entry in bpy.context.scene.spr.people]


def test_files_of_one_take_are_one_recording_with_a_name_each(enabled, save, ui, capfd):
    first, second = save("dance_P1.npz"), save("dance_P2.npz", 2.0)
    assert _open(second, first) == {"FINISHED"}
    settings = bpy.context.scene.spr
    assert settings.source == str(first) and _ids() == ["P1", "P2"]
    assert [entry.label for entry in settings.people] == ["P1", "P2"]
    assert "dance_P1.npz and 1 more file: 2 people" in capfd.readouterr().out
    bpy.ops.spr.refine_pose()
    armatures = {ob.name: ob for ob in bpy.data.objects if ob.type == "ARMATURE"}
    assert set(armatures) == {"dance P1", "dance P2"}
    ui("session").SESSION.clear()
    bpy.ops.spr.read_again()
    assert _ids() == ["P1", "P2"], "the scene remembers which files belong together"


def test_a_single_file_is_opened_as_before(enabled, save):
    walk = save("walk.npz")
    assert _open(walk) == {"FINISHED"}
    assert bpy.context.scene.spr.also == "[]" and len(bpy.context.scene.spr.files) == 1


def test_other_files_are_listed_and_each_is_a_click_away(enabled, save, ui, capfd):
    walk, run = save("walk.npz"), save("run.npz", 3.0, 25)
    _open(walk, run)
    settings = bpy.context.scene.spr
    assert [row.name for row in settings.files] == ["run.npz", "walk.npz"]
    assert settings.source == str(run) and settings.active_file == 0
    assert "In the list of files: walk.npz" in capfd.readouterr().out
    settings.up = "+z"
    settings.active_file = 1
    assert settings.source == str(walk) and settings.up == "auto"
    assert settings.people[0].short == "40 f" and settings.controls.last == 39
    settings.active_file = 0
    assert settings.source == str(run) and settings.up == "+z", "what was stated stays with its file"


def test_names_and_ticks_stay_with_their_file(enabled, save):
    _open(save("dance_P1.npz"), save("dance_P2.npz", 2.0), save("run.npz", 9.0, 25))
    settings = bpy.context.scene.spr
    settings.people[0].label, settings.people[1].chosen = "Anna", False
    settings.active_file = 1
    assert _ids() == ["0"]
    settings.active_file = 0
    assert [(entry.label, entry.chosen) for entry in settings.people] == [("Anna", True), ("P2", False)]


def test_what_was_stated_on_opening_goes_for_all_files(enabled, save):
    _open(save("walk.npz"), save("run.npz", 3.0, 25), up="+z")
    settings = bpy.context.scene.spr
    settings.active_file = 1
    assert settings.up == "+z"


def test_a_change_of_any_file_of_a_take_is_seen(enabled, save, ui):
    first, second = save("dance_P1.npz"), save("dance_P2.npz", 2.0)
    _open(first, second)
    save("dance_P2.npz", 2.0, 30)
    bpy.ops.spr.read_again()
    assert [entry.short for entry in bpy.context.scene.spr.people] == ["40 f", "30 f"]


def test_the_user_decides_what_belongs_together(enabled, save):
    pair = save("dance_P1.npz"), save("dance_P2.npz", 2.0)
    _open(*pair, several="APART")
    assert len(bpy.context.scene.spr.files) == 2 and _ids() == ["0"]
    _open(*pair, several="TOGETHER")
    assert len(bpy.context.scene.spr.files) == 1 and _ids() == ["P1", "P2"]


def test_a_broken_file_among_others_does_not_keep_them_from_being_opened(enabled, save, broken):
    walk = save("walk.npz")
    assert _open(broken, walk) == {"FINISHED"}
    settings = bpy.context.scene.spr
    assert settings.source == str(walk) and len(settings.files) == 2


def test_people_of_different_files_have_different_colours_which_stay(enabled, save, ui):
    walk, run = save("walk.npz"), save("run.npz", 3.0, 25)
    _open(walk)
    bpy.ops.spr.refine_pose()
    first = bpy.context.object
    _open(run)
    bpy.ops.spr.refine_pose()
    second = bpy.context.object
    assert (first.name, second.name) == ("walk", "run") and first.color[:] != second.color[:]
    colours = [tuple(ob.color) for ob in (first, second)]
    _open(walk)
    assert bpy.context.scene.spr.people[0].place == 0
    assert [row.name for row in bpy.context.scene.spr.files] == ["run.npz", "walk.npz"]
    bpy.ops.spr.refine_pose()
    assert [tuple(bpy.data.objects[name].color) for name in ("walk", "run")] == colours


def test_a_person_who_was_named_is_called_so_in_the_outliner(enabled, save):
    _open(save("dance_P1.npz"), save("dance_P2.npz", 2.0))
    settings = bpy.context.scene.spr
    settings.people[0].label = "Anna"
    settings.use_fps = True  # read again
    assert settings.people[0].label == "Anna"
    bpy.ops.spr.refine_pose()
    assert {ob.name for ob in bpy.data.objects if ob.type == "ARMATURE"} == {"Anna", "dance P2"}


def test_a_file_that_needs_an_answer_is_asked_for_in_the_panel(enabled, tmp_path, ui, capfd):
    points = np.random.default_rng(0).normal(size=(30, 17, 3))
    np.save(tmp_path / "bare.npy", points)
    assert bpy.ops.spr.open_recording(filepath=str(tmp_path / "bare.npy")) == {"FINISHED"}
    told = capfd.readouterr().out
    assert "choose Layout in the sidebar" in told and "--" not in told
    settings = bpy.context.scene.spr
    assert not settings.people and not bpy.ops.spr.refine_pose.poll()
    settings.layout = "coco17"
    assert _ids() == ["0"] and settings.controls.last == 29


def test_dropping_several_files_is_allowed(enabled):
    handler = bpy.types.FileHandler.bl_rna_get_subclass_py("SPR_FH_recording")
    operator = bpy.ops.spr.open_recording.get_rna_type()
    assert handler.bl_import_operator == "spr.open_recording"
    assert {"filepath", "directory", "files"} <= set(operator.properties.keys())
