"""Who is away is not shown."""

from __future__ import annotations

import bpy
import numpy as np

from .curves import Curve, KeyTable, find_curves, remove_curves, table, write_curves
from .timing import Keys

_CHANNELS = ("hide_viewport", "hide_render")
_GROUP = "Visibility"
"""The channel group of these curves, by which they are told from a user's own."""


def hide_while_away(ob: bpy.types.Object, keys: Keys, *, hide: bool = True) -> None:
    """Hide an object in viewport and renders from the frame after a hold to the next key.

    hide: False shows it all the time, whatever an earlier run has written.
    """
    hiding = hiding_table(keys) if hide else None
    if hiding is None:
        _show_always(ob)
    else:
        write_curves(ob, hiding.frames, hiding.curves, holds=hiding.holds)


def hiding_table(keys: Keys) -> KeyTable | None:
    """The curves that hide an object while the person is away; None where it never is."""
    going = np.flatnonzero(keys.holds[:-1])
    going = going[np.diff(keys.frames)[going] > 1]
    if not len(going):
        return None
    changes = np.stack([keys.frames[going] + 1, keys.frames[going + 1]], axis=-1).ravel()
    frames = np.concatenate([keys.frames[:1], changes])
    hidden = np.concatenate([[0.0], np.tile([1.0, 0.0], len(going))])
    curves = [Curve(channel, 0, hidden, _GROUP) for channel in _CHANNELS]
    return table(frames, curves, np.ones(len(frames), bool))


def only_hides(ob: bpy.types.Object) -> bool:
    """Whether the object plays an action that does no more than this."""
    curves = find_curves(ob)
    return bool(curves) and all(_is_ours(curve) for curve in curves.values())


def _is_ours(curve: bpy.types.FCurve) -> bool:
    return curve.data_path in _CHANNELS and curve.group is not None and curve.group.name == _GROUP


def _show_always(ob: bpy.types.Object) -> None:
    found = {curve.data_path for curve in find_curves(ob).values() if _is_ours(curve)}
    if not found:
        return
    if not remove_curves(ob, _is_ours):
        ob.animation_data.action = None
    for channel in found:
        setattr(ob, channel, False)
