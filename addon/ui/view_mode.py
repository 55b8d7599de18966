"""A mode that one 3D View is in: whether it is shown, what its header says, what the mouse looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import bpy

_running: list[ViewMode] = []


@dataclass(frozen=True)
class ViewMode:
    """A view by the address of its region, found anew for each event: Blender frees areas that are closed,
    hides those of other workspaces, and takes the regions over into an area that fills the window."""

    address: int

    @property
    def area(self) -> bpy.types.Area | None:
        """Where the view is shown, None where it is not any more."""
        screens = (window.screen for window in bpy.context.window_manager.windows)
        return next((area for screen in screens for area in self._areas(screen)), None)

    def say(self, text: str | None) -> None:
        """Show a text in the header in the place of the tools' settings, or these again."""
        for screen in bpy.data.screens:
            for area in self._areas(screen):
                area.header_text_set(text)

    def end(self) -> None:
        """Header and mouse are as they were."""
        self.say(None)
        for window in bpy.context.window_manager.windows:
            window.cursor_modal_restore()
        if self in _running:
            _running.remove(self)

    def _areas(self, screen: bpy.types.Screen) -> Iterator[bpy.types.Area]:
        views = (area for area in screen.areas if area.type == "VIEW_3D")
        return (area for area in views if region_of(area).as_pointer() == self.address)


def begin(context: bpy.types.Context) -> ViewMode:
    """The context's 3D View, in a mode of its own, with a cross for the mouse."""
    mode = ViewMode(region_of(context.area).as_pointer())
    _running.append(mode)
    context.window.cursor_modal_set("CROSSHAIR")
    return mode


def region_of(area: bpy.types.Area) -> bpy.types.Region:
    """Where the scene is drawn."""
    return next(region for region in area.regions if region.type == "WINDOW")


def pane_at(area: bpy.types.Area, x: float, y: float) -> bpy.types.Region | None:
    """The view, or that of the four of a Quad View, in which this pixel of the window lies; None where
    a sidebar, a toolbar or a header lies over it."""
    under = [
        region
        for region in area.regions
        if 0 <= x - region.x < region.width and 0 <= y - region.y < region.height
    ]
    return under[0] if [region.type for region in under] == ["WINDOW"] else None


def attach() -> None:
    """Nothing is running yet."""
    _running.clear()


def detach() -> None:
    """End the modes: the operators that they belong to are about to go."""
    for mode in tuple(_running):
        mode.end()
