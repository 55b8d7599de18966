"""Test rigs as armatures in Blender."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix, Vector

from addon.rigs import Rig


def armature_of(rig: Rig, name: str = "Rig") -> bpy.types.Object:
    """The rig as an armature of the scene's, selected and active, in object mode."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = [armature.data.edit_bones.new(bone) for bone in rig.names]
    for place, bone in enumerate(bones):
        bone.head, bone.tail = Vector(rig.heads[place]), Vector(rig.tails[place])
        bone.align_roll(Vector(rig.axes[place][:, 2]))
        if rig.parents[place] >= 0:
            bone.parent = bones[rig.parents[place]]
    bpy.ops.object.mode_set(mode="OBJECT")
    armature.select_set(True)
    return armature


def wave(armature: bpy.types.Object, bones: list[str], frames: int, seed: int = 0) -> None:
    """Keys that turn these bones about, half a radian each."""
    random = np.random.default_rng(seed)
    for name in bones:
        bone = armature.pose.bones[name]
        bone.rotation_mode = "QUATERNION"
        for frame in range(1, frames + 1):
            turn = Matrix.Rotation(random.uniform(-0.5, 0.5), 3, Vector(random.normal(size=3)))
            bone.rotation_quaternion = turn.to_quaternion()
            bone.keyframe_insert("rotation_quaternion", frame=frame)
