"""All or nothing: what a failed step has made in the file is taken away again.

A step may take a while in which other things happen, so blocks are remembered by the number that Blender
gives each of them, and found anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

_KINDS = ("objects", "meshes", "armatures", "collections", "actions", "materials")
_ALL_KINDS = (*_KINDS, "scenes")
_stays: list[set[int]] = []
"""Of each step that may be taken away again, the numbers of what stays."""


@contextmanager
def all_or_nothing(scene: bpy.types.Scene) -> Iterator[None]:
    """Remove every data-block made inside, and restore rate, range and active object, when it raises."""
    before = set(_blocks(_KINDS))
    _stays.append(before)
    render = scene.render
    clock = (render.fps, render.fps_base, scene.frame_start, scene.frame_end, scene.frame_current)
    layer = bpy.context.view_layer
    active, selected = _number(layer.objects.active), {_number(ob) for ob in layer.objects if ob.select_get()}
    try:
        yield
    except BaseException:
        leave_edit_mode()
        _remove_others(_KINDS, before)
        render.fps, render.fps_base = clock[:2]
        scene.frame_start, scene.frame_end = clock[2:4]
        scene.frame_set(clock[4])
        there = {_number(ob): ob for ob in bpy.context.view_layer.objects}
        select_only([ob for number, ob in there.items() if number in selected], there.get(active))
        raise
    finally:
        _stays[:] = [one for one in _stays if one is not before]


def made_so_far() -> set[int]:
    """The numbers of all there is, as long as some of it may be taken away again."""
    return set(_blocks(_ALL_KINDS)) if _stays else set()


def keep(made_by_others: set[int]) -> None:
    """What somebody else has made during a step stays when that is taken away again."""
    for before in _stays:
        before |= made_by_others


@contextmanager
def nothing_left_behind() -> Iterator[None]:
    """Remove every data-block made inside, scenes too, however it ends."""
    before = set(_blocks(_ALL_KINDS))
    try:
        yield
    finally:
        _remove_others(_ALL_KINDS, before)


def _blocks(kinds: tuple[str, ...]) -> dict[int, bpy.types.ID]:
    return {block.session_uid: block for kind in kinds for block in getattr(bpy.data, kind)}


def _remove_others(kinds: tuple[str, ...], kept: set[int]) -> None:
    bpy.data.batch_remove([block for number, block in _blocks(kinds).items() if number not in kept])


def _number(block: bpy.types.ID | None) -> int | None:
    return None if block is None else block.session_uid


def leave_edit_mode() -> None:
    """Back to object mode from whatever mode the active object is in, and out of Edit Mode for all that the
    scene holds: what is edited may no longer be active, and takes no other data."""
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    held = {ob.data for ob in bpy.context.scene.objects}
    for ob in bpy.data.objects:
        if ob.mode == "EDIT" and ob.data in held:
            _end_editing(ob)


def _end_editing(ob: bpy.types.Object) -> None:
    """In a scene of its own: the user's may hide the object, or exclude it."""
    scene = bpy.data.scenes.new("SMPL Refiner")
    try:
        scene.collection.objects.link(ob)
        layer = scene.view_layers[0]
        layer.objects.active = ob
        with bpy.context.temp_override(scene=scene, view_layer=layer, object=ob, active_object=ob):
            bpy.ops.object.mode_set(mode="OBJECT")
    finally:
        bpy.data.scenes.remove(scene)


def select_only(objects: list[bpy.types.Object], active: bpy.types.Object | None) -> None:
    """Select exactly these objects of the view layer and make one of them (or another) active."""
    layer = bpy.context.view_layer
    shown = [ob for ob in layer.objects if ob is not None]  # Blender 4.2 lists an object that is just removed
    for ob in shown:
        ob.select_set(ob in objects)
    layer.objects.active = active if active in shown else None
