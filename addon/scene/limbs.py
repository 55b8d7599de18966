"""The bones that this add-on adds to a person's 24 on demand: IK controls of arms and legs, a root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from .own_space import own_rest

ROLE = "spr_role"
"""Custom property of an added bone: what it is, however it is renamed."""
IK = "IK"
"""Name of the target's property that blends the controls in."""
CONSTRAINT = "Limb IK"
"""Name of the constraints that follow a limb's controls: not Blender's own, which a user's may have."""
ROOT_ROLE = "root"
HEADING = "spr_heading"
"""Custom property of the root bone: whether it turns to where the person heads."""


@dataclass(frozen=True)
class Limb:
    """Two bones that a hand or foot pulls along.

    upper, lower, end: names of bones. points: (3,) where the middle joint points when the limb bends, in
    Blender's frame.
    """

    name: str
    upper: str
    lower: str
    end: str
    points: tuple[float, float, float]

    @property
    def target_role(self) -> str:
        """Of the bone that the end follows."""
        return f"{self.end} target"

    @property
    def pole_role(self) -> str:
        """Of the bone that the middle joint points to."""
        return f"{self.lower} pole"

    def habit(self, armature: bpy.types.Object) -> np.ndarray:
        """(3,) where the middle joint points, in the upper bone's axes."""
        rest = own_rest(armature, [self.upper])[0, :3, :3]
        return rest.T @ np.array(self.points)


_BACK, _FRONT = (0.0, 1.0, 0.0), (0.0, -1.0, 0.0)
LIMBS = (
    Limb("Left Arm", "L_Shoulder", "L_Elbow", "L_Wrist", _BACK),
    Limb("Right Arm", "R_Shoulder", "R_Elbow", "R_Wrist", _BACK),
    Limb("Left Leg", "L_Hip", "L_Knee", "L_Ankle", _FRONT),
    Limb("Right Leg", "R_Hip", "R_Knee", "R_Ankle", _FRONT),
)


def added_bone(armature: bpy.types.Object, role: str) -> bpy.types.PoseBone | None:
    """The added bone with this role."""
    # A pose that Blender has not brought up to date, in an excluded collection for one, has no bones yet.
    name = next((bone.name for bone in armature.data.bones if bone.get(ROLE) == role), None)
    return None if name is None else armature.pose.bones.get(name)


def controls(armature: bpy.types.Object, limb: Limb) -> tuple[bpy.types.PoseBone, bpy.types.PoseBone] | None:
    """Target and pole of a limb; None where it has none (any more)."""
    target, pole = added_bone(armature, limb.target_role), added_bone(armature, limb.pole_role)
    return None if target is None or pole is None or _broken(armature, limb) else (target, pole)


def controlled_limbs(armature: bpy.types.Object) -> list[Limb]:
    """The limbs with IK controls."""
    return [limb for limb in LIMBS if controls(armature, limb) is not None]


def with_limbs(armature: bpy.types.Object, bones: Iterable[str]) -> set[str]:
    """Names of bones, and for each control among them those of its limb."""
    found = set(bones)
    for limb in controlled_limbs(armature):
        if found & {bone.name for bone in controls(armature, limb) or ()}:
            found |= {limb.upper, limb.lower, limb.end}
    return found


def root_bone(armature: bpy.types.Object) -> bpy.types.PoseBone | None:
    """The added root bone."""
    return added_bone(armature, ROOT_ROLE)


def is_control(bone: bpy.types.Bone) -> bool:
    """Whether the bone is there for the animator alone and belongs into no file for other programs."""
    return ROLE in bone and bone[ROLE] != ROOT_ROLE


def constraints(armature: bpy.types.Object, limb: Limb) -> list[bpy.types.Constraint]:
    """The constraints that follow the limb's controls: of the lower bone, of the end."""
    bones = [armature.pose.bones.get(name) for name in (limb.lower, limb.end)]
    found = [bone.constraints.get(CONSTRAINT) for bone in bones if bone is not None]
    return [constraint for constraint in found if constraint is not None]


def _broken(armature: bpy.types.Object, limb: Limb) -> bool:
    return len(constraints(armature, limb)) < 2
