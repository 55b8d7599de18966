"""The run itself: in steps, cancelled, failing; and the operator that drives it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from addon import refiner
from addon.recording import Poses
from addon.steps import Progress, Steps, finish
from addon.ui.describe import progress_parts, progress_text
from addon.ui.job import Job, Task, refine_all
from addon.ui.stepped_job import SteppedJob
from tests.effort import effort


def in_slices(job, seconds=0.01):
    """How often the job had to be asked to go on until it was done."""
    count = 0
    while job.running:
        job.advance(seconds)
        count += 1
    return count


def test_a_job_finishes_with_figures(person):
    job = Job(Task("wave.npz", (person,), "numpy", "cpu"))
    assert in_slices(job) > 3
    assert (job.error, job.cancelled, job.fraction) == ("", False, 1.0)
    (outcome,) = job.outcomes
    assert outcome.motion.frames == 60
    assert outcome.before_mm is None
    assert outcome.after_mm is not None and outcome.after_mm < 50.0
    assert job.engine == "NumPy"


def test_a_job_computes_on_one_thread_and_leaves_the_number_as_it_was():
    libraries = ThreadpoolController().select(user_api="blas")
    seen: list[int] = []

    def steps() -> Steps[None]:
        seen.extend(library["num_threads"] for library in libraries.info())
        yield None

    with libraries.limit(limits=2):
        before = libraries.info()
        assert in_slices(SteppedJob(steps())) and set(seen) == {1}
        assert libraries.info() == before


def test_progress_of_several_people_only_grows(person):
    task = Task("wave.npz", (person, replace(person, id="1")), "numpy", "cpu")
    seen: list[float] = []
    outcomes = finish(refine_all(task), lambda fraction, message: seen.append(fraction))
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    assert [outcome.person.id for outcome in outcomes] == ["0", "1"]


@pytest.fixture
def clock(monkeypatch, person):
    """A job whose progress arrives at chosen times, in seconds since its start."""
    now = [0.0]
    monkeypatch.setattr("addon.ui.stepped_job.time.monotonic", lambda: now[0])
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
    assert progress_text(job) == f"Refining, 40%, {words} left"
    assert progress_parts(job) == ("Refining", f"40%, {words} left")


def test_a_long_name_leaves_the_bar_to_the_progress():
    message = "a_long_name (3 of 12): Reading the keypoints"
    job: Any = SimpleNamespace(message=message, fraction=0.4, seconds_left=None)
    assert progress_parts(job) == (message, "40%")


def test_before_and_after_are_told_when_there_were_poses(person):
    motion = refiner.refine(person, engine="numpy")
    turned = replace(person, poses=Poses(motion.rotations, motion.pelvis + 0.1))
    job = Job(Task("wave.npz", (turned,), "numpy", "cpu"))
    job.run()
    (outcome,) = job.outcomes
    assert outcome.before_mm is not None and outcome.after_mm is not None
    assert outcome.before_mm > outcome.after_mm


def test_slices_give_what_the_straight_run_gives(person):
    sliced, straight = (Job(Task("wave.npz", (person,), "numpy", "cpu")) for _ in range(2))
    in_slices(sliced, 0.0)
    straight.run()
    for name in ("rotations", "pelvis", "fit_error_mm", "uncertainty_deg"):
        ours, theirs = (getattr(job.outcomes[0].motion, name) for job in (sliced, straight))
        np.testing.assert_array_equal(ours, theirs)


def test_a_cancelled_job_ends_empty(long_person):
    job = Job(Task("wave.npz", (long_person,), "numpy", "cpu"))
    job.advance(0.2)
    assert job.running
    job.cancel()
    assert job.cancelled and not job.running and not job.outcomes and not job.error
    job.advance(0.2)
    assert job.fraction < 1.0 and not job.outcomes


def test_a_slice_ends_before_the_step_that_would_make_it_too_long(person, monkeypatch):
    now, taken = [0.0], []
    monkeypatch.setattr("addon.ui.stepped_job.time.monotonic", lambda: now[0])

    def work():
        for step in range(10):
            taken.append(step)
            now[0] += 0.03
            yield None

    job = SteppedJob(work())
    job.advance(0.08)
    assert len(taken) == 2, "a third one would have ended after 0.09 s"
    job.advance(0.01)
    assert len(taken) == 3, "one at least"


def test_what_is_new_is_told_before_the_work_goes_on(person):
    """Loading torch can't be interrupted, so a window has to show first that it begins."""

    def work(_outcomes):
        yield Progress(0.0, "Loading")
        raise AssertionError("nobody has seen what is loading")

    job = Job(Task("wave.npz", (person,), "numpy", "cpu"), work)
    while job.running and job.message != "Loading":
        job.advance(60.0)
    assert job.message == "Loading" and not job.error


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
    with effort(1000):
        assert window.event("ESC", "PRESS") == {"CANCELLED"}
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


