"""After opening: show the people where nobody has arranged anything yet, and leave the rest alone."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

from ..recording import Recording
from ..scene import tracks as scene_tracks
from ..scene.units import metres
from .preview import tracks_of
from .scene_range import fit_range

WIDEST = 6.0
"""Metres; a longer way is framed where it starts, so that people can be made out."""
SMALLEST = 0.05
"""Metres; a single point is not looked at from nowhere."""
MARGIN = 1.1
HALF_SENSOR = 36.0
"""Millimetres: half of what a 3D View's lens sees across the longer side."""
_UNSEEN = {"CAMERA", "LIGHT", "LIGHT_PROBE", "SPEAKER"}

_framed: dict[int, tuple[float, ...]] = {}
"""Views (by address) and how they were left here: who still looks that way has not turned away."""


def untouched() -> bool:
    """Whether this is Blender's startup file, as it was when Blender started."""
    return not bpy.data.filepath and not bpy.data.is_dirty


def show_recording(context: bpy.types.Context, recording: Recording, fresh: bool) -> None:
    """Make the scene's range and the views hold the recording; fresh: nothing was touched before opening."""
    fit_range(context.scene, recording)
    free = fresh or not any(ob.visible_get() for ob in context.view_layer.objects if ob.type not in _UNSEEN)
    tracks = list(tracks_of(recording).values())
    if tracks:
        centre, radius = scene_tracks.extent_of(tracks, WIDEST)
        middle, half = scene_tracks.extent_of(tracks, np.inf)
        reach = float(np.linalg.norm(middle - centre)) + half
        size = 1.0 / metres(context.scene)
        for area, view in _views(context.scene):
            if free or _framed.get(view.as_pointer()) == _state(view):
                _frame(area, view, centre * size, max(radius, SMALLEST) * size)
                _reach(area.spaces.active, view.view_distance + reach * size)


def _views(scene: bpy.types.Scene) -> Iterator[tuple[bpy.types.Area, bpy.types.RegionView3D]]:
    """Views of this scene that are free to turn: not those through a camera."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas if window.scene == scene else ():
            if area.type == "VIEW_3D":
                view = area.spaces.active.region_3d
                if view.view_perspective != "CAMERA":
                    yield area, view


def _frame(area: bpy.types.Area, view: bpy.types.RegionView3D, centre: np.ndarray, radius: float) -> None:
    region = next(region for region in area.regions if region.type == "WINDOW")
    left, right = free_part(area, region)
    size = (region.width, region.height)
    distance, shift = placed(radius, area.spaces.active.lens, size, left, right)
    across = np.array(view.view_rotation.to_matrix())[:, 0]
    view.view_location = (centre + shift * across).tolist()
    view.view_distance = distance
    _framed[view.as_pointer()] = _state(view)


def _reach(space: bpy.types.SpaceView3D, distance: float) -> None:
    """Show what is so far away, also in a scene of small units."""
    space.clip_end = max(space.clip_end, distance)


def free_part(area: bpy.types.Area, region: bpy.types.Region) -> tuple[float, float]:
    """First and last pixel across of the view that no toolbar or sidebar lies over."""
    left, right = 0.0, float(region.width)
    for other in area.regions:
        start, end = other.x - region.x, other.x - region.x + other.width
        if other.type in ("TOOLS", "UI") and other.width > 1 and start >= 0 and end <= region.width:
            left, right = (end, right) if other.type == "TOOLS" else (left, min(right, start))
    return (left, right) if right - left > region.width / 4 else (0.0, float(region.width))


def placed(
    radius: float, lens: float, size: tuple[float, float], left: float, right: float
) -> tuple[float, float]:
    """A view's distance, and how far to its right its centre lies, both in metres, so that a sphere fills
    the part from `left` to `right` of a view of `size` pixels. radius in metres, lens in millimetres."""
    focal = max(size) / 2 * lens / HALF_SENSOR
    half = min(right - left, size[1]) / 2
    distance = radius * float(np.hypot(1.0, MARGIN * focal / half))
    return distance, (size[0] / 2 - (left + right) / 2) * distance / focal


def _state(view: bpy.types.RegionView3D) -> tuple[float, ...]:
    return (*view.view_location, view.view_distance, *view.view_rotation)
