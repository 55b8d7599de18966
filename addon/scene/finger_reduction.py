"""Fewer keys on the fingers: what a tolerance in degrees allows to leave out."""

from __future__ import annotations

import bpy
import numpy as np

from .channels import turned_by
from .curve_keys import chosen, key_frames, read_keys, write_keys
from .finger_keys import finger_edits, settle_fingers
from .fingers import has_fingers
from .names import FINGER_BONES

Curves = dict[tuple[str, int], bpy.types.FCurve]
_STRAIGHT = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value


def reduce_fingers(
    armature: bpy.types.Object, curves: Curves, action: bpy.types.Action, degrees: float
) -> tuple[int, int]:
    """Remove keys that keep every finger bone within `degrees`; how many keys there were and are.

    Ends, smooth keys and those that somebody set stay. What counts as edited stays as it was.
    """
    if not has_fingers(armature):
        return 0, 0
    edits, before, after = finger_edits(armature, curves, action), 0, 0
    for bone, name in enumerate(FINGER_BONES):
        found = [curves.get((f'pose.bones["{name}"].rotation_quaternion', index)) for index in range(4)]
        if any(curve is None or curve.modifiers for curve in found):
            continue
        own = [curve for curve in found if curve is not None]
        frames = key_frames(own[0])
        before += 4 * len(frames)
        if all(np.array_equal(key_frames(curve), frames) for curve in own) and len(frames) > 2:
            set_by_hand = np.zeros(0) if edits is None else edits.frames[edits.held[:, bone]]
            _reduce(own, frames, set_by_hand, np.radians(degrees))
        after += sum(len(curve.keyframe_points) for curve in own)
    if edits is not None:
        settle_fingers(armature, curves, action, edits)
    return before, after


def _reduce(curves: list[bpy.types.FCurve], frames: np.ndarray, fixed: np.ndarray, radians: float) -> None:
    keys = [read_keys(curve) for curve in curves]
    values = np.stack([each["co"][:, 1] for each in keys], axis=1).astype(float)
    kept = np.isin(frames, fixed) | np.any([each["interpolation"] != _STRAIGHT for each in keys], axis=0)
    kept[[0, -1]] = True
    while True:
        rows = np.flatnonzero(kept)
        straight = np.stack([np.interp(frames, frames[rows], column[rows]) for column in values.T], axis=1)
        off = turned_by(straight, values)
        if off.max() <= radians:
            break
        piece = np.cumsum(kept)
        worst = off > radians
        for part in np.unique(piece[worst]):
            inside = np.flatnonzero(piece == part)
            kept[inside[off[inside].argmax()]] = True
    if not kept.all():
        for curve, each in zip(curves, keys, strict=True):
            write_keys(curve, chosen(each, kept))
