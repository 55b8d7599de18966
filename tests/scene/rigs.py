"""What Blender shows of the 24 bones of an armature, and how far two such records are apart."""

from __future__ import annotations

from collections.abc import Iterable

import bpy
import numpy as np
from scipy.spatial.transform import Rotation

from addon.scene import BONE_NAMES


def shown(armature: bpy.types.Object, frames: Iterable[float]) -> np.ndarray:
    """(T, 24, 4, 4) world matrices."""
    scene, poses = bpy.context.scene, []
    for frame in frames:
        scene.frame_set(int(frame // 1), subframe=frame % 1)
        evaluated = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        bones = evaluated.pose.bones
        poses.append([evaluated.matrix_world @ bones[name].matrix for name in BONE_NAMES])
    return np.array(poses)


def apart(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """The largest distance in millimetres and the largest angle in degrees."""
    gap = np.linalg.norm(first[..., :3, 3] - second[..., :3, 3], axis=-1).max()
    a, b = (Rotation.from_matrix(poses[..., :3, :3].reshape(-1, 3, 3)) for poses in (first, second))
    return 1000 * float(gap), float(np.degrees((a.inv() * b).magnitude()).max())