def test_writing_is_done_in_slices_too_and_nothing_else_happens_meanwhile(window, ui, person):
    window.start(ui, person)
    window.run_until_writing()
    assert window.event("MOUSEMOVE") == {"RUNNING_MODAL"}
    assert window.event("A", "PRESS") == {"RUNNING_MODAL"}
    assert window.run() == {"FINISHED"}
    assert sum(ob.type == "ARMATURE" for ob in bpy.data.objects) == 1


def known_results():
    """What the scene knows of its refined people."""
    return [(entry.person_id, entry.armature) for entry in bpy.context.scene.spr.results]


@pytest.mark.parametrize("again", [False, True])
def test_esc_while_keys_are_written_leaves_the_scene_as_it_was(window, ui, person, census, again):
    if again:
        bpy.ops.spr.refine_pose()
    before = census(), known_results()
    window.start(ui, person)
    window.run_until_writing()
    while census() == before[0]:  # what was edited is read first
        assert window.event("TIMER") == {"PASS_THROUGH"}
    assert window.event("ESC", "PRESS") == {"CANCELLED"}
    assert window.runner.current() is None
    assert (census(), known_results()) == before
    assert len(window.reports) == 1 and "cancelled" in window.reports[0][1]


def test_disabling_the_extension_ends_the_run(window, ui, long_person, switch_extension):
    window.start(ui, long_person)
    job = window.runner.current().job
    switch_extension(False)
    assert job.cancelled and not job.running


def test_the_timer_is_due_as_soon_as_a_slice_is_done(ui):
    """Blender sleeps for 5 ms whenever no timer is due: a run would wait a fifth of its time."""
    assert 0.0 < ui("runner").TICK < 0.001


@pytest.mark.parametrize(("drawing", "looks"), [(0.001, 1), (0.5, 0)])
def test_progress_is_drawn_less_often_where_drawing_takes_long(
    window, ui, long_person, monkeypatch, drawing, looks
):
    runner, now, drawn = ui("runner"), [100.0], []
    window.start(ui, long_person)
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(runner, "redraw", lambda: drawn.append(now[0]))
    monkeypatch.setattr(runner, "progress_text", lambda _job: f"Fitting, {now[0]:.2f} s")
    runner.show()
    now[0] += drawing
    runner.SLICE = 0.0
    window.event("TIMER")
    drawn.clear()
    now[0] += 0.3
    runner.show()
    assert len(drawn) == looks
    runner.end()


@pytest.mark.parametrize(("drawing", "slice_seconds"), [(0.001, 0.02), (0.1, 0.05), (1.0, 0.06)])
def test_more_is_done_at_a_time_where_drawing_takes_long(
    window, ui, long_person, monkeypatch, drawing, slice_seconds
):
    """Writing keys has the view drawn after every slice: by software that takes longer than the work."""
    runner, now = ui("runner"), [100.0]
    taken: list[float] = []
    monkeypatch.setattr(runner, "SLICE", 0.02)
    window.start(ui, long_person)
    run = runner.current()
    run.worked_at = now[0]
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(run.job, "advance", taken.append)
    now[0] += drawing
    runner.advance()
    assert taken == [pytest.approx(slice_seconds)]
    runner.end()
