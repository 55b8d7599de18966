"""A person's result at other frames: moved there by hand in the Dope Sheet, or by another Start Frame.

What knows the result's frames (what was written, contacts as they were found, keypoints, the motion before)
goes along.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from .channels import nearest
from .contacts_found import FOUND
from .curve_keys import key_frames, move_keys, read_keys
from .curves import every_curve_in
from .finger_keys import STORED_FINGERS
from .kept_before import bring_out, has_version, put_away
from .kept_keypoints import shift_keypoints
from .names import BONE_NAMES
from .own_time import (
    animated_beside,
    own_actions_of,
    owners_of,
    shared,
    shift_action,
    shift_strips,
)
from .refined import ASIDE, Refined, refined_animation, slot_for_objects
from .stored import STORED, Stored, keep_arrays, kept_arrays, read_stored, stored_frames

_FRAMES = "frames"
_SAME_FRAME, _SAME_VALUE, _MOVES = 0.05, 0.002, 0.02
_MOST, _FEW = 0.8, 0.5
"""Shares of the keys that are as they were written: from the first on, a result was moved, for the user may
have edited the others; below the second it was retimed."""


def moved_by_hand(armature: bpy.types.Object) -> int:
    """Frames by which somebody has moved all keys of the person's result since they were written; 0 where
    nobody has, or where they were scaled or changed otherwise."""
    refined = refined_animation(armature)
    if refined is None or not armature.is_editable or _lies_as_written(refined):
        return 0
    stored = read_stored(refined.action)
    if stored is None:
        return 0
    curves = _written(refined, stored)
    if not curves:
        return 0
    places = curves[0].places
    ends = (0.0, places[0] - stored.frames[0], places[-1] - stored.frames[-1])
    fitting = (shift for shift in ends if _share(curves, stored.frames, shift) >= _MOST)
    return round(next(fitting, 0.0))


def retimed(armature: bpy.types.Object) -> bool:
    """Whether somebody has given the keys of the person's result another pace, or changed most of them."""
    refined = refined_animation(armature)
    if refined is None or _lies_as_written(refined):
        return False
    stored = read_stored(refined.action)
    if stored is None:
        return False
    first, last = stored.frames[[0, -1]]
    curves = [curve.between(first, last) for curve in _written(refined, stored)]
    return bool(curves) and _share(curves, stored.frames, 0.0) < _FEW


def _lies_as_written(refined: Refined) -> bool:
    """Whether a curve has its keys on the frames of the last run, which takes no time to tell."""
    frames = stored_frames(refined.action)
    curve = refined.curves.get((f'pose.bones["{BONE_NAMES[0]}"].location', 0))
    return curve is not None and np.array_equal(key_frames(curve), frames)


def copy_aside(armature: bpy.types.Object) -> str:
    """Keep a copy of the result's action as one of the user's own; the next run knows nothing of what was
    changed in the action itself. The copy's name."""
    refined = refined_animation(armature)
    assert refined is not None
    copy = refined.action.copy()
    copy.name, copy.use_fake_user = f"{refined.action.name} retimed", True
    for action in (copy, refined.action):
        for name in (STORED, STORED_FINGERS, FOUND):
            action.pop(name, None)
    return str(copy.name)


@dataclass(frozen=True)
class _Curve:
    """Where a curve's keys lie (M,), their values (M,), and what was written at the stored frames (N,)."""

    places: np.ndarray
    values: np.ndarray
    written: np.ndarray

    def between(self, first: float, last: float) -> _Curve:
        """The keys between two frames."""
        inside = (self.places >= first - _SAME_FRAME) & (self.places <= last + _SAME_FRAME)
        return _Curve(self.places[inside], self.values[inside], self.written)


