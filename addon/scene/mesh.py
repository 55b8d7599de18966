"""The open body, or the user's own, in the performer's proportions, skinned to the armature."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import bpy
import numpy as np
from mathutils import Matrix

from ..body.body_model import BodyModel
from ..body.open_body import floor_height, load
from ..body.open_hands import finger_skin
from ..safe_read import FormatError
from ..steps import Steps
from .axes import positions_to_blender
from .colours import RGBA
from .errors import SceneError
from .names import BONE_NAMES, FINGER_BONES
from .own_space import OFFSETS_KEY, own_space
from .parts import BODY_KEY

SKIN_KEY, GENDER_KEY = "spr_skin", "spr_gender"
BETAS_KEY, FINGERS_KEY = "spr_betas", "spr_finger_offsets"
"""Custom properties of a body: which skin it is, and the bones and shape that it was made for."""


@dataclass(frozen=True)
class Skin:
    """A mesh in SMPL's frame, at rest.

    vertices (V, 3) metres; faces (F, 3 or 4); weights (V, 24), or (V, 54) with fingers;
    corner_uvs (F, 3 or 4, 2), None without.
    """

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    corner_uvs: np.ndarray | None

    @property
    def fingerprint(self) -> str:
        """Tells faces and weights from those of another body, whatever its shape."""
        faces, weights = np.asarray(self.faces, np.int32), np.asarray(self.weights, np.float32)
        return f"{len(weights)}-{zlib.crc32(faces.tobytes() + weights.tobytes()):08x}"


def create_body(
    armature: bpy.types.Object,
    bone_offsets: np.ndarray,
    collection: bpy.types.Collection,
    colour: RGBA,
    *,
    body_model: BodyModel | None = None,
    betas: np.ndarray | None = None,
    gender: str = "neutral",
    fingers: np.ndarray | None = None,
) -> Steps[bpy.types.Object]:
    """A smooth mesh bound to the armature's rest pose; bone_offsets (24, 3) metres in SMPL's frame.

    colour: scene-linear. body_model: the body of the user's file in the shape `betas`, None for the open
    body of this gender. fingers (2, 15, 3): with fingers of this size that bend, None for hands of one piece.
    SceneError where the model knows no such shape.
    """
    skin = skin_of(bone_offsets, body_model, betas, gender, fingers)
    yield None
    name = f"{armature.name} body"
    mesh = bpy.data.meshes.new(name)
    yield from fill_mesh(mesh, skin)
    mesh.materials.append(_material(name, colour))
    ob = bpy.data.objects.new(name, mesh)
    ob.color = colour
    ob[BODY_KEY] = True
    collection.objects.link(ob)
    yield from set_weights(ob, skin.weights)
    note_shape(ob, skin, bone_offsets, betas, gender, fingers)
    ob.parent, ob.matrix_parent_inverse = armature, Matrix(own_space(armature).tolist())
    ob.modifiers.new("Armature", "ARMATURE").object = armature
    return ob


def skin_of(
    bone_offsets: np.ndarray,
    body_model: BodyModel | None,
    betas: np.ndarray | None,
    gender: str,
    fingers: np.ndarray | None = None,
) -> Skin:
    """The body of a performer, standing on the floor: the user's own, or the open body of this gender.
    bone_offsets (24, 3) and fingers (2, 15, 3) in metres, betas (B,). SceneError where the model knows no
    such shape."""
    floor = np.array([0.0, floor_height(bone_offsets), 0.0])
    if body_model is None:
        body = load(gender)
        if fingers is not None:
            vertices, weights = finger_skin(body, gender, bone_offsets, fingers)
            return Skin(vertices - floor, body.quads, weights, body.uvs[body.quad_uvs])
        return Skin(body.warped(bone_offsets) - floor, body.quads, body.weights, body.uvs[body.quad_uvs])
    try:
        vertices = body_model.fitted_vertices(np.zeros(0) if betas is None else betas, bone_offsets)
    except FormatError as error:
        raise SceneError(str(error)) from error
    bends = fingers is not None and body_model.has_fingers
    weights = body_model.weights_with_fingers if bends else body_model.weights
    return Skin(vertices - floor, body_model.faces, weights, None)


def fill_mesh(mesh: bpy.types.Mesh, skin: Skin) -> Steps[None]:
    """Make an empty mesh the skin."""
    vertices = positions_to_blender(skin.vertices).astype(np.float32)
    _shape(mesh, vertices, skin.faces.astype(np.int32))
    yield None
    mesh.polygons.foreach_set("use_smooth", np.ones(len(skin.faces), bool))
    yield None
    if skin.corner_uvs is not None:
        uvs = skin.corner_uvs.astype(np.float32)
        mesh.uv_layers.new(name="UVMap").uv.foreach_set("vector", uvs.ravel())


def note_shape(
    ob: bpy.types.Object,
    skin: Skin,
    bone_offsets: np.ndarray,
    betas: np.ndarray | None,
    gender: str,
    fingers: np.ndarray | None = None,
) -> None:
    """Let a later run know which skin the mesh had, and in which proportions, given as to `skin_of`."""
    ob[SKIN_KEY], ob[GENDER_KEY] = skin.fingerprint, gender
    ob[OFFSETS_KEY] = bone_offsets.astype(float).ravel().tolist()
    ob[BETAS_KEY] = [] if betas is None else np.asarray(betas, float).ravel().tolist()
    ob[FINGERS_KEY] = [] if fingers is None else fingers.astype(float).ravel().tolist()


def _shape(mesh: bpy.types.Mesh, vertices: np.ndarray, faces: np.ndarray) -> None:
    """Vertices (V, 3) and faces (F, 3 or 4) into an empty mesh, four times as fast as `from_pydata`."""
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", vertices.ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, faces.shape[1], dtype=np.int32))
    mesh.update(calc_edges=True)


def set_weights(ob: bpy.types.Object, weights: np.ndarray) -> Steps[None]:
    """Weights (V, 24), or with fingers (V, 54), as a vertex group for each bone, anew for bones that have
    one; a bone a step."""
    for joint, bone in enumerate((*BONE_NAMES, *FINGER_BONES)[: weights.shape[1]]):
        group = ob.vertex_groups.get(bone) or ob.vertex_groups.new(name=bone)
        for vertices, weight in _alike(weights[:, joint]):
            group.add(vertices, weight, "REPLACE")
        yield None


def _alike(weights: np.ndarray) -> Iterator[tuple[list[int], float]]:
    """The vertices of each weight above 0. A body has two alike sides, and most of a head or hand follows one
    bone alone: that is half as many as vertices."""
    moved = np.flatnonzero(weights)
    moved = moved[np.argsort(weights[moved], kind="stable")]
    starts = np.flatnonzero(np.diff(weights[moved], prepend=0.0))
    values, vertices = weights[moved[starts]].tolist(), moved.tolist()
    for value, (first, last) in zip(values, pairwise([*starts.tolist(), len(vertices)]), strict=True):
        yield vertices[first:last], value


def _material(name: str, colour: RGBA) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.diffuse_color = colour
    if material.node_tree is None:  # before Blender 5.0
        material.use_nodes = True
    shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = colour
    shader.inputs["Roughness"].default_value = 0.6
    return material
