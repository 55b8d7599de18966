"""Bone names of the armature, in the order of SMPL's joints."""

from __future__ import annotations

from ..body.skeleton import JOINT_NAMES


def _bone_name(joint: str) -> str:
    side, _, part = joint.rpartition("_")
    return {"left": "L_", "right": "R_", "": ""}[side] + part.capitalize()


BONE_NAMES: tuple[str, ...] = tuple(_bone_name(joint) for joint in JOINT_NAMES)
"""Pelvis, L_Hip, R_Hip, Spine1 … as most SMPL rigs in Blender name them."""

ROOT = "Root"
"""The bone that `root_bone` adds."""
