"""What the operators share that add an animator's bones to a refined person, and take them away again."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..steps import Progress, Steps
from .moved_keys import follow_moved_keys
from .quality import shown_person
from .told_job import Telling, ToldJob

Change = Callable[[bpy.types.Object], Steps[str | None]]
"""It returns a sentence on what came of it, None where that is plain to see."""


class RigJob(ToldJob):
    """Changing one person's bones or keys."""

    def __init__(self, person: bpy.types.Object, change: Change) -> None:
        super().__init__(self._work(person, change), [person])

    def _work(self, person: bpy.types.Object, change: Change) -> Steps[None]:
        yield Progress(0.0, "Reading the motion")
        follow_moved_keys([person])
        self.sentence = yield from change(person)


class Rigging(Telling):
    """An operator that changes the bones or keys of the shown person by its own `change`."""

    job_kind: type[RigJob] = RigJob
    stopped = "It was cancelled; the person is as it was."
    change: Change

    def job(self, context: bpy.types.Context) -> RigJob:
        """Changing the shown person."""
        return self.job_kind(shown_person(context), self.change)
