"""A bone's turns as keys of whichever rotation mode its user has chosen."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Quaternion

from .curves import Curve, vector_curves

CHANNELS = ("rotation_quaternion", "rotation_euler", "rotation_axis_angle")


def channel_of(bone: bpy.types.PoseBone) -> str:
    """The channel that the bone's rotation mode plays."""
    known = {"QUATERNION": CHANNELS[0], "AXIS_ANGLE": CHANNELS[2]}
    return known.get(bone.rotation_mode, CHANNELS[1])


def rotation_curves(bone: bpy.types.PoseBone, turns: np.ndarray) -> list[Curve]:
    """The curves of turns (N, 4), quaternions wxyz without sign flips."""
    channel = channel_of(bone)
    values = turns
    if channel == "rotation_euler":
        values = _eulers(turns, bone.rotation_mode)
    elif channel == "rotation_axis_angle":
        values = _axis_angles(turns)
    return vector_curves(bone.path_from_id(channel), values, bone.name)


def _eulers(turns: np.ndarray, order: str) -> np.ndarray:
    """(N, 3) radians, each row as near to the one before as it can be."""
    found = [Quaternion(turns[0]).to_euler(order)]
    for turn in turns[1:]:
        found.append(Quaternion(turn).to_euler(order, found[-1]))
    return np.array(found)


def _axis_angles(turns: np.ndarray) -> np.ndarray:
    """(N, 4) angle in radians and axis."""
    sine = np.linalg.norm(turns[:, 1:], axis=1)
    angles = 2.0 * np.arctan2(sine, turns[:, 0])
    axes = np.where(sine[:, None] > 1e-9, turns[:, 1:] / np.maximum(sine, 1e-9)[:, None], (0.0, 1.0, 0.0))
    return np.concatenate([angles[:, None], axes], axis=1)
