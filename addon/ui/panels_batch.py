"""The sidebar's panel 'Batch': a folder of recordings at once."""

from __future__ import annotations

import bpy

from ..words import plural
from . import runner
from .batch_job import NPZ, BatchJob
from .batch_settings import ROWS, SPR_PG_batch
from .drawn_text import draw_message
from .panels import Panel, draw_progress, draw_properties
from .presets import draw_presets


class SPR_PT_batch(Panel, bpy.types.Panel):
    """Folder, recordings, what to make of them, results."""

    bl_idname = "SPR_PT_batch"
    bl_label = "Batch"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """While a run is on, its progress in place of the button."""
        settings, layout = context.scene.spr.batch, self.layout
        run = runner.current()
        column = layout.column()
        column.enabled = run is None
        column.operator("spr.batch_folder", text="Batch…", icon="FILE_FOLDER")
        if not settings.clips:
            return
        self._draw_clips(layout, context, settings)
        self._draw_results(column=draw_properties(layout), context=context)
        if run is not None and isinstance(run.job, BatchJob):
            draw_progress(layout, context, run.job)
            layout.operator("spr.cancel_refine", icon="CANCEL")
        else:
            count = sum(row.chosen for row in settings.clips)
            text = f"Refine {plural(count, 'Recording')}"
            layout.operator("spr.batch_refine", text=text, icon="ARMATURE_DATA")
        if settings.result:
            draw_message(layout, context, settings.result, "INFO")

    def _draw_clips(
        self, layout: bpy.types.UILayout, context: bpy.types.Context, settings: SPR_PG_batch
    ) -> None:
        layout.template_list("SPR_UL_batch", "", settings, "clips", settings, "active_clip", rows=ROWS)
        row = layout.row(align=True)
        row.operator("spr.batch_tick", text="All").chosen = True
        row.operator("spr.batch_tick", text="None").chosen = False
        if 0 <= settings.active_clip < len(settings.clips):
            for sentence in settings.clips[settings.active_clip].sentences.splitlines():
                draw_message(layout, context, sentence, "DOT")

    def _draw_results(self, column: bpy.types.UILayout, context: bpy.types.Context) -> None:
        settings = context.scene.spr
        column.enabled = runner.current() is None
        draw_presets(column, settings.controls)
        column.prop(settings.batch, "kind")
        if settings.batch.kind != NPZ:
            column.prop(settings.batch, "character", icon="ARMATURE_DATA")
            column.column(heading="Motion", translate=False).prop(settings, "fbx_in_place")
        column.prop(settings.batch, "output")
        column.column(heading="Done Before", translate=False).prop(settings.batch, "again")


CLASSES = (SPR_PT_batch,)
