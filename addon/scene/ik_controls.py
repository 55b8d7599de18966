"""IK controls on arms and legs: targets for hands and feet, poles for elbows and knees."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..steps import Progress, Stepped, Steps
from .curves import remove_bone_curves, remove_curves
from .ik_match import Pole, constraint_path, key_controls, match_pole
from .kept_before import put_away
from .limbs import CONSTRAINT, IK, LIMBS, ROLE, Limb, constraints, controlled_limbs, controls, root_bone
from .rig_keys import pose_curves, write_moments
from .takes import READING, WRITTEN, Take, check_rig, in_turn, recorded
from .timing import scene_rate
from .widgets import dress, remove_unused_shapes
from .workshop import editing, workshop

COLLECTION = "IK Controls"
"""Bone collection of targets and poles."""
_POLE_LENGTH = 0.15
"""Of a pole's bone, in lengths of the limb's upper bone."""


@Stepped
def add_ik_controls(armature: bpy.types.Object) -> Steps[None]:
    """Give every limb that has none a target and a pole, keyed so that nothing moves.

    Each target has a property that blends from the limb's own keys (0) to the controls (1). The motion before
    refining gets keys of its own. SceneError where the armature can't be changed. The armature stays as it is
    until all is worked out; what changes it is one step.
    """
    check_rig(armature)
    limbs = [limb for limb in LIMBS if controls(armature, limb) is None]
    rate = scene_rate(bpy.context.scene)
    with recorded(armature) as recording:
        takes = yield from recording
        poles = []
        for take in takes:
            poles.append((yield from _poles(armature, limbs, take, rate)))
        yield Progress(READING, "Writing the keys")
        with workshop(armature) as scene:
            _add_controls(armature, scene, limbs)
            with in_turn(armature, takes) as shown:
                for take, found in zip(shown, poles, strict=True):
                    for limb, pole in zip(limbs, found, strict=True):
                        key_controls(armature, limb, take.moments, take.poses, pole)
        yield Progress(WRITTEN, "Tidying up")
        yield from put_away.steps(armature)


@Stepped
def bake_to_fk(armature: bpy.types.Object) -> Steps[None]:
    """Key the limbs' own bones as they are seen, and take the controls away.

    SceneError where the armature can't be changed. The armature stays as it is until all is worked out; what
    changes it is one step.
    """
    check_rig(armature)
    limbs = controlled_limbs(armature)
    turned = {name: "rotation" for limb in limbs for name in (limb.upper, limb.lower, limb.end)}
    with recorded(armature) as recording:
        takes, keys = (yield from recording), []
        for take in takes:
            keys.append((yield from pose_curves.steps(armature, take.poses, turned)))
        yield Progress(READING, "Writing the keys")
        with workshop(armature) as scene:
            with in_turn(armature, takes) as shown:
                for take, curves in zip(shown, keys, strict=True):
                    _remove_curves(armature, limbs)
                    write_moments(armature, take.moments, curves)
            _remove_bones(armature, scene, limbs)
        yield Progress(WRITTEN, "Tidying up")
        yield from put_away.steps(armature)


def _poles(armature: bpy.types.Object, limbs: Sequence[Limb], take: Take, rate: float) -> Steps[list[Pole]]:
    """What `match_pole` finds for each of the limbs, a limb a step."""
    found = []
    for limb in limbs:
        found.append(match_pole(armature, limb, take.poses, rate))
        yield None
    return found


def _add_controls(armature: bpy.types.Object, scene: bpy.types.Scene, limbs: Sequence[Limb]) -> None:
    """The bones of these limbs' controls, and all that makes the limbs follow them."""
    _remove_bones(armature, scene, limbs)  # what is left of controls that somebody took apart
    with editing(scene, armature) as bones:
        for limb in limbs:
            _add_bones(bones, limb, armature)
    for limb in limbs:
        _dress(armature, limb)


