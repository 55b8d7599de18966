"""What people do while a run is on, and what they have done to its results: no crash, one sentence."""

from __future__ import annotations

import shutil

import bpy
import numpy as np
import pytest

from addon.scene.curves import find_curves
from addon.steps import finish

from .conftest import reload_scripts


def _armatures(scene=None):
    return [ob for ob in (scene or bpy.context.scene).objects if ob.type == "ARMATURE"]


def _quiet(capfd) -> bool:
    told = capfd.readouterr()
    return "Traceback" not in told.out + told.err


@pytest.fixture
def saved(enabled, wave, tmp_path):
    """A .blend file with a refined wave; afterwards an empty scene is open."""
    bpy.ops.spr.open_recording(filepath=str(wave))
    bpy.ops.spr.refine_pose()
    path = tmp_path / "saved.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    return path


def test_scripts_reloaded_during_a_run_end_it(window, ui, long_person, capfd):
    window.start(ui, long_person)
    job = window.runner.current().job
    reload_scripts()
    assert job.cancelled and not job.running
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert _quiet(capfd)


def test_another_blend_opened_during_a_run_ends_it(saved, ui, long_person, wave, census, capfd):
    bpy.ops.spr.open_recording(filepath=str(wave))
    runner = ui("runner")
    run = runner.begin(bpy.context, ui("job").Task(str(wave), (long_person,), "numpy", "cpu"))
    bpy.ops.wm.open_mainfile(filepath=str(saved))
    assert runner.current() is None and run.job.cancelled
    before = census()
    run.job.advance(60.0)
    assert census() == before and len(_armatures()) == 1
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 1
    assert _quiet(capfd)


def test_undo_during_a_run_does_no_harm(window, ui, person, capfd):
    bpy.ops.ed.undo_push(message="Open")
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Later", None))
    bpy.ops.ed.undo_push(message="Add")
    window.start(ui, person)
    assert bpy.ops.ed.undo() == {"FINISHED"}
    assert "Later" not in bpy.data.objects
    assert window.run() == {"FINISHED"}
    assert len(_armatures()) == 1
    assert _quiet(capfd)


def test_the_result_is_undone_and_redone_as_one_step(window, ui, person):
    bpy.ops.ed.undo_push(message="Open")
    window.start(ui, person)
    assert window.run() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="Refine Pose")
    count = len(find_curves(_armatures()[0]))
    bpy.ops.ed.undo()
    assert not _armatures()
    bpy.ops.ed.redo()
    assert len(find_curves(_armatures()[0])) == count
    bpy.ops.ed.undo()
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 1


def test_the_armature_deleted_during_a_run_from_current_animation(window, ui, capfd):
    bpy.ops.spr.refine_pose()
    settings = bpy.context.scene.spr
    settings.controls.start_from = "CURRENT"
    recording = ui("hints").load(settings)
    (person,) = ui("starting").people_to_refine(bpy.context.scene, recording)
    window.start(ui, person)
    bpy.data.objects.remove(_armatures()[0])
    assert window.run() == {"FINISHED"}
    assert len(_armatures()) == 1
    assert _quiet(capfd)


def test_a_linked_armature_stays_and_the_result_comes_beside_it(saved, wave, capfd):
    with bpy.data.libraries.load(str(saved), link=True) as (held, wanted):
        wanted.objects = list(held.objects)
    (linked,) = (ob for ob in wanted.objects if ob.type == "ARMATURE")
    for ob in wanted.objects:
        bpy.context.scene.collection.objects.link(ob)
    bpy.ops.spr.open_recording(filepath=str(wave))
    entry = bpy.context.scene.spr.results.add()
    entry.source, entry.person_id, entry.armature, entry.rate = str(wave), "0", linked, 60.0
    name = linked.name
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert linked in _armatures() and linked.name == name and linked.library is not None
    own = [ob for ob in _armatures() if ob.library is None]
    assert len(own) == 1
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}
    assert len(_armatures()) == 2
    assert _quiet(capfd)


