"""A layer of the user's own above a refined animation: what is keyed there never meets what a run writes."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from .curve_keys import key_frames, read_keys, with_values, write_keys
from .curves import find_curves
from .errors import SceneError
from .refined import aside_actions, refined_animation
from .versions import shown_aside

TRACK = "Refined"
_SAME_FRAME = 0.01


def has_edit_layer(armature: bpy.types.Object) -> bool:
    """Whether the refined animation plays in a strip below an action of the user's."""
    refined, animation = refined_animation(armature), armature.animation_data
    own = (None, *aside_actions(armature))
    return refined is not None and refined.strip is not None and animation.action not in own


def add_edit_layer(armature: bpy.types.Object) -> bpy.types.Action:
    """Push the refined action down to a track of its own and put a new, empty action above it, whose keys are
    combined with it. Raises SceneError where that can't be done."""
    refined, animation = refined_animation(armature), armature.animation_data
    if refined is None or shown_aside(armature) is not None:
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


def blend_layer_edit(
    armature: bpy.types.Object, frame: float, reach: int, bones: Sequence[str] | None = None
) -> list[str]:
    """Let the layer's keys at a scene frame fade out over `reach` frames before and after, up to its next
    keys on either side. bones: names, None for all. Returns the names of those that had a key there;
    SceneError where none had."""
    blended = []
    curves = find_curves(armature)
    for bone in armature.pose.bones if bones is None else [armature.pose.bones[name] for name in bones]:
        start = f'pose.bones["{bone.name}"].'
        own = {channel: curve for channel, curve in curves.items() if channel[0].startswith(start)}
        faded = [_fade(channel, curve, frame, reach) for channel, curve in own.items()]
        if any(faded):
            blended.append(bone.name)
    if not blended:
        raise SceneError("The layer has no key at this frame; key a bone first, or select one that has it.")
    return blended


def _fade(channel: tuple[str, int], curve: bpy.types.FCurve, frame: float, reach: int) -> bool:
    """Whether a curve has a key there, which now fades out on either side."""
    places = key_frames(curve)
    here = np.flatnonzero(np.abs(places - frame) < _SAME_FRAME)
    if not len(here):
        return False
    ends = [frame + step for step in (-reach, reach) if not _keyed(places, frame, frame + step)]
    value = _neutral(channel, curve.keyframe_points[int(here[0])].co.y)
    if ends:
        write_keys(curve, with_values(read_keys(curve), np.array(ends), np.full(len(ends), value)))
    return True


def _keyed(places: np.ndarray, start: float, end: float) -> bool:
    """Whether there is a key from beyond the start up to the end, either way."""
    ahead = (places - start) * np.sign(end - start)
    return bool(((ahead > _SAME_FRAME) & (ahead <= abs(end - start) + _SAME_FRAME)).any())


def _neutral(channel: tuple[str, int], value: float) -> float:
    """The value that changes nothing, on the same side of a quaternion as this one."""
    path, index = channel
    if path.endswith("scale"):
        return 1.0
    return float(np.copysign(1.0, value)) if path.endswith("rotation_quaternion") and index == 0 else 0.0
