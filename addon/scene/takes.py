"""What Blender shows of each action of a person's result, to be keyed again on other bones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import bpy
import numpy as np

from .errors import SceneError
from .kept_before import bring_out, put_away
from .layers import put_on
from .names import BONE_NAMES
from .refined import ASIDE
from .rig_keys import Moments, moments_of
from .versions import own_actions
from .workshop import seen_poses


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
    if animation is None or animation.action is None:
        raise SceneError(f"{armature.name} has no action of its own; assign the one to work on first.")
    if animation.use_tweak_mode:
        raise SceneError(f"An NLA strip of {armature.name} is being edited; leave tweak mode first.")
    if animation.use_nla and any(track.strips and not track.mute for track in animation.nla_tracks):
        raise SceneError(
            f"NLA strips of {armature.name} play along with its action; mute or bake them first."
        )


def record(scene: bpy.types.Scene, armature: bpy.types.Object) -> list[Take]:
    """All actions of the person's result as the armature's `workshop` shows them."""
    takes = []
    for version in ASIDE:
        bring_out(armature, version)
    with _action_kept(armature):
        for action in dict.fromkeys([armature.animation_data.action, *own_actions(armature)]):
            put_on(armature, action)
            moments = moments_of(armature)
            takes.append(Take(action, moments, seen_poses(scene, armature, moments.frames)))
    return [take for take in takes if len(take.moments.frames)]


@contextmanager
def in_turn(armature: bpy.types.Object, takes: Sequence[Take]) -> Iterator[Iterator[Take]]:
    """The takes, each with its action on the armature; afterwards the one that was there, and those that are
    only looked at are put away."""

    def assigned() -> Iterator[Take]:
        for take in takes:
            put_on(armature, take.action)
            yield take

    with _action_kept(armature):
        yield assigned()
    put_away(armature)


@contextmanager
def _action_kept(armature: bpy.types.Object) -> Iterator[None]:
    shown = armature.animation_data.action
    try:
        yield
    finally:
        put_on(armature, shown)
