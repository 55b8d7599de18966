"""The sidebar's panel of target points that were moved or muted."""

from __future__ import annotations

import bpy

from .drawn_text import draw_message
from .panels import Panel
from .preview import shown_recording


class SPR_PT_fixes(Panel, bpy.types.Panel):
    """Wrong points put right by hand."""

    bl_idname = "SPR_PT_fixes"
    bl_label = "Fix Targets"
    bl_parent_id = "SPR_PT_refine"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be keypoints."""
        found = shown_recording(context.scene.spr)
        return found is not None and any(person.keypoints is not None for person in found.people)

    def draw(self, context: bpy.types.Context) -> None:
        """Buttons, and the list."""
        layout, settings = self.layout, context.scene.spr
        row = layout.row(align=True)
        row.operator("spr.fix_target", text="Drag in View", icon="EMPTY_ARROWS")
        row.operator("spr.mute_target", text="Mute…", icon="HIDE_ON")
        if not any(one.source == settings.source for one in settings.fixes):
            draw_message(layout, context, "Drag a wrong point to its place, or mute it.", "INFO")
            return
        row = layout.row()
        row.template_list("SPR_UL_fixes", "", settings, "fixes", settings, "active_fix", rows=3)
        row.operator("spr.remove_fix", text="", icon="REMOVE")
        draw_message(layout, context, "Refine Pose takes them in; the file stays as it is.", "INFO")


CLASSES = (SPR_PT_fixes,)
