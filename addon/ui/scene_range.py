"""The scene's range of frames holds a recording that is open, unless the user has set another."""

from __future__ import annotations

import bpy

from ..recording import Recording
from ..scene import is_animated, scene_rate

BLENDERS_RANGE = (1, 250)


def fit_range(scene: bpy.types.Scene, recording: Recording) -> None:
    """Blender's own range and the one of an earlier reading are no choice of the user's; keys are."""
    settings = scene.spr
    ours = (BLENDERS_RANGE, (1, settings.fitted_end))
    if is_animated(scene) or (scene.frame_start, scene.frame_end) not in ours:
        return
    seconds = max(float(person.times[-1]) for person in recording.people) - recording.start
    settings.fitted_end = scene.frame_end = max(int(1.01 + seconds * scene_rate(scene)), 1)
    if scene.frame_current > scene.frame_end:
        scene.frame_set(1)
