"""Characters in Blender: armatures of the known rigs, and one that Rigify has generated."""

from __future__ import annotations

import addon_utils
import bpy
import numpy as np
import pytest
from mathutils import Vector

from addon.rigs import Rig
from tests.rigs.known import build, of_family


def known_rig(family: str) -> Rig:
    """A rig by the name of its program."""
    return build(of_family(family))


def add_armature(rig: Rig, name: str = "Character") -> bpy.types.Object:
    """The rig as an armature at the origin, active."""
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bones = armature.data.edit_bones
    for place, bone in enumerate(rig.names):
        made = bones.new(bone)
        made.head, made.tail = rig.heads[place], rig.tails[place]
        made.align_roll(Vector(rig.axes[place][:, 2]))
    for bone, parent in zip(rig.names, rig.parents, strict=True):
        if parent >= 0:
            bones[bone].parent = bones[rig.names[parent]]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature


def add_mesh(armature: bpy.types.Object) -> bpy.types.Object:
    """A small box on every bone, which the armature moves."""
    corners = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T * 0.02
    bones = list(armature.data.bones)
    places = np.concatenate([corners + np.array(bone.head_local) for bone in bones])
    mesh = bpy.data.meshes.new("Skin")
    quad = np.array([[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6]])
    faces = [(quad + 8 * index).tolist() for index in range(len(bones))]
    mesh.from_pydata(places.tolist(), [], [face for four in faces for face in four])
    skin = bpy.data.objects.new("Skin", mesh)
    bpy.context.scene.collection.objects.link(skin)
    for index, bone in enumerate(bones):
        skin.vertex_groups.new(name=bone.name).add(range(8 * index, 8 * index + 8), 1.0, "REPLACE")
    skin.modifiers.new("Armature", "ARMATURE").object = armature
    skin.parent = armature
    return skin


def generated_rig() -> bpy.types.Object:
    """The rig that Rigify makes of its basic human; skips where Blender has no Rigify."""
    if bpy.app.version < (4, 4):
        pytest.skip("bpy 4.2 as a module crashes some time after Rigify has made a rig")
    if addon_utils.enable("rigify", default_set=True) is None:
        pytest.skip("this Blender has no Rigify")
    bpy.ops.object.armature_basic_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    rig = bpy.context.object
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def seen(armature: bpy.types.Object, bones: list[str], frame: int) -> np.ndarray:
    """(B, 4, 4) of bones in the world as Blender evaluates them."""
    bpy.context.scene.frame_set(frame)
    evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return np.array([evaluated.matrix_world @ evaluated.pose.bones[bone].matrix for bone in bones])
