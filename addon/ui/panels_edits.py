"""The sidebar's panel 'Edits': working on a result by hand."""

from __future__ import annotations

import bpy

from ..scene import edit_layer, refined
from . import runner
from .drawn_text import draw_message
from .panels import Panel, draw_properties
from .quality import shown_person
from .results import refined_armatures


class SPR_PT_edits(Panel, bpy.types.Panel):
    """Keep, spread, layer and thin out keys."""

    bl_idname = "SPR_PT_edits"
    bl_label = "Edits"
    bl_parent_id = "SPR_PT_refine"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a result."""
        return bool(refined_armatures(context.scene))

    def draw(self, context: bpy.types.Context) -> None:
        """What can't be changed while a run is on stays as it is."""
        person, settings = shown_person(context), context.scene.spr.edits
        assert person is not None
        layout = draw_properties(self.layout)
        layout.enabled = runner.current() is None
        layout.prop(settings, "keep")
        if refined.refined_animation(person) is None:
            draw_message(
                layout, context, "Refine once more: edits of this result can't be told from it.", "INFO"
            )
        row = layout.row(align=True)
        row.operator("spr.blend_edit").frames = settings.blend_frames
        row.use_property_split = False
        row.prop(settings, "blend_frames")
        layout.operator("spr.forget_edits")
        self._draw_layer(layout, context, person)
        layout.operator("spr.reduce_keys", text="Reduce Keys…")

    def _draw_layer(
        self, layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object
    ) -> None:
        if not edit_layer.has_edit_layer(person):
            layout.operator("spr.add_edit_layer")
            return
        action = person.animation_data.action.name
        draw_message(layout, context, f"Keys go to the layer {action}, above the refined motion.", "NLA")


CLASSES = (SPR_PT_edits,)
