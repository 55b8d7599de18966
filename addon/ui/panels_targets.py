"""The second file in the sidebar: what it holds, whose it is, and when."""

from __future__ import annotations

import bpy

from ..recording import Recording
from ..safe_read import FormatError
from .describe import targets_line
from .drawn_text import draw_message
from .hints import peek
from .panels import Panel, draw_facts, draw_hints, draw_properties
from .properties import SPR_PG_settings
from .targets import why_not_together


class SPR_PT_targets(Panel, bpy.types.Panel):
    """What the poses are refined to, where a second file holds it."""

    bl_idname = "SPR_PT_targets"
    bl_label = "Targets"
    bl_parent_id = "SPR_PT_source"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a recording."""
        return isinstance(peek(context.scene.spr), Recording)

    def draw(self, context: bpy.types.Context) -> None:
        """The second file, who of it belongs to the person, and when; or what is used without one."""
        settings, recording = context.scene.spr, peek(context.scene.spr)
        targets, found = settings.targets, peek(settings.targets)
        if not targets.source and isinstance(recording, Recording):
            draw_message(self.layout, context, targets_line(recording), "INFO")
            self.layout.operator("spr.open_targets", text="Open Targets…", icon="FILE_FOLDER")
            return
        row = self.layout.row(align=True)
        row.operator("spr.open_targets", text="Open Targets…", icon="FILE_FOLDER")
        row.operator("spr.remove_targets", text="", icon="X")
        if isinstance(found, FormatError):
            draw_message(self.layout, context, str(found), "ERROR")
        elif found is None:
            draw_message(self.layout, context, targets.source, "FILE")
            self.layout.operator("spr.find_shift", text="Read Again", icon="FILE_REFRESH")
        else:
            draw_facts(self.layout, context, targets, found)
            self._draw_shift(context, settings, found)
        draw_hints(draw_properties(self.layout), targets)

    def _draw_shift(self, context: bpy.types.Context, settings: SPR_PG_settings, found: Recording) -> None:
        targets, layout = settings.targets, draw_properties(self.layout)
        if len(found.people) > 1:
            layout.prop(targets, "person")
        column = layout.column(align=True)
        column.prop(targets, "seconds", text="Shift (s)")
        column.prop(targets, "frames")
        problem = why_not_together(settings)
        if problem:
            draw_message(layout, context, problem, "ERROR")
        elif targets.by_hand:
            draw_message(layout, context, "The shift was set by hand.", "INFO")
        elif targets.told:
            draw_message(layout, context, targets.told, "CHECKMARK" if targets.sure else "ERROR")
        layout.operator("spr.find_shift", icon="TIME")


CLASSES = (SPR_PT_targets,)
