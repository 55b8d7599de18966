"""The run itself: in a thread, cancelled, failing; and the operator that watches it."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import bpy
import pytest

from addon import refiner
from addon.recording import Poses
from addon.ui.describe import progress_text
from addon.ui.job import Job, Task, refine_all


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


@pytest.fixture
def clock(monkeypatch, person):
    """A job whose progress arrives at chosen times, in seconds since its start."""
    now = [0.0]
    monkeypatch.setattr("addon.ui.job.time.monotonic", lambda: now[0])
    job = Job(Task("wave.npz", (person,)))

    def at(seconds: float, fraction: float) -> float | None:
        now[0] = seconds
        job._progress(fraction, "Refining")
        return job.seconds_left

    return at


def test_the_remaining_time_is_told_once_the_pace_is_known(clock):
    assert clock(9.0, 0.0) is None  # loading PyTorch
    assert clock(10.0, 0.1) is None
    assert clock(10.2, 0.15) is None
    assert clock(11.0, 0.2) == pytest.approx(8.0)
    assert clock(15.0, 0.6) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (7.4, "7 s"), (23.0, "25 s"), (88.0, "90 s"), (200.0, "3 min")]
)
def test_the_remaining_time_is_told_as_exactly_as_it_is_known(seconds, words):
    job: Any = SimpleNamespace(message="Refining", fraction=0.4, seconds_left=seconds)
    assert progress_text(job) == f"Refining, 40%, about {words} left"


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
