"""A person for export: a baked copy of armature and meshes in a scene of its own.

The user's objects are only looked at. The copy has the names, axes, unit and root that a preset asks for, and
its animation is baked from what Blender evaluates: actions, NLA, constraints, parents.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from bpy_extras.io_utils import axis_conversion
from mathutils import Matrix

from ..body.rotations import quaternion_from_matrix
from .curves import Curve, vector_curves, write_curves
from .fbx_presets import FbxPreset
from .limbs import is_control, root_bone
from .names import BONE_NAMES
from .root_motion import in_place, root_matrices


@dataclass(frozen=True)
class Skeleton:
    """Bones as they rest, parents before children.

    names: B names; parents: (B,) indices, -1 for none; rest: (B, 4, 4) in the armature's own space with
    its scale applied; lengths: (B,); scale: (3,) of the armature.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    rest: np.ndarray
    lengths: np.ndarray
    scale: np.ndarray

    @property
    def hips(self) -> int:
        """The bone that carries the body."""
        return self.names.index(BONE_NAMES[0]) if BONE_NAMES[0] in self.names else 0


@dataclass(frozen=True)
class Copied:
    """The objects made from one person."""

    armature: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]


@dataclass(frozen=True)
class Recipe:
    """What becomes of the user's bones.

    rename: take the preset's names; unit: metres in a unit of the user's scene.
    """

    preset: FbxPreset
    rename: bool
    in_place: bool
    unit: float

    @property
    def axes(self) -> np.ndarray:
        """(3, 3) from Blender's frame to that of the bones in the file."""
        preset = self.preset
        if preset.centimetres is None:
            return np.eye(3)
        return np.array(axis_conversion(to_forward=preset.forward, to_up=preset.up))

    @property
    def scale(self) -> float:
        """Units of the copy in a unit of the user's scene."""
        return self.unit * 100.0 / (self.preset.centimetres or 100.0)

    def name(self, bone: str) -> str:
        """The bone's name in the file."""
        return self.preset.bones.get(bone, bone) if self.rename else bone

    def place(self, matrices: np.ndarray) -> np.ndarray:
        """World matrices (..., 4, 4) of bones in the space of the copy."""
        placed = matrices.copy()
        placed[..., :3, :3] = self.axes @ matrices[..., :3, :3]
        placed[..., :3, 3] = matrices[..., :3, 3] @ self.axes.T * self.scale
        return placed


def skeleton_of(armature: bpy.types.Object) -> Skeleton:
    """The rest bones of an armature, but for the animator's controls."""
    bones = [bone for bone in armature.data.bones if not is_control(bone)]
    names = tuple(bone.name for bone in bones)
    scale = np.array(armature.matrix_world.to_scale())
    rest = np.array([bone.matrix_local for bone in bones])
    lengths = np.array(
        [np.linalg.norm(scale * np.array(bone.tail_local - bone.head_local)) for bone in bones]
    )
    rest[:, :3] *= scale[:, None]
    carriers = [next((up.name for up in bone.parent_recursive if up.name in names), None) for bone in bones]
    parents = np.array([-1 if name is None else names.index(name) for name in carriers])
    return Skeleton(names, parents, _upright(rest), lengths, scale)


def bake(scene: bpy.types.Scene, armatures: list[bpy.types.Object], frames: range) -> list[np.ndarray]:
    """World matrices (T, B, 4, 4) of each armature's bones, without scale, at these frames of the scene.

    Bones as in `skeleton_of`.
    """
    names = [skeleton_of(armature).names for armature in armatures]
    baked: list[list[list[Matrix]]] = [[] for _ in armatures]
    layer = scene.view_layers[0]
    layer.update()
    for frame in frames:
        scene.frame_set(frame)
        for armature, wanted, poses in zip(armatures, names, baked, strict=True):
            evaluated = armature.evaluated_get(layer.depsgraph)
            world, bones = evaluated.matrix_world, evaluated.pose.bones
            poses.append([world @ bones[name].matrix for name in wanted])
    return [_upright(np.array(poses)) for poses in baked]


def _upright(matrices: np.ndarray) -> np.ndarray:
    """Matrices (..., 4, 4) with scale, shear and mirroring taken out; each bone keeps its own direction."""
    along = matrices[..., :3, 1] / np.linalg.norm(matrices[..., :3, 1], axis=-1, keepdims=True)
    front = matrices[..., :3, 2] - (matrices[..., :3, 2] * along).sum(-1, keepdims=True) * along
    front /= np.linalg.norm(front, axis=-1, keepdims=True)
    rigid = matrices.copy()
    rigid[..., :3, :3] = np.stack([np.cross(along, front), along, front], axis=-1)
    return rigid


def copy_person(
    scene: bpy.types.Scene,
    source: bpy.types.Object,
    meshes: list[bpy.types.Object],
    posed: np.ndarray,
    first: int,
    recipe: Recipe,
) -> Copied:
    """Copy a person into the scene, posed (T, B, 4, 4) from frame `first` on and at rest just before."""
    skeleton = skeleton_of(source)
    if recipe.in_place:
        posed = in_place(posed, skeleton.hips)
    has_root = root_bone(source) is not None or recipe.preset.root in skeleton.names
    if recipe.preset.root and not has_root:
        skeleton, posed = _with_root(skeleton, posed, recipe, scene.render.fps / scene.render.fps_base)
    armature = _armature(scene, skeleton, recipe)
    _animate(armature, skeleton, recipe.place(posed), first)
    return Copied(armature, tuple(_mesh(scene, mesh, source, armature, skeleton, recipe) for mesh in meshes))


