"""The bones of the fingers: below the wrists of people with hands, and only there."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.hands import FINGER_COUNT, FINGER_PARENTS, SIDES
from .armature import paint_bone, side_of
from .axes import positions_to_smpl
from .colours import bone_colour
from .curves import remove_bone_curves
from .names import FINGER_BONES
from .own_space import own_rest, own_space
from .refit_bones import edit_bones
from .rest_pose import finger_bones

_WRISTS = ("L_Wrist", "R_Wrist")
_COLLECTIONS = ("Left Fingers", "Right Fingers")
_THICKNESS = 0.004
"""Metres of the boxes that the bones are drawn as."""


def has_fingers(armature: bpy.types.Object) -> bool:
    """Whether it has all bones of both hands' fingers."""
    return all(name in armature.data.bones for name in FINGER_BONES)


def finger_rest(armature: bpy.types.Object) -> np.ndarray:
    """(30, 4, 4) the fingers' bones at rest, in the person's own space."""
    return own_rest(armature, FINGER_BONES)


def finger_offsets(armature: bpy.types.Object) -> np.ndarray:
    """(2, 15, 3) metres in SMPL's frame, each finger joint relative to its parent as the armature
    rests now."""
    heads = finger_rest(armature)[:, :3, 3].reshape(len(SIDES), FINGER_COUNT, 3)
    wrists = own_rest(armature, _WRISTS)[:, :3, 3]
    parents = np.stack(
        [
            np.stack([heads[side, parent] if parent >= 0 else wrists[side] for parent in FINGER_PARENTS])
            for side in range(len(SIDES))
        ]
    )
    return positions_to_smpl(heads - parents)


def straighten(armature: bpy.types.Object) -> None:
    """Take what moves the fingers out of the action, and let them rest."""
    if has_fingers(armature):
        remove_bone_curves(armature, *FINGER_BONES)
        for name in FINGER_BONES:
            armature.pose.bones[name].matrix_basis.identity()


def place_fingers(armature: bpy.types.Object, offsets: np.ndarray, person_index: int) -> None:
    """Let the fingers rest with these offsets (2, 15, 3) in SMPL's frame; bones that are missing are added.
    Expects object mode and the wrists' bones."""
    missing = [name for name in FINGER_BONES if name not in armature.data.bones]
    space = own_space(armature)
    with edit_bones(armature) as bones:
        _add(bones, missing)
        _place(bones, offsets, space)
    _dress(armature, missing, person_index)


def _add(bones: bpy.types.ArmatureEditBones, missing: list[str]) -> None:
    for name in missing:
        side, joint = divmod(FINGER_BONES.index(name), FINGER_COUNT)
        bone = bones.new(name)
        bone.tail = (0.0, 0.0, 1.0)  # a bone of no length would be gone
        bone.bbone_x = bone.bbone_z = _THICKNESS
        first = FINGER_PARENTS[joint] < 0
        bone.parent = bones[_WRISTS[side] if first else FINGER_BONES[FINGER_BONES.index(name) - 1]]
        bone.use_connect = not first


def _place(bones: bpy.types.ArmatureEditBones, offsets: np.ndarray, space: np.ndarray) -> None:
    """All are loosened first: a bone that holds on to its parent would move that one's tail."""
    rest, turn = finger_bones(offsets), space[:3, :3]
    held = {name: bones[name].use_connect for name in FINGER_BONES}
    for name in FINGER_BONES:
        bones[name].use_connect = False
    for index, name in enumerate(FINGER_BONES):
        wrist = np.array(bones[_WRISTS[index // FINGER_COUNT]].head)
        bones[name].head = wrist + turn @ rest.heads[index]
        bones[name].tail = wrist + turn @ rest.tails[index]
        bones[name].align_roll(turn @ rest.fronts[index])
    for name, connected in held.items():
        bones[name].use_connect = connected


def _dress(armature: bpy.types.Object, added: list[str], person_index: int) -> None:
    """Rotation mode, colour and collection of bones that were added."""
    collections = armature.data.collections
    for name in added:
        group = _COLLECTIONS[FINGER_BONES.index(name) // FINGER_COUNT]
        (collections.get(group) or collections.new(group)).assign(armature.data.bones[name])
        paint_bone(armature.data.bones[name], bone_colour(person_index, side_of(name)))
        armature.pose.bones[name].rotation_mode = "QUATERNION"
