"""What IK controls and a root bone make of the 24 bones, as values of these bones alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
import numpy as np

from ..body.rotations import quaternion_from_matrix
from ..body.skeleton import PARENTS
from .channels import PLACE, Channels
from .layers import playing_alone
from .limbs import CONSTRAINT, controlled_limbs, root_bone
from .names import BONE_NAMES
from .refined import Refined
from .workshop import seen_poses, workshop


def seen_channels(armature: bpy.types.Object, refined: Refined | None, frames: np.ndarray) -> Channels:
    """What the bones' own keys would be without controls and root for what is seen at scene frames (T,).

    refined: the animation that plays, None for the active one. Layers above it and constraints of the user's
    are left out.
    """
    animation = armature.animation_data
    action, slot = animation.action, getattr(animation, "action_slot", None)
    if refined is not None:
        action, slot = refined.action, refined.slot
    with (
        workshop(armature) as scene,
        _without_others(armature),
        playing_alone(armature, action, slot),
    ):
        posed = seen_poses(scene, armature, frames)
    added = np.stack([_added(armature, posed, joint) for joint in range(PLACE)], axis=1)
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


@contextmanager
def _without_others(armature: bpy.types.Object) -> Iterator[None]:
    """The user's constraints on the bones are out of action meanwhile; they come on top of the keys."""
    found = [
        c for bone in armature.pose.bones for c in bone.constraints if c.name != CONSTRAINT and not c.mute
    ]
    for constraint in found:
        constraint.mute = True
    try:
        yield
    finally:
        for constraint in found:
            constraint.mute = False
