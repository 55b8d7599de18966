"""What Blender shows of each action of a person's result, to be keyed again on other bones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from ..steps import Steps, as_part
from .action_poses import all_poses
from .curves import find_curves
from .errors import SceneError
from .kept_before import bring_out, put_away
from .layers import playing_strips, put_on
from .names import BONE_NAMES
from .refined import ASIDE, refined_animation
from .rig_keys import Moments, moments_of
from .versions import own_actions
from .workshop import double, out_of_edit_mode

READING, WRITTEN = 0.8, 0.9
"""How far the work is when all actions have been looked at, and when all keys are written."""


@dataclass(frozen=True)
class Take:
    """One action: when it is keyed, and (N, 4, 4) of each bone in the armature's space."""

    action: bpy.types.Action
    moments: Moments
    poses: dict[str, np.ndarray]


def check_rig(armature: bpy.types.Object) -> None:
    """SceneError where the armature's bones or keys can't be changed, or are not SMPL's."""
    missing = [name for name in BONE_NAMES if name not in armature.data.bones]
    if missing:
        raise SceneError(f"{armature.name} has no bone {missing[0]}; choose an armature made by Refine Pose.")
    if not armature.is_editable or not armature.data.is_editable:
        raise SceneError(f"{armature.name} belongs to another file; make it local first.")
    animation = armature.animation_data
    if animation is not None and animation.use_tweak_mode:
        raise SceneError(f"An NLA strip of {armature.name} is being edited; leave tweak mode first.")
    strips = playing_strips(armature) if animation is not None and animation.use_nla else []
    if animation is None or (animation.action is None and not strips):
        raise SceneError(f"{armature.name} has no action of its own; assign the one to work on first.")
    if strips:
        _check_layers(armature, strips)


def _check_layers(armature: bpy.types.Object, strips: Sequence[bpy.types.NlaStrip]) -> None:
    """SceneError unless what is seen is the refined action alone, in a strip that plays it as it is."""
    refined, animation = refined_animation(armature), armature.animation_data
    if refined is None or list(strips) != [refined.strip] or not _is_plain(strips[0]):
        raise SceneError(
            f"NLA strips of {armature.name} play along with its action; mute or bake them first."
        )
    if animation.action is not None and find_curves(armature):
        raise SceneError(
            f"The layer {animation.action.name} of {armature.name} has keys, which would move what stands on"
            " IK controls or the root; bake or remove them first."
        )


def _is_plain(strip: bpy.types.NlaStrip) -> bool:
    shifted = abs(strip.frame_start - strip.action_frame_start) > 1e-3
    changed = strip.use_reverse or strip.use_animated_influence or strip.use_animated_time
    scaled = (strip.scale, strip.repeat) != (1.0, 1.0)
    return strip.blend_type == "REPLACE" and not (shifted or changed or scaled)


@contextmanager
def recorded(armature: bpy.types.Object) -> Iterator[Steps[list[Take]]]:
    """Steps that look at all actions of the person's result; nothing is changed until they are done. At the
    end those that are only looked at are put away again."""
    with out_of_edit_mode(armature):
        for version in ASIDE:
            bring_out(armature, version)
        try:
            yield _record(armature)
        finally:
            put_away(armature)


def _record(armature: bpy.types.Object) -> Steps[list[Take]]:
    takes, actions = [], _actions(armature)
    for place, action in enumerate(actions):
        share = READING / len(actions)
        takes.append((yield from as_part(_take(armature, action), place * share, share)))
    return [take for take in takes if len(take.moments.frames)]


def _take(armature: bpy.types.Object, action: bpy.types.Action) -> Steps[Take]:
    with double(armature) as (scene, copy):
        put_on(copy, action)
        moments = yield from moments_of.steps(copy)
        return Take(action, moments, (yield from all_poses(scene, copy, moments.frames)))


def _actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """The one that is played, but for an empty layer, and all of the person's result."""
    played = armature.animation_data.action
    refined = refined_animation(armature)
    below = [] if refined is None else [refined.action]
    layer = refined is not None and refined.strip is not None and not find_curves(armature)
    own = [] if played is None or layer else [played]
    return list(dict.fromkeys([*own, *below, *own_actions(armature)]))


@contextmanager
def in_turn(armature: bpy.types.Object, takes: Sequence[Take]) -> Iterator[Iterator[Take]]:
    """The takes, each with its action on the armature; afterwards what was there, and those that are only
    looked at are put away."""

    def assigned() -> Iterator[Take]:
        for take in takes:
            put_on(armature, take.action)
            yield take

    with _action_kept(armature):
        yield assigned()


@contextmanager
def _action_kept(armature: bpy.types.Object) -> Iterator[None]:
    """Layers do not play meanwhile."""
    animation = armature.animation_data
    shown, slot = animation.action, getattr(animation, "action_slot", None)
    layered, animation.use_nla = animation.use_nla, False
    try:
        yield
    finally:
        put_on(armature, shown, slot)
        animation.use_nla = layered
