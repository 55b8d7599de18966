"""The sidebar's panel 'Rig': bones that an animator takes hold of."""

from __future__ import annotations

import bpy

from ..scene import limbs as scene_limbs
from .panels import Panel, draw_properties
from .panels_quality import draw_whose
from .quality import shown_person
from .results import refined_armatures


class SPR_PT_rig(Panel, bpy.types.Panel):
    """IK controls and a root bone, added and taken away."""

    bl_idname = "SPR_PT_rig"
    bl_label = "Rig"
    bl_order = 1
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a result."""
        return bool(refined_armatures(context.scene))

    def draw(self, context: bpy.types.Context) -> None:
        """What the person has, and buttons for what they have not."""
        person, layout = shown_person(context), self.layout
        assert person is not None
        draw_whose(layout, context, person)
        _draw_ik(layout, person)
        _draw_root(layout, person)


def _draw_ik(layout: bpy.types.UILayout, person: bpy.types.Object) -> None:
    """A slider for each limb from its own keys to its controls."""
    limbs = scene_limbs.controlled_limbs(person)
    if limbs:
        column = draw_properties(layout).column(heading="", align=True)
        for limb in limbs:
            found = scene_limbs.controls(person, limb)
            if found is not None and scene_limbs.IK in found[0]:
                column.prop(
                    found[0], f'["{scene_limbs.IK}"]', text=f"{limb.name} IK", slider=True, translate=False
                )
    if len(limbs) < len(scene_limbs.LIMBS):
        layout.operator("spr.add_ik_controls", icon="CON_KINEMATIC")
    if limbs:
        layout.operator("spr.bake_to_fk", icon="KEY_HLT")


def _draw_root(layout: bpy.types.UILayout, person: bpy.types.Object) -> None:
    if scene_limbs.root_bone(person) is not None:
        layout.operator("spr.remove_root_bone", icon="X")
        return
    layout.operator_menu_enum("spr.add_root_bone", "carries", icon="EMPTY_ARROWS")


CLASSES = (SPR_PT_rig,)
