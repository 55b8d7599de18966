"""FBX export that keeps rest pose, scale, frame range and rotations, with and without a mesh."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bpy

from .errors import SceneError
from .output import replaced_when_done
from .rollback import leave_edit_mode

_OPTIONS = {
    "use_selection": True,
    "object_types": {"ARMATURE", "MESH"},
    "add_leaf_bones": False,
    "bake_anim": True,
    "bake_anim_use_all_actions": False,
    "bake_anim_use_nla_strips": False,
    "bake_anim_simplify_factor": 0.0,
    "check_existing": False,
}


def export_fbx(
    path: str | Path,
    armatures: Sequence[bpy.types.Object],
    *,
    frame_start: int | None = None,
    frame_end: int | None = None,
) -> None:
    """Write armatures, the meshes they move and their animation, baked on every frame, to one file.

    The range is that of the armatures' keys where it is not given. Selection, visibility, mode, frame
    and the scene's range are afterwards what they were. SceneError when the file can't be written.
    """
    _check(armatures)
    first, last = _key_range(armatures)
    first = first if frame_start is None else frame_start
    last = last if frame_end is None else frame_end
    if first > last:
        raise SceneError(f"The first frame {first} lies after the last frame {last}; swap them.")
    if first < 0:
        raise SceneError(f"Blender can't export frame {first}; move the animation to frame 0 or later.")
    meshes = _moved_meshes(armatures)
    objects = [*armatures, *meshes]
    with replaced_when_done(Path(path).absolute()) as temporary, ExitStack() as kept:
        kept.enter_context(_object_mode())
        kept.enter_context(_visible(objects))
        kept.enter_context(_unskinned(meshes))
        kept.enter_context(_baked_range(first, last))
        kept.enter_context(_resting_at(armatures, first - 1))
        kept.enter_context(bpy.context.temp_override(selected_objects=objects))
        bpy.ops.export_scene.fbx(filepath=str(temporary), **_OPTIONS)


def _check(armatures: Sequence[bpy.types.Object]) -> None:
    if not armatures:
        raise SceneError("There is no armature to export; refine a pose or choose an armature first.")
    if not hasattr(bpy.types, "EXPORT_SCENE_OT_fbx"):
        raise SceneError("Blender's add-on 'FBX format' is switched off; enable it in the preferences.")


def _key_range(armatures: Iterable[bpy.types.Object]) -> tuple[int, int]:
    animations = [ob.animation_data for ob in armatures]
    ranges = [a.action.curve_frame_range for a in animations if a is not None and a.action is not None]
    if not ranges:
        scene = bpy.context.scene
        return scene.frame_start, scene.frame_end
    return math.floor(min(r[0] for r in ranges)), math.ceil(max(r[1] for r in ranges))


def _moved_meshes(armatures: Sequence[bpy.types.Object]) -> list[bpy.types.Object]:
    return [
        ob
        for ob in bpy.context.scene.objects
        if ob.type == "MESH" and any(m.type == "ARMATURE" and m.object in armatures for m in ob.modifiers)
    ]


@contextmanager
def _object_mode() -> Iterator[None]:
    active = bpy.context.view_layer.objects.active
    mode = active.mode if active is not None else "OBJECT"
    leave_edit_mode()
    try:
        yield
    finally:
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


@contextmanager
def _visible(objects: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Blender does not animate what is hidden or lies in an excluded collection, so show it for a while."""
    hidden = [ob for ob in objects if ob.hide_viewport]
    stage = bpy.data.collections.new("FBX export")
    try:
        bpy.context.scene.collection.children.link(stage)
        for ob in objects:
            stage.objects.link(ob)
        unseen = [ob for ob in objects if ob.hide_get()]
        for ob in hidden:
            ob.hide_viewport = False
        for ob in unseen:
            ob.hide_set(False)
        try:
            yield
        finally:
            for ob in unseen:
                ob.hide_set(True)
            for ob in hidden:
                ob.hide_viewport = True
    finally:
        bpy.data.collections.remove(stage)


@contextmanager
def _unskinned(meshes: Iterable[bpy.types.Object]) -> Iterator[None]:
    """Only bones are baked: not moving the vertices along makes the export three times as fast."""
    skins = [m for ob in meshes for m in ob.modifiers if m.type == "ARMATURE" and m.show_viewport]
    for skin in skins:
        skin.show_viewport = False
    try:
        yield
    finally:
        for skin in skins:
            skin.show_viewport = True


@contextmanager
def _baked_range(first: int, last: int) -> Iterator[None]:
    """The exporter bakes the scene's own range."""
    scene = bpy.context.scene
    start, end, frame, part = scene.frame_start, scene.frame_end, scene.frame_current, scene.frame_subframe
    scene.frame_start, scene.frame_end = first, last
    try:
        yield
    finally:
        scene.frame_start, scene.frame_end = start, end
        scene.frame_set(frame, subframe=part)


@contextmanager
def _resting_at(armatures: Iterable[bpy.types.Object], frame: int) -> Iterator[None]:
    """Go to a frame outside the baked range and rest there.

    Readers take the pose of the current frame for the rest pose of an armature without a mesh. The
    exporter comes back to the current frame after baking, hence a handler and not a setting.
    """
    before = {ob.data: ob.data.pose_position for ob in armatures}

    def follow(scene: bpy.types.Scene, *_: object) -> None:
        position = "REST" if scene.frame_current == frame else "POSE"
        for data in before:
            if data.pose_position != position:
                data.pose_position = position

    bpy.app.handlers.frame_change_pre.append(follow)
    try:
        bpy.context.scene.frame_set(frame)
        yield
    finally:
        bpy.app.handlers.frame_change_pre.remove(follow)
        for data, position in before.items():
            data.pose_position = position
