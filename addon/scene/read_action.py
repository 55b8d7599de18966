"""An armature's action as SMPL poses again: the inverse of `action`."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ..body.hands import FINGER_COUNT, SIDES
from ..body.rotations import matrix_from_quaternion, quaternion_from_matrix
from ..recording import Poses
from ..steps import Stepped, Steps
from .axes import SMPL_TO_BLENDER, positions_to_smpl
from .channels import Channels
from .curves import evaluate, find_curves
from .errors import SceneError
from .fingers import finger_rest, has_fingers
from .limbs import controlled_limbs, root_bone
from .names import BONE_NAMES, FINGER_BONES
from .own_space import own_rest, own_space, size_in
from .refined import Refined, refined_animation
from .seen import seen_channels

Curves = dict[tuple[str, int], bpy.types.FCurve]


@Stepped
def read_poses(armature: bpy.types.Object, frames: np.ndarray) -> Steps[Poses]:
    """What the armature's refined action, or else its active one, says at these frames of it (T,), which may
    lie between whole ones.

    Where a channel has no keys, the bone's present value counts. Poses are relative to the armature object,
    as `write_action` writes them. Constraints, drivers and other layers are not seen, but for the person's
    IK controls and root bone. Raises SceneError where there is no action, or not SMPL's bones. Steps are as
    in `read_seen`.
    """
    _check_bones(armature)
    refined = refined_animation(armature)
    curves = find_curves(armature) if refined is None else refined.curves
    if not curves:
        raise SceneError(f"{armature.name} has no action of its own; start from the original instead.")
    seen = yield from read_seen.steps(armature, refined, curves, frames)
    return replace(poses_of(armature, seen), hands=_read_hands(armature, curves, frames))


def _read_hands(armature: bpy.types.Object, curves: Curves, frames: np.ndarray) -> np.ndarray | None:
    """(T, 2, 15, 3, 3) what the curves do with the fingers; None where they do nothing with them."""
    if not has_fingers(armature) or not any(
        f'pose.bones["{name}"]' in path for name in FINGER_BONES[:1] for path, _ in curves
    ):
        return None
    bones = [armature.pose.bones[name] for name in FINGER_BONES]
    turns = np.stack([bone_turns(bone, curves, frames) for bone in bones], axis=1)
    turned = _as_joints(turns, finger_rest(armature))
    return turned.reshape(len(frames), len(SIDES), FINGER_COUNT, 3, 3)


def _as_joints(turns: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(T, J, 3, 3) joint rotations that turn bones, resting as (J, 4, 4), by these quaternions (T, J, 4)."""
    quaternions = turns.copy()
    as_joint = SMPL_TO_BLENDER.T @ rest[:, :3, :3]
    quaternions[..., 1:] = (as_joint @ quaternions[..., 1:, None])[..., 0]
    return np.asarray(matrix_from_quaternion(quaternions))


def _check_bones(armature: bpy.types.Object) -> None:
    missing = [name for name in BONE_NAMES if name not in armature.data.bones]
    if missing:
        raise SceneError(f"{armature.name} has no bone {missing[0]}; choose an armature made by Refine Pose.")


@Stepped
def read_channels(armature: bpy.types.Object, curves: Curves, frames: np.ndarray) -> Steps[Channels]:
    """What these curves do with the armature's bones at scene frames (T,), a bone a step."""
    turns = np.empty((len(frames), len(BONE_NAMES), 4))
    for place, name in enumerate(BONE_NAMES):
        turns[:, place] = bone_turns(armature.pose.bones[name], curves, frames)
        yield None
    return Channels(turns, _values(armature.pose.bones[BONE_NAMES[0]], "location", curves, frames))


@Stepped
def read_seen(
    armature: bpy.types.Object, refined: Refined | None, curves: Curves, frames: np.ndarray
) -> Steps[Channels]:
    """The same with what IK controls and a root bone make of them. refined: the animation that has these
    curves, None for the active action. One frame a step where there are controls, a bone a step where not."""
    if controlled_limbs(armature):
        return (yield from seen_channels.steps(armature, refined, frames))
    return (yield from _carried(armature, curves, frames))