def _with_root(
    skeleton: Skeleton, posed: np.ndarray, recipe: Recipe, rate: float
) -> tuple[Skeleton, np.ndarray]:
    """The same bones below a root, which stays at the origin when the body does."""
    roots = np.tile(np.eye(4), (len(posed), 1, 1))
    if not recipe.in_place:
        roots = root_matrices(posed[:, skeleton.hips], skeleton.rest[skeleton.hips], rate)
    below = Skeleton(
        (str(recipe.preset.root), *skeleton.names),
        np.concatenate([[-1], skeleton.parents + 1]),
        np.concatenate([np.eye(4)[None], skeleton.rest]),
        np.concatenate([[skeleton.lengths[skeleton.hips]], skeleton.lengths]),
        skeleton.scale,
    )
    return below, np.concatenate([roots[:, None], posed], axis=1)


def _armature(scene: bpy.types.Scene, skeleton: Skeleton, recipe: Recipe) -> bpy.types.Object:
    """An armature whose node has no rotation in the file, where the axes are in its bones."""
    armature = bpy.data.objects.new("FBX export", bpy.data.armatures.new("FBX export"))
    armature.matrix_basis = Matrix(recipe.axes.T).to_4x4()
    scene.collection.objects.link(armature)
    layer = scene.view_layers[0]
    layer.objects.active = armature
    with bpy.context.temp_override(scene=scene, view_layer=layer, object=armature, active_object=armature):
        bpy.ops.object.mode_set(mode="EDIT")
        _add_bones(armature.data.edit_bones, skeleton, recipe)
        bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature


def _add_bones(edit_bones: bpy.types.ArmatureEditBones, skeleton: Skeleton, recipe: Recipe) -> None:
    rest = recipe.place(skeleton.rest)
    bones = []
    for index, name in enumerate(skeleton.names):
        bone = edit_bones.new(recipe.name(name))
        bone.length = max(float(skeleton.lengths[index]) * recipe.scale, 1e-3)
        bone.matrix = Matrix(rest[index])
        bones.append(bone)
    for bone, parent in zip(bones, skeleton.parents.tolist(), strict=True):
        bone.parent = bones[parent] if parent >= 0 else None


def _animate(armature: bpy.types.Object, skeleton: Skeleton, posed: np.ndarray, first: int) -> None:
    """Keys on every frame, and the rest pose just before them.

    Readers take the pose of the current frame for the rest pose of an armature without a mesh.
    """
    rest = np.array([bone.matrix_local for bone in armature.data.bones])
    frames = np.arange(first - 1, first + len(posed))
    local = _relative(skeleton.parents, np.concatenate([rest[None], posed]))
    basis = _inverse(_relative(skeleton.parents, rest[None])) @ local
    turns = quaternion_from_matrix(basis[..., :3, :3])
    curves: list[Curve] = []
    for index, bone in enumerate(armature.data.bones):
        path = f'pose.bones["{bone.name}"]'
        curves += vector_curves(f"{path}.location", basis[:, index, :3, 3], bone.name)
        curves += vector_curves(f"{path}.rotation_quaternion", turns[:, index], bone.name)
    write_curves(armature, frames, curves, "CONSTANT")


def _relative(parents: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """(T, B, 4, 4) relative to each bone's parent."""
    known = np.where(parents < 0, 0, parents)
    relative = _inverse(matrices)[:, known] @ matrices
    relative[:, parents < 0] = matrices[:, parents < 0]
    return relative


def _inverse(rigid: np.ndarray) -> np.ndarray:
    """Of matrices (..., 4, 4) that turn and move, much faster than for any matrix."""
    inverse = np.zeros_like(rigid)
    inverse[..., :3, :3] = np.swapaxes(rigid[..., :3, :3], -1, -2)
    inverse[..., :3, 3] = -(inverse[..., :3, :3] @ rigid[..., :3, 3, None])[..., 0]
    inverse[..., 3, 3] = 1.0
    return inverse


def _mesh(
    scene: bpy.types.Scene,
    source: bpy.types.Object,
    old: bpy.types.Object,
    armature: bpy.types.Object,
    skeleton: Skeleton,
    recipe: Recipe,
) -> bpy.types.Object:
    """A copy of a mesh that `old` moves, in the space of the copied armature and moved by that."""
    mesh = source.copy()
    mesh.data = source.data.copy()
    mesh.animation_data_clear()
    mesh.constraints.clear()
    scene.collection.objects.link(mesh)
    if source.parent == old and source.parent_type == "OBJECT":
        near = source.matrix_local
    else:
        near = old.matrix_world.inverted() @ source.matrix_world
    turn = Matrix(recipe.axes * (skeleton.scale * recipe.scale)).to_4x4()
    mesh.data.transform(turn @ near, shape_keys=True)
    if (turn @ near).determinant() < 0:
        mesh.data.flip_normals()
    mesh.parent, mesh.parent_type = armature, "OBJECT"
    mesh.matrix_parent_inverse, mesh.matrix_basis = Matrix(), Matrix()
    for group in mesh.vertex_groups:
        group.name = recipe.name(group.name)
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object == old:
            modifier.object, modifier.show_viewport = armature, False
    mesh.hide_viewport = False
    return mesh
