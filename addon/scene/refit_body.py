"""A body that is there already in new proportions, with what its user has made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import bpy
import numpy as np
from mathutils import Matrix

from ..body.body_model import BodyModel
from ..body.skeleton import REST_OFFSETS
from ..steps import Steps
from .axes import positions_to_blender
from .mesh import (
    BETAS_KEY,
    FINGERS_KEY,
    GENDER_KEY,
    SKIN_KEY,
    Skin,
    fill_mesh,
    note_shape,
    set_weights,
    skin_of,
)
from .names import BONE_NAMES, FINGER_BONES
from .own_space import OFFSETS_KEY, own_space, placed
from .parts import moved_by
from .similarity import similarity

_SAME_PLACE = 1e-4
Told = Callable[[str], None]


def update_body(
    ob: bpy.types.Object,
    armature: bpy.types.Object,
    bone_offsets: np.ndarray,
    before: np.ndarray,
    *,
    body_model: BodyModel | None,
    betas: np.ndarray | None,
    gender: str,
    fingers: np.ndarray | None,
    told: Told,
) -> Steps[None]:
    """Give a body the shape for these bone offsets (24, 3) and let the armature move it.

    Vertices and shape keys are shifted by what the new proportions change, so that sculpted shapes stay.
    before: the offsets until now, for bodies that do not know theirs. told: is given a sentence about what
    can't be kept. SceneError where the model knows no such shape.
    """
    skin = skin_of(bone_offsets, body_model, betas, gender, fingers)
    yield None
    _attach(ob, armature)
    same = _fingerprint(ob) == skin.fingerprint
    if same and len(ob.data.vertices) != len(skin.vertices):
        told(f"{ob.name} was remodelled: its mesh stays as it is and does not follow new bone lengths.")
        return
    if same:
        offsets = np.reshape(ob.get(OFFSETS_KEY, before), (24, 3))
        known = np.array(ob[BETAS_KEY]) if BETAS_KEY in ob else betas
        until_now = skin_of(offsets, body_model, known, str(ob.get(GENDER_KEY, "neutral")), _fingers(ob))
        _shift(ob, skin.vertices, until_now.vertices)
    else:
        yield from _exchange_skin(ob, skin, told)
    note_shape(ob, skin, bone_offsets, betas, gender, fingers)


def _fingers(ob: bpy.types.Object) -> np.ndarray | None:
    """The fingers that a body was made with."""
    known = np.array(ob.get(FINGERS_KEY, []))
    return known.reshape(2, -1, 3) if len(known) else None


def _fingerprint(ob: bpy.types.Object) -> str:
    """Which skin a body has; those of earlier versions, which don't say, are taken for the open body."""
    return str(ob[SKIN_KEY]) if SKIN_KEY in ob else skin_of(REST_OFFSETS, None, None, "neutral").fingerprint


def _shift(ob: bpy.types.Object, vertices: np.ndarray, before: np.ndarray) -> None:
    """Move all vertices, in every shape, by what lies between two skins' (V, 3), in SMPL's frame."""
    change = positions_to_blender(vertices - before)
    if not change.any():
        return
    change = change @ _space_of(ob, positions_to_blender(before))[:3, :3].T
    keys = ob.data.shape_keys
    shapes = [ob.data.vertices, *(key.data for key in (keys.key_blocks if keys is not None else ()))]
    for shape in shapes:
        places = np.empty(change.size, np.float32)
        shape.foreach_get("co", places)
        shape.foreach_set("co", (places + change.ravel()).astype(np.float32))
    ob.data.update()


def _space_of(ob: bpy.types.Object, before: np.ndarray) -> np.ndarray:
    """(4, 4) how the mesh lies to the skin (V, 3) that it was: turned and scaled where that was applied to
    the object."""
    places = np.empty(before.size, np.float32)
    ob.data.vertices.foreach_get("co", places)
    found = similarity(before, places.reshape(-1, 3).astype(float))
    return np.eye(4) if found is None else found


def _space_beside(ob: bpy.types.Object) -> np.ndarray:
    """(4, 4) how a mesh has to lie in its object to fit the armature that it follows."""
    armature = next(iter(moved_by(ob)), ob.parent)
    if armature is None or not (ob.visible_get() and armature.visible_get()):
        return np.eye(4)
    bpy.context.view_layer.update()
    return np.linalg.inv(np.array(ob.matrix_world)) @ placed(armature)


def _exchange_skin(ob: bpy.types.Object, skin: Skin, told: Told) -> Steps[None]:
    """Another mesh in the same data-block, which keeps its materials."""
    lost, space = list(_bound_to_mesh(ob)), _space_beside(ob)
    ob.shape_key_clear()
    ob.data.clear_geometry()
    yield from fill_mesh(ob.data, skin)
    if not np.allclose(space, np.eye(4), atol=_SAME_PLACE):
        ob.data.transform(Matrix(space.tolist()))
    if skin.weights.shape[1] == len(BONE_NAMES):
        _drop_fingers(ob)
    yield from set_weights(ob, skin.weights)
    if lost:
        told(f"{ob.name} has another mesh now, which could not take over: {', '.join(lost)}.")


def _drop_fingers(ob: bpy.types.Object) -> None:
    for name in FINGER_BONES:
        if name in ob.vertex_groups:
            ob.vertex_groups.remove(ob.vertex_groups[name])


def _bound_to_mesh(ob: bpy.types.Object) -> Iterable[str]:
    """What a user may have made that only fits this mesh."""
    mesh = ob.data
    if not _fingerprint(ob).startswith(f"{len(mesh.vertices)}-"):
        yield "modelling"
    if mesh.shape_keys is not None:
        yield "shape keys"
    if any(group.name not in (*BONE_NAMES, *FINGER_BONES) for group in ob.vertex_groups):
        yield "weights of other vertex groups"
    if len(mesh.uv_layers) > 1 or len(mesh.color_attributes):
        yield "UV maps and colour attributes"
    if len(mesh.materials) > 1:
        yield "which faces have which material"


def _attach(ob: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Take over a body that was left behind; one that an armature moves stays as its user has set it up."""
    if armature in moved_by(ob):
        return
    modifiers = [m for m in ob.modifiers if m.type == "ARMATURE"]
    if not modifiers and ob.parent == armature:
        return
    free = [m for m in modifiers if m.object is None or m.object.name not in bpy.context.scene.objects]
    target = free[0] if free else ob.modifiers.new("Armature", "ARMATURE")
    target.object = armature
    if ob.parent is None or ob.parent.name not in bpy.context.scene.objects:
        ob.parent = armature
        ob.matrix_parent_inverse = Matrix(own_space(armature).tolist())
