"""Refine Pose: check, call, report. The work is in `job`, the keys are in `scene`."""

from __future__ import annotations

import bpy

from ..overrides import in_panel
from ..refiner import RefineError
from ..safe_read import FormatError
from ..scene.errors import SceneError
from . import runner
from .contacts import unkeyed
from .controls import controls_of
from .describe import report, result
from .driven import Driven
from .hints import peek
from .job import Job, Task
from .keep_edits import write_with_edits
from .log import log_run, report_error
from .moved_keys import begins, follow_all
from .own_body import own_body
from .people import places_of
from .preferences import engine_and_device
from .results import refined_armatures
from .starting import people_to_refine
from .targets import load_with_targets


class SPR_OT_refine_pose(Driven, bpy.types.Operator):
    """Turn the open recording into clean SMPL animation on an armature"""

    bl_idname = "spr.refine_pose"
    bl_label = "Refine Pose"
    bl_options = {"REGISTER", "UNDO"}
    job_kind = Job
    stopped = "Refining was cancelled; the scene is as it was."

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """A recording must be open, and nothing may be running; the tooltip says which it is."""
        reason = _why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do it all at once: scripts, tests and background mode."""
        task = self._task(context)
        if task is None:
            return {"CANCELLED"}
        scene = context.scene
        job = Job(task, lambda outcomes: write_with_edits(scene, task, outcomes))
        job.run()
        return self._finish(job, scene)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Start a job that a timer drives: a little at a time, so that Blender goes on."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        task = self._task(context)
        if task is None:
            return {"CANCELLED"}
        runner.begin(context, task)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _task(self, context: bpy.types.Context) -> Task | None:
        settings = context.scene.spr
        moved = follow_all(context.scene)
        try:
            recording = load_with_targets(settings)
            body = own_body(settings.body)
            people = people_to_refine(context.scene, recording)
        except (FormatError, RefineError, SceneError) as error:
            report_error(self, str(error), getattr(error, "details", ""))
            return None
        return Task(
            settings.source,
            people,
            *engine_and_device(settings),
            origin=recording.start,
            start=settings.first_frame,
            begins={person.id: begins(context.scene, person.id) for person in people},
            body=body,
            controls=controls_of(settings),
            places=places_of(settings, recording),
            notes=(*moved, *_unkeyed(context.scene), *recording.exchanged),
            times={person.id: person.times for person in recording.people},
            file_poses={person.id: person.poses for person in recording.people if person.poses is not None},
        )

    def _finish(self, job: Job, scene: bpy.types.Scene | None) -> set[str]:
        if job.error or scene is None:
            return self._refuse(job.error, job.details)
        lines = [*result(job), *job.told]
        if scene.spr.source == job.task.source:
            scene.spr.result = "\n".join(lines)
        log_run("\n    ".join([job.task.source, *lines]))
        self.report({"WARNING"} if job.told else {"INFO"}, " ".join([report(job), *job.told]))
        return {"FINISHED"}

    def _refuse(self, sentence: str, details: str = "") -> set[str]:
        report_error(self, sentence, details)
        return {"CANCELLED"}


class SPR_OT_cancel_refine(bpy.types.Operator):
    """Stop refining and leave the scene as it was"""

    bl_idname = "spr.cancel_refine"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        """Needs a run."""
        if runner.current() is None:
            cls.poll_message_set("Nothing is running")
            return False
        return True

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Tell the job; the running operator answers at its next look."""
        run = runner.current()
        if run is not None:
            run.job.cancel()
        return {"FINISHED"}


def _unkeyed(scene: bpy.types.Scene) -> list[str]:
    """Sentences of contacts that this run would have kept, had they got keys."""
    if not scene.spr.edits.keep:
        return []
    return [sentence for person in refined_armatures(scene) for sentence in unkeyed(person, scene)]


def _why_not(context: bpy.types.Context) -> str:
    settings = context.scene.spr
    if runner.current() is not None:
        return "Refining is already running"
    if context.scene.library is not None:
        return "This scene is linked from another file and can't be changed"
    if not settings.source:
        return "Open a recording first"
    found = peek(settings)
    if isinstance(found, FormatError):
        return in_panel(str(found), "in the sidebar")
    return ""


CLASSES = (SPR_OT_refine_pose, SPR_OT_cancel_refine)
