"""The sidebar tab 'SMPL Refiner' of the 3D View."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..recording import Recording
from ..safe_read import FormatError
from ..writers.presets import PRESETS
from . import runner
from .controls import draw_controls
from .describe import facts, only_poses, progress_parts, question, title
from .drawn_text import draw_message, draw_wrapped
from .engines import planned_engine, torch_installed
from .hints import FileSettings, hints_of, peek, takes_of
from .leading import TAB
from .log import draw_log
from .opened_files import draw_files
from .own_body import body_line, draw_body
from .panels_warnings import draw_asked, draw_rate, draw_warnings
from .people import chosen_people, draw_people
from .preferences import engine_and_device
from .properties import SPR_PG_settings
from .stepped_job import SteppedJob
from .targets import peek_with_targets
from .welcome import draw_welcome

LABEL_SHARE = 0.25
"""Part of the width that the names of facts take."""


class Panel:
    """What all panels of the add-on have: they are in the sidebar, on its tab."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = TAB


class SPR_PT_source(Panel, bpy.types.Panel):
    """The open recording, and what was recognised in it."""

    bl_idname = "SPR_PT_source"
    bl_label = "Source"

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """The manual."""
        self.layout.operator("spr.show_manual", text="", icon="HELP", emboss=False)

    def draw(self, context: bpy.types.Context) -> None:
        """Open button, facts, warnings, person."""
        settings = context.scene.spr
        found = peek(settings)
        # In one row as soon as something is open: Refine Pose must stay in sight.
        row = self.layout.column() if found is None else self.layout.row(align=True)
        row.operator("spr.open_recording", text="Open Recording…", icon="FILE_FOLDER")
        selection = "Refine From Selection…" if found is None else ""
        row.operator("spr.refine_from_selection", text=selection, icon="RESTRICT_SELECT_OFF")
        draw_files(self.layout, settings)
        if isinstance(found, Recording):
            _draw_recording(self.layout, context, settings, found)
        elif isinstance(found, FormatError):
            draw_message(self.layout, context, Path(settings.source).name, "FILE")
            draw_message(self.layout, context, str(found), "ERROR")
            draw_asked(self.layout, settings, str(found))
        elif settings.source:
            draw_message(self.layout, context, settings.source, "FILE")
            self.layout.operator("spr.read_again", icon="FILE_REFRESH")
        else:
            draw_welcome(self.layout, context)


class SPR_PT_overrides(Panel, bpy.types.Panel):
    """State what the file does not say, or says wrongly."""

    bl_idname = "SPR_PT_overrides"
    bl_label = "Overrides"
    bl_parent_id = "SPR_PT_source"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a file."""
        return bool(context.scene.spr.source)

    def draw(self, context: bpy.types.Context) -> None:
        """Frame rate, up axis, units, layout, and what is done to people."""
        settings = context.scene.spr
        draw_hints(draw_properties(self.layout), settings)
        if len(settings.people) == 1:
            self.layout.operator("spr.split_track", icon="UNLINKED")


class SPR_PT_refine(Panel, bpy.types.Panel):
    """The button."""

    bl_idname = "SPR_PT_refine"
    bl_label = "Refine"

    def draw(self, context: bpy.types.Context) -> None:
        """Button or progress, engine, figures of the last run."""
        settings = context.scene.spr
        run = runner.current()
        if run is None:
            self._draw_button(context, settings)
        else:
            draw_progress(self.layout, context, run.job)
            self.layout.operator("spr.cancel_refine", icon="CANCEL")
        if settings.result:
            box = self.layout.box().column(align=True)
            for line in settings.result.split("\n"):
                draw_wrapped(box, context, line)
        draw_log(self.layout)

    def _draw_button(self, context: bpy.types.Context, settings: SPR_PG_settings) -> None:
        found = peek_with_targets(settings)
        alone = isinstance(found, Recording) and only_poses(chosen_people(settings, found))
        row = self.layout.row()
        row.scale_y = 1.6
        row.operator("spr.refine_pose", text="Refine Pose", icon="ARMATURE_DATA")
        if alone:
            draw_message(self.layout, context, "No keypoints: the poses are refined on their own.", "INFO")
            self.layout.operator("spr.open_targets", text="Open Targets…", icon="FILE_FOLDER")


class SPR_PT_controls(Panel, bpy.types.Panel):
    """How far, how smooth, which joints and frames."""

    bl_idname = "SPR_PT_controls"
    bl_label = "Controls"
    bl_parent_id = "SPR_PT_refine"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """What can't be changed while a run is on."""
        layout = draw_properties(self.layout)
        layout.enabled = runner.current() is None
        draw_controls(
            layout, context.scene.spr, lambda column, text: draw_message(column, context, text, "INFO")
        )


