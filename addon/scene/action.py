"""A motion as keys on an armature's pose bones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import bpy
import numpy as np

from ..motion import Motion
from ..steps import Steps
from .curve_keys import CurveKeys
from .curves import Curve, KeyTable, find_curves, remove_curves, table, vector_curves, write_curves
from .evidence import filled, unseen
from .finger_keys import FingerResult, finger_curves, finger_edits, finger_result, write_fingers
from .fingers import has_fingers, straighten
from .held_keys import result_of
from .names import BONE_NAMES, FINGER_BONES
from .own_keys import keys_beyond, put_back
from .own_space import own_rest, own_space, size_in
from .rig_follows import rig_follows
from .rotation_keys import CHANNELS, channel_of, rotation_curves
from .stored import FREE, Stored, write_stored
from .timing import Keys, scene_rate

FIT_ERROR = "fit_error_mm"
"""Custom property of the armature object, animated: mean distance from the keypoints in millimetres."""
UNCERTAINTY = "uncertainty_deg"
"""Custom property of the armature object, animated: expected error of a rotation, mean of all joints."""
_WORDS = {
    FIT_ERROR: ("Fit error", "Mean distance of the body from the target keypoints in millimetres"),
    UNCERTAINTY: ("Uncertainty", "Expected error of a joint's rotation in degrees, mean of all joints"),
}
"""The figures' channel groups and tooltips."""
_STILL = 1e-6
"""Of a bone's channel: rounding, less than a thousandth of a degree."""


@rig_follows
def write_action(
    armature: bpy.types.Object, motion: Motion, keys: Keys, *, store: bool = True
) -> Steps[None]:
    """Write rotations, pelvis location and figures as linear keys into an action of the armature's own.

    Keys in short gaps, where the motion was filled in, are marked as fillers; those of the figures wherever
    there are no keypoints. Keys that a user has added before or after stay. store: keep what was written on
    the action, so that edits of it can be found.
    """
    fingers = yield from _fingers(armature, motion, keys, store)
    own = yield from keys_beyond.steps(armature, keys.frames)
    _remove_stale(armature)
    if fingers is None:
        straighten(armature)
    result = yield from _write_bones(armature, motion, keys, own, fingers)
    figures = _figure_table(motion, keys)
    _show_figures(armature, figures)
    yield from _write(armature, figures)
    if store:
        yield None
        write_stored(armature.animation_data.action, result)
        write_fingers(armature.animation_data.action, fingers)


def tables_of(armature: bpy.types.Object, motion: Motion, keys: Keys) -> Steps[list[KeyTable]]:
    """What `write_action` writes of a motion into a new action."""
    fingers = yield from _fingers(armature, motion, keys, store=False)
    result = yield from _result(armature, motion, keys)
    return [*_bone_tables(armature, motion, keys, result, set(), fingers), _figure_table(motion, keys)]


def _fingers(
    armature: bpy.types.Object, motion: Motion, keys: Keys, store: bool
) -> Steps[FingerResult | None]:
    """The fingers at the keys, with what somebody has set of them in the action until now."""
    if motion.hands is None or not has_fingers(armature):
        return None
    action = armature.animation_data.action if armature.animation_data else None
    edits = finger_edits(armature, find_curves(armature), action) if action is not None and store else None
    rate = scene_rate(bpy.context.scene)
    return (yield from finger_result(armature, motion.hands, keys, edits, rate))


@rig_follows
def write_bones(armature: bpy.types.Object, motion: Motion, keys: Keys) -> Steps[None]:
    """Write rotations and pelvis location into the action that has them already; all else in it stays."""
    own = yield from keys_beyond.steps(armature, keys.frames)
    result = yield from _write_bones(armature, motion, keys, own)
    write_stored(armature.animation_data.action, result)


def _write_bones(
    armature: bpy.types.Object,
    motion: Motion,
    keys: Keys,
    own: dict[tuple[str, int], CurveKeys],
    fingers: FingerResult | None = None,
) -> Steps[Stored]:
    """The bones' curves, as they are then stored. own: keys of the user's that are put back."""
    result = yield from _result(armature, motion, keys)
    for bones in _bone_tables(armature, motion, keys, result, {path for path, _ in own}, fingers):
        yield from _write(armature, bones)
    put_back(armature, own)
    return result


