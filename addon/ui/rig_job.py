# mypy: disable-error-code="attr-defined"
# What a mixin needs of an operator is bpy's, which mypy does not know.
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

Change = Callable[[bpy.types.Object], Steps[str | None]]
"""It returns a sentence on what came of it, None where that is plain to see."""


class RigJob(SteppedJob):
    """Changing one person's bones or keys, which are as they were until it is about to end. sentence: what
    came of it."""

    def __init__(self, person: bpy.types.Object, change: Change) -> None:
        self.sentence: str | None = None
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
        self.sentence = yield from change(person)


class Rigging(Driven):
    """An operator that changes the bones or keys of the shown person by its own `change`."""

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
        if job.sentence:
            self.report({"INFO"}, job.sentence)
        return {"FINISHED"}
