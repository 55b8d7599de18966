"""Marks on an armature that say which bones were measured and which only estimated."""

from __future__ import annotations

import bpy
import numpy as np

from ..body.hands import FINGERS, SIDES
from ..motion import Motion
from .evidence import estimated_parts, mostly, poses_alone, unseen, unsure
from .names import BONE_NAMES
from .timing import Keys

ESTIMATED = "spr_estimated"
"""Custom property of the armature object: what was estimated, one part to a line."""
COLLECTIONS = ("Measured", "Estimated")
MOSTLY = 0.5
"""Share of the frames from which a finger counts as estimated."""
_GREYS = {"normal": 0.45, "select": 0.7, "active": 0.85}
"""No person's colour is grey."""


def mark_estimated(armature: bpy.types.Object, motion: Motion, keys: Keys, rate: float) -> None:
    """Tell what the evidence leaves open: as text, as two bone collections, and by colour.

    Nothing is marked where the motion knows no uncertainty, as of an estimator's own poses and of joints that
    were left as they were.
    """
    _unmark(armature)
    fingers = estimated_fingers(motion)
    known = np.isfinite(motion.uncertainty_deg).any(0)
    if not known.any():
        if fingers:
            armature[ESTIMATED] = "\n".join(fingers)
        return
    doubtful = unsure(motion, keys)
    told = estimated_parts(doubtful, unseen(motion, keys), keys.frames, rate, poses_alone(motion))
    armature[ESTIMATED] = "\n".join([*told, *fingers])
    measured, estimated = (_collection(armature, name) for name in COLLECTIONS)
    for name, is_known, is_estimated in zip(BONE_NAMES, known, mostly(doubtful), strict=True):
        if is_known:
            (estimated if is_estimated else measured).assign(armature.data.bones[name])
        if is_estimated:
            _grey(armature.pose.bones[name].color)


def estimated_fingers(motion: Motion) -> list[str]:
    """Hands or fingers that nothing told in most frames: "fingers of both hands", "left thumb"."""
    if motion.hands is None:
        return []
    mostly_guessed = motion.hands.estimated.mean(0) >= MOSTLY
    by_finger = mostly_guessed.reshape(len(SIDES), len(FINGERS), -1).all(-1)
    if by_finger.all():
        return ["fingers of both hands"]
    told = []
    for side, fingers in zip(SIDES, by_finger, strict=True):
        if fingers.all():
            told.append(f"fingers of the {side} hand")
        else:
            told += [f"{side} {name}" for name, guessed in zip(FINGERS, fingers, strict=True) if guessed]
    return told


def _unmark(armature: bpy.types.Object) -> None:
    """Take away what an earlier run has marked; the collections stay, for a user may have hidden them."""
    armature.pop(ESTIMATED, None)
    found = [armature.data.collections.get(name) for name in COLLECTIONS]
    for name in BONE_NAMES:
        for collection in found:
            if collection is not None:
                collection.unassign(armature.data.bones[name])
        if _is_grey(armature.pose.bones[name].color):
            armature.pose.bones[name].color.palette = "DEFAULT"


def _is_grey(colour: bpy.types.BoneColor) -> bool:
    shades = [(tuple(getattr(colour.custom, name)), grey) for name, grey in _GREYS.items()]
    return colour.palette == "CUSTOM" and all(np.allclose(shade, grey, atol=5e-3) for shade, grey in shades)


def has_grey_bones(armature: bpy.types.Object) -> bool:
    """Whether some of its bones are drawn as estimated; in Edit Mode none is, and collections hold none."""
    found = armature.data.collections.get(COLLECTIONS[1])
    return found is not None and not armature.data.is_editmode and len(found.bones) > 0


def _grey(colour: bpy.types.BoneColor) -> None:
    colour.palette = "CUSTOM"
    for name, grey in _GREYS.items():
        setattr(colour.custom, name, (grey, grey, grey))


def _collection(armature: bpy.types.Object, name: str) -> bpy.types.BoneCollection:
    collections = armature.data.collections
    if name not in collections:
        # A bone is seen as long as one of its collections is: those of the limbs shall hide it alone.
        collections.new(name).is_visible = False
    return collections[name]
