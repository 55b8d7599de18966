"""A scene to bring a stranger's file into, and to take away with everything that came with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from .rollback import leave_edit_mode
from .workshop import object_mode, stage


@contextmanager
def scratch_scene() -> Iterator[bpy.types.Scene]:
    """An empty scene that is the current one inside; afterwards all data-blocks that were made inside are
    gone, and the user's window shows their scene as it was, however it ends."""
    before = set(_blocks())
    window, own = bpy.context.window, bpy.context.scene
    frame, selected = (own.frame_current, own.frame_subframe), _selection()
    with object_mode():
        leave_edit_mode()
        scene = stage(own, "Reading")
        try:
            if window is not None:
                window.scene = scene
            with bpy.context.temp_override(scene=scene, view_layer=scene.view_layers[0]):
                yield scene
        finally:
            if window is not None:
                window.scene = own
            _remove_others(before)
            own.frame_set(frame[0], subframe=frame[1])
            _select(selected)


_OF_THE_WINDOW = ("window_managers", "screens", "workspaces")


def _collections() -> Iterator[bpy.types.bpy_prop_collection]:
    for kind in bpy.types.BlendData.bl_rna.properties:
        if kind.type == "COLLECTION" and kind.identifier not in _OF_THE_WINDOW:
            yield getattr(bpy.data, kind.identifier)


def _blocks() -> dict[int, bpy.types.ID]:
    return {block.session_uid: block for kind in _collections() for block in kind}


def _remove_others(kept: set[int]) -> None:
    bpy.data.batch_remove([block for uid, block in _blocks().items() if uid not in kept])


def _selection() -> tuple[set[int], int | None]:
    layer = bpy.context.view_layer
    active = layer.objects.active
    chosen = {one.session_uid for one in layer.objects if one.select_get()}
    return chosen, None if active is None else active.session_uid


def _select(selected: tuple[set[int], int | None]) -> None:
    chosen, active = selected
    layer = bpy.context.view_layer
    for one in layer.objects:
        if one.select_get() != (one.session_uid in chosen):
            one.select_set(one.session_uid in chosen)
    layer.objects.active = next((one for one in layer.objects if one.session_uid == active), None)
