"""The canonical points of an armature as it stands posed in the scene, whatever moves its bones."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..body.points import POINT_INDEX, point_positions
from ..body.skeleton import PARENTS
from .axes import SMPL_TO_BLENDER, positions_to_blender
from .names import BONE_NAMES


def body_points(armature: bpy.types.Object, canonical: Sequence[str | None]) -> np.ndarray:
    """(K, 3) metres in the armature's own space, NaN where a point has no name or a bone is missing.

    armature: evaluated, with the bones that `create_armature` makes.
    """
    found = np.full((len(canonical), 3), np.nan)
    bones = [armature.pose.bones.get(name) for name in BONE_NAMES]
    if None in bones:
        return found
    posed = np.array([bone.matrix for bone in bones])
    rest = np.array([bone.bone.matrix_local for bone in bones])
    turns = posed[:, :3, :3] @ np.linalg.inv(rest[:, :3, :3])
    known = [k for k, name in enumerate(canonical) if name is not None]
    points = point_positions(
        posed[:, :3, 3] @ SMPL_TO_BLENDER,
        SMPL_TO_BLENDER.T @ turns @ SMPL_TO_BLENDER,
        _bone_offsets(rest[:, :3, 3]),
        [POINT_INDEX[str(canonical[k])] for k in known],
    )
    found[known] = positions_to_blender(points)
    return found


def rest_offsets(armature: bpy.types.Object) -> np.ndarray:
    """(24, 3) metres in SMPL's frame: the offsets of the armature's bones from their parents at rest."""
    return _bone_offsets(np.array([armature.data.bones[name].head_local for name in BONE_NAMES]))


def _bone_offsets(heads: np.ndarray) -> np.ndarray:
    """(24, 3) in SMPL's frame from rest heads (24, 3) in Blender's."""
    offsets = heads - heads[list(PARENTS)]
    offsets[0] = 0.0
    return offsets @ SMPL_TO_BLENDER
