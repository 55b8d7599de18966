# mypy: disable-error-code="attr-defined"
# What a mixin needs of an operator is bpy's, which mypy does not know.
"""What operators share whose long work ends in a sentence: in a window in steps, else straight through."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..scene import takes
from ..steps import Steps
from .driven import Started
from .log import report_error
from .stepped_job import SteppedJob


class JobWithSentence(SteppedJob):
    """sentence: what came of it, None where that is plain to see; heed: whether it is a warning."""

    def __init__(self, steps: Steps[None]) -> None:
        super().__init__(steps)
        self.sentence: str | None = None
        self.heed = False


class ToldJob(JobWithSentence):
    """Work on Blender's data, which is as it was until the work is about to end.

    objects: what it reads and writes.
    """

    def __init__(self, steps: Steps[None], objects: Iterable[bpy.types.Object]) -> None:
        super().__init__(steps)
        self._objects = list(objects)
        self.writing = True  # an edit of what is being read would be lost

    def stands_on(self) -> Iterable[bpy.types.Object]:
        """Those that it was given."""
        return self._objects

    def cancel(self) -> None:
        """Stop; once the keys are written it is too late for that, and what is left is done at once."""
        if self.fraction < takes.WRITTEN:
            super().cancel()
        else:
            self.run()


class Telling(Started):
    """An operator that says what came of its own `job`."""

    job_kind: type[SteppedJob] = ToldJob

    def _finish(self, job: JobWithSentence, _scene: bpy.types.Scene | None) -> set[str]:
        if job.error:
            report_error(self, job.error, job.details)
            return {"CANCELLED"}
        if job.sentence:
            self.report({"WARNING" if job.heed else "INFO"}, job.sentence)
        return {"FINISHED"}
