"""Text in the sidebar, over as many lines as its width asks for, in the panel's words."""

from __future__ import annotations

import blf
import bpy

from ..overrides import in_panel
from .describe import wrap

MARGIN = 65.0
"""Pixels at interface scale 1 that the tabs, a panel and a box take from the sidebar's width."""
ICON = 30.0
"""Pixels at interface scale 1 of an icon before a text, and of the space around it."""


def draw_message(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """A sentence over as many lines as it needs, the icon before the first."""
    draw_wrapped(layout.column(align=True), context, text, icon)


def draw_wrapped(
    column: bpy.types.UILayout,
    context: bpy.types.Context,
    text: str,
    icon: str = "NONE",
    share: float = 1.0,
) -> None:
    """Text over as many lines as it needs in this share of the sidebar's width."""
    scale = context.preferences.system.ui_scale
    blf.size(0, context.preferences.ui_styles[0].widget.points * scale)
    taken = MARGIN + (ICON if icon != "NONE" else 0.0)
    width = (context.region.width - taken * scale) * share
    for index, line in enumerate(wrap(in_panel(text), width, lambda part: blf.dimensions(0, part)[0])):
        blank = "NONE" if icon == "NONE" else "BLANK1"
        column.label(text=line, icon=blank if index else icon, translate=False)
