"""The armature: SMPL's 24 bones in the performer's proportions."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.skeleton import PARENTS
from .colours import display_colour, person_colour
from .names import BONE_NAMES
from .rest_pose import rest_bones


def create_armature(name: str, bone_offsets: np.ndarray, person_index: int = 0) -> bpy.types.Object:
    """An armature object at the origin whose rest pose stands on the floor.

    bone_offsets: (24, 3) metres in SMPL's frame. person_index: gives the colour. Expects object mode; leaves
    the armature active.
    """
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    # The scene's root collection is never hidden or excluded, so the object can enter edit mode.
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    _add_bones(armature.data.edit_bones, bone_offsets)
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    _paint(armature, person_index)
    armature.show_in_front = True
    armature.data.display_type = "STICK"
    return armature


def _add_bones(edit_bones: bpy.types.ArmatureEditBones, bone_offsets: np.ndarray) -> None:
    rest = rest_bones(bone_offsets)
    for joint, name in enumerate(BONE_NAMES):
        bone = edit_bones.new(name)
        bone.head, bone.tail = rest.heads[joint], rest.tails[joint]
        bone.align_roll(rest.fronts[joint])
        if PARENTS[joint] >= 0:
            bone.parent = edit_bones[BONE_NAMES[PARENTS[joint]]]
            bone.use_connect = bool(rest.connected[joint])


def _paint(armature: bpy.types.Object, person_index: int) -> None:
    """The person's colour, brighter on bones that are selected."""
    armature.color = person_colour(person_index)
    shades = {"normal": 0.0, "select": 0.5, "active": 0.8}
    for bone in armature.data.bones:
        bone.color.palette = "CUSTOM"
        for name, white in shades.items():
            shade = [c + (1.0 - c) * white for c in display_colour(person_index)[:3]]
            setattr(bone.color.custom, name, shade)
