"""What an action alone does with an armature, at all frames at once.

Blender evaluates a scene frame by frame, at about half a millisecond each; for the plain case, an action on
bones without constraints, forward kinematics gives the same matrices in a hundredth of that.
"""

from __future__ import annotations

import bpy
import numpy as np

from ..steps import Progress, Stepped, Steps
from ..writers.clip import inverse
from .curves import find_curves
from .layers import playing_strips
from .read_action import Curves, bone_basis
from .workshop import seen_poses


@Stepped
def action_poses(armature: bpy.types.Object, frames: np.ndarray) -> Steps[np.ndarray | None]:
    """(T, B, 4, 4) of all pose bones in the armature's space at these scene frames (T,); None where more than
    an action moves them, or moves the armature itself. A bone a step."""
    curves = find_curves(armature)
    if not _plain(armature, curves):
        return None
    places = {bone.name: place for place, bone in enumerate(armature.pose.bones)}
    poses = np.empty((len(frames), len(places), 4, 4))
    for done, bone in enumerate(armature.data.bones):  # parents before children
        basis = bone_basis(armature.pose.bones[bone.name], curves, frames)
        rest = np.array(bone.matrix_local)
        if bone.parent is None:
            poses[:, places[bone.name]] = rest @ basis
        else:
            local = inverse(np.array(bone.parent.matrix_local)) @ rest
            poses[:, places[bone.name]] = poses[:, places[bone.parent.name]] @ local @ basis
        yield Progress(done / len(places), "Reading the motion")
    return poses


def all_poses(
    scene: bpy.types.Scene, armature: bpy.types.Object, frames: np.ndarray
) -> Steps[dict[str, np.ndarray]]:
    """(T, 4, 4) of each bone in the armature's space at these frames (T,) of a scene that shows it: all
    frames at once in the plain case, else one a step."""
    found = yield from action_poses.steps(armature, frames)
    if found is None:
        return (yield from seen_poses.steps(scene, armature, frames))
    return {bone.name: found[:, place] for place, bone in enumerate(armature.pose.bones)}


def _path(bone: bpy.types.PoseBone, channel: str) -> str:
    return f'pose.bones["{bone.name}"].{channel}'


def _plain(armature: bpy.types.Object, curves: Curves) -> bool:
    animation, data = armature.animation_data, armature.data
    if not curves or animation.drivers or animation.use_tweak_mode or animation.action_influence != 1.0:
        return False
    if animation.use_nla and playing_strips(armature):
        return False
    if armature.parent is not None or any(not one.mute for one in armature.constraints):
        return False
    if data.pose_position != "POSE" or (data.animation_data and data.animation_data.drivers):
        return False
    if any(curve.group is not None and curve.group.mute for curve in curves.values()):
        return False
    outside = (path for path, _ in curves if not path.startswith(("pose.bones[", "[")))
    return not any(outside) and all(_moves_alone(bone, curves) for bone in armature.pose.bones)


def _moves_alone(bone: bpy.types.PoseBone, curves: Curves) -> bool:
    """Whether nothing but its own turn and place moves the bone within its parent, and nothing scales it."""
    rest = bone.bone
    usual = rest.use_inherit_rotation and rest.use_local_location and rest.inherit_scale == "FULL"
    if (
        not usual
        or bpy.utils.escape_identifier(bone.name) != bone.name
        or rest.use_relative_parent
        or any(not one.mute for one in bone.constraints)
    ):
        return False
    if max(abs(part - 1.0) for part in bone.scale) > 1e-6 or (_path(bone, "scale"), 0) in curves:
        return False
    moved = any(bone.location) or any((_path(bone, "location"), axis) in curves for axis in range(3))
    return not (rest.use_connect and moved)
