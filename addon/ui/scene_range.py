"""The scene's range of frames holds a recording that is open, unless the user has set another."""

from __future__ import annotations

import bpy
import numpy as np

from ..recording import Recording
from ..scene.clock import places_on_timeline
from ..scene.timing import is_animated, scene_rate

BLENDERS_RANGE = (1, 250)


def fit_range(scene: bpy.types.Scene, recording: Recording) -> None:
    """Blender's own range and the one of an earlier reading are no choice of the user's; keys are."""
    if is_animated(scene) or not is_free(scene):
        return
    first = scene.spr.first_frame
    seconds = max(float(person.times[-1]) for person in recording.people) - recording.start
    last = max(int(first + 0.01 + seconds * scene_rate(scene)), first)
    scene.frame_start, scene.frame_end = places_on_timeline(scene, np.array([first, last])).tolist()
    note_range(scene)
    if not scene.frame_start <= scene.frame_current <= scene.frame_end:
        scene.frame_set(scene.frame_start)


def is_free(scene: bpy.types.Scene) -> bool:
    """Whether the scene's range is not the user's own."""
    settings = scene.spr
    ours = (settings.fitted_start, settings.fitted_end)
    return (scene.frame_start, scene.frame_end) in (BLENDERS_RANGE, ours)


def note_range(scene: bpy.types.Scene) -> None:
    """The range that the scene has now is no choice of the user's."""
    settings = scene.spr
    settings.fitted_start, settings.fitted_end = scene.frame_start, scene.frame_end
