"""The sidebar's panel 'Feet': feet that stay, and the floor they stand on."""

from __future__ import annotations

import bpy

from . import runner
from .contacts import draw_contacts
from .controls import controls_of
from .drawn_text import draw_message
from .feet import idle_feet
from .panels import Panel, draw_properties
from .panels_quality import draw_whose
from .quality import shown_person


class SPR_PT_feet(Panel, bpy.types.Panel):
    """Hold feet, floor, path."""

    bl_idname = "SPR_PT_feet"
    bl_label = "Feet"
    bl_parent_id = "SPR_PT_refine"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """What the next run does with feet, and what is known of the person's."""
        layout = draw_properties(self.layout)
        layout.enabled = runner.current() is None
        self._draw_settings(layout, context)
        person = shown_person(context)
        if person is not None:
            draw_whose(layout, context, person)
            draw_contacts(layout, context, person)
            layout.operator("spr.hold_feet_again", icon="SNAP_ON")

    def _draw_settings(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        settings = context.scene.spr
        feet, idle = settings.controls.feet, idle_feet(controls_of(settings))
        names = ["hold", "floor", *(["height"] if feet.floor == "HEIGHT" else []), "path"]
        for name in names:
            row = layout.row()
            row.enabled = name not in idle
            row.prop(feet, name, slider=name == "hold")
            if idle.get(name):
                draw_message(layout, context, idle[name], "INFO")


CLASSES = (SPR_PT_feet,)