def test_a_linked_armature_can_be_the_start(saved, wave):
    with bpy.data.libraries.load(str(saved), link=True) as (held, wanted):
        wanted.objects = [name for name in held.objects if name == "wave"]
    (linked,) = wanted.objects
    bpy.context.scene.collection.objects.link(linked)
    bpy.ops.spr.open_recording(filepath=str(wave))
    settings = bpy.context.scene.spr
    entry = settings.results.add()
    entry.source, entry.person_id, entry.armature, entry.rate = str(wave), "0", linked, 60.0
    settings.controls.start_from = "CURRENT"
    assert bpy.ops.spr.refine_pose() == {"FINISHED"}


def test_a_linked_scene_is_refused_in_a_sentence(saved):
    with bpy.data.libraries.load(str(saved), link=True) as (held, wanted):
        wanted.scenes = list(held.scenes)
    (linked,) = wanted.scenes
    with (
        bpy.context.temp_override(scene=linked),
        pytest.raises(RuntimeError, match="linked from another file"),
    ):
        bpy.ops.spr.refine_pose()


def test_a_file_that_vanishes_during_a_run_does_not_matter(window, ui, person, wave):
    window.start(ui, person)
    wave.unlink()
    assert window.run() == {"FINISHED"}
    with pytest.raises(RuntimeError, match="There is no file"):
        bpy.ops.spr.refine_pose()


def test_a_file_that_is_replaced_by_nonsense_is_one_sentence(window, wave, broken, census):
    before = census()
    shutil.copy(broken, wave)
    with pytest.raises(RuntimeError, match=r"wave\.npz") as caught:
        bpy.ops.spr.refine_pose()
    assert "Traceback" not in str(caught.value) and census() == before


def test_that_torch_loads_is_shown_before_it_does(window, ui, person, monkeypatch):
    """Importing can't be interrupted: until then, Esc answers."""

    def loads(*_args, **_options):
        yield ui("job").Progress(0.0, "Loading PyTorch, the first time only")
        loaded.append(True)

    loaded: list[bool] = []
    monkeypatch.setattr(ui("job").refiner, "refine_steps", loads)
    window.start(ui, person)
    window.event("TIMER")
    assert "Loading PyTorch" in window.runner.current().shown
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert not loaded


def test_undo_while_keys_are_written_takes_them_back_first(window, ui, person, census, capfd):
    """Another window may do that; the keys would lie on objects that are gone."""
    bpy.ops.ed.undo_push(message="Open")
    before = census()
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Later", None))
    bpy.ops.ed.undo_push(message="Add")
    window.start(ui, person)
    window.run_until_writing()
    for _ in range(3):
        window.event("TIMER")
    assert bpy.ops.ed.undo() == {"FINISHED"}
    assert census() == before
    assert window.event("TIMER") == {"CANCELLED"}
    assert census() == before
    assert _quiet(capfd)


def test_the_first_use_says_that_torch_loads(monkeypatch):
    from addon import refiner
    from addon.refiner import pipeline
    from tests.refiner.motion import Truth

    told: list[str] = []
    monkeypatch.setattr(pipeline, "loads_torch", lambda engine, device: engine != "numpy")
    person = Truth(0, 10).person()
    refiner.refine(person, engine="auto", progress=lambda share, message: told.append(message))
    assert told[0] == "Loading PyTorch, the first time only"
    told.clear()
    refiner.refine(person, engine="numpy", progress=lambda share, message: told.append(message))
    assert not any("PyTorch" in message for message in told)


def test_progress_of_several_people_goes_by_their_frames(ui, person, long_person):
    seen: list[tuple[float, str]] = []
    task = ui("job").Task("wave.npz", (person, long_person), "numpy", "cpu")
    finish(ui("job").refine_all(task), lambda *step: seen.append(step))
    first = [fraction for fraction, message in seen if "(1 of 2)" in message]
    assert max(first) == pytest.approx(60 / 3060)
    assert np.all(np.diff([fraction for fraction, _ in seen]) >= 0)


def test_the_log_can_be_copied(window, ui, monkeypatch):
    with pytest.raises(RuntimeError, match="no log yet"):
        bpy.ops.spr.copy_log()

    def breaks_down(*_args, **_options):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(ui("job").refiner, "refine_steps", breaks_down)
    with pytest.raises(RuntimeError, match="Details are in the text"):
        bpy.ops.spr.refine_pose()
    assert bpy.ops.spr.copy_log() == {"FINISHED"}
    assert "ZeroDivisionError" in bpy.data.texts["SMPL Refiner Log"].as_string()
