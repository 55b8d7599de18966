"""New keys of the 24 bones, and the bones that were added to them follow."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import bpy

from ..steps import Stepped, Steps
from .action_poses import all_poses
from .ik_match import match_controls, remove_ik
from .layers import put_on
from .limbs import controlled_limbs, root_bone
from .names import BONE_NAMES
from .rig_keys import moments_of
from .root_match import match_root, rest_root
from .timing import scene_rate
from .workshop import double


def rig_follows(write: Callable[..., Steps[None]]) -> Callable[..., Steps[None]]:
    """For steps that key an armature as if it had only the 24 bones: its rig fits the keys then."""

    @wraps(write)
    def wrapped(armature: bpy.types.Object, *args: Any, **kwargs: Any) -> Steps[None]:
        rest_root(armature)
        yield from write(armature, *args, **kwargs)
        if root_bone(armature) is not None or controlled_limbs(armature):
            yield from fit_rig.steps(armature)

    return wrapped


@Stepped
def fit_rig(armature: bpy.types.Object, *, root: bool = True) -> Steps[None]:
    """Key IK controls, and the root where asked for, so that the bones are as their own keys have them. A
    curve, a bone, a limb a step.

    The action on the armature counts, not what an edit layer or a strip adds to it.
    """
    rate, animation = scene_rate(bpy.context.scene), armature.animation_data
    moments = yield from moments_of.steps(armature, BONE_NAMES)
    with double(armature) as (scene, copy):
        put_on(copy, animation.action, getattr(animation, "action_slot", None))
        remove_ik(copy)
        poses = yield from all_poses(scene, copy, moments.frames)
    if root:
        poses = match_root(armature, moments, poses, rate)
    for limb in controlled_limbs(armature):
        yield None
        match_controls(armature, limb, moments, poses, rate)
