"""Edits by hand, as in the Graph Editor, and what Blender plays of them."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np

from addon.body.rotations import geodesic_angle
from addon.scene.curves import find_curves


def turn(
    armature: bpy.types.Object, frames: Iterable[float], bone: str = "L_Elbow", degrees: float = 30.0
) -> None:
    """Turn a bone's keys about its X axis."""
    curves = find_curves(armature)
    four = [curves[f'pose.bones["{bone}"].rotation_quaternion', index] for index in range(4)]
    c, s = np.cos(np.radians(degrees) / 2), np.sin(np.radians(degrees) / 2)
    for frame in frames:
        keys = [next(key for key in curve.keyframe_points if key.co.x == frame) for curve in four]
        w, x, y, z = (key.co.y for key in keys)  # times (c, s, 0, 0)
        turned = (w * c - x * s, w * s + x * c, y * c + z * s, z * c - y * s)
        for key, value in zip(keys, turned, strict=True):
            key.co.y = value
    for curve in four:
        curve.update()


def lift(armature: bpy.types.Object, frames: Iterable[float], metres: float) -> None:
    """Move the pelvis' keys along its Y axis."""
    curve = find_curves(armature)['pose.bones["Pelvis"].location', 1]
    for key in curve.keyframe_points:
        if key.co.x in frames:
            key.co.y += metres
    curve.update()


def apart(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between rotations."""
    return np.degrees(geodesic_angle(first, second))
