"""Bone names of the armature, in the order of SMPL's joints."""

from __future__ import annotations

from ..body.hands import FINGER_NAMES, SIDES
from ..body.skeleton import JOINT_NAMES


def _bone_name(joint: str) -> str:
    side, _, part = joint.rpartition("_")
    return {"left": "L_", "right": "R_", "": ""}[side] + part.capitalize()


BONE_NAMES: tuple[str, ...] = tuple(_bone_name(joint) for joint in JOINT_NAMES)
"""Pelvis, L_Hip, R_Hip, Spine1 … as most SMPL rigs in Blender name them."""

FINGER_BONES: tuple[str, ...] = tuple(
    _bone_name(f"{side}_{joint}") for side in SIDES for joint in FINGER_NAMES
)
"""L_Index1, L_Index2 … R_Thumb3, below the wrists of people with hands: (2, 15) in a row."""

ROOT = "Root"
"""The bone that `root_bone` adds."""