def _written(refined: Refined, stored: Stored) -> list[_Curve]:
    """The curves of the body's bones, the one with most keys first: those that move, where any do."""
    turns = stored.written.turns
    channels = [("location", 0, stored.written.places)]
    channels += [("rotation_quaternion", joint, turns[:, joint]) for joint in range(len(BONE_NAMES))]
    found = []
    for name, joint, values in channels:
        for index in range(values.shape[1]):
            curve = refined.curves.get((f'pose.bones["{BONE_NAMES[joint]}"].{name}', index))
            if curve is not None and len(curve.keyframe_points) > 1:
                keys = read_keys(curve, ["co"])["co"].astype(float)
                found.append(_Curve(keys[:, 0], keys[:, 1], values[:, index]))
    moving = [one for one in found if np.ptp(one.written) > _MOVES]
    return sorted(moving or found, key=lambda one: -len(one.places))


def _share(curves: Iterable[_Curve], frames: np.ndarray, shift: float) -> float:
    """Of all keys, those that are what was written where they lie once they are moved back by `shift`."""
    same, count = 0, 0
    for curve in curves:
        places = curve.places - shift
        rows = nearest(frames, places)
        # Both signs of a quaternion are the same turn.
        close = np.abs(np.abs(curve.values) - np.abs(curve.written[rows])) < _SAME_VALUE
        same += int((close & (np.abs(frames[rows] - places) < _SAME_FRAME)).sum())
        count += len(places)
    return same / max(count, 1)


def settle(armature: bpy.types.Object) -> int:
    """After keys were moved by hand: all that knows their frames goes along. By how many frames."""
    shift = moved_by_hand(armature)
    refined = refined_animation(armature)
    if not shift or refined is None:
        return 0
    stored = read_stored(refined.action)
    assert stored is not None
    for curve in every_curve_in(refined.action, refined.slot):  # figures, where only bones were moved
        left = not curve.data_path.startswith("pose.bones") and len(curve.keyframe_points)
        if left and abs(curve.keyframe_points[0].co.x - stored.frames[0]) < _SAME_FRAME:
            move_keys(curve, 0, shift=shift)
    _shift_known(armature, refined, shift)
    for version in ASIDE:
        if has_version(armature, version):
            _shift_version(armature, version, shift)
    put_away(armature)
    return shift


def move(armature: bpy.types.Object, shift: int) -> list[str]:
    """Move the person's result, with all that knows its frames but for the motion before, and all else of the
    person that is animated. Sentences about what could not come along."""
    refined = refined_animation(armature)
    if refined is None or not shift:
        return []
    owners = owners_of(armature)
    for owner in owners:
        if owner.animation_data is not None:
            owner.animation_data.use_tweak_mode = False
    played = [action for action in own_actions_of(owners) if action != refined.action]
    staying = shared(played, owners)
    moving = [refined.action, *(action for action in played if action not in staying)]
    for action in moving:
        shift_action(action, shift)
    shift_strips(owners, moving, shift)
    _shift_known(armature, refined, shift)
    return _left(armature, [action.name for action in staying], animated_beside(armature))


def _left(armature: bpy.types.Object, actions: list[str], others: list[str]) -> list[str]:
    told = []
    if actions:
        told.append(
            f"{', '.join(actions)} did not move along with the Start Frame, as somebody else plays the same"
            " action; make it single user and move its keys."
        )
    if others:
        told.append(
            f"What {armature.name} is connected with did not move along with the Start Frame:"
            f" {', '.join(others)}; move the keys of these by hand."
        )
    return told


def _shift_known(armature: bpy.types.Object, refined: Refined, shift: int) -> None:
    for name in (STORED, STORED_FINGERS, FOUND):
        _shift_archive(refined.action, name, shift)
    shift_keypoints(armature, shift)


def _shift_version(armature: bpy.types.Object, version: str, shift: int) -> None:
    action = bring_out(armature, version)
    if action is not None and action.is_editable:
        for curve in every_curve_in(action, slot_for_objects(action)):
            move_keys(curve, 0, shift=shift)


def _shift_archive(action: bpy.types.Action, name: str, shift: int) -> None:
    fields = kept_arrays(action, name)
    if fields is not None and _FRAMES in fields:
        keep_arrays(action, name, fields | {_FRAMES: fields[_FRAMES] + shift})
