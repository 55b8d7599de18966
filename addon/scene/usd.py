"""USD files by Blender's exporter."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import bpy

from ..steps import Steps
from ..writers.presets import Preset
from .export_copy import Copied, animate

_OPTIONS: dict[str, Any] = {
    "selected_objects_only": True,
    "export_animation": True,
    "export_armatures": True,
    "only_deform_bones": False,
    "export_shapekeys": True,
    "export_materials": True,
    "export_custom_properties": False,
    "check_existing": False,
}


def write_usd(
    path: Path, _name: str, scene: bpy.types.Scene, people: Sequence[Copied], _preset: Preset
) -> Steps[None]:
    """One file of copied people, with a skeleton for each; the steps see whether it is whole."""
    layer = scene.view_layers[0]
    clips = [person.clip for person in people]
    scene.frame_start = min(clip.first for clip in clips)
    scene.frame_end = max(clip.first + len(clip.posed) for clip in clips) - 1
    for person in people:
        animate(person)
        for ob in (person.armature, *person.meshes):
            ob.select_set(True, view_layer=layer)
        for mesh in person.meshes:
            for modifier in mesh.modifiers:
                modifier.show_viewport = True
    with bpy.context.temp_override(scene=scene, view_layer=layer):
        known = bpy.ops.wm.usd_export.get_rna_type().properties
        options = {name: value for name, value in _OPTIONS.items() if name in known}
        bpy.ops.wm.usd_export(filepath=str(path), **options)
    return _finished(path)


def _finished(path: Path) -> Steps[None]:
    _check_whole(path)
    _say_rate(path)
    _check_whole(path)
    yield None


def _check_whole(path: Path) -> None:
    """Blender says nothing of a disk that was full before the end. Raises OSError.

    At byte 16 of a file in USD's crate format stands where its table of contents begins: a count and, for
    each section, a name of 16 bytes, its start and its length."""
    content = path.read_bytes()
    if content.startswith(b"#usda"):  # as text, where somebody has set USD so
        return
    try:
        (table,) = struct.unpack_from("<q", content, 16)
        (count,) = struct.unpack_from("<q", content, table)
        sections = [struct.unpack_from("<qq", content, table + 24 + 32 * place) for place in range(count)]
        whole = count > 0 and all(start + length <= len(content) for start, length in sections)
    except struct.error:
        whole = False
    if not whole:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _say_rate(path: Path) -> None:
    """Frames per second stand in the file beside time codes per second, which are all that Blender before 5.3
    writes; without them readers take 24. Its own Python modules of USD are needed."""
    if not _has_own_modules():
        return
    sdf = import_module("pxr.Sdf")
    layer = sdf.Layer.FindOrOpen(str(path))
    layer.framesPerSecond = layer.timeCodesPerSecond
    layer.Save()


def _has_own_modules() -> bool:
    """Whether `pxr` is at hand and Blender's own: two builds of USD in one process do not go together."""
    home, found = bpy.utils.system_resource("PYTHON"), find_spec("pxr")
    if not home or found is None:
        return False
    places = [Path(place).resolve() for place in found.submodule_search_locations or ()]
    return bool(places) and all(place.is_relative_to(Path(home).resolve()) for place in places)
