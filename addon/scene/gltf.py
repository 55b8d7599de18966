"""glTF files (.glb): the objects by Blender's exporter, the motion by our own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..steps import Steps
from ..writers.clip import Clip
from ..writers.gltf_clips import add_clips
from ..writers.presets import Preset
from .export_copy import Copied

_OPTIONS: dict[str, Any] = {
    "export_format": "GLB",
    "use_selection": True,
    "use_active_scene": True,
    "export_animations": False,
    "export_yup": True,
    "check_existing": False,
}
Y_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""From Blender's frame to glTF's."""


def write_gltf(
    path: Path, _name: str, scene: bpy.types.Scene, people: Sequence[Copied], _preset: Preset
) -> Steps[None]:
    """One file of copied people; the steps give it a clip for each, named after the person."""
    layer = scene.view_layers[0]
    for person in people:
        for ob in (person.armature, *person.meshes):
            ob.select_set(True, view_layer=layer)
    with _window_as_before(), bpy.context.temp_override(scene=scene, view_layer=layer):
        bpy.ops.export_scene.gltf(filepath=str(path), **_OPTIONS)
    return _with_clips(path, (person.clip.placed(Y_UP) for person in people))


def _with_clips(path: Path, clips: Iterable[Clip]) -> Steps[None]:
    add_clips(path, clips)
    yield None


@contextmanager
def _window_as_before() -> Iterator[None]:
    """The window shows the user's scene again; Blender's exporter puts the one it writes in its place."""
    window = bpy.context.window
    scene, layer = (None, None) if window is None else (window.scene, window.view_layer)
    try:
        yield
    finally:
        if window is not None:
            window.scene, window.view_layer = scene, layer
