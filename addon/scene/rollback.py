"""All or nothing: what a failed step has made in the file is taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

_KINDS = ("objects", "meshes", "armatures", "collections", "actions", "materials")


@contextmanager
def all_or_nothing(scene: bpy.types.Scene) -> Iterator[None]:
    """Remove every data-block made inside, and restore rate, range and active object, when it raises."""
    before = {kind: set(getattr(bpy.data, kind)) for kind in _KINDS}
    render = scene.render
    clock = (render.fps, render.fps_base, scene.frame_start, scene.frame_end, scene.frame_current)
    layer = bpy.context.view_layer
    active, selected = layer.objects.active, [ob for ob in layer.objects if ob.select_get()]
    try:
        yield
    except BaseException:
        leave_edit_mode()
        made = [block for kind in _KINDS for block in getattr(bpy.data, kind) if block not in before[kind]]
        bpy.data.batch_remove(made)
        render.fps, render.fps_base = clock[:2]
        scene.frame_start, scene.frame_end = clock[2:4]
        scene.frame_set(clock[4])
        select_only(selected, active)
        raise


def leave_edit_mode() -> None:
    """Back to object mode from whatever mode the active object is in."""
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")


def select_only(objects: list[bpy.types.Object], active: bpy.types.Object | None) -> None:
    """Select exactly these objects of the view layer and make one of them (or another) active."""
    layer = bpy.context.view_layer
    for ob in layer.objects:
        ob.select_set(ob in objects)
    layer.objects.active = active