def _result(armature: bpy.types.Object, motion: Motion, keys: Keys) -> Steps[Stored]:
    result = yield from result_of(motion, keys, own_rest(armature))
    return result.sized(size_in(own_space(armature)))


def _bone_tables(
    armature: bpy.types.Object,
    motion: Motion,
    keys: Keys,
    result: Stored,
    followed: Collection[str],
    fingers: FingerResult | None,
) -> tuple[KeyTable, KeyTable]:
    """The curves of the bones that move, and of those that don't. followed: as `_curves` has it."""
    moving, still = _curves(armature, result, followed)
    moving += [] if fingers is None else finger_curves(armature, fingers)
    return table(keys.frames, moving, keys.holds, filled(motion, keys)), table(keys.frames[:1], still)


def _write(armature: bpy.types.Object, keyed: KeyTable) -> Steps[None]:
    yield from write_curves.steps(
        armature, keyed.frames, keyed.curves, holds=keyed.holds, filled=keyed.filled
    )


def _curves(
    armature: bpy.types.Object, result: Stored, followed: Collection[str]
) -> tuple[list[Curve], list[Curve]]:
    """The curves of bones that move, and of those that never do: one key is enough for these.

    The pelvis always has all keys: they tell the frames of the clip; so does what is held by hand.
    followed: RNA paths with keys of the user's before or after the clip, to which a lone key would lead
    across it.
    """
    places, turns = result.written.places, result.written.turns
    moving = vector_curves(f'pose.bones["{BONE_NAMES[0]}"].location', places, BONE_NAMES[0])
    still: list[Curve] = []
    for joint, name in enumerate(BONE_NAMES):
        curves = rotation_curves(armature.pose.bones[name], turns[:, joint])
        varies = any(np.ptp(curve.values) > _STILL for curve in curves)
        held = (result.marks[:, joint] != FREE).any()
        free = joint > 0 and not held and not any(curve.path in followed for curve in curves)
        (still if free and not varies else moving).extend(curves)
    return moving, [replace(curve, values=curve.values[:1]) for curve in still]


def _remove_stale(armature: bpy.types.Object) -> None:
    """Take out what an earlier run has written and this one may not write again."""
    bones = [
        armature.pose.bones[name] for name in (*BONE_NAMES, *FINGER_BONES) if name in armature.pose.bones
    ]
    stale = {f'["{name}"]' for name in (FIT_ERROR, UNCERTAINTY)}
    stale |= {f'pose.bones["{b.name}"].{c}' for b in bones for c in CHANNELS if c != channel_of(b)}
    remove_curves(armature, lambda curve: curve.data_path in stale)
    for name in (FIT_ERROR, UNCERTAINTY):
        armature.pop(name, None)


def _mean_of_known(figures: np.ndarray) -> np.ndarray:
    """(T,) means of figures (T, C) that are known, NaN where none is."""
    known = np.isfinite(figures)
    total = np.where(known, figures, 0.0).sum(1)
    return np.where(known.any(1), total / np.maximum(known.sum(1), 1), np.nan)


def _figure_table(motion: Motion, keys: Keys) -> KeyTable:
    """The curves of the figures that are known of a motion."""
    figures = {FIT_ERROR: motion.fit_error_mm, UNCERTAINTY: _mean_of_known(motion.uncertainty_deg)}
    curves = [_figure_curve(keys, name, values) for name, values in figures.items()]
    known = [curve for curve in curves if curve is not None]
    return table(keys.frames, known, keys.holds, unseen(motion, keys))


def _figure_curve(keys: Keys, name: str, figures: np.ndarray) -> Curve | None:
    """The curve of a custom property from figures (T,), NaN where unknown; None where none is known."""
    known = np.isfinite(figures)
    if not known.any():
        return None
    samples = np.arange(len(figures))
    bridged = np.interp(samples, samples[known], figures[known])
    return Curve(f'["{name}"]', 0, keys.linear(bridged[:, None])[:, 0], _WORDS[name][0])


def _show_figures(armature: bpy.types.Object, figures: KeyTable) -> None:
    """The custom properties that the curves move."""
    for curve in figures.curves:
        name = curve.path[2:-2]
        armature[name] = float(curve.values[0])
        armature.id_properties_ui(name).update(min=0.0, description=_WORDS[name][1])
