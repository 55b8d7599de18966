"""Who is away is not shown."""

from __future__ import annotations

import bpy
import numpy as np

from .curves import Curve, write_curves
from .timing import Keys


def hide_while_away(ob: bpy.types.Object, keys: Keys) -> None:
    """Hide an object in viewport and renders from the frame after a hold to the next key."""
    going = np.flatnonzero(keys.holds[:-1])
    going = going[np.diff(keys.frames)[going] > 1]
    if not len(going):
        return
    changes = np.stack([keys.frames[going] + 1, keys.frames[going + 1]], axis=-1).ravel()
    frames = np.concatenate([keys.frames[:1], changes])
    hidden = np.concatenate([[0.0], np.tile([1.0, 0.0], len(going))])
    curves = [Curve(channel, 0, hidden, "Visibility") for channel in ("hide_viewport", "hide_render")]
    write_curves(ob, frames, curves, "CONSTANT")
