"""An armature that is there already in new proportions, with the bones that its user has added."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix, Vector

from .errors import SceneError
from .names import BONE_NAMES
from .own_space import note_rest, own_space
from .rest_pose import rest_bones
from .similarity import moved


@dataclass(frozen=True)
class _Rest:
    """How a bone rested: where, how long, and whether it held on to its parent."""

    matrix: Matrix
    head: Vector
    tail: Vector
    length: float
    connected: bool


def missing_bones(armature: bpy.types.Object) -> list[str]:
    """Bones of SMPL that the armature has no longer, or under another name."""
    return [name for name in BONE_NAMES if name not in armature.data.bones]


def update_rest_pose(armature: bpy.types.Object, bone_offsets: np.ndarray) -> None:
    """Let the bones rest as a performer with these offsets (24, 3) does; all that is on them stays.

    Bones that a user has added go along with the bone they hang on. Parents, and connections that were
    loosened, stay as they are, and so does what was applied to the object. Expects object mode and all of
    SMPL's bones.
    """
    space = own_space(armature)
    with edit_bones(armature) as bones:
        before = {bone.name: _rest_of(bone) for bone in bones}
        for bone in bones:
            bone.use_connect = False
        _place_ours(bones, before, bone_offsets, space)
        for bone in _from_roots(bones):
            if bone.name not in BONE_NAMES and bone.parent is not None:
                _follow(bone, before[bone.name], before[bone.parent.name])
        for bone in bones:
            bone.use_connect = before[bone.name].connected and _can_connect(bone)
    note_rest(armature, bone_offsets)


def check_bones(armature: bpy.types.Object) -> None:
    """SceneError where bones of SMPL are missing."""
    if missing_bones(armature):
        raise SceneError(f"{armature.name} lacks bones that it was refined with; refine it again.")


@contextmanager
def edit_bones(armature: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """The bones in edit mode, through an object that is surely shown, however hidden the armature is."""
    layer = bpy.context.view_layer
    active = layer.objects.active
    holder = bpy.data.objects.new("SMPL Refiner", armature.data)
    bpy.context.scene.collection.objects.link(holder)
    layer.objects.active = holder
    try:
        bpy.ops.object.mode_set(mode="EDIT")
        yield armature.data.edit_bones
    finally:
        bpy.ops.object.mode_set(mode="OBJECT")
        bpy.data.objects.remove(holder)
        layer.objects.active = active


def _rest_of(bone: bpy.types.EditBone) -> _Rest:
    return _Rest(bone.matrix.copy(), bone.head.copy(), bone.tail.copy(), bone.length, bone.use_connect)


def _place_ours(
    bones: bpy.types.ArmatureEditBones, before: dict[str, _Rest], bone_offsets: np.ndarray, space: np.ndarray
) -> None:
    """The 24 bones keep their rolls, of whichever version: a user's layers and actions rely on them.

    space (4, 4): as `own_space` has it."""
    rest = rest_bones(bone_offsets)
    heads, tails = moved(rest.heads, space), moved(rest.tails, space)
    for joint, name in enumerate(BONE_NAMES):
        bones[name].head, bones[name].tail = heads[joint], tails[joint]
        along = bones[name].tail - bones[name].head
        turn = (before[name].tail - before[name].head).rotation_difference(along)
        bones[name].align_roll(turn @ before[name].matrix.to_3x3().col[2])


def _from_roots(bones: bpy.types.ArmatureEditBones) -> list[bpy.types.EditBone]:
    """Parents before children."""
    return sorted(bones, key=lambda bone: len(bone.parent_recursive))


def _follow(bone: bpy.types.EditBone, before: _Rest, parent_before: _Rest) -> None:
    """Turn and move a bone with its parent; along the parent it keeps its share of the length."""
    parent = bone.parent
    stretch = Matrix.Diagonal((1.0, parent.length / parent_before.length, 1.0, 1.0))
    back = parent_before.matrix.inverted()
    turn = (parent.matrix @ back).to_3x3()
    head = parent.matrix @ stretch @ back @ before.head
    bone.head, bone.tail = head, head + turn @ (before.tail - before.head)
    bone.align_roll(turn @ before.matrix.to_3x3().col[2])


def _can_connect(bone: bpy.types.EditBone) -> bool:
    """Connecting must not move a head."""
    return bone.parent is not None and (bone.head - bone.parent.tail).length < 1e-5
