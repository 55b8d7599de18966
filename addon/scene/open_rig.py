"""A character from a file: its armature and the meshes that it moves, in the open scene."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy

from .connections import connected, disconnect
from .errors import SceneError
from .parts import moved_by
from .quiet import reading
from .timing import rate_kept

GLTF = (".glb", ".gltf", ".vrm")
ENDINGS = (".blend", ".fbx", *GLTF)


def open_rig(path: Path, fits: Callable[[bpy.types.Object], float]) -> tuple[bpy.types.Object, list[str]]:
    """The armature of the file that fits best, with what it carries and moves; nothing else of the file, no
    animation and no frame rate. And the names of armatures that were left out with their meshes. Raises
    FormatError and SceneError."""
    if path.suffix.lower() not in ENDINGS:
        raise SceneError(f"{path.name} is no character; give a .blend, .fbx, .glb, .gltf or .vrm file.")
    if not path.is_file():
        raise SceneError(f"There is no file {path}; check the name.")
    if Path(bpy.data.filepath).is_file() and path.samefile(bpy.data.filepath):
        raise SceneError(
            f"{path.name} is the file that is open, which Blender can't bring into itself; run the command"
            " without opening it first."
        )
    before = set(bpy.data.objects)
    with rate_kept(bpy.context.scene), reading(path):
        _bring_in(path)
    brought = [ob for ob in bpy.data.objects if ob not in before]
    armatures = [ob for ob in brought if ob.type == "ARMATURE"]
    if not armatures:
        raise SceneError(f"{path.name} holds no armature; give the file of a character with bones.")
    chosen = max(armatures, key=fits)
    kept = [chosen, *chosen.children_recursive, *(ob for ob in brought if chosen in moved_by(ob))]
    left = {ob for mesh in set(brought) - set(kept) for ob in moved_by(mesh)}
    names = [ob.name for ob in armatures if ob in left]
    _show(list(dict.fromkeys(kept)))
    _free(kept)
    bpy.data.batch_remove([ob for ob in brought if ob not in kept])
    put_at_rest(chosen)
    if path.suffix.lower() != ".blend":
        disconnect(chosen, connected(chosen, chosen.data.bones.keys()))
    bpy.context.view_layer.update()
    return chosen, names


def _bring_in(path: Path) -> None:
    if path.suffix.lower() == ".blend":
        with bpy.data.libraries.load(str(path)) as (there, here):
            here.objects = there.objects
        return
    if path.suffix.lower() == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path), use_anim=False)
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))


def _show(objects: list[bpy.types.Object]) -> None:
    """In the scene, so that they are evaluated and written."""
    shown = bpy.context.scene.collection.all_objects
    for ob in objects:
        if ob.name not in shown:
            bpy.context.scene.collection.objects.link(ob)


def _free(objects: list[bpy.types.Object]) -> None:
    """From what else they hang on, which may give them size and turn, with their places in the world."""
    bpy.context.view_layer.update()
    for ob in objects:
        if ob.parent is not None and ob.parent not in objects:
            world = ob.matrix_world.copy()
            ob.parent = None
            ob.matrix_world = world


def put_at_rest(armature: bpy.types.Object) -> None:
    """Without the animation that it came with, drivers left: a rig needs these."""
    animation = armature.animation_data
    if animation is not None:
        animation.action = None
        for track in list(animation.nla_tracks):
            animation.nla_tracks.remove(track)
    for bone in armature.pose.bones:
        bone.matrix_basis.identity()
