"""Fewer keys on the IK controls: what a tolerance in degrees and metres allows to leave out."""

from __future__ import annotations

import bpy
import numpy as np

from .channels import turned_by
from .limbs import controlled_limbs, controls
from .thinning import distance, thin_out

Curves = dict[tuple[str, int], bpy.types.FCurve]


def reduce_controls(
    armature: bpy.types.Object, curves: Curves, degrees: float, metres: float
) -> tuple[int, int, float, float]:
    """Remove keys that keep every target and pole within `metres`, every target within `degrees`; how many
    keys there were and are, and by how many degrees and metres they are off."""
    before, after, turned, moved = 0, 0, 0.0, 0.0
    for target, pole in filter(None, (controls(armature, limb) for limb in controlled_limbs(armature))):
        for bone, channel in ((target, "location"), (target, "rotation_quaternion"), (pole, "location")):
            count = 3 if channel == "location" else 4
            own = [curves.get((f'pose.bones["{bone.name}"].{channel}', index)) for index in range(count)]
            found = [curve for curve in own if curve is not None and not curve.modifiers]
            before += sum(len(curve.keyframe_points) for curve in found)
            if len(found) < count:
                after += sum(len(curve.keyframe_points) for curve in found)
                continue
            if channel == "location":
                moved = max(moved, thin_out(found, distance, metres, np.zeros(0)))
            else:
                off = thin_out(found, turned_by, np.radians(degrees), np.zeros(0))
                turned = max(turned, float(np.degrees(off)))
            after += sum(len(curve.keyframe_points) for curve in found)
    return before, after, turned, moved
