"""A matched rig as the bones that retargeting turns."""

from __future__ import annotations

import bpy

from ..body.hands import FINGER_COUNT, SIDES
from ..retarget.bones import Bones
from ..rigs import FINGER_SLOTS, BoneMap

_CHAINED = ("spine1", "spine2", "spine3", "neck")


def bones_of(found: BoneMap, character: bpy.types.Object) -> Bones:
    """The bones of a map; the spine and the neck as the chains that they are."""
    joints = {joint: bone for joint, bone in found.joints.items() if joint not in _CHAINED}
    fingers = [found.fingers.get(slot, "") for slot in FINGER_SLOTS]
    return Bones(
        joints, found.spine, found.neck, found.twists,
        [fingers[side * FINGER_COUNT : (side + 1) * FINGER_COUNT] for side in range(len(SIDES))],
        _root(found, character),
    )  # fmt: skip


def _root(found: BoneMap, character: bpy.types.Object) -> str:
    """The highest of the bones above the pelvis that can go its own way."""
    free = [name for name in found.roots if name in character.data.bones]
    return free[0] if free else ""
