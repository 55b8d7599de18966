"""The armature: SMPL's 24 bones in the performer's proportions."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.skeleton import PARENTS
from .colours import RGBA, bone_colour, person_colour
from .names import BONE_NAMES
from .own_space import note_rest
from .rest_pose import rest_bones

_SHADES = {"normal": 0.0, "select": 0.5, "active": 0.8}
"""Share of white in the colour of a bone."""
_LIMBS = {"Arm": ("Collar", "Shoulder", "Elbow", "Wrist", "Hand"), "Leg": ("Hip", "Knee", "Ankle", "Foot")}
_COLLECTIONS = {
    "Torso": [name for name in BONE_NAMES if name[:2] not in ("L_", "R_")],
    **{
        f"{side} {limb}": [f"{side[0]}_{part}" for part in parts]
        for limb, parts in _LIMBS.items()
        for side in ("Left", "Right")
    },
}
"""Bone collections and the names of their bones."""
_THICKNESS = 0.012
"""Metres of the boxes that bones are drawn as: thin enough to see the body behind them."""


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
    note_rest(armature, bone_offsets)
    _paint(armature, person_index)
    _collect(armature)
    armature.show_in_front = True
    armature.data.display_type = "BBONE"
    return armature


def _add_bones(edit_bones: bpy.types.ArmatureEditBones, bone_offsets: np.ndarray) -> None:
    rest = rest_bones(bone_offsets)
    for joint, name in enumerate(BONE_NAMES):
        bone = edit_bones.new(name)
        bone.head, bone.tail = rest.heads[joint], rest.tails[joint]
        bone.align_roll(rest.fronts[joint])
        bone.bbone_x = bone.bbone_z = _THICKNESS
        if PARENTS[joint] >= 0:
            bone.parent = edit_bones[BONE_NAMES[PARENTS[joint]]]
            bone.use_connect = bool(rest.connected[joint])


def _paint(armature: bpy.types.Object, person_index: int) -> None:
    """The person's colour, and those of the sides on the bones, brighter where they are selected."""
    armature.color = person_colour(person_index)
    for bone in armature.data.bones:
        paint_bone(bone, bone_colour(person_index, side_of(bone.name)))


def paint_bone(bone: bpy.types.Bone, colour: RGBA) -> None:
    """Give a bone a colour (sRGB) of its own."""
    bone.color.palette = "CUSTOM"
    for name, white in _SHADES.items():
        setattr(bone.color.custom, name, [c + (1.0 - c) * white for c in colour[:3]])


def side_of(bone: str) -> str:
    """Where a bone belongs by its name: "left", "right" or "middle"."""
    return {"L_": "left", "R_": "right"}.get(bone[:2], "middle")


def _collect(armature: bpy.types.Object) -> None:
    """A bone collection for the trunk and each limb, to hide or select them together."""
    for name, joints in _COLLECTIONS.items():
        collection = armature.data.collections.new(name)
        for bone in armature.data.bones:
            if bone.name in joints:
                collection.assign(bone)
