"""The open body in the performer's proportions, skinned to the armature."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.open_body import OpenBody, load
from .axes import positions_to_blender
from .names import BONE_NAMES
from .rest_pose import floor_height

_COLOURS = (
    (0.42, 0.50, 0.60, 1.0),
    (0.62, 0.45, 0.36, 1.0),
    (0.40, 0.55, 0.42, 1.0),
    (0.56, 0.46, 0.60, 1.0),
)
"""Linear RGBA; people in one file take turns, so that they can be told apart."""


def create_body(
    armature: bpy.types.Object, bone_offsets: np.ndarray, collection: bpy.types.Collection
) -> bpy.types.Object:
    """A smooth mesh bound to the armature's rest pose; bone_offsets (24, 3) metres in SMPL's frame."""
    body = load()
    vertices = body.warped(bone_offsets)
    vertices[:, 1] -= floor_height(bone_offsets)
    name = f"{armature.name} body"
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(positions_to_blender(vertices).astype(np.float32), [], body.quads)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(body.quads), bool))
    mesh.uv_layers.new(name="UVMap").uv.foreach_set(
        "vector", body.uvs[body.quad_uvs].astype(np.float32).ravel()
    )
    mesh.materials.append(_material(name))
    ob = bpy.data.objects.new(name, mesh)
    collection.objects.link(ob)
    _bind(ob, armature, body)
    return ob


def _bind(ob: bpy.types.Object, armature: bpy.types.Object, body: OpenBody) -> None:
    for joint, bone in enumerate(BONE_NAMES):
        add = ob.vertex_groups.new(name=bone).add
        moved = np.flatnonzero(body.weights[:, joint])
        for vertex, weight in zip(moved.tolist(), body.weights[moved, joint].tolist(), strict=True):
            add((vertex,), weight, "REPLACE")
    ob.parent = armature
    ob.modifiers.new("Armature", "ARMATURE").object = armature


def _material(name: str) -> bpy.types.Material:
    people = sum(ob.type == "ARMATURE" for ob in bpy.data.objects)
    colour = _COLOURS[(people - 1) % len(_COLOURS)]
    material = bpy.data.materials.new(name)
    material.diffuse_color = colour
    if material.node_tree is None:  # before Blender 5.0
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.6
    return material
