# mypy: disable-error-code="attr-defined"
# What a mixin needs of an operator is bpy's, which mypy does not know.
"""What operators share whose long work ends in a sentence: in a window in steps, else straight through."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..scene.takes import WRITTEN
from ..steps import Steps
from . import runner
from .driven import Driven
from .log import report_error
from .stepped_job import SteppedJob


class ToldJob(SteppedJob):
    """Work on Blender's data, which is as it was until the work is about to end.

    objects: what it reads and writes. sentence: what came of it, None where that is plain to see; heed:
    whether it is a warning.
    """

    def __init__(self, steps: Steps[None], objects: Iterable[bpy.types.Object]) -> None:
        super().__init__(steps)
        self._objects = list(objects)
        self.sentence: str | None = None
        self.heed = False
        self.writing = True  # an edit of what is being read would be lost

    def stands_on(self) -> Iterable[bpy.types.Object]:
        """Those that it was given."""
        return self._objects

    def cancel(self) -> None:
        """Stop; once the keys are written it is too late for that, and what is left is done at once."""
        if self.fraction < WRITTEN:
            super().cancel()
        else:
            self.run()


class Telling(Driven):
    """An operator that does the work of its own `job`."""

    job_kind: type[ToldJob] = ToldJob

    def job(self, context: bpy.types.Context) -> ToldJob:
        """The work, not begun."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it all at once: scripts, tests and background mode."""
        job = self.job(context)
        job.run()
        return self._finish(job, context.scene)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Start a job that a timer drives."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        runner.drive(context, self.job(context))
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _finish(self, job: ToldJob, _scene: bpy.types.Scene | None) -> set[str]:
        if job.error:
            report_error(self, job.error, job.details)
            return {"CANCELLED"}
        if job.sentence:
            self.report({"WARNING" if job.heed else "INFO"}, job.sentence)
        return {"FINISHED"}
