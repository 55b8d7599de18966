"""Bone names of the armature, in the order of SMPL's joints."""

from __future__ import annotations

from ..writers.names import BONE_NAMES, FINGER_BONES, ROOT

__all__ = ["BONE_NAMES", "FINGER_BONES", "ROOT"]
