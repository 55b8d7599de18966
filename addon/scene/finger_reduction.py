"""Fewer keys on the fingers: what a tolerance in degrees allows to leave out."""

from __future__ import annotations

import bpy
import numpy as np

from .channels import turned_by
from .finger_keys import finger_edits, settle_fingers
from .fingers import has_fingers
from .names import FINGER_BONES
from .thinning import thin_out

Curves = dict[tuple[str, int], bpy.types.FCurve]


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
        before += sum(len(curve.keyframe_points) for curve in own)
        set_by_hand = np.zeros(0) if edits is None else edits.frames[edits.held[:, bone]]
        thin_out(own, turned_by, np.radians(degrees), set_by_hand)
        after += sum(len(curve.keyframe_points) for curve in own)
    if edits is not None:
        settle_fingers(armature, curves, action, edits)
    return before, after
