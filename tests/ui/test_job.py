"""The run itself: in a thread, cancelled, failing; and the operator that watches it."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from addon import formats, refiner
from addon.recording import Person, Poses
from addon.ui.job import Job, Task, refine_all

from .conftest import joints_of_a_wave


@pytest.fixture
def person(wave) -> Person:
    return formats.read(wave).people[0]


@pytest.fixture
def long_person(tmp_path) -> Person:
    """Somebody who keeps the refiner busy for a while."""
    path = tmp_path / "long.npz"
    np.savez(path, keypoints=joints_of_a_wave(3_000, 60.0), layout="smpl24", fps=60.0, up_axis="y", units="m")
    return formats.read(path).people[0]


def test_a_thread_finishes_with_figures(person):
    job = Job(Task("wave.npz", (person,), "numpy", "cpu"))
    job.start()
    assert job.join(60.0)
    assert (job.error, job.cancelled, job.fraction) == ("", False, 1.0)
    (outcome,) = job.outcomes
    assert outcome.motion.frames == 60
    assert outcome.before_mm is None
    assert outcome.after_mm is not None and outcome.after_mm < 50.0
    assert job.engine == "NumPy"


def test_progress_of_several_people_only_grows(person):
    task = Task("wave.npz", (person, replace(person, id="1")), "numpy", "cpu")
    seen: list[float] = []
    outcomes = refine_all(task, lambda fraction, message: seen.append(fraction), lambda: False)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    assert [outcome.person.id for outcome in outcomes] == ["0", "1"]


def test_before_and_after_are_told_when_there_were_poses(person):
    motion = refiner.refine(person, engine="numpy")
    turned = replace(person, poses=Poses(motion.rotations, motion.pelvis + 0.1))
    job = Job(Task("wave.npz", (turned,), "numpy", "cpu"))
    job.run()
    (outcome,) = job.outcomes
    assert outcome.before_mm is not None and outcome.after_mm is not None
    assert outcome.before_mm > outcome.after_mm


def test_a_cancelled_thread_ends_empty(long_person):
    job = Job(Task("wave.npz", (long_person,), "numpy", "cpu"))
    job.start()
    time.sleep(0.2)
    assert job.running
    job.cancel()
    assert job.join(60.0)
    assert job.cancelled and not job.outcomes and not job.error


class _Window:
    """The operator as Blender's event loop calls it, which background mode never does."""

    def __init__(self, ui) -> None:
        self.operator = ui("refine_pose").SPR_OT_refine_pose
        self.runner = ui("runner")
        self.reports: list[tuple[set[str], str]] = []
        methods = {name: getattr(self.operator, name) for name in ("_finish", "_refuse")}
        self.self = SimpleNamespace(report=lambda kind, text: self.reports.append((kind, text)))
        for name, method in methods.items():
            setattr(self.self, name, method.__get__(self.self))

    def start(self, ui, person, engine="numpy") -> None:
        self.runner.begin(bpy.context, ui("job").Task(bpy.context.scene.spr.source, (person,), engine, "cpu"))

    def event(self, kind: str, value: str = "NOTHING") -> set[str]:
        return self.operator.modal(self.self, bpy.context, SimpleNamespace(type=kind, value=value))

    def run(self, seconds: float = 60.0) -> set[str]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            state = self.event("TIMER")
            if state != {"PASS_THROUGH"}:
                return state
            time.sleep(0.02)
        raise AssertionError("the run did not end")


@pytest.fixture
def window(ui, wave):
    bpy.ops.spr.open_recording(filepath=str(wave))
    return _Window(ui)


def test_the_watched_run_writes_keys_and_ends(window, ui, person):
    window.start(ui, person)
    assert window.event("MOUSEMOVE") == {"PASS_THROUGH"}
    assert window.run() == {"FINISHED"}
    assert window.runner.current() is None
    assert [kind for kind, _ in window.reports] == [{"INFO"}]
    assert sum(ob.type == "ARMATURE" for ob in bpy.data.objects) == 1


def test_esc_leaves_the_scene_as_it_was(window, ui, long_person, census):
    before = census()
    window.start(ui, long_person)
    pressed_at = time.monotonic()
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert time.monotonic() - pressed_at < 0.5
    assert window.runner.current() is None
    assert census() == before
    assert len(window.reports) == 1


def test_the_cancel_button_does_the_same(window, ui, long_person, census):
    before = census()
    window.start(ui, long_person)
    assert bpy.ops.spr.cancel_refine() == {"FINISHED"}
    assert window.event("TIMER") == {"CANCELLED"}
    assert census() == before


def test_while_it_runs_the_button_says_so(window, ui, long_person):
    window.start(ui, long_person)
    with pytest.raises(RuntimeError, match="already running"):
        bpy.ops.spr.refine_pose()
    window.event("ESC", "PRESS")
    with pytest.raises(RuntimeError, match="Nothing is running"):
        bpy.ops.spr.cancel_refine()


def test_a_scene_that_is_deleted_meanwhile_is_one_sentence(window, ui, person):
    scene = bpy.data.scenes.new("short-lived")
    scene_uid = scene.session_uid
    window.start(ui, person)
    window.runner.current().scene_uid = scene_uid
    bpy.data.scenes.remove(scene)
    assert window.run() == {"CANCELLED"}
    ((kind, text),) = window.reports
    assert kind == {"ERROR"} and "gone" in text


def test_keys_go_to_the_scene_of_the_click(window, ui, person):
    scene = bpy.data.scenes.new("other")
    scene.spr.source = bpy.context.scene.spr.source
    window.start(ui, person)
    window.runner.current().scene_uid = scene.session_uid
    assert window.run() == {"FINISHED"}
    assert any(ob.type == "ARMATURE" for ob in scene.objects)
    assert not any(ob.type == "ARMATURE" for ob in bpy.context.scene.objects)


def test_another_recording_opened_meanwhile_gets_no_foreign_figures(window, ui, person, wave, tmp_path):
    other = shutil.copy(wave, tmp_path / "other.npz")
    window.start(ui, person)
    bpy.ops.spr.open_recording(filepath=str(other))
    assert window.run() == {"FINISHED"}
    assert bpy.context.scene.spr.result == ""
    assert [ob.name for ob in bpy.data.objects if ob.type == "ARMATURE"] == ["wave"]


def test_an_armature_deleted_meanwhile_does_no_harm(window, ui, person):
    bpy.ops.spr.refine_pose()
    window.start(ui, person)
    bpy.data.objects.remove(next(ob for ob in bpy.data.objects if ob.type == "ARMATURE"))
    assert window.run() == {"FINISHED"}
    assert sum(ob.type == "ARMATURE" for ob in bpy.data.objects) == 1


def test_another_file_opened_meanwhile_ends_the_run(window, ui, long_person):
    window.start(ui, long_person)
    job = window.runner.current().job
    window.operator.cancel(window.self, bpy.context)
    assert window.runner.current() is None and job.cancelled
    assert window.event("TIMER") == {"CANCELLED"}


def test_disabling_the_extension_ends_the_run_and_its_thread(window, ui, long_person, switch_extension):
    window.start(ui, long_person)
    job = window.runner.current().job
    switch_extension(False)
    assert job.cancelled and not job.running
