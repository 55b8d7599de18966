"""A copy of a character of the file that is open, with the meshes that it moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from ..retarget import Options
from ..rigs import BoneMap
from .errors import SceneError
from .open_rig import put_at_rest
from .parts import moved_by
from .rollback import select_only
from .workshop import shown


@dataclass(frozen=True)
class OnCharacter:
    """A character that gets the motion of others, and how. uid: of its armature in this session of Blender.

    bones: which of them is what, none of a rig with controls.
    """

    uid: int
    bones: BoneMap
    options: Options


@dataclass(frozen=True)
class Copy:
    """A character's copy. name: the character's own in the user's scene. meshes: with their names there, and
    these of their data."""

    armature: bpy.types.Object
    name: str
    meshes: list[tuple[bpy.types.ID, str]]


def copied_character(uid: int) -> Copy:
    """A copy of an armature with its meshes in the scene that is shown, at rest and without an action.

    Drivers and constraints between them are the copies' own. Raises SceneError where the armature is gone.
    """
    armature = next((ob for ob in bpy.data.objects if ob.session_uid == uid), None)
    if armature is None:
        raise SceneError("The character of the batch is gone; choose another under On Character.")
    originals = [armature, *_meshes(armature)]
    home = bpy.context.scene.collection
    with shown(bpy.context.scene, originals), _selectable(originals):
        select_only(originals, armature)
        bpy.ops.object.duplicate()
        copies = list(home.objects)[-len(originals) :]  # in the order of those that they are copies of
        for ob in originals:
            home.objects.unlink(ob)
    copies[0].name = f"{armature.name} (batch)"
    put_at_rest(copies[0])
    bpy.context.view_layer.update()
    pairs = list(zip(copies[1:], originals[1:], strict=True))
    names = [(copy, own.name) for copy, own in pairs]
    return Copy(copies[0], armature.name, names + [(copy.data, own.data.name) for copy, own in pairs])


def character_print(armature: bpy.types.Object) -> str:
    """By which a character is known again: where its bones rest and what its meshes look like."""
    total = hashlib.sha256(armature.name.encode())
    for bone in armature.data.bones:
        total.update(bone.name.encode() + np.array(bone.matrix_local).astype("<f4").tobytes())
    for mesh in _meshes(armature):
        places = np.empty(3 * len(mesh.data.vertices), np.float32)
        mesh.data.vertices.foreach_get("co", places)
        total.update(mesh.name.encode() + places.tobytes())
    total.update(np.array(armature.matrix_world).astype("<f4").tobytes())
    return total.hexdigest()


def _meshes(armature: bpy.types.Object) -> list[bpy.types.Object]:
    return [ob for ob in bpy.data.objects if ob.type == "MESH" and armature in moved_by(ob)]


@contextmanager
def _selectable(objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """Objects that a user has locked against selecting are copied, too."""
    locked = [ob for ob in objects if ob.hide_select]
    for ob in locked:
        ob.hide_select = False
    bpy.context.view_layer.update()
    try:
        yield
    finally:
        for ob in locked:
            ob.hide_select = True
