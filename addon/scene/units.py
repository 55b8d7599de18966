"""The unit that a scene counts lengths in."""

from __future__ import annotations

import bpy
import numpy as np


def metres(scene: bpy.types.Scene) -> float:
    """What a unit of the scene's is."""
    units = scene.unit_settings
    return 1.0 if units.system == "NONE" else float(units.scale_length)


def from_metres(scene: bpy.types.Scene) -> np.ndarray:
    """(4, 4) from a space in metres to the scene's units."""
    return np.diag([1.0 / metres(scene)] * 3 + [1.0])
