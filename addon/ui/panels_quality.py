"""The sidebar's panel 'Quality': how good the result is, and where to look."""

from __future__ import annotations

import bpy

from ..scene.estimated import ESTIMATED
from ..scene.versions import shows_before, versions
from .graph import Series, tiles
from .icons import icon_ids
from .panels import MARGIN, Panel, draw_message, draw_properties
from .quality import VERSION_ITEMS, WORST_ITEMS, fit_error, shown_person
from .results import PERSON_KEY, refined_armatures

TILE = 75.0
"""Pixels at interface scale 1 that a tile of the graph is wide, about: the tiles fill the sidebar's width."""
UNIT, PADDING = 20.0, 3.0
"""Pixels at interface scale 1: Blender's unit of an icon's size, and what it leaves free around a picture."""


class SPR_PT_quality(Panel, bpy.types.Panel):
    """Fit error, before and after, what is estimated."""

    bl_idname = "SPR_PT_quality"
    bl_label = "Quality"
    bl_order = 1

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a result."""
        return bool(refined_armatures(context.scene))

    def draw(self, context: bpy.types.Context) -> None:
        """Graph and figures, worst frames, versions, what to draw, what is estimated."""
        person, layout = shown_person(context), self.layout
        assert person is not None
        if len(refined_armatures(context.scene)) > 1:
            layout.label(text=f"Person {person[PERSON_KEY]}: {person.name}", icon="ARMATURE_DATA")
        series = fit_error(person)
        if series is not None:
            _draw_fit(layout, context, series)
        _draw_versions(layout, person)
        column = draw_properties(layout).column(heading="Draw")
        column.prop(context.scene.spr, "show_residuals")
        column.prop(context.scene.spr, "preview_refined")
        _draw_estimated(layout, context, person)


def _draw_fit(layout: bpy.types.UILayout, context: bpy.types.Context, series: Series) -> None:
    column = layout.column(align=True)
    _draw_graph(column, context, series)
    row = column.row()
    row.label(text=f"Mean {series.values.mean():.0f} mm")
    right = row.row()
    right.alignment = "RIGHT"
    right.label(text=f"Worst {series.values.max():.0f} mm")
    row = layout.row(align=True)
    for identifier, name, _ in WORST_ITEMS:
        row.operator("spr.go_to_worst", text=name).which = identifier


def _draw_graph(layout: bpy.types.UILayout, context: bpy.types.Context, series: Series) -> None:
    scale = context.preferences.system.ui_scale
    width = max(context.region.width - MARGIN * scale, TILE * scale)
    count = max(round(width / (TILE * scale)), 1)
    pitch = width / count
    gap = round(2 * PADDING * scale)
    pictures = tiles(
        series, context.scene.frame_current_final, count, max(int(pitch) - gap, 8), gap, 1.5 * scale
    )
    row = layout.row(align=True)
    for icon in icon_ids("fit error", pictures):
        row.template_icon(icon, scale=pitch / (UNIT * scale))


def _draw_versions(layout: bpy.types.UILayout, person: bpy.types.Object) -> None:
    before, after = versions(person)
    if before is None and not (after is not None and person.animation_data.action is None):
        return
    row = layout.row(align=True)
    shown = "BEFORE" if shows_before(person) else "AFTER"
    for (identifier, name, _), action in zip(VERSION_ITEMS, (before, after), strict=True):
        cell = row.row(align=True)
        cell.enabled = action is not None
        cell.operator("spr.show_version", text=name, depress=identifier == shown).which = identifier


def _draw_estimated(layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object) -> None:
    if ESTIMATED not in person:
        return
    parts = str(person[ESTIMATED]).split("\n")
    if not any(parts):
        draw_message(layout, context, "Everything was measured by keypoints.", "CHECKMARK")
        return
    column = layout.column(align=True)
    draw_message(column, context, "Estimated rather than measured (grey in Pose Mode):", "INFO")
    for part in parts:
        draw_message(column, context, part, "DOT")


CLASSES = (SPR_PT_quality,)
