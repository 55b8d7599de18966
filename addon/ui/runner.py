"""The one run that a window is waiting for: its job, timer and status text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import bpy
from bpy.app.handlers import load_pre, persistent

from .describe import progress_text
from .job import Job, Task
from .redraw import redraw

TICK = 0.1
"""Seconds between looks at the job: Cancel answers within one of them."""


@dataclass
class Run:
    """A job, the scene it was started for, the timer that watches it and the progress last shown."""

    job: Job
    scene_uid: int
    timer: bpy.types.Timer
    shown: str = ""

    @property
    def scene(self) -> bpy.types.Scene | None:
        """The scene, found anew: undo may have replaced the object, the user may have deleted it."""
        return next((scene for scene in bpy.data.scenes if scene.session_uid == self.scene_uid), None)


_run: Run | None = None
_threads: list[Job] = []


def current() -> Run | None:
    """The run in progress."""
    return _run


def begin(context: bpy.types.Context, task: Task) -> Run:
    """Start a thread and a timer in the context's window."""
    global _run
    _threads[:] = [job for job in _threads if job.running]
    job = Job(task)
    timer = context.window_manager.event_timer_add(TICK, window=context.window)
    _run = Run(job, context.scene.session_uid, timer)
    _threads.append(job)
    job.start()
    show()
    return _run


@persistent
def _before_loading(*_args: object) -> None:
    """Another file is about to be opened: its scene is not the one that the run was started for."""
    end()


def attach() -> None:
    """End a run before another file is opened."""
    load_pre.append(_before_loading)


def detach() -> None:
    """End what is running before the classes go."""
    load_pre.remove(_before_loading)
    stop_all()


def show() -> None:
    """Bring progress to the status bar and the panel."""
    if _run is not None and _run.shown != (text := progress_text(_run.job)):
        _run.shown = text
        _status(f"{text}   |   Esc: Cancel")
        redraw()


def end() -> None:
    """Stop watching; a job that is still running is told to stop, and its result is lost."""
    run = _let_go()
    if run is not None:
        _remove(run.timer)


def stop_all() -> None:
    """End the run and wait for its thread: the add-on's code is about to go.

    Unregistering an operator that is modal leaves a dead handler in its window, and Blender crashes on it
    (seen in 4.3) when another operator goes modal before any event has swept it away. So the timer ticks
    on for a moment: its events do that.
    """
    run = _let_go()
    if run is not None:
        bpy.app.timers.register(partial(_remove, run.timer), first_interval=5 * TICK, persistent=True)
    for job in _threads:
        job.cancel()
        job.join()
    _threads.clear()


def _let_go() -> Run | None:
    global _run
    run, _run = _run, None
    if run is not None:
        run.job.cancel()
        _status(None)
        redraw()
    return run


def _remove(timer: bpy.types.Timer) -> None:
    bpy.context.window_manager.event_timer_remove(timer)


def _status(text: str | None) -> None:
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(text)
