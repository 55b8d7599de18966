"""A character to retarget to: its bones as they rest in the world, and the floor that it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import bpy
import numpy as np

from ..retarget.bones import Bones, Rest, bones_of, target_of
from ..rigs import BoneMap
from .axes import SMPL_TO_BLENDER, positions_to_smpl
from .errors import SceneError
from .parts import moved_by

_ROUND = 1e-3
_ORIGIN = 0.08
"""Of its height: how far from its origin a character without a mesh may stand, which is its floor then."""
_NEAR = 0.15
"""Of its height: how far around its ankles a mesh belongs to the feet."""


def check_character(armature: bpy.types.Object | None, person: bpy.types.Object | None) -> bpy.types.Object:
    """The armature, if keys can be written for it. Raises SceneError with a sentence."""
    if armature is None or armature.type != "ARMATURE":
        raise SceneError("Choose the armature of a character to retarget to.")
    if armature == person:
        raise SceneError(f"{armature.name} is the refined person itself; choose the armature of a character.")
    if armature.library is not None:
        raise SceneError(
            f"{armature.name} is linked from another file; make a library override of it first"
            " (Object ▸ Library Override ▸ Make)."
        )
    uneven = _uneven(armature)
    if uneven == armature:
        raise SceneError(
            f"{armature.name} is scaled unevenly or mirrored; apply its scale first (Object ▸ Apply ▸ Scale)."
        )
    if uneven is not None:
        raise SceneError(
            f"{uneven.name} is scaled unevenly or mirrored and carries {armature.name}; give it an even scale"
            " first."
        )
    return armature


def _uneven(ob: bpy.types.Object | None) -> bpy.types.Object | None:
    """The highest of this object and those that carry it that gives another scale along one axis than along
    others."""
    found = None
    while ob is not None:
        axes = np.array(ob.matrix_world)[:3, :3]
        size = max(float(np.linalg.det(axes)), 0.0) ** (1 / 3)
        even = size > 0.0 and np.allclose(
            axes.T @ axes, size**2 * np.eye(3), rtol=0.0, atol=2 * _ROUND * size**2
        )
        found = found if even else ob
        ob = ob.parent
    return found


def bones_for(armature: bpy.types.Object, found: BoneMap) -> Bones:
    """The bones that a map names. Raises SceneError where one is to be two things at once."""
    if found.doubled:
        raise SceneError(f"{armature.name}: {found.doubled}")
    return bones_of(found)


def check_bones(armature: bpy.types.Object, found: BoneMap) -> None:
    """Raises SceneError where the armature lacks a bone that the map names."""
    missing = sorted(found.bones - set(armature.data.bones.keys()))
    if missing:
        raise SceneError(f"{armature.name} has no bone {missing[0]}; the map is of another character.")


def scale_of(armature: bpy.types.Object) -> float:
    """Metres in a unit of the armature."""
    return float(sum(armature.matrix_world.to_scale()) / 3.0)


def rest_of(armature: bpy.types.Object) -> Rest:
    """All bones at rest, where the object puts them."""
    bones = list(armature.data.bones)
    at = {bone.name: index for index, bone in enumerate(bones)}
    world = np.array(armature.matrix_world)
    turn = SMPL_TO_BLENDER.T @ world[:3, :3] / scale_of(armature)
    local = np.array([bone.matrix_local for bone in bones]).reshape(-1, 4, 4)
    heads = positions_to_smpl(local[:, :3, 3] @ world[:3, :3].T + world[:3, 3])
    return Rest(
        tuple(at),
        tuple(-1 if bone.parent is None else at[bone.parent.name] for bone in bones),
        heads,
        turn @ local[:, :3, :3],
        frozenset(bone.name for bone in bones if not bone.use_inherit_rotation),
        frozenset(bone.name for bone in bones if bone.use_connect),
        {bone.name: turn @ _slides(bone) for bone in bones if not bone.use_local_location},
        turn,
    )


def _slides(bone: bpy.types.Bone) -> np.ndarray:
    """(3, 3) axes at rest along which a location counts that is not the bone's own: its parent's, and the
    armature's where it has none."""
    return np.eye(3) if bone.parent is None else np.array(bone.parent.matrix_local)[:3, :3]


def floor_of(armature: bpy.types.Object, rest: Rest, bones: Bones) -> float:
    """Height in SMPL's frame, along the character's own up, of what it stands on at rest: the soles of its
    mesh, or else its origin where that is near its lowest bones, or else these. Raises RetargetError."""
    up = target_of(rest, bones, 0.0).facing[1]
    ankles = [rest.heads[rest.names.index(bones.joints[f"{side}_ankle"])]
              for side in ("left", "right") if f"{side}_ankle" in bones.joints]  # fmt: skip
    height = float(np.ptp(rest.heads[[rest.names.index(name) for name in bones.names]] @ up))
    soles = _soles(armature, ankles, up, height)
    if soles is not None:
        return soles
    lowest = float((_feet(armature, bones) @ up).min())
    origin = float(positions_to_smpl(np.array(armature.matrix_world.translation)) @ up)
    return origin if abs(lowest - origin) < _ORIGIN * height else lowest


def _soles(
    armature: bpy.types.Object, ankles: Sequence[np.ndarray], up: np.ndarray, height: float
) -> float | None:
    """The lowest place, along `up` (3,), around the ankles of the meshes that the armature moves."""
    found = []
    for mesh in _meshes(armature):
        places = np.empty(3 * len(mesh.data.vertices), np.float32)
        mesh.data.vertices.foreach_get("co", places)
        world = np.array(mesh.matrix_world)
        places = positions_to_smpl(places.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3])
        for ankle in ankles:
            away = places - ankle
            rise = away @ up
            near = np.linalg.norm(away - rise[:, None] * up, axis=-1) < _NEAR * height
            near &= np.abs(rise) < _NEAR * height
            found += [float((places[near] @ up).min())] if near.any() else []
    return min(found) if found else None


def _meshes(armature: bpy.types.Object) -> Iterator[bpy.types.Object]:
    for ob in bpy.data.objects:
        if ob.type == "MESH" and armature in moved_by(ob):
            yield ob


def _feet(armature: bpy.types.Object, bones: Bones) -> np.ndarray:
    """(N, 3) heads of the feet's bones and of what hangs on them."""
    world = np.array(armature.matrix_world)
    feet = [bones.joints[f"{side}_ankle"] for side in ("left", "right") if f"{side}_ankle" in bones.joints]
    chosen = [armature.data.bones[name] for name in feet or bones.names]
    chosen += [child for bone in chosen for child in bone.children_recursive]
    heads = np.array([bone.head_local for bone in chosen])
    return positions_to_smpl(heads @ world[:3, :3].T + world[:3, 3])
