"""After opening a file: the sidebar shows what comes next."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import bpy

TAB = "SMPL Refiner"
"""The sidebar's tab."""
PATIENCE, GLANCE = 20, 0.1
"""How often, and after how many seconds each, a sidebar is looked at that is about to be drawn."""

_left = 0
"""Looks left."""
_then: list[Callable[[], None]] = []
"""What is to be done once the sidebar is there."""


def lead_on(context: bpy.types.Context, then: Callable[[], None]) -> None:
    """Open the sidebar of the largest 3D View on the add-on's tab; a pop-up where there is no view.

    then: called once the sidebar is there, where it was not.
    """
    global _left
    if bpy.app.background or context.window is None:
        return
    if _view(context.window_manager) is None:
        context.window_manager.popup_menu(_say_where, title="Opened", icon="INFO")
        return
    _left, _then[:] = PATIENCE, [then]
    if not bpy.app.timers.is_registered(_show):
        bpy.app.timers.register(_show, first_interval=0.0)


def _say_where(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    menu.layout.label(text=f"To go on, press N in a 3D View and choose the tab {TAB}.", translate=False)


def _view(manager: bpy.types.WindowManager) -> bpy.types.Area | None:
    """The largest 3D View of all windows."""
    areas = [area for window in manager.windows for area in window.screen.areas if area.type == "VIEW_3D"]
    return max(areas, key=lambda area: area.width * area.height, default=None)


def _show() -> float | None:
    """Blender takes a tab only once the sidebar was drawn, so look again until it did."""
    global _left
    _left -= 1
    area = _view(bpy.context.window_manager)
    if area is None or _left < 0:
        return None
    area.spaces.active.show_region_ui = True
    region = next(region for region in area.regions if region.type == "UI")
    area.tag_redraw()
    with suppress(AttributeError, TypeError):  # as long as it was not drawn
        if region.active_panel_category == TAB and region.width > 1:
            if _left < PATIENCE - 1:  # it was not there at the first look
                _then[-1]()
            return None
        region.active_panel_category = TAB
    return GLANCE


def attach() -> None:
    """Nothing to do before a file is opened."""


def detach() -> None:
    """Look no more."""
    if bpy.app.timers.is_registered(_show):
        bpy.app.timers.unregister(_show)
