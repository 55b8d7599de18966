"""A root bone on the floor that carries the person's way, on demand."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..steps import Progress, Stepped, Steps
from .curves import remove_bone_curves
from .kept_before import put_away
from .limbs import HEADING, ROLE, ROOT_ROLE, is_control, root_bone
from .names import BONE_NAMES, ROOT
from .own_space import own_space
from .rig_keys import write_poses
from .root_match import match_root
from .similarity import moved
from .takes import READING, WRITTEN, Take, check_rig, in_turn, recorded
from .timing import scene_rate
from .widgets import dress, remove_unused_shapes
from .workshop import editing, workshop

_LENGTH = 0.4
"""Metres."""


@Stepped
def add_root(armature: bpy.types.Object, *, heading: bool) -> Steps[None]:
    """Put a bone on the floor below the pelvis that carries it, and IK controls, along; nothing moves.

    heading: the root also turns to where the person heads. SceneError where the armature can't be changed.
    """
    check_rig(armature)
    space, rate = own_space(armature), scene_rate(bpy.context.scene)
    with recorded(armature) as recording:
        takes = yield from recording
        yield Progress(READING, "Writing the keys")
        with workshop(armature) as scene:
            with editing(scene, armature) as bones:
                _add_bone(bones, heading, space)
            _dress(armature)
            with in_turn(armature, takes) as shown:
                for take in shown:
                    poses = match_root(armature, take.moments, take.poses, rate)
                    write_poses(armature, take.moments, poses, _carried_controls(armature))
        yield Progress(WRITTEN, "Tidying up")
        yield from put_away.steps(armature)


@Stepped
def remove_root(armature: bpy.types.Object) -> Steps[None]:
    """Take the root bone away; what it carried goes the same way on its own keys.

    SceneError where the armature can't be changed.
    """
    check_rig(armature)
    if root_bone(armature) is None:
        return
    carried = {BONE_NAMES[0]: "both", **_carried_controls(armature)}
    with recorded(armature) as recording:
        takes = yield from recording
        yield Progress(READING, "Writing the keys")
        with workshop(armature) as scene:
            _remove_bone(armature, scene, takes)
            with in_turn(armature, takes) as shown:
                for take in shown:
                    write_poses(armature, take.moments, take.poses, carried)
        yield Progress(WRITTEN, "Tidying up")
        yield from put_away.steps(armature)


def _remove_bone(armature: bpy.types.Object, scene: bpy.types.Scene, takes: Sequence[Take]) -> None:
    """Take away the root, its keys in these takes and what has no use without it."""
    root = root_bone(armature)
    assert root is not None
    name = root.name
    with in_turn(armature, takes) as shown:
        for _ in shown:
            remove_bone_curves(armature, name)
    with editing(scene, armature) as bones:
        bones.remove(bones[name])
    collection = armature.data.collections.get(ROOT)
    if collection is not None and not collection.bones:
        armature.data.collections.remove(collection)
    remove_unused_shapes()


def _add_bone(bones: bpy.types.ArmatureEditBones, heading: bool, space: np.ndarray) -> None:
    root = bones.new(ROOT)
    root.head, root.tail = moved(np.array([[0.0, 0.0, 0.0], [0.0, _LENGTH, 0.0]]), space)
    root.align_roll(space[:3, 2])
    root.use_deform = False
    root[ROLE], root[HEADING] = ROOT_ROLE, heading
    for bone in bones:
        if bone.parent is None and (bone.name == BONE_NAMES[0] or ROLE in bone) and bone != root:
            bone.use_connect = False
            bone.parent = root


def _dress(armature: bpy.types.Object) -> None:
    root = root_bone(armature)
    assert root is not None
    dress(root, "ground", armature.data.bones[BONE_NAMES[0]])
    collections = armature.data.collections
    (collections.get(ROOT) or collections.new(ROOT)).assign(root.bone)


def _carried_controls(armature: bpy.types.Object) -> dict[str, str]:
    """The IK controls below the root, and which of their channels are keyed."""
    root = root_bone(armature)
    found = [] if root is None else [bone for bone in root.children if is_control(bone.bone)]
    return {bone.name: "location" if bone.bone[ROLE].endswith("pole") else "both" for bone in found}