def _carried(armature: bpy.types.Object, curves: Curves, frames: np.ndarray) -> Steps[Channels]:
    """The bones' values with the root's motion as the pelvis' own."""
    channels, root = (yield from read_channels.steps(armature, curves, frames)), root_bone(armature)
    if root is None:
        return channels
    pelvis = armature.pose.bones[BONE_NAMES[0]]
    rest = np.array(pelvis.bone.matrix_local)
    from_root = np.linalg.inv(np.array(root.bone.matrix_local)) @ rest
    moved = bone_basis(root, curves, frames) @ from_root @ bone_basis(pelvis, curves, frames)
    added = np.linalg.inv(from_root) @ moved
    turns = channels.turns.copy()
    turns[:, 0] = quaternion_from_matrix(added[:, :3, :3])
    return Channels(turns, added[:, :3, 3])


def keyed_columns(armature: bpy.types.Object, curves: Curves) -> np.ndarray:
    """(25,) bool, whether each bone's rotation in its present mode, and in the last column the location of
    the pelvis, has any of these curves."""
    modes = {"QUATERNION": "rotation_quaternion", "AXIS_ANGLE": "rotation_axis_angle"}
    bones = [armature.pose.bones[name] for name in BONE_NAMES]
    channels = [(bone.name, modes.get(bone.rotation_mode, "rotation_euler")) for bone in bones]
    paths = {path for path, _ in curves}
    return np.array(
        [
            f'pose.bones["{name}"].{channel}' in paths
            for name, channel in [*channels, (BONE_NAMES[0], "location")]
        ]
    )


def poses_of(armature: bpy.types.Object, channels: Channels) -> Poses:
    """Bones' values as poses, in SMPL's frame."""
    rest, size = own_rest(armature), size_in(own_space(armature))
    places = channels.places / size @ rest[0, :3, :3].T + rest[0, :3, 3]
    return Poses(_as_joints(channels.turns, rest), positions_to_smpl(places))


def bone_basis(bone: bpy.types.PoseBone, curves: Curves, frames: np.ndarray) -> np.ndarray:
    """(T, 4, 4) of the bone relative to its rest, but for its scale."""
    basis = np.tile(np.eye(4), (len(frames), 1, 1))
    basis[:, :3, :3] = matrix_from_quaternion(bone_turns(bone, curves, frames))
    basis[:, :3, 3] = _values(bone, "location", curves, frames)
    return basis


def bone_turns(bone: bpy.types.PoseBone, curves: Curves, frames: np.ndarray) -> np.ndarray:
    """(T, 4) wxyz of unit length, from whichever channels the bone's rotation mode plays."""
    if bone.rotation_mode == "QUATERNION":
        found = _values(bone, "rotation_quaternion", curves, frames)
    elif bone.rotation_mode == "AXIS_ANGLE":
        turns = _values(bone, "rotation_axis_angle", curves, frames)
        found = np.array([Quaternion(turn[1:], turn[0]) for turn in turns])
    else:
        turns = _values(bone, "rotation_euler", curves, frames)
        found = np.array([Euler(turn, bone.rotation_mode).to_quaternion() for turn in turns])
    length = np.linalg.norm(found, axis=-1, keepdims=True)
    return np.where(length > 1e-9, found / np.maximum(length, 1e-9), [1.0, 0.0, 0.0, 0.0])


def _values(bone: bpy.types.PoseBone, channel: str, curves: Curves, frames: np.ndarray) -> np.ndarray:
    """(T, C) of a vector property of the bone."""
    path = f'pose.bones["{bone.name}"].{channel}'
    columns = []
    for index, present in enumerate(getattr(bone, channel)):
        curve = curves.get((path, index))
        columns.append(np.full(len(frames), present) if curve is None else evaluate(curve, frames))
    return np.stack(columns, axis=-1)
