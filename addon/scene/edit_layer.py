"""A layer of the user's own above a refined animation: what is keyed there never meets what a run writes."""

from __future__ import annotations

import bpy

from .errors import SceneError
from .refined import refined_animation

TRACK = "Refined"


def has_edit_layer(armature: bpy.types.Object) -> bool:
    """Whether the refined animation plays in a strip below an action of the user's."""
    refined, animation = refined_animation(armature), armature.animation_data
    return refined is not None and refined.strip is not None and animation.action is not None


def add_edit_layer(armature: bpy.types.Object) -> bpy.types.Action:
    """Push the refined action down to a track of its own and put a new, empty action above it, whose keys are
    combined with it. Raises SceneError where that can't be done."""
    refined, animation = refined_animation(armature), armature.animation_data
    if refined is None or (refined.strip is None and animation.action != refined.action):
        raise SceneError(
            f"{armature.name} does not play its refined animation; choose After or refine it again."
        )
    if has_edit_layer(armature):
        raise SceneError(
            f"{armature.name} has a layer for edits already: the action {animation.action.name}."
        )
    if animation.use_tweak_mode or not armature.is_editable:
        raise SceneError(
            f"The action of {armature.name} can't be changed now; leave tweak mode or make it local."
        )
    if refined.strip is None:
        _push_down(animation, refined.action, refined.slot)
    layer = bpy.data.actions.new(f"{armature.name} edits")
    animation.action = layer
    if hasattr(layer, "slots"):
        animation.action_slot = layer.slots.new(id_type="OBJECT", name=armature.name)
    animation.action_blend_type, animation.action_extrapolation = "COMBINE", "HOLD"
    animation.action_influence, animation.use_nla = 1.0, True
    return layer


def _push_down(animation: bpy.types.AnimData, action: bpy.types.Action, slot: object) -> None:
    """The action into a strip that plays it at the frames where it has its keys."""
    first, last = action.curve_frame_range
    animation.action = None
    track = animation.nla_tracks.new()
    track.name = TRACK
    strip = track.strips.new(action.name, int(first), action)
    if slot is not None:
        strip.action_slot = slot
    strip.action_frame_start, strip.action_frame_end = first, last
    strip.frame_start, strip.frame_end = first, last
    strip.blend_type, strip.extrapolation = "REPLACE", "HOLD"
