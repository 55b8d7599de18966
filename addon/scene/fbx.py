"""FBX files: the objects by Blender's exporter, the motion by our own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..steps import Steps
from ..writers.fbx_take import replace_take
from ..writers.presets import Preset
from .export_copy import Copied

_OPTIONS: dict[str, Any] = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "add_leaf_bones": False,
    "bake_anim": True,
    "bake_anim_use_all_actions": False,
    "bake_anim_use_nla_strips": False,
    "bake_anim_simplify_factor": 0.0,
    "check_existing": False,
}


def write_fbx(
    path: Path, name: str, scene: bpy.types.Scene, people: Sequence[Copied], preset: Preset
) -> Steps[None]:
    """One file of copied people; its one take is called as the person, or `name` where there are more.

    Blender's exporter writes a take of one frame, or of all where shape keys are animated; the steps give it
    the clips' keys, for which the copies are not needed any more.
    """
    objects = [ob for person in people for ob in (person.armature, *person.meshes)]
    layer = scene.view_layers[0]
    options = {**_OPTIONS, "axis_forward": preset.forward, "axis_up": preset.up}
    if preset.centimetres is not None:
        options |= {"apply_scale_options": "FBX_SCALE_ALL", "global_scale": preset.centimetres / 100.0}
    if not any(_changes_shape(mesh) for person in people for mesh in person.meshes):
        scene.frame_end = scene.frame_start
    context = bpy.context.temp_override(scene=scene, view_layer=layer, selected_objects=objects)
    with context:
        bpy.ops.export_scene.fbx(filepath=str(path), **options)
    clips = [person.clip for person in people]
    return replace_take.steps(path, clips[0].name if len(clips) == 1 else name, clips, people[0].shift)


def _changes_shape(mesh: bpy.types.Object) -> bool:
    keys = mesh.data.shape_keys
    animation = None if keys is None else keys.animation_data
    return animation is not None and bool(animation.action or animation.drivers or animation.nla_tracks)
