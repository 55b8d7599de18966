"""Keys of the root bone and of what it carries that leave the person where they are."""

from __future__ import annotations

import bpy
import numpy as np
from mathutils import Matrix

from .curves import remove_bone_curves
from .limbs import HEADING, root_bone
from .names import BONE_NAMES
from .own_space import own_rest, own_space, size_in
from .rig_keys import Moments, write_poses
from .root_motion import root_matrices


def match_root(
    armature: bpy.types.Object, moments: Moments, poses: dict[str, np.ndarray], rate: float
) -> dict[str, np.ndarray]:
    """Key the root below the pelvis, and the pelvis so that it stays; the poses with the new root.

    poses: (N, 4, 4) of each bone in the armature's space, at `rate` moments a second.
    """
    root = root_bone(armature)
    if root is None or len(moments.frames) == 0:
        return poses
    pelvis, space = armature.data.bones[BONE_NAMES[0]], own_space(armature)
    hips = np.linalg.inv(space) @ poses[pelvis.name]
    hips[:, :3, :3] *= size_in(space)
    roots = root_matrices(hips, own_rest(armature, [pelvis.name])[0], rate)
    if not root.bone.get(HEADING, True):
        roots[:, :3, :3] = np.eye(3)
    roots = space @ roots
    roots[:, :3, :3] /= size_in(space)
    posed = {**poses, root.name: roots}
    write_poses(armature, moments, posed, {root.name: "both", pelvis.name: "both"})
    return posed


def rest_root(armature: bpy.types.Object) -> None:
    """The root at its rest place in the armature's action, so that it carries nothing anywhere."""
    root = root_bone(armature)
    if root is not None:
        remove_bone_curves(armature, root.name)
        root.matrix_basis = Matrix()
