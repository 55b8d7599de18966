# mypy: disable-error-code="attr-defined"
# What a mixin needs of an operator is bpy's, which mypy does not know.
"""What operators share whose work the window does a little at a time."""

from __future__ import annotations

from typing import Any

import bpy

from . import runner
from .stepped_job import SteppedJob


class Driven:
    """An operator that has started a job by `runner.drive`.

    job_kind: of the job. stopped: what is said when it was cancelled. `_finish` is called at its end.
    """

    job_kind: type[SteppedJob]
    stopped: str

    def modal(self, _context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Do a slice of the work, listen for Esc. While keys are written nothing else may change them."""
        run = runner.current()
        if run is None or not isinstance(run.job, self.job_kind):
            return {"CANCELLED"}
        if event.type == "ESC" and event.value == "PRESS":
            run.job.cancel()
        if run.job.cancelled:
            runner.end()
            self.report({"INFO"}, self.stopped)
            return {"CANCELLED"}
        if event.type == "TIMER":
            runner.advance()
        elif run.job.writing:
            return {"RUNNING_MODAL"}
        if run.job.running:
            return {"PASS_THROUGH"}
        scene = run.scene
        runner.end()
        return set(self._finish(run.job, scene))

    def cancel(self, _context: bpy.types.Context) -> None:
        """Blender ends the operator: its window closes, or another file is opened."""
        runner.end()


class Started(Driven):
    """An operator that starts its own `job`, in a window or straight through."""

    def job(self, context: bpy.types.Context) -> SteppedJob | None:
        """The work, not begun; None where it was told why there is none."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it all at once: scripts, tests and background mode."""
        job = self.job(context)
        if job is None:
            return {"CANCELLED"}
        job.run()
        return self._finish(job, context.scene)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Start a job that a timer drives: a little at a time, so that Blender goes on."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        job = self.job(context)
        if job is None:
            return {"CANCELLED"}
        runner.drive(context, job)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _finish(self, job: Any, scene: bpy.types.Scene | None) -> set[str]:
        raise NotImplementedError
