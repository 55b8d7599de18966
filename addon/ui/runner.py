"""The one run that a window is waiting for: its job, timer and status text."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial

import bpy
from bpy.app.handlers import load_pre, persistent, redo_pre, undo_pre

from ..scene.errors import SceneError
from ..steps import Steps
from .announce import status
from .describe import progress_text
from .job import Job, Outcome, Task, Written
from .keep_edits import write_with_edits
from .redraw import redraw
from .stepped_job import SteppedJob

TICK, SLICE = 0.0005, 0.02
"""Seconds between two slices of the job, and how long one may be. Between them Blender handles what the user
does, and draws. A timer that is not due yet lets Blender sleep for 5 ms: this one is due as soon as the slice
before it is done."""
LONGEST = 0.06
"""Seconds that a slice may be where Blender needs more than twice as many to draw: it draws the view after
every slice that writes keys, and where software does that it would take most of the time."""
SEEN, SHARE = 0.25, 10.0
"""Seconds between two looks that the user gets at the progress, and at least so many times what drawing the
one before has taken: where that is done by software it takes longer than the work."""
LEFT = 5 * SEEN
"""Seconds that the timer of a run ticks on when the add-on's code goes."""


@dataclass
class Run:
    """A job, the scene it was started for, the timer that drives it, the progress last shown, when, and the
    seconds that drawing it took, None while it is not drawn yet; when the last slice was done."""

    job: SteppedJob
    scene_uid: int
    timer: bpy.types.Timer
    shown: str = ""
    shown_at: float = 0.0
    drawing: float | None = 0.0
    worked_at: float = field(default_factory=time.monotonic)

    @property
    def scene(self) -> bpy.types.Scene | None:
        """The scene, found anew: undo may have replaced the object, the user may have deleted it."""
        return next((scene for scene in bpy.data.scenes if scene.session_uid == self.scene_uid), None)


_run: Run | None = None


def current() -> Run | None:
    """The run in progress."""
    return _run


def begin(context: bpy.types.Context, task: Task) -> Run:
    """Start refining a task for the context's scene."""
    run = drive(context, Job(task, lambda outcomes: _write(run, task, outcomes)))
    return run


def drive(context: bpy.types.Context, job: SteppedJob) -> Run:
    """Start the timer in the context's window that drives a job."""
    global _run
    timer = context.window_manager.event_timer_add(TICK, window=context.window)
    _run = run = Run(job, context.scene.session_uid, timer)
    show()
    return run


def _write(run: Run, task: Task, outcomes: tuple[Outcome, ...]) -> Steps[Written]:
    scene = run.scene
    if scene is None:
        raise SceneError("The scene that this run was started in is gone; nothing was written.")
    return (yield from write_with_edits(scene, task, outcomes))


def advance() -> None:
    """Do a slice of the work."""
    if _run is not None:
        now = time.monotonic()
        if _run.drawing is None:
            _run.drawing = now - _run.shown_at
        _run.job.advance(min(max(SLICE, (now - _run.worked_at) / 2), LONGEST))
        show()
        _run.worked_at = time.monotonic()


@persistent
def _before_loading(*_args: object) -> None:
    """Another file is about to be opened: its scene is not the one that the run was started for."""
    end()


@persistent
def _before_undo(*_args: object) -> None:
    """Undo from another window replaces what is being written: it is taken back first."""
    if _run is not None and _run.job.writing:
        _run.job.cancel()


def attach() -> None:
    """End a run before another file is opened, and its writing before an undo."""
    load_pre.append(_before_loading)
    undo_pre.append(_before_undo)
    redo_pre.append(_before_undo)


def detach() -> None:
    """End what is running before the classes go."""
    load_pre.remove(_before_loading)
    undo_pre.remove(_before_undo)
    redo_pre.remove(_before_undo)
    stop()


def show() -> None:
    """Bring progress to the status bar and the panel, now and then; at once where something new is done."""
    if _run is None:
        return
    now, text = time.monotonic(), progress_text(_run.job)
    news = text.partition(",")[0] != _run.shown.partition(",")[0]
    pause = max(SEEN, SHARE * (_run.drawing or 0.0))
    if text != _run.shown and (news or now > _run.shown_at + pause):
        _run.shown, _run.shown_at, _run.drawing = text, now, None
        status(f"{text}   |   Esc: Cancel")
        redraw()


def end() -> None:
    """Stop driving; a job that is not done is cancelled, and its result is lost."""
    run = _let_go()
    if run is not None:
        _remove(run.timer)


def stop() -> None:
    """End the run: the add-on's code is about to go.

    Unregistering an operator that is modal leaves a dead handler in its window, and Blender crashes on it
    (seen in 4.3) when another operator goes modal before any event has swept it away. So the timer ticks
    on for a moment: its events do that.
    """
    run = _let_go()
    if run is not None:
        bpy.app.timers.register(partial(_remove, run.timer), first_interval=LEFT, persistent=True)


def _let_go() -> Run | None:
    global _run
    run, _run = _run, None
    if run is not None:
        run.job.cancel()
        status(None)
        redraw()
    return run


def _remove(timer: bpy.types.Timer) -> None:
    bpy.context.window_manager.event_timer_remove(timer)
