"""Frames of an action against those of the animation at which an NLA strip plays them."""

from __future__ import annotations

from typing import TypeVar

import bpy
import numpy as np

Frames = TypeVar("Frames", float, np.ndarray)


def action_frame(strip: bpy.types.NlaStrip, shown: Frames) -> Frames:
    """The frame of its action that a strip plays at a frame of the animation; before and after the strip
    the action goes on at the same pace."""
    first, last = strip.action_frame_start, strip.action_frame_end
    along, length = (shown - strip.frame_start) / strip.scale, last - first
    if strip.repeat != 1.0 and length > 0.0:
        inside = (along >= 0.0) & (along < length * strip.repeat)
        along = along - np.where(inside, along // length * length, 0.0)
    return last - along if strip.use_reverse else first + along


def shown_frame(strip: bpy.types.NlaStrip, frame: Frames) -> Frames:
    """The frame of the animation at which a strip plays a frame of its action first."""
    first, last = strip.action_frame_start, strip.action_frame_end
    along = last - frame if strip.use_reverse else frame - first
    return strip.frame_start + along * strip.scale
