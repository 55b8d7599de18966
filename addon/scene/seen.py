"""What IK controls and a root bone make of the 24 bones, as values of these bones alone."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.rotations import quaternion_from_matrix
from ..body.skeleton import PARENTS
from ..steps import Stepped, Steps
from .channels import PLACE, Channels
from .layers import put_on
from .limbs import CONSTRAINT, controlled_limbs, root_bone
from .names import BONE_NAMES
from .refined import Refined
from .workshop import double, seen_poses


@Stepped
def seen_channels(armature: bpy.types.Object, refined: Refined | None, frames: np.ndarray) -> Steps[Channels]:
    """What the bones' own keys would be without controls and root for what is seen at scene frames (T,), one
    a step.

    refined: the animation that plays, None for the active one. Layers above it and constraints of the user's
    are left out.
    """
    animation = armature.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    if refined is not None:
        action, slot = refined.action, refined.slot
    with double(armature) as (scene, copy):
        put_on(copy, action, slot)
        _mute_others(copy)
        posed = yield from seen_poses.steps(scene, copy, frames)
    added = np.empty((len(frames), PLACE, 4, 4))
    for joint in range(PLACE):
        added[:, joint] = _added(armature, posed, joint)
        yield None
    return Channels(quaternion_from_matrix(added[..., :3, :3]), added[:, 0, :3, 3])


def _added(armature: bpy.types.Object, posed: dict[str, np.ndarray], joint: int) -> np.ndarray:
    """(T, 4, 4) what a bone adds to its rest relative to its parent of the 24, whatever carries these."""
    name, parent = BONE_NAMES[joint], PARENTS[joint]
    rest, pose = np.array(armature.data.bones[name].matrix_local), posed[name]
    if parent >= 0:
        rest = np.linalg.inv(np.array(armature.data.bones[BONE_NAMES[parent]].matrix_local)) @ rest
        pose = np.linalg.inv(posed[BONE_NAMES[parent]]) @ pose
    return np.asarray(np.linalg.inv(rest) @ pose)


def moved_columns(armature: bpy.types.Object) -> list[int]:
    """Which of the 25 columns of `Channels` something else than the bones' own keys has a hand in."""
    columns = [] if root_bone(armature) is None else [0, PLACE]
    for limb in controlled_limbs(armature):
        columns += [BONE_NAMES.index(name) for name in (limb.upper, limb.lower, limb.end)]
    return columns


def _mute_others(armature: bpy.types.Object) -> None:
    """The user's constraints on the bones are put out of action; they come on top of the keys."""
    for bone in armature.pose.bones:
        for constraint in bone.constraints:
            constraint.mute = constraint.mute or constraint.name != CONSTRAINT
