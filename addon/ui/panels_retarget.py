"""The sidebar's panel 'Retarget': the refined person's motion on a character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

from ..body.skeleton import JOINT_NAMES
from ..scene import retarget_keys, rigify_controls
from .drawn_text import draw_message
from .followed import followed_person
from .panels import Panel, draw_properties
from .results import refined_armatures
from .retarget import chosen_character
from .retarget_settings import FOLDS, SPR_PG_matched_bone, SPR_PG_retarget, bone_map, shown_lines

ROWS = 8


class SPR_UL_bones(bpy.types.UIList):
    """Parts of the body and the character's bones."""

    bl_idname = "SPR_UL_bones"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: SPR_PG_matched_bone,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        _index: int = 0,
        _flag: int = 0,
    ) -> None:
        """One line."""
        _draw_line(layout, item)

    def filter_items(self, _context: bpy.types.Context, data: Any, name: str) -> tuple[list[int], list[int]]:
        """Without what is folded below the list."""
        shown = (item.slot in JOINT_NAMES for item in getattr(data, name))
        return [self.bitflag_filter_item if one else 0 for one in shown], []


class SPR_PT_retarget(Panel, bpy.types.Panel):
    """Which character, and the button."""

    bl_idname = "SPR_PT_retarget"
    bl_label = "Retarget"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a result."""
        return bool(refined_armatures(context.scene))

    def draw(self, context: bpy.types.Context) -> None:
        """From whom to whom, how, and what came of it."""
        settings, layout = context.scene.spr.retarget, self.layout
        character = chosen_character(context)
        person = followed_person(context, character)
        layout.prop(settings, "character", icon="OUTLINER_OB_ARMATURE")
        if character is None:
            draw_message(layout, context, "Select the armature of your character.", "INFO")
        elif person is not None:
            draw_message(layout, context, f"{person.name} → {character.name}", "ARMATURE_DATA")
        _draw_options(layout, settings, character)
        row = layout.row()
        row.scale_y = 1.4
        row.operator("spr.retarget", icon="POSE_HLT")
        if character is not None and retarget_keys.retargeted_action(character) is not None:
            layout.operator("spr.retarget_again", icon="FILE_REFRESH")
        if settings.result:
            draw_message(layout, context, settings.result, "INFO")


def _draw_options(
    layout: bpy.types.UILayout, settings: SPR_PG_retarget, character: bpy.types.Object | None
) -> None:
    column = draw_properties(layout).column()
    column.prop(settings, "root")
    switches = column.column(heading="Keep", translate=False)
    for name in ("feet", "hands", "fingers"):
        switches.prop(settings, name)
    if character is not None and rigify_controls.controls_of(character) is not None:
        column.prop(settings, "ik")


class SPR_PT_retarget_bones(Panel, bpy.types.Panel):
    """Which bone is what."""

    bl_idname = "SPR_PT_retarget_bones"
    bl_label = "Bones"
    bl_parent_id = "SPR_PT_retarget"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The table, what stands in rows, and files."""
        settings, layout, character = context.scene.spr.retarget, self.layout, chosen_character(context)
        if character is not None and rigify_controls.controls_of(character) is not None:
            draw_message(layout, context, "A Rigify rig: its controls are keyed.", "INFO")
            return
        row = layout.row(align=True)
        row.operator("spr.match_bones", icon="VIEWZOOM")
        row.operator("spr.load_bones", text="", icon="FILE_FOLDER")
        row.operator("spr.save_bones", text="", icon="FILE_TICK")
        if not settings.map:
            draw_message(layout, context, "Bones are matched when you press Retarget.", "INFO")
            return
        if character is not None and settings.matched != character.name:
            draw_message(layout, context, f"The table is of {settings.matched}.", "INFO")
        layout.template_list(
            "SPR_UL_bones", "", settings, "bones", settings, "active_bone", rows=ROWS, maxrows=ROWS
        )
        for fold, starts in FOLDS:
            _draw_fold(layout, settings, fold, starts)
        found = bone_map(settings)
        if found.doubled:
            draw_message(layout, context, found.doubled, "ERROR")
        if found.missing:
            parts = ", ".join(joint.replace("_", " ") for joint in found.missing)
            draw_message(layout, context, f"No bone yet: {parts}. Choose one in the table.", "ERROR")


def _draw_line(layout: bpy.types.UILayout, line: SPR_PG_matched_bone) -> None:
    split = layout.split(factor=0.35)
    split.label(text=line.name, translate=False)
    split.prop(line, "shown", text="", icon="BONE_DATA")


def _draw_fold(
    layout: bpy.types.UILayout, settings: SPR_PG_retarget, fold: str, starts: Sequence[str]
) -> None:
    """A title that unfolds lines of the table, with how many bones they have."""
    is_open, lines = getattr(settings, fold), shown_lines(settings, starts)
    row = layout.row(align=True)
    row.alignment = "LEFT"
    icon = "DISCLOSURE_TRI_DOWN" if is_open else "DISCLOSURE_TRI_RIGHT"
    title = f"{settings.bl_rna.properties[fold].name} ({sum(bool(line.bone) for line in lines)})"
    row.prop(settings, fold, text=title, icon=icon, emboss=False)
    column = layout.column(align=True)
    for line in lines if is_open else ():
        _draw_line(column, line)


CLASSES = (SPR_UL_bones, SPR_PT_retarget, SPR_PT_retarget_bones)
