"""Going through a scene's frames without leaving a mark on it."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from ..steps import Progress, Steps
from .clock import from_timeline, show_exactly
from .errors import SceneError

Look = Callable[[int, bpy.types.Depsgraph], None]
"""Takes note of a row's frame in an evaluated scene."""


def sampled_frames(scene: bpy.types.Scene, frames: np.ndarray, look: Look) -> Steps[None]:
    """Show each of the frames (T,) of the animation and look at it, one a step; afterwards the scene's own is
    shown again."""
    uid, before = scene.session_uid, (scene.frame_current, scene.frame_subframe)
    try:
        for row, frame in enumerate(frames.tolist()):
            scene = _scene(uid)
            show_exactly(scene, frame)
            layer = _layer(scene)
            layer.update()
            look(row, layer.depsgraph)
            yield Progress(row / len(frames), "Reading the scene")
    finally:
        there = next((each for each in bpy.data.scenes if each.session_uid == uid), None)
        if there is not None:
            there.frame_set(before[0], subframe=before[1])


def _scene(uid: int) -> bpy.types.Scene:
    """Found anew: undo may have replaced it."""
    scene = next((each for each in bpy.data.scenes if each.session_uid == uid), None)
    if scene is None:
        raise SceneError("The scene is gone; nothing was read.")
    return scene


def _layer(scene: bpy.types.Scene) -> bpy.types.ViewLayer:
    """The view layer that the window shows, else the first one."""
    own = bpy.context.view_layer
    return own if own is not None and bpy.context.scene == scene else scene.view_layers[0]


def found_again(uid: int) -> bpy.types.Object:
    """The object with this number. Raises SceneError where it is gone."""
    found = next((each for each in bpy.data.objects if each.session_uid == uid), None)
    if found is None:
        raise SceneError("What was selected is gone; select it again.")
    return found


def scene_frames(scene: bpy.types.Scene) -> np.ndarray:
    """(T,) all frames of the animation in the scene's range, or in its preview range where that is on."""
    preview = scene.use_preview_range
    first, last = (
        (scene.frame_preview_start, scene.frame_preview_end)
        if preview
        else (scene.frame_start, scene.frame_end)
    )
    ends = from_timeline(scene, np.array([first, last], float))
    return np.arange(round(ends[0]), round(ends[1]) + 1)
