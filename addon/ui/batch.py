# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Batch…: a folder of recordings, refined one after the other into files. Check, call, report."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import bpy

from .. import batch, formats
from ..safe_read import FormatError, as_text
from ..scene import character_copy
from ..scene.errors import SceneError
from ..words import plural
from . import runner
from .batch_character import batch_armature, batch_character
from .batch_job import BatchJob, Wanted
from .batch_settings import list_clips, show_record, stated_hints, ticked_clips
from .controls import controls_of
from .driven import Started
from .language import BoolProperty, StringProperty
from .log import keep_details, report_error
from .open_recording import FileChooser
from .own_body import open_gender, own_body
from .preferences import engine_and_device
from .redraw import redraw

_NO_TEXT = "Left out, as their names or folders have signs that are no text, so rename them"


class SPR_OT_batch_folder(bpy.types.Operator, FileChooser):
    """List the recordings of a folder and of all folders below it, to refine them one after the other"""

    bl_idname = "spr.batch_folder"
    bl_label = "Choose Folder"
    bl_options = {"REGISTER", "UNDO"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the folder."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Look into the folder; earlier results in it do not count."""
        folder, hints = Path(bpy.path.abspath(self.directory)), self.hints()
        if not folder.is_dir():
            report_error(self, f"There is no folder {folder}; choose another.")
            return {"CANCELLED"}
        settings = context.scene.spr.batch
        found = batch.find_clips(
            [folder], lambda path: formats.read(path, **asdict(hints)), [folder / "refined"]
        )
        clips = [clip for clip in found if as_text(str(clip.source)) == str(clip.source)]
        odd = f"{_NO_TEXT}: {plural(len(found) - len(clips), 'recording')}" if len(clips) < len(found) else ""
        if not clips:
            report_error(self, odd or f"There is no recording in {folder}; choose another folder.")
            return {"CANCELLED"}
        list_clips(settings, folder, clips, hints)
        self.report({"INFO"}, f"{plural(len(clips), 'recording')} in {folder}")
        if odd:
            self.report({"WARNING"}, odd)
        redraw()
        return {"FINISHED"}


class SPR_OT_batch_tick(bpy.types.Operator):
    """Tick all recordings of the list, or none"""

    bl_idname = "spr.batch_tick"
    bl_label = "Tick"
    bl_options = {"REGISTER", "UNDO"}

    chosen: BoolProperty(name="Chosen", default=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set them."""
        for row in context.scene.spr.batch.clips:
            row.chosen = self.chosen
        return {"FINISHED"}


class SPR_OT_batch_refine(Started, bpy.types.Operator):
    """Refine the ticked recordings with the controls of the Refine panel, each into a file of its own. The
    scene stays as it is"""

    bl_idname = "spr.batch_refine"
    bl_label = "Refine Batch"
    job_kind = BatchJob

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be something to do, and nothing may be running."""
        reason = _why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Do a slice of the work, listen for Esc."""
        run = runner.current()
        if run is None or not isinstance(run.job, BatchJob):
            return {"CANCELLED"}
        if event.type == "ESC" and event.value == "PRESS":
            run.job.cancel()
        if event.type == "TIMER" and run.job.running:
            runner.advance()
        if run.job.running:
            return {"PASS_THROUGH"}
        scene = run.scene
        runner.end()
        return self._finish(run.job, scene)

    def job(self, context: bpy.types.Context) -> BatchJob | None:
        """Refining all that are ticked."""
        scene = context.scene
        try:
            wanted = _wanted(scene)
        except (FormatError, SceneError, OSError) as error:
            report_error(self, str(error))
            return None
        settings, uid = scene.spr.batch, scene.session_uid
        for row in settings.clips:
            row.status = row.told = row.sentences = ""
        settings.result = ""
        return BatchJob(ticked_clips(settings), wanted, settings.again, lambda record: _tell(uid, record))

    def _finish(self, job: BatchJob, scene: bpy.types.Scene | None) -> set[str]:
        if job.error:
            report_error(self, job.error, job.details)
            return {"CANCELLED"}
        told = batch.totals(job.records, job.records[: job.known])
        if job.cancelled:
            told = f"Cancelled: {told} Refine again to go on."
        if scene is not None:
            scene.spr.batch.result = told
        failed = any(record.status == batch.FAILED for record in job.records)
        self.report({"WARNING"} if failed else {"INFO"}, told)
        redraw()
        return {"CANCELLED"} if job.cancelled else {"FINISHED"}


def _wanted(scene: bpy.types.Scene) -> Wanted:
    """Raises FormatError and OSError where the body model can't be read, SceneError where there is something
    with the character."""
    settings, armature = scene.spr, batch_armature(scene)
    own, controls, gender = own_body(settings.body), controls_of(settings), open_gender(settings.body)
    hints, kind = stated_hints(settings.batch), settings.batch.kind
    made = {
        "hints": asdict(hints), "controls": controls, "kind": kind, "in_place": settings.fbx_in_place,
        "mesh": settings.mesh, "gender": gender,
        "wishes": None if own is None else asdict(own.wishes), "gaps": settings.controls.gaps,
    }  # fmt: skip
    character = None
    if armature is not None:
        character = batch_character(armature, settings)
        made |= {
            "character": [
                character_copy.character_print(armature),
                asdict(character.bones),
                asdict(character.options),
            ]
        }
    model = [Path(bpy.path.abspath(settings.body.path))] if settings.body.path else []
    engine, device = engine_and_device(settings)
    return Wanted(
        Path(bpy.path.abspath(settings.batch.output)), kind, batch.settings_print(made, model), hints,
        controls, engine, device, own, gender, settings.fbx_in_place, settings.mesh, settings.controls.gaps,
        character,
    )  # fmt: skip


def _tell(scene_uid: int, record: batch.Record) -> None:
    """To the list of the scene that the batch was started in, if that is still there."""
    if record.details:
        keep_details(record.sentence, record.details)
    for scene in bpy.data.scenes:
        if scene.session_uid == scene_uid:
            show_record(scene.spr.batch, record)


def _why_not(context: bpy.types.Context) -> str:
    settings = context.scene.spr.batch
    if runner.current() is not None:
        return "Refining is already running"
    if context.scene.library is not None:
        return "This scene is linked from another file and can't be changed"
    if not any(row.chosen for row in settings.clips):
        return "Choose a folder and tick recordings first"
    return "" if settings.output else "Choose a folder for the results first"


CLASSES = (SPR_OT_batch_folder, SPR_OT_batch_tick, SPR_OT_batch_refine)
