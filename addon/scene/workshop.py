"""A scene of its own for work on one armature: nothing else is evaluated, and the user's stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress

import bpy
import numpy as np

from ..steps import Progress, Stepped, Steps
from .own_space import check_size
from .rollback import leave_edit_mode


def stage(like: bpy.types.Scene, name: str) -> bpy.types.Scene:
    """An empty scene with the rate of the user's."""
    scene = bpy.data.scenes.new(name)
    scene.render.fps, scene.render.fps_base = like.render.fps, like.render.fps_base
    return scene


@contextmanager
def workshop(armature: bpy.types.Object) -> Iterator[bpy.types.Scene]:
    """A scene that shows this armature alone, in object mode; gone afterwards."""
    with ExitStack() as kept:
        kept.enter_context(object_mode())
        kept.enter_context(posed_as_before(bpy.context.scene))
        scene = stage(bpy.context.scene, "Rig")
        kept.callback(bpy.data.scenes.remove, scene)
        kept.enter_context(shown(scene, [armature]))
        yield scene


@contextmanager
def double(armature: bpy.types.Object) -> Iterator[tuple[bpy.types.Scene, bpy.types.Object]]:
    """A scene of its own with a copy of this armature that plays no layers; both gone afterwards. What the
    copy plays, and at which frame, leaves the user's alone. SceneError where it is scaled to nothing."""
    check_size(armature)
    with ExitStack() as kept:
        kept.enter_context(out_of_edit_mode(armature))
        scene = stage(bpy.context.scene, "Rig")
        kept.callback(bpy.data.scenes.remove, scene)
        copy = armature.copy()
        kept.callback(bpy.data.objects.remove, copy)
        scene.collection.objects.link(copy)
        copy.animation_data.use_tweak_mode = False  # in which Blender lets no action be put on
        copy.hide_viewport = copy.animation_data.use_nla = False
        yield scene, copy


@contextmanager
def editing(scene: bpy.types.Scene, armature: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """The edit bones of an armature in a scene of our own, as of a `workshop`."""
    layer = scene.view_layers[0]
    layer.objects.active = armature
    with bpy.context.temp_override(scene=scene, view_layer=layer, object=armature, active_object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        try:
            yield armature.data.edit_bones
        finally:
            bpy.ops.object.mode_set(mode="OBJECT")


@Stepped
def seen_poses(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: np.ndarray
) -> Steps[dict[str, np.ndarray]]:
    """(T, 4, 4) of each bone in the armature's space as Blender shows it at these frames (T,), one a step."""
    layer = scene.view_layers[0]
    layer.update()
    poses = np.empty((len(frames), len(armature.pose.bones), 4, 4))
    for row, frame in enumerate(np.asarray(frames).tolist()):
        scene.frame_set(int(frame // 1), subframe=frame % 1)
        evaluated = armature.evaluated_get(layer.depsgraph)
        poses[row] = [bone.matrix for bone in evaluated.pose.bones]
        yield Progress(row / len(frames), "Reading the motion")
    return {bone.name: poses[:, index] for index, bone in enumerate(armature.pose.bones)}


def take_in_edits(armature: bpy.types.Object) -> None:
    """What has been edited in Edit Mode so far counts: until that is left, `bones` are those of before."""
    if armature.data.is_editmode:
        armature.update_from_editmode()


def out_of_edit_mode(armature: bpy.types.Object) -> AbstractContextManager[None]:
    """Out of no other mode: Blender shows the keys again where it changes, not a pose that has none yet."""
    return object_mode() if armature.data.is_editmode else nullcontext()


@contextmanager
def object_mode() -> Iterator[None]:
    """In Object Mode; afterwards in the mode that the active object was in."""
    active = bpy.context.view_layer.objects.active
    mode = active.mode if active is not None else "OBJECT"
    leave_edit_mode()
    try:
        yield
    finally:
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)


@contextmanager
def posed_as_before(scene: bpy.types.Scene) -> Iterator[None]:
    """The user's objects at the scene's frame again: another scene's frames leave their pose on them."""
    try:
        yield
    finally:
        scene.frame_set(scene.frame_current, subframe=scene.frame_subframe)


@contextmanager
def shown(scene: bpy.types.Scene, objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """The user's objects in a scene that evaluates them even if they are hidden in their own."""
    hidden = [ob for ob in objects if ob.hide_viewport]
    for ob in objects:
        scene.collection.objects.link(ob)
        ob.hide_viewport = False
    try:
        yield
    finally:
        for ob in hidden:
            with suppress(ReferenceError):  # another window may have deleted it
                ob.hide_viewport = True


@contextmanager
def evaluated(scene: bpy.types.Scene, objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """The user's view layer works out where these are, even if they are hidden or in collections that it
    leaves out, for which Blender does not."""
    layer, top = bpy.context.view_layer, scene.collection
    with ExitStack() as kept:
        for ob in (ob for ob in objects if not ob.visible_get(view_layer=layer)):
            if ob.hide_viewport:
                ob.hide_viewport = False
                kept.callback(setattr, ob, "hide_viewport", True)
            if ob.name not in top.objects:
                top.objects.link(ob)
                kept.callback(top.objects.unlink, ob)
            if ob.hide_get(view_layer=layer):
                ob.hide_set(False, view_layer=layer)
                kept.callback(ob.hide_set, True, view_layer=layer)
        layer.update()
        yield
