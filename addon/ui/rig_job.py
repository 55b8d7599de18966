"""What the operators share that add an animator's bones to a refined person, and take them away again."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..scene.takes import WRITTEN
from ..steps import Progress, Steps
from . import runner
from .driven import Driven
from .log import report_error
from .moved_keys import follow_moved_keys
from .quality import shown_person
from .stepped_job import SteppedJob

Change = Callable[[bpy.types.Object], Steps[None]]


class RigJob(SteppedJob):
    """Changing one person's bones, which are as they were until it is about to end."""

    def __init__(self, person: bpy.types.Object, change: Change) -> None:
        super().__init__(self._work(person, change))
        self.writing = True  # an edit of what is being read would be lost

    def cancel(self) -> None:
        """Stop; once the keys are written it is too late for that, and what is left is done at once."""
        if self.fraction < WRITTEN:
            super().cancel()
        else:
            self.run()

    def _work(self, person: bpy.types.Object, change: Change) -> Steps[None]:
        yield Progress(0.0, "Reading the motion")
        follow_moved_keys([person])
        yield from change(person)


class Rigging(Driven):
    """An operator that changes the bones of the shown person by its own `change`."""

    job_kind: type[RigJob] = RigJob
    stopped = "It was cancelled; the person is as it was."
    change: Change

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it all at once: scripts, tests and background mode."""
        job = self.job_kind(shown_person(context), self.change)
        job.run()
        return self._finish(job, context.scene)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Start a job that a timer drives."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        runner.drive(context, self.job_kind(shown_person(context), self.change))
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _finish(self, job: RigJob, _scene: bpy.types.Scene | None) -> set[str]:
        if job.error:
            report_error(self, job.error, job.details)
            return {"CANCELLED"}
        return {"FINISHED"}
