"""Where a person's keys lie now, slid by hand since they were written: what is drawn goes by it at once."""

from __future__ import annotations

import bpy
import numpy as np

from .curve_keys import key_frames
from .names import BONE_NAMES
from .refined import Frames, Refined, refined_animation
from .stored import stored_frames

_SAME_FRAME, _MOST = 0.05, 0.8
"""Frames by which keys may differ that were slid together; the share of the bones whose keys were."""


def written_frame(armature: bpy.types.Object, shown: Frames) -> Frames:
    """The frame that the person's result was written at and plays at a frame of the animation."""
    refined = refined_animation(armature)
    return shown if refined is None else refined.frame(shown) - slid(refined)


def slid(refined: Refined) -> float:
    """Frames by which all keys of a result lie later than they were written; 0 where only some do. It takes
    no time to tell: only the pelvis' keys are looked at one by one."""
    frames, curves = stored_frames(refined.action), refined.curves
    place = curves.get((f'pose.bones["{BONE_NAMES[0]}"].location', 0))
    if place is None or not len(frames) or len(place.keyframe_points) != len(frames):
        return 0.0
    apart = key_frames(place) - frames
    if np.ptp(apart) > _SAME_FRAME or abs(apart[0]) <= _SAME_FRAME:
        return 0.0
    turns = [curves.get((f'pose.bones["{name}"].rotation_quaternion', 0)) for name in BONE_NAMES]
    begins = [curve.keyframe_points[0].co.x for curve in turns if curve is not None and curve.keyframe_points]
    along = [abs(begin - frames[0] - apart[0]) <= _SAME_FRAME for begin in begins]
    return float(apart[0]) if np.mean(along or [True]) >= _MOST else 0.0