def _add_bones(bones: bpy.types.ArmatureEditBones, limb: Limb, armature: bpy.types.Object) -> None:
    end, middle, upper = bones[limb.end], bones[limb.lower], bones[limb.upper]
    target, pole = bones.new(f"{limb.end}_IK"), bones.new(f"{limb.lower}_Pole")
    target.head, target.tail, target.roll = end.head, end.tail, end.roll
    aside = np.array(limb.points)
    pole.head = np.array(middle.head) + aside * upper.length
    pole.tail = np.array(pole.head) + aside * upper.length * _POLE_LENGTH
    root = root_bone(armature)
    for bone, role in ((target, limb.target_role), (pole, limb.pole_role)):
        bone[ROLE] = role
        bone.use_deform = False
        bone.parent = None if root is None else bones[root.name]


def _dress(armature: bpy.types.Object, limb: Limb) -> None:
    """Constraints, blending, colours and shapes of a limb's new controls."""
    bones = armature.pose.bones
    target, pole = (
        next(bone for bone in bones if bone.bone.get(ROLE) == role)
        for role in (limb.target_role, limb.pole_role)
    )
    ik, turn = bones[limb.lower].constraints.new("IK"), bones[limb.end].constraints.new("COPY_ROTATION")
    ik.name = turn.name = CONSTRAINT
    ik.target = ik.pole_target = turn.target = armature
    ik.subtarget = turn.subtarget = target.name
    ik.pole_subtarget, ik.chain_count = pole.name, 2
    target[IK] = 1.0
    target.id_properties_ui(IK).update(
        min=0.0, max=1.0, subtype="FACTOR", description="0: the limb's own keys; 1: its IK controls"
    )
    for name in (limb.lower, limb.end):
        _drive(armature, f"{constraint_path(name)}.influence", f'pose.bones["{target.name}"]["{IK}"]')
    for bone, kind in ((target, "box"), (pole, "ball")):
        dress(bone, kind, armature.data.bones[limb.end])
        _collection(armature).assign(bone.bone)
    target.custom_shape_scale_xyz = (1.2, 1.2, 1.2)
    pole.lock_rotation = (True, True, True)


def _drive(armature: bpy.types.Object, path: str, source: str) -> None:
    """Make a property follow another one of the armature, without a script."""
    driver = armature.driver_add(path).driver
    driver.type = "AVERAGE"
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = armature, source


def _collection(armature: bpy.types.Object) -> bpy.types.BoneCollection:
    collections = armature.data.collections
    return collections.get(COLLECTION) or collections.new(COLLECTION)


def _remove_curves(armature: bpy.types.Object, limbs: Sequence[Limb]) -> None:
    bones = [bone.name for limb in limbs for bone in controls(armature, limb) or ()]
    starts = tuple(constraint_path(name) for limb in limbs for name in (limb.lower, limb.end))
    remove_curves(armature, lambda curve: curve.data_path.startswith(starts))
    remove_bone_curves(armature, *bones)


def _remove_bones(armature: bpy.types.Object, scene: bpy.types.Scene, limbs: Sequence[Limb]) -> None:
    """Take away constraints, drivers and bones of these limbs' controls, whole or not."""
    roles = {role for limb in limbs for role in (limb.target_role, limb.pole_role)}
    for limb in limbs:
        for name in (limb.lower, limb.end):
            armature.driver_remove(f"{constraint_path(name)}.influence")
        for constraint in constraints(armature, limb):
            constraint_bone = next(b for b in armature.pose.bones if constraint in b.constraints[:])
            constraint_bone.constraints.remove(constraint)
    names = [bone.name for bone in armature.pose.bones if bone.bone.get(ROLE) in roles]
    if names:
        with editing(scene, armature) as bones:
            for name in names:
                bones.remove(bones[name])
    collection = armature.data.collections.get(COLLECTION)
    if collection is not None and not collection.bones:
        armature.data.collections.remove(collection)
    remove_unused_shapes()
