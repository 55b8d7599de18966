"""After opening: show the people where nobody has arranged anything yet, and leave the rest alone."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np

from ..recording import Recording
from ..scene import is_animated, scene_rate
from ..scene.tracks import extent_of
from .preview import tracks_of
from .properties import SPR_PG_settings

WIDEST = 6.0
"""Metres; a longer way is framed where it starts, so that people can be made out."""
MARGIN = 1.25
BLENDERS_RANGE = (1, 250)
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
    if not is_animated(context.scene):
        _fit_range(context.scene, recording)
    free = fresh or not any(ob.visible_get() for ob in context.view_layer.objects if ob.type not in _UNSEEN)
    tracks = list(tracks_of(recording).values())
    if tracks:
        centre, radius = extent_of(tracks, WIDEST)
        for region, view, lens in _views(context.scene):
            if free or _framed.get(view.as_pointer()) == _state(view):
                _frame(region, view, lens, centre, radius)


def _fit_range(scene: bpy.types.Scene, recording: Recording) -> None:
    """Unless the user has set a range: Blender's own and the one of an earlier recording are no choice."""
    settings: SPR_PG_settings = scene.spr
    if (scene.frame_start, scene.frame_end) not in (BLENDERS_RANGE, (1, settings.fitted_end)):
        return
    seconds = max(float(person.times[-1]) for person in recording.people) - recording.start
    settings.fitted_end = scene.frame_end = max(int(1.01 + seconds * scene_rate(scene)), 1)
    if scene.frame_current > scene.frame_end:
        scene.frame_set(1)


def _views(
    scene: bpy.types.Scene,
) -> Iterator[tuple[bpy.types.Region, bpy.types.RegionView3D, float]]:
    """Views of this scene that are free to turn: not those through a camera."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas if window.scene == scene else ():
            space = area.spaces.active
            if area.type == "VIEW_3D" and space.region_3d.view_perspective != "CAMERA":
                region = next(region for region in area.regions if region.type == "WINDOW")
                yield region, space.region_3d, space.lens


def _frame(
    region: bpy.types.Region, view: bpy.types.RegionView3D, lens: float, centre: np.ndarray, radius: float
) -> None:
    shorter = min(region.width, region.height) / max(region.width, region.height, 1)
    view.view_location = centre.tolist()
    view.view_distance = MARGIN * radius / float(np.sin(np.arctan(HALF_SENSOR / lens * shorter)))
    _framed[view.as_pointer()] = _state(view)


def _state(view: bpy.types.RegionView3D) -> tuple[float, ...]:
    return (*view.view_location, view.view_distance)
