"""Keys of the user's own before and after a result: a new result leaves them where they are."""

from __future__ import annotations

import bpy
import numpy as np

from ..steps import Stepped, Steps
from .channels import nearest
from .curve_keys import CurveKeys, chosen, key_frames, read_keys, write_keys
from .curves import find_curves
from .stored import read_stored

_SAME_FRAME = 0.01
_A_STEP = 4
"""Curves that are looked at in a step."""


@Stepped
def keys_beyond(owner: bpy.types.ID, frames: np.ndarray) -> Steps[dict[tuple[str, int], CurveKeys]]:
    """By RNA path and index, the keys of the owner's action before the first and after the last of these
    frames that no run has written; none where the action does not know what a run has written. A few curves a
    step."""
    animation = owner.animation_data
    stored = None if animation is None or animation.action is None else read_stored(animation.action)
    if stored is None:
        return {}
    found = {}
    for number, (channel, curve) in enumerate(find_curves(owner).items()):
        if number % _A_STEP == 0:
            yield None
        places = key_frames(curve)
        apart = np.abs(stored.frames[nearest(stored.frames, places)] - places)
        own = (apart > _SAME_FRAME) & ((places < frames[0] - 0.5) | (places > frames[-1] + 0.5))
        if own.any() and channel[0].startswith("pose.bones"):
            found[channel] = chosen(read_keys(curve), own)
    return found


def put_back(owner: bpy.types.ID, own: dict[tuple[str, int], CurveKeys]) -> None:
    """These keys beside those that the channels have now."""
    curves = find_curves(owner)
    for channel in own.keys() & curves.keys():
        keys = read_keys(curves[channel])
        missing = chosen(own[channel], ~np.isin(own[channel]["co"][:, 0], keys["co"][:, 0]))
        both = {name: np.concatenate([keys[name], missing[name]]) for name in keys}
        write_keys(curves[channel], chosen(both, np.argsort(both["co"][:, 0], kind="stable")))
