"""What a character's bones are to do as keys of an action of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import bpy
import numpy as np

from ..retarget import Carried
from ..rigs import BoneMap, map_of_text, text_of_map
from ..safe_read import FormatError
from .character import scale_of
from .curves import Curve, remove_curves, vector_curves, write_curves
from .layers import put_on, written_to
from .rotation_keys import CHANNELS, rotation_curves

TARGET, SOURCE, WRITTEN = "spr_retargeted", "spr_retargeted_from", "spr_retargeted_bones"
"""Custom properties of an action: the armature that it was written for and the person that it follows, by
their names, and the channels that were written, one to a line."""
_MAP = "spr_retargeted_map"
"""Custom property of an action: which bone of its armature is what, as JSON."""


def retargeted_action(character: bpy.types.Object) -> bpy.types.Action | None:
    """The action that the last retargeting to this character has written."""
    return next(_retargeted(character), None)


def remember_map(action: bpy.types.Action, found: BoneMap) -> None:
    """Note on a retargeted action which bone is what."""
    action[_MAP] = text_of_map(found)


def remembered_map(character: bpy.types.Object) -> BoneMap | None:
    """Which bone is what as the last retargeting had it; None where there was none, or by controls, or the
    bones are others now."""
    action = retargeted_action(character)
    try:
        found = map_of_text(str(action[_MAP])) if action is not None and _MAP in action else BoneMap()
    except FormatError:
        return None
    return found if found.joints and found.bones <= set(character.data.bones.keys()) else None


def _retargeted(character: bpy.types.Object) -> Iterator[bpy.types.Action]:
    """The actions that retargeting has written for the character, the one that it plays first."""
    playing = _played(character)
    known = [] if playing is None else [playing]
    known += [action for action in bpy.data.actions if action.get(TARGET) == character.name]
    yield from (action for action in known if SOURCE in action and action.is_editable)


def _earlier(character: bpy.types.Object, person: bpy.types.Object) -> bpy.types.Action | None:
    """The character's action to write anew: of this person, or of one who is gone, that nobody else plays."""
    objects = bpy.data.objects
    others = {_played(ob) for ob in objects if ob != character}
    for action in _retargeted(character):
        source = str(action[SOURCE])
        if action not in others and (source == person.name or objects.get(source) is None):
            return action
    return None


def write_retargeted(
    character: bpy.types.Object,
    carried: Carried,
    frames: np.ndarray,
    person: bpy.types.Object,
    settings: Mapping[str, float],
    resting: Sequence[str] = (),
) -> bpy.types.Action:
    """Write the keys at scene frames (T,) and let the character play them. The action of an earlier
    retargeting of this person is written anew; any other stays in the file.

    settings: values of custom properties by RNA path, such as switches from IK to FK. resting: further bones
    that have to rest.
    """
    earlier, played = _earlier(character, person), _played(character)
    moving, still = _moving(character, carried), _still(character, carried, settings, resting)
    with written_to(character, earlier):
        _clear(character, earlier)
        write_curves(character, frames, moving)
        write_curves(character, frames[:1], still, "CONSTANT")
        action = character.animation_data.action
    if earlier is None:
        action.name = f"{character.name} {person.name}"
    if played is not None and played != action:
        played.use_fake_user = True
    action[TARGET], action[SOURCE] = character.name, person.name
    action[WRITTEN] = "\n".join(dict.fromkeys(curve.path for curve in (*moving, *still)))
    put_on(character, action)
    return action


def _played(character: bpy.types.Object) -> bpy.types.Action | None:
    return None if character.animation_data is None else character.animation_data.action


def _moving(character: bpy.types.Object, carried: Carried) -> list[Curve]:
    target, size = carried.pose.target, scale_of(character)
    curves: list[Curve] = []
    for column, bone in enumerate(carried.bones):
        curves += rotation_curves(character.pose.bones[target.names[bone]], carried.turns[:, column])
    for bone, places in carried.moves.items():
        name = target.names[bone]
        path = character.pose.bones[name].path_from_id("location")
        curves += vector_curves(path, places / size, name)
    return curves


def _still(
    character: bpy.types.Object, carried: Carried, settings: Mapping[str, float], resting: Sequence[str]
) -> list[Curve]:
    """One key for what has to rest, so that the character stands as it was worked out however its bones were
    left."""
    target = carried.pose.target
    rest = np.array([[1.0, 0.0, 0.0, 0.0]])
    curves = [Curve(path, 0, np.array([value]), "Retarget") for path, value in settings.items()]
    unturned = [*(target.names[bone] for bone in carried.still), *resting]
    for name in unturned:
        curves += rotation_curves(character.pose.bones[name], rest)
    moved = {target.names[bone] for bone in carried.moves}
    for name in (*unturned, *(target.names[bone] for bone in carried.bones)):
        if name not in moved and not character.data.bones[name].use_connect:
            path = character.pose.bones[name].path_from_id("location")
            curves += vector_curves(path, np.zeros((1, 3)), name)
    return curves


def _clear(character: bpy.types.Object, earlier: bpy.types.Action | None) -> None:
    """Take out what the earlier retargeting has written, and channels of other rotation modes."""
    if earlier is None:
        return
    written = set(str(earlier.get(WRITTEN, "")).split("\n"))
    written |= {f"{path.rpartition('.')[0]}.{channel}" for path in written for channel in CHANNELS}
    remove_curves(character, lambda curve: curve.data_path in written)
