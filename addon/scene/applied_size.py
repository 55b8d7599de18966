"""A size that was applied to a person's armature (Ctrl+A): Blender enlarges the bones, and not the way that
their keys take them."""

from __future__ import annotations

import bpy

from .curve_keys import move_keys
from .curves import every_curve_in
from .kept_before import bring_out, has_version, put_away
from .own_space import own_space, size_in
from .own_time import own_actions_of, owners_of, shared, strip_actions
from .refined import ASIDE, refined_animation
from .stored import read_stored, write_stored

SIZE = "spr_size"
"""Custom property of the armature's data: for how many units a metre the keys are written."""
_SAME = 1e-4


def note_size(armature: bpy.types.Object) -> None:
    """All keys of locations are for the size that the armature has now."""
    armature.data[SIZE] = size_in(own_space(armature))


def settle_size(armature: bpy.types.Object) -> float:
    """After a scale was applied: the ways of all bones fit it, in all actions of the person's own. By how
    much they grew, 1 where they fitted."""
    size = size_in(own_space(armature))
    grown = size / float(armature.data.get(SIZE, 1.0))
    if abs(grown - 1.0) < _SAME or not armature.data.is_editable:
        return 1.0
    for version in ASIDE:
        if has_version(armature, version):
            bring_out(armature, version)
    for action in _actions(armature):
        _enlarge(action, grown)
    refined = refined_animation(armature)
    stored = None if refined is None else read_stored(refined.action)
    if refined is not None and stored is not None:
        write_stored(refined.action, stored.sized(grown))
    put_away(armature)
    note_size(armature)
    return grown


def _actions(armature: bpy.types.Object) -> list[bpy.types.Action]:
    owners = owners_of(armature)
    aside = [armature.get(version) for version in ASIDE]
    found = [*own_actions_of(owners), *strip_actions(owners), *(one for one in aside if one is not None)]
    other = shared(found, owners)
    return [action for action in dict.fromkeys(found) if action not in other]


def _enlarge(action: bpy.types.Action, grown: float) -> None:
    for slot in getattr(action, "slots", (None,)):
        for curve in every_curve_in(action, slot):
            if curve.data_path.startswith("pose.bones[") and curve.data_path.endswith("].location"):
                move_keys(curve, 1, factor=grown)
