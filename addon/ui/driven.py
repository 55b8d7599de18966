# mypy: disable-error-code="attr-defined"
# What a mixin needs of an operator is bpy's, which mypy does not know.
"""What operators share whose work the window does a little at a time."""

from __future__ import annotations

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