class SPR_PT_options(Panel, bpy.types.Panel):
    """How to refine, and what to add to the scene."""

    bl_idname = "SPR_PT_options"
    bl_label = "Options"
    bl_parent_id = "SPR_PT_refine"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Engine and device, what they come to; additions; the scene's rate."""
        settings = context.scene.spr
        layout = draw_properties(self.layout)
        layout.enabled = runner.current() is None
        layout.prop(settings, "engine")
        engine, device = engine_and_device(settings)
        row = layout.row()
        row.active = torch_installed() and engine != "numpy"
        row.prop(settings, "device")
        works, sentence = planned_engine(engine, device)
        draw_message(layout, context, sentence, "NONE" if works else "ERROR")
        column = layout.column(heading="Add", translate=False)
        column.prop(settings, "mesh")
        column.prop(settings, "show_keypoints")
        body = layout.column(align=True)
        draw_body(body, settings.body, settings.mesh)
        fits, sentence = body_line(settings.body)
        draw_message(body, context, sentence, "CHECKMARK" if fits else "ERROR")
        layout.prop(settings, "first_frame")
        column = layout.column(heading="Scene", translate=False)
        column.prop(settings, "match_scene_rate", text="Match Rate")
        column.prop(settings, "replace", text="Replace Earlier")


class SPR_PT_export(Panel, bpy.types.Panel):
    """Files for other programs."""

    bl_idname = "SPR_PT_export"
    bl_label = "Export"
    bl_order = 3  # after Quality and Retarget, whose panels are registered later

    def draw(self, context: bpy.types.Context) -> None:
        """What the file is for, and the button."""
        settings = context.scene.spr
        layout = draw_properties(self.layout)
        layout.prop(settings, "fbx_preset")
        layout.column(heading="Motion", translate=False).prop(settings, "fbx_in_place")
        button = self.layout.operator(
            "spr.export_fbx", text=f"{PRESETS[settings.fbx_preset].suffix[1:].upper()}…", icon="EXPORT"
        )
        button.preset, button.in_place = settings.fbx_preset, settings.fbx_in_place


def draw_progress(layout: bpy.types.UILayout, context: bpy.types.Context, job: SteppedJob) -> None:
    """The bar, and what is being done above it, which may be long."""
    doing, text = progress_parts(job)
    draw_wrapped(layout.column(align=True), context, doing)
    layout.progress(factor=job.fraction, text=text, translate=False)


def draw_properties(layout: bpy.types.UILayout) -> bpy.types.UILayout:
    """A column of names on the left and values on the right, without the dots of animation."""
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def draw_hints(layout: bpy.types.UILayout, settings: FileSettings) -> None:
    """What a user may state in place of a file."""
    draw_rate(layout, settings)
    for name in ("up", "units", "layout", "mirror", "keep_height", "join_tracks"):
        layout.prop(settings, name)
    if settings.take or len(takes_of(settings)) > 1:
        layout.prop(settings, "take")


def _draw_recording(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: SPR_PG_settings, recording: Recording
) -> None:
    draw_facts(layout, context, settings, recording)
    if len(recording.people) > 1:
        draw_people(layout, context, settings)
    layout.prop(settings, "show_preview")


def draw_facts(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: FileSettings, recording: Recording
) -> None:
    """What was recognised in a file, and its warnings."""
    box = layout.box().column(align=True)
    for line in title(recording, len(hints_of(settings).also)):
        draw_wrapped(box, context, line)
    for label, value in facts(recording, hints_of(settings)):
        split = box.split(factor=LABEL_SHARE)
        split.label(text=label, translate=False)
        draw_wrapped(split.column(align=True), context, value, share=1.0 - LABEL_SHARE)
    draw_warnings(layout, context, settings, recording)
    asked = question(recording)
    if asked:
        draw_message(layout, context, asked, "QUESTION")
        draw_properties(layout).prop(settings, "up")


CLASSES = (
    SPR_PT_source,
    SPR_PT_overrides,
    SPR_PT_refine,
    SPR_PT_controls,
    SPR_PT_options,
    SPR_PT_export,
)
