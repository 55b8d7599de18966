"""Ask Blender to draw what has changed."""

from __future__ import annotations

import bpy


def redraw() -> None:
    """Draw the sidebars again, without the costly view beside them."""
    for area in _view_areas():
        for region in area.regions:
            if region.type == "UI":
                region.tag_redraw()


def redraw_views() -> None:
    """Draw the 3D Views again with their sidebars, as what is drawn in them has changed."""
    for area in _view_areas():
        area.tag_redraw()


def _view_areas() -> list[bpy.types.Area]:
    windows = bpy.context.window_manager.windows
    return [area for window in windows for area in window.screen.areas if area.type == "VIEW_3D"]
