"""The layers of an armature's animation: strips of the NLA that play beneath its active action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from .curves import curves_in, keys_of, read_curve
from .strip_time import shown_frame


def playing_strips(armature: bpy.types.Object) -> list[bpy.types.NlaStrip]:
    """The strips that are not muted, those of the topmost track first."""
    animation = armature.animation_data
    tracks = reversed(animation.nla_tracks) if animation is not None else ()
    return [
        strip
        for track in tracks
        if not track.mute
        for strip in track.strips
        if not strip.mute and strip.action is not None
    ]


def layered_strips(armature: bpy.types.Object) -> list[bpy.types.NlaStrip]:
    """The strips that Blender plays beneath the active action: none where its layers are switched off."""
    animation = armature.animation_data
    return playing_strips(armature) if animation is not None and animation.use_nla else []


def curves_of(strip: bpy.types.NlaStrip) -> dict[tuple[str, int], bpy.types.FCurve]:
    """The curves that a strip plays, by RNA path and index."""
    return curves_in(strip.action, getattr(strip, "action_slot", None))


def is_pushed_down(armature: bpy.types.Object, action: bpy.types.Action | None) -> bool:
    """Whether a strip plays this action."""
    return action is not None and any(strip.action == action for strip in playing_strips(armature))


def read_figure(armature: bpy.types.Object, path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Frames of the animation (N,), values (N,) and whether filled in (N,) of the keys of an animated custom
    property.

    From the active action, or else from the topmost strip that knows it; None where nothing does.
    """
    found = read_curve(armature, path)
    if found is not None:
        return found
    for strip in playing_strips(armature):
        curve = curves_of(strip).get((path, 0))
        if curve is not None and len(curve.keyframe_points):
            return _in_scene(strip, *keys_of(curve))
    return None


def _in_scene(
    strip: bpy.types.NlaStrip, frames: np.ndarray, values: np.ndarray, filled: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """The keys that the strip plays, where it plays them first."""
    played = (frames >= strip.action_frame_start - 0.5) & (frames <= strip.action_frame_end + 0.5)
    if not played.any():
        return None
    places = shown_frame(strip, frames)
    order = np.argsort(places[played], kind="stable")
    return places[played][order], values[played][order], filled[played][order]


def fit_strips(armature: bpy.types.Object, action: bpy.types.Action, before: tuple[float, float]) -> None:
    """After an action has got other frames: strips that played all of it, from frame to frame, do so again.

    before: its first and last frame until now.
    """
    first, last = action.curve_frame_range
    if (first, last) == before:
        return
    for track in armature.animation_data.nla_tracks:
        for strip in track.strips:
            whole = (strip.action_frame_start, strip.action_frame_end) == before
            if strip.action == action and whole:
                shift = (first - before[0]) * strip.scale
                ends = [("action_frame_start", first), ("action_frame_end", last)]
                for name, frame in ends if shift < 0 else reversed(ends):  # the start is kept before the end
                    setattr(strip, name, frame)
                strip.frame_start_ui += shift


@contextmanager
def written_to(armature: bpy.types.Object, action: bpy.types.Action | None) -> Iterator[None]:
    """Keys that are written meanwhile go into this action, or into a new one; then the armature plays what
    it played before."""
    animation = armature.animation_data or armature.animation_data_create()
    if animation.use_tweak_mode:
        animation.use_tweak_mode = False
    played, slot = animation.action, getattr(animation, "action_slot", None)
    if action is None or action != played:
        put_on(armature, action)
    try:
        yield
    finally:
        if animation.action != played:
            animation.action = played
            if slot is not None:
                animation.action_slot = slot


def put_on(armature: bpy.types.Object, action: bpy.types.Action | None, slot: Any = None) -> None:
    """Put an action on the armature, where actions have slots with this slot of it or one that fits."""
    animation = armature.animation_data or armature.animation_data_create()
    animation.action = action
    if action is None or not hasattr(animation, "action_slot"):
        return
    if slot is not None:
        animation.action_slot = slot
    elif animation.action_slot is None:
        animation.action_slot = next(iter(animation.action_suitable_slots), None)
