"""The sidebar's panel 'Quality': how good the result is, and where to look."""

from __future__ import annotations

import bpy

from ..scene import estimated, kept_before, kept_keypoints, layers, refined, versions
from ..scene.clock import frame_shown
from .drawn_text import MARGIN, draw_message
from .graph import Series, graph
from .grounding import draw_grounding
from .icons import icon_id
from .measures import UNITS, Unit, bears_at, contacts_alone, has_to_look, series_of
from .panels import Panel, draw_properties
from .quality import VERSION_ITEMS, shown_person, version_of
from .results import PERSON_KEY, refined_armatures

SHARE, WIDEST = 0.5, 200.0
"""Part of the sidebar's width that the graph takes, and at most so many pixels at interface scale 1."""
UNIT, PADDING = 20.0, 3.0
"""Pixels at interface scale 1: Blender's unit of an icon's size, and what it leaves free around a picture."""


PARTS = 16
"""Parts of the clip that can be clicked: narrower buttons are hard to hit in a narrow sidebar."""


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
        draw_whose(layout, context, person)
        measure = context.scene.spr.quality.measure
        layout.row(align=True).prop(context.scene.spr.quality, "measure", expand=True)
        series = series_of(person, measure)
        if series is not None:
            _draw_fit(layout, context, series, UNITS[measure])
        elif has_to_look(person, measure):
            draw_message(layout, context, "IK controls move this person: measuring takes a moment.", "INFO")
            layout.operator("spr.measure", icon="VIEWZOOM")
        elif measure == "FIT":
            free = versions.shown_aside(person) == refined.FREE
            why = "choose After to see it" if free else "there were no keypoints"
            draw_message(layout, context, f"No fit error: {why}.", "INFO")
            _draw_contacts(layout, context, person)
        _draw_versions(layout, person)
        draw_grounding(layout)
        column = draw_properties(layout).column(heading="Draw", translate=False)
        column.prop(context.scene.spr, "show_residuals")
        column.prop(context.scene.spr, "preview_refined")
        if kept_keypoints.kept_keypoints(person) is not None:
            layout.operator("spr.keypoints_to_empties", icon="OUTLINER_OB_EMPTY")
        _draw_estimated(layout, context, person)


def draw_whose(layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object) -> None:
    """Whom the panel is about, where there are several."""
    if len(refined_armatures(context.scene)) > 1:
        layout.label(
            text=f"Person {person[PERSON_KEY]}: {person.name}", icon="ARMATURE_DATA", translate=False
        )


def _draw_fit(layout: bpy.types.UILayout, context: bpy.types.Context, series: Series, unit: Unit) -> None:
    """The graph with the parts of the clip to click below it, and beside it the figures and the way to the
    worst frames."""
    whole, width = _widths(context)
    row = layout.split(factor=width / whole)
    left = row.column(align=True)
    _draw_graph(left, context, series, width, unit)
    _draw_stretches(left, context, series, unit)
    column = row.column(align=True)
    here = series.at(frame_shown(context.scene))
    values = series.seen.values
    figures = (("Mean", values.mean()), ("Worst", values.max()), ("Here", here))
    for name, value in figures:
        split = column.split(factor=0.5)
        split.label(text=name, translate=False)
        split.label(text="–" if value is None else unit.written(float(value)), translate=False)
    buttons = column.row(align=True)
    buttons.operator("spr.go_to_worst", text="", icon="TRIA_LEFT").which = "PREVIOUS"
    buttons.operator("spr.go_to_worst", text="Worst").which = "WORST"
    buttons.operator("spr.go_to_worst", text="", icon="TRIA_RIGHT").which = "NEXT"


def _draw_contacts(layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object) -> None:
    """The strip of what bears, where there is no measure to draw above it."""
    series = contacts_alone(person)
    if series is not None:
        whole, width = _widths(context)
        _draw_graph(layout.split(factor=width / whole).column(), context, series, width, UNITS["FIT"])


def _widths(context: bpy.types.Context) -> tuple[float, float]:
    """Pixels of the panel, and of a graph in it."""
    scale = context.preferences.system.ui_scale
    whole = context.region.width - MARGIN * scale
    return whole, min(SHARE * whole, WIDEST * scale)


def _draw_graph(
    layout: bpy.types.UILayout, context: bpy.types.Context, series: Series, width: float, unit: Unit
) -> None:
    person = shown_person(context)
    assert person is not None
    scale = context.preferences.system.ui_scale
    size = max(int(width - 2 * PADDING * scale), 8)
    bears = bears_at(person, series.frames)
    picture = graph(series, frame_shown(context.scene), size, 1.5 * scale, unit.worst, bears)
    layout.template_icon(icon_id("fit error", picture), scale=width / (UNIT * scale))


def _draw_stretches(
    layout: bpy.types.UILayout, context: bpy.types.Context, series: Series, unit: Unit
) -> None:
    """Buttons under the graph, each as wide as its part of the clip; red ones hold something bad."""
    row = layout.row(align=True)
    row.scale_y = 0.6
    # As plain numbers: Blender from 5.2 on takes no truth value of NumPy's.
    first, last = float(series.frames[0]), float(series.frames[-1]) + 1.0
    here = (frame_shown(context.scene) - first) / (last - first) * PARTS
    for part, (_, value) in enumerate(series.stretches(PARTS)):
        cell = row.row(align=True)
        cell.alert = value >= unit.worst
        button = cell.operator("spr.go_to_stretch", text="", depress=part <= here < part + 1)
        button.part, button.parts = part, PARTS


def _draw_versions(layout: bpy.types.UILayout, person: bpy.types.Object) -> None:
    after, animation = versions.versions(person)[1], person.animation_data
    idle = animation is None or animation.action is None
    lost = after is not None and idle and not layers.is_pushed_down(person, after)
    aside = [version for version in refined.ASIDE if kept_before.has_version(person, version)]
    if not aside and not lost:
        return
    row = layout.row(align=True)
    shown = versions.shown_aside(person)
    for identifier, name, _ in VERSION_ITEMS:
        version = version_of(identifier)
        if version == refined.FREE and version not in aside:
            continue
        cell = row.row(align=True)
        cell.enabled = version in aside if version is not None else after is not None
        cell.operator("spr.show_version", text=name, depress=version == shown).which = identifier


def _draw_estimated(layout: bpy.types.UILayout, context: bpy.types.Context, person: bpy.types.Object) -> None:
    if estimated.ESTIMATED not in person:
        return
    parts = str(person[estimated.ESTIMATED]).split("\n")
    if not any(parts):
        poses = series_of(person, "FIT") is None and versions.shown_aside(person) is None
        told = "The poses told of everything." if poses else "Everything was measured by keypoints."
        draw_message(layout, context, told, "CHECKMARK")
        return
    column = layout.column(align=True)
    grey = " (grey in Pose Mode)" if estimated.has_grey_bones(person) else ""
    draw_message(column, context, f"Estimated rather than measured{grey}:", "INFO")
    for part in parts:
        draw_message(column, context, part, "DOT")


CLASSES = (SPR_PT_quality,)
