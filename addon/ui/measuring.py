"""The operator that measures a person whom IK controls move: a panel can't look at every frame."""

from __future__ import annotations

import bpy

from ..steps import Steps
from . import runner
from .measures import has_to_look, measure_in_steps
from .quality import shown_person
from .rig_job import Change, Rigging, RigJob
from .stepped_job import SteppedJob


class MeasureJob(RigJob):
    """Looking at one person, of whom nothing is changed."""

    cancel = SteppedJob.cancel

    def _work(self, person: bpy.types.Object, change: Change) -> Steps[None]:
        yield from change(person)


class SPR_OT_measure(Rigging, bpy.types.Operator):
    """Look at every frame of the person for the graph. IK controls move it, so this takes a moment, and once
    more after you have changed keys"""

    bl_idname = "spr.measure"
    bl_label = "Measure"
    bl_options = {"REGISTER"}
    job_kind = MeasureJob
    stopped = "Measuring was cancelled."

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person on IK controls, and nothing running."""
        person, measure = shown_person(context), context.scene.spr.quality.measure
        if runner.current() is not None:
            cls.poll_message_set("Refining is already running")
            return False
        return person is not None and has_to_look(person, measure)

    def change(self, person: bpy.types.Object) -> Steps[None]:
        """What the graph shows then."""
        return measure_in_steps(person, bpy.context.scene.spr.quality.measure)


CLASSES = (SPR_OT_measure,)
