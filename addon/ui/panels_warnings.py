"""What is doubtful about a file: folded where it is much, each question with the control that answers it."""

from __future__ import annotations

import bpy

from ..overrides import asked
from ..recording import Recording
from .describe import warned
from .drawn_text import draw_message
from .hints import FileSettings

UNFOLDED = 1
"""Warnings that are shown without a fold."""


def draw_warnings(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: FileSettings, recording: Recording
) -> None:
    """The file's warnings, those that ask for something first."""
    warnings = warned(recording)
    if len(warnings) > UNFOLDED:
        _draw_fold(layout, settings, len(warnings))
        if not settings.show_warnings:
            return
    for warning in warnings:
        draw_message(layout, context, warning, "DOT" if len(warnings) > UNFOLDED else "ERROR")
        draw_asked(layout, settings, warning)


def _draw_fold(layout: bpy.types.UILayout, settings: FileSettings, count: int) -> None:
    row = layout.row(align=True)
    row.alignment = "LEFT"
    icon = "DISCLOSURE_TRI_DOWN" if settings.show_warnings else "DISCLOSURE_TRI_RIGHT"
    row.prop(settings, "show_warnings", text="", icon=icon, emboss=False)
    row.prop(settings, "show_warnings", text=f"{count} warnings", icon="ERROR", emboss=False)


def draw_asked(layout: bpy.types.UILayout, settings: FileSettings, sentence: str) -> None:
    """The controls that a sentence asks for, right below it."""
    names = asked(sentence)
    if not names:
        return
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    for name in names:
        if name == "fps":
            draw_rate(column, settings)
        else:
            column.prop(settings, name)


def draw_rate(layout: bpy.types.UILayout, settings: FileSettings | bpy.types.Operator) -> None:
    """The box that lets a rate be stated, and the rate if there is one."""
    row = layout.row(heading="Frame Rate", translate=False)
    row.prop(settings, "use_fps", text="")
    if not settings.fps:
        return
    field = row.row()
    field.active = settings.use_fps
    field.prop(settings, "fps", text="")
