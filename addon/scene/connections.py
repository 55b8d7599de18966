"""Bones that are connected to their parents: Blender leaves out what moves them.

Importers of FBX connect what begins where the bone above ends, as hips that rest over a root do; the file
itself knows nothing of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import bpy
import numpy as np

from .curves import curves_in, keys_of
from .errors import SceneError
from .workshop import editing, workshop

_STILL = 0.01
"""Of an armature's extent, within which keys of a place move nothing to speak of."""


def connected(armature: bpy.types.Object, bones: Iterable[str]) -> list[str]:
    """Which of these bones can't be moved."""
    return [name for name in bones if armature.data.bones[name].use_connect]


def disconnect(armature: bpy.types.Object, bones: Sequence[str]) -> None:
    """Let bones be moved; they rest as they did. Raises SceneError where the armature can't be edited."""
    if not bones:
        return
    if armature.data.library is not None or armature.data.override_library is not None:
        raise SceneError(
            f"{bones[0]} is connected to its parent and can't be moved; disconnect it in Edit Mode (Alt+P) in"
            " the file that the armature is linked from."
        )
    with workshop(armature) as scene, editing(scene, armature) as edited:
        for name in bones:
            edited[name].use_connect = False


def held_back(armature: bpy.types.Object, bones: Iterable[str]) -> list[str]:
    """Which of these bones have keys that would move them, if they were not connected."""
    data = armature.animation_data
    if data is None or data.action is None:
        return []
    curves = curves_in(data.action, getattr(data, "action_slot", None))
    paths = {path for (path, _), curve in curves.items() if np.ptp(keys_of(curve)[1], axis=None) > _STILL}
    return [
        name
        for name in connected(armature, bones)
        if armature.pose.bones[name].path_from_id("location") in paths
    ]


def _spread(values: np.ndarray) -> float:
    return float(np.ptp(values)) if len(values) else 0.0
