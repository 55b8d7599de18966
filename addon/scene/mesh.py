"""The open body, or the user's own, in the performer's proportions, skinned to the armature."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..body.body_model import BodyModel
from ..body.open_body import load
from ..safe_read import FormatError
from ..steps import Steps
from .axes import positions_to_blender
from .colours import RGBA
from .errors import SceneError
from .names import BONE_NAMES
from .rest_pose import floor_height


@dataclass(frozen=True)
class _Skin:
    """A mesh in SMPL's frame, pelvis at the origin.

    vertices (V, 3) metres; faces (F, 3 or 4); weights (V, 24); corner_uvs (F, 3 or 4, 2), None without.
    """

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    corner_uvs: np.ndarray | None


def create_body(
    armature: bpy.types.Object,
    bone_offsets: np.ndarray,
    collection: bpy.types.Collection,
    colour: RGBA,
    *,
    body_model: BodyModel | None = None,
    betas: np.ndarray | None = None,
) -> Steps[bpy.types.Object]:
    """A smooth mesh bound to the armature's rest pose; bone_offsets (24, 3) metres in SMPL's frame.

    colour: scene-linear. body_model: the body of the user's file in the shape `betas`, None for the open
    body. SceneError where the model knows no such shape.
    """
    skin = _skin(bone_offsets, body_model, np.zeros(0) if betas is None else betas)
    yield None
    vertices = skin.vertices - [0.0, floor_height(bone_offsets), 0.0]
    yield None
    name = f"{armature.name} body"
    mesh = bpy.data.meshes.new(name)
    _shape(mesh, positions_to_blender(vertices).astype(np.float32), skin.faces.astype(np.int32))
    yield None
    mesh.polygons.foreach_set("use_smooth", np.ones(len(skin.faces), bool))
    yield None
    if skin.corner_uvs is not None:
        uvs = skin.corner_uvs.astype(np.float32)
        mesh.uv_layers.new(name="UVMap").uv.foreach_set("vector", uvs.ravel())
    mesh.materials.append(_material(name, colour))
    ob = bpy.data.objects.new(name, mesh)
    ob.color = colour
    collection.objects.link(ob)
    yield from _bind(ob, armature, skin.weights)
    return ob


def _skin(bone_offsets: np.ndarray, body_model: BodyModel | None, betas: np.ndarray) -> _Skin:
    if body_model is None:
        body = load()
        return _Skin(body.warped(bone_offsets), body.quads, body.weights, body.uvs[body.quad_uvs])
    try:
        vertices = body_model.fitted_vertices(betas, bone_offsets)
    except FormatError as error:
        raise SceneError(str(error)) from error
    return _Skin(vertices, body_model.faces, body_model.weights, None)


def _shape(mesh: bpy.types.Mesh, vertices: np.ndarray, faces: np.ndarray) -> None:
    """Vertices (V, 3) and faces (F, 3 or 4) into an empty mesh, four times as fast as `from_pydata`."""
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, faces.shape[1], dtype=np.int32))
    mesh.update(calc_edges=True)


def _bind(ob: bpy.types.Object, armature: bpy.types.Object, weights: np.ndarray) -> Steps[None]:
    for joint, bone in enumerate(BONE_NAMES):
        add = ob.vertex_groups.new(name=bone).add
        moved = np.flatnonzero(weights[:, joint])
        for vertex, weight in zip(moved.tolist(), weights[moved, joint].tolist(), strict=True):
            add((vertex,), weight, "REPLACE")
        yield None
    ob.parent = armature
    ob.modifiers.new("Armature", "ARMATURE").object = armature


def _material(name: str, colour: RGBA) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.diffuse_color = colour
    if material.node_tree is None:  # before Blender 5.0
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.6
    return material
