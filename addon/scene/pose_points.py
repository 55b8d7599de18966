"""The canonical points of an armature as it stands posed in the scene, whatever moves its bones."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..body.points import POINT_INDEX, point_positions
from .axes import SMPL_TO_BLENDER, positions_to_blender
from .names import BONE_NAMES
from .own_space import own_rest, own_space, rest_offsets, size_in


def body_points(armature: bpy.types.Object, canonical: Sequence[str | None]) -> np.ndarray:
    """(K, 3) metres in the person's own space, NaN where a point has no name or a bone is missing.

    armature: evaluated, with the bones that `create_armature` makes.
    """
    found = np.full((len(canonical), 3), np.nan)
    bones = [armature.pose.bones.get(name) for name in BONE_NAMES]
    if None in bones:
        return found
    space, rest = own_space(armature), own_rest(armature)
    posed = np.linalg.inv(space) @ np.array([bone.matrix for bone in bones])
    turns = posed[:, :3, :3] * size_in(space) @ np.linalg.inv(rest[:, :3, :3])
    known = [k for k, name in enumerate(canonical) if name is not None]
    points = point_positions(
        posed[:, :3, 3] @ SMPL_TO_BLENDER,
        SMPL_TO_BLENDER.T @ turns @ SMPL_TO_BLENDER,
        rest_offsets(armature),
        [POINT_INDEX[str(canonical[k])] for k in known],
    )
    found[known] = positions_to_blender(points)
    return found
