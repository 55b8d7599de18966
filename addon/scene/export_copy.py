"""A person for export: a copy of armature and meshes in a scene of its own, and the motion of its bones.

The user's objects are only looked at. The copy has the names, axes, unit and root that a preset asks for, and
its motion is what Blender evaluates: actions, NLA, constraints, parents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np
from bpy_extras.io_utils import axis_conversion
from mathutils import Matrix

from ..body.rotations import quaternion_from_matrix, without_flips
from ..steps import Progress, Stepped, Steps, in_chunks, silent
from ..writers.clip import Clip, inverse, relative
from ..writers.presets import Preset
from .action_poses import action_poses
from .channels import nearest
from .curves import vector_curves, write_curves
from .limbs import ROLE, is_control, root_bone
from .names import BONE_NAMES
from .root_motion import in_place, root_matrices
from .standing import quarter_turns
from .workshop import editing

_STILL = 1e-6
"""Change of a channel, in its unit, that is rounding."""


@dataclass(frozen=True)
class Skeleton:
    """Bones as they rest, parents before children.

    names: B names; parents: (B,) indices, -1 for none; rest: (B, 4, 4) in the armature's own space with
    its scale applied and set up; lengths: (B,); own: (3, 3), scale and turn that are applied.
    """

    names: tuple[str, ...]
    parents: np.ndarray
    rest: np.ndarray
    lengths: np.ndarray
    own: np.ndarray

    @property
    def hips(self) -> int:
        """The bone that carries the body."""
        return self.names.index(BONE_NAMES[0]) if BONE_NAMES[0] in self.names else 0


@dataclass(frozen=True)
class Copied:
    """The objects made from one person, and the motion of its bones in the armature's own space.

    shift: what makes a frame of the file from one of the scene.
    """

    armature: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]
    clip: Clip
    shift: int = 0


@dataclass(frozen=True)
class Recipe:
    """What becomes of the user's bones.

    rename: take the preset's names; unit: metres in a unit of the user's scene.
    """

    preset: Preset
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

    def names(self, bones: tuple[str, ...], person: str | None) -> dict[str, str]:
        """The bones' names in the file: the preset's for a skeleton of ours, each after the person's name
        where several are in one file, as Maya and MotionBuilder tell them apart."""
        ours = self.rename and set(BONE_NAMES) <= set(bones)
        space = "" if person is None else f"{person}:"
        return {bone: space + (self.preset.bones.get(bone, bone) if ours else bone) for bone in bones}


def skeleton_of(armature: bpy.types.Object) -> Skeleton:
    """The rest bones of an armature that move a body: of a person all but the animator's controls; of a rig
    of another make those that deform, if there are any."""
    bones = _moving_bones(armature)
    names = tuple(bone.name for bone in bones)
    scale = np.array(armature.matrix_world.to_scale())
    rest = np.array([bone.matrix_local for bone in bones])
    lengths = np.array(
        [np.linalg.norm(scale * np.array(bone.tail_local - bone.head_local)) for bone in bones]
    )
    own = quarter_turns(armature.matrix_world, scale * rest[:, :3, 3]) * scale
    rest[:, :3] = own @ rest[:, :3]
    places = {name: place for place, name in enumerate(names)}
    parents = np.array([_carrier(bone, places) for bone in bones])
    order = _parents_first(parents)
    rank = np.argsort(order)
    parents = np.array([-1 if parent < 0 else rank[parent] for parent in parents[order]])
    return Skeleton(
        tuple(names[place] for place in order), parents, _upright(rest[order]), lengths[order], own
    )


def _moving_bones(armature: bpy.types.Object) -> list[bpy.types.Bone]:
    bones = [bone for bone in armature.data.bones if not is_control(bone)]
    deforming = [bone for bone in bones if bone.use_deform]
    foreign = BONE_NAMES[0] not in armature.data.bones and not any(ROLE in bone for bone in bones)
    return deforming if foreign and deforming else bones


def _carrier(bone: bpy.types.Bone, places: dict[str, int]) -> int:
    """The nearest bone above that is written, -1 for none. Rigify's deforming bones (DEF-) hang below those
    that carry them (ORG-), which have a deforming one of the same name."""
    for above in bone.parent_recursive:
        for name in (above.name, above.name.replace("ORG-", "DEF-", 1)):
            if name in places and name != bone.name:
                return places[name]
    return -1


def _parents_first(parents: np.ndarray) -> np.ndarray:
    """(B,) indices of bones, each after its parent, otherwise in their order."""
    if (parents < np.arange(len(parents))).all():
        return np.arange(len(parents))
    depths = np.zeros(len(parents), int)
    above = parents.copy()
    while (above >= 0).any():
        depths += above >= 0
        above = np.where(above >= 0, parents[above], -1)
    return np.argsort(depths, kind="stable")


@Stepped
def bake(scene: bpy.types.Scene, armatures: list[bpy.types.Object], frames: range) -> Steps[list[np.ndarray]]:
    """World matrices (T, B, 4, 4) of each armature's bones, without scale, at these frames of the scene; a
    frame a step where Blender has to be asked.

    Bones as in `skeleton_of`.
    """
    known: list[np.ndarray | None] = []
    for armature in armatures:
        known.append((yield from _by_action(armature, frames)))
    unknown = [armature for armature, one in zip(armatures, known, strict=True) if one is None]
    seen = iter((yield from _seen(scene, unknown, frames)) if unknown else ())
    baked = []
    for one in known:
        baked.append((yield from _in_world(*next(seen))) if one is None else one)
    return baked


def _by_action(armature: bpy.types.Object, frames: range) -> Steps[np.ndarray | None]:
    """The same of one whose action alone tells it, None of any other. Blender isn't asked for its place: it
    would copy the action for that."""
    poses = yield from silent(action_poses.steps(armature, np.array(frames, float)))
    if poses is None:
        return None
    return (yield from _in_world(poses, np.array(armature.matrix_basis), _chosen(armature)))


def _chosen(armature: bpy.types.Object) -> list[int]:
    """Which of its pose bones are written."""
    return [armature.pose.bones.find(name) for name in skeleton_of(armature).names]


def _seen(
    scene: bpy.types.Scene, armatures: list[bpy.types.Object], frames: range
) -> Steps[list[tuple[np.ndarray, np.ndarray]]]:
    """(T, B, 4, 4) of the bones of each armature that are written in its own space and (T, 4, 4) of itself,
    as Blender has them."""
    layer, chosen = scene.view_layers[0], [_chosen(armature) for armature in armatures]
    layer.update()
    poses = [np.empty((len(frames), len(bones), 4, 4), np.float32) for bones in chosen]
    worlds = [np.empty((len(frames), 4, 4)) for _ in armatures]
    for row, frame in enumerate(frames):
        scene.frame_set(frame)
        for armature, bones, pose, world in zip(armatures, chosen, poses, worlds, strict=True):
            evaluated = armature.evaluated_get(layer.depsgraph)
            every = np.empty((len(evaluated.pose.bones), 4, 4), np.float32)
            evaluated.pose.bones.foreach_get("matrix", every.ravel())
            pose[row], world[row] = every[bones], evaluated.matrix_world
        yield Progress(row / len(frames), "Reading the motion")
    # Blender hands out matrices column by column.
    return [(pose.swapaxes(-1, -2), world) for pose, world in zip(poses, worlds, strict=True)]


def _in_world(
    poses: np.ndarray, worlds: np.ndarray, chosen: Sequence[int] | None = None
) -> Steps[np.ndarray]:
    """World matrices (T, B, 4, 4) of those bones, all unless chosen, that stand so in the armature's space;
    worlds: (4, 4) or (T, 4, 4) of the armature."""
    places = np.broadcast_to(worlds, (len(poses), 4, 4))
    bones = slice(None) if chosen is None else chosen
    found: np.ndarray = yield from in_chunks(
        lambda rows: _upright(places[rows, None] @ poses[rows][:, bones].astype(float)), len(poses)
    )
    return _with_directions(found)


def _with_directions(matrices: np.ndarray) -> np.ndarray:
    """Matrices (T, B, 4, 4) in which a bone that is scaled to nothing, as one that is hidden so, is turned as
    in the nearest frame that shows it."""
    known = np.isfinite(matrices[..., :3, :3]).all((-2, -1))
    for bone in np.flatnonzero(~known.all(0)):
        rows = np.flatnonzero(known[:, bone])
        turns = np.eye(3)
        if len(rows):
            turns = matrices[rows[nearest(rows, np.arange(len(matrices)))], bone, :3, :3]
        matrices[:, bone, :3, :3] = turns
    return matrices


def _upright(matrices: np.ndarray) -> np.ndarray:
    """Matrices (..., 4, 4) with scale, shear and mirroring taken out; each bone keeps its own direction, NaN
    where it is scaled to nothing."""
    with np.errstate(invalid="ignore"):
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
    start: int,
    first: int,
    recipe: Recipe,
    person: str | None = None,
) -> Copied:
    """Copy a person into the scene, at rest; its clip is posed (T, B, 4, 4) from frame `start` of the scene
    and `first` of the file on.

    person: a name before those of the bones, where several people share a file.
    """
    skeleton = skeleton_of(source)
    rate = scene.render.fps / scene.render.fps_base
    if recipe.in_place:
        posed = in_place(posed, skeleton.hips)
    has_root = root_bone(source) is not None or recipe.preset.root in skeleton.names
    if recipe.preset.root and not has_root:
        skeleton, posed = _with_root(skeleton, posed, recipe, rate)
    wanted = recipe.names(skeleton.names, person)
    clip = Clip(
        source.name, tuple(wanted[bone] for bone in skeleton.names), skeleton.parents, skeleton.rest, posed,
        skeleton.lengths, rate, first,
    ).placed(recipe.axes, recipe.scale)  # fmt: skip
    armature, given = _armature(scene, clip, recipe)
    clip, names = replace(clip, bones=given), dict(zip(skeleton.names, given, strict=True))
    turn = recipe.axes @ skeleton.own * recipe.scale
    bodies = tuple(_mesh(scene, mesh, source, armature, turn, names) for mesh in meshes)
    return Copied(armature, bodies, clip, first - start)


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
        skeleton.own,
    )
    return below, np.concatenate([roots[:, None], posed], axis=1)


def _armature(scene: bpy.types.Scene, clip: Clip, recipe: Recipe) -> tuple[bpy.types.Object, tuple[str, ...]]:
    """An armature whose node has no rotation in the file, where the axes are in its bones; and the names that
    Blender gave these, which has none twice and none that is too long."""
    armature = bpy.data.objects.new("Export", bpy.data.armatures.new("Export"))
    armature.matrix_basis = Matrix(recipe.axes.T).to_4x4()
    scene.collection.objects.link(armature)
    with editing(scene, armature) as bones:
        given = _add_bones(bones, clip)
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature, given


def _add_bones(edit_bones: bpy.types.ArmatureEditBones, clip: Clip) -> tuple[str, ...]:
    bones = []
    for index, name in enumerate(clip.bones):
        bone = edit_bones.new(name)
        bone.length = max(float(clip.lengths[index]), 1e-3)
        bone.matrix = Matrix(clip.rest[index])
        bones.append(bone)
    for bone, parent in zip(bones, clip.parents.tolist(), strict=True):
        bone.parent = bones[parent] if parent >= 0 else None
    return tuple(bone.name for bone in bones)


def animate(person: Copied) -> None:
    """Keys on every frame of the clip, for exporters that bake what Blender shows; one is enough for what
    keeps still."""
    clip, armature = person.clip, person.armature
    frames = np.arange(clip.first, clip.first + len(clip.posed))
    unmoved = inverse(relative(clip.parents, clip.rest[None])[0])
    for index, bone in enumerate(clip.bones):
        path = f'pose.bones["{bpy.utils.escape_identifier(bone)}"]'
        basis = unmoved[index] @ clip.local(index)
        turns = without_flips(quaternion_from_matrix(basis[:, :3, :3]))
        curves = vector_curves(f"{path}.location", basis[:, :3, 3], bone)
        curves += vector_curves(f"{path}.rotation_quaternion", turns, bone)
        for curve in curves:
            keys = frames if np.ptp(curve.values) > _STILL else frames[:1]
            write_curves(armature, keys, [replace(curve, values=curve.values[: len(keys)])])


def _mesh(
    scene: bpy.types.Scene,
    source: bpy.types.Object,
    old: bpy.types.Object,
    armature: bpy.types.Object,
    axes: np.ndarray,
    names: dict[str, str],
) -> bpy.types.Object:
    """A copy of a mesh that `old` moves, in the space of the copied armature and moved by that.

    axes: (3, 3) from the old armature's space to the copy's; names: of the bones in the file.
    """
    mesh = source.copy()
    mesh.data = source.data.copy()
    mesh.animation_data_clear()
    mesh.constraints.clear()
    scene.collection.objects.link(mesh)
    if source.parent == old and source.parent_type == "OBJECT":
        near = source.matrix_local
    else:
        near = old.matrix_world.inverted() @ source.matrix_world
    turn = Matrix(axes).to_4x4()
    mesh.data.transform(turn @ near, shape_keys=True)
    if (turn @ near).determinant() < 0:
        mesh.data.flip_normals()
    mesh.parent, mesh.parent_type = armature, "OBJECT"
    mesh.matrix_parent_inverse, mesh.matrix_basis = Matrix(), Matrix()
    for group in mesh.vertex_groups:
        group.name = names.get(group.name, group.name)
    for modifier in mesh.modifiers:
        if modifier.type == "ARMATURE" and modifier.object == old:
            modifier.object, modifier.show_viewport = armature, False
    mesh.hide_viewport = False
    return mesh
