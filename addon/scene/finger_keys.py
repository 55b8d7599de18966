"""The fingers' part of a motion as keys, and what somebody has changed of them since the last run.

Fingers have a store of their own on the action, beside that of the body's bones (`stored`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ..body.easing import eased, offsets_between
from ..body.hands import FINGER_COUNT, SIDES
from ..body.rotations import (
    matrix_from_axis_angle,
    matrix_from_quaternion,
    quaternion_from_matrix,
    slerp,
    without_flips,
)
from ..motion import Hands
from ..steps import Steps, in_chunks
from .channels import nearest, turned_by
from .curves import Curve
from .fingers import finger_rest, has_fingers
from .held_keys import turns_of_bones
from .names import FINGER_BONES
from .read_action import bone_turns
from .rotation_keys import rotation_curves
from .stored import are_shaped, keep_arrays, kept_arrays
from .timing import Keys

STORED_FINGERS = "spr_stored_fingers"
"""Custom property of an action: the fingers' stored result, as an archive in memory."""
SMALLEST_TURN = np.radians(0.5)
"""Radians from which a key counts as changed."""
EASE = 0.25
"""Seconds over which a changed key eases back into the result on either side."""
_FINE = 32767


@dataclass(frozen=True)
class FingerResult:
    """Turns of the fingers' bones at the keys (N,) of scene frames, and which of them somebody set.

    turns (N, 30, 4) wxyz; held (N, 30) bool.
    """

    frames: np.ndarray
    turns: np.ndarray
    held: np.ndarray


def finger_result(
    armature: bpy.types.Object, hands: Hands, keys: Keys, edits: FingerResult | None, rate: float
) -> Steps[FingerResult]:
    """The motion's fingers as values of their bones at the keys, through what somebody has set. rate: scene
    frames per second."""
    rest = finger_rest(armature)
    joined = hands.rotations.reshape(len(hands.rotations), len(SIDES) * FINGER_COUNT, 3, 3)
    quaternions = yield from in_chunks(lambda rows: turns_of_bones(joined[rows], rest), len(joined))
    fraction = keys.fraction[:, None]
    turns = yield from in_chunks(
        lambda rows: slerp(quaternions[keys.before[rows]], quaternions[keys.after[rows]], fraction[rows]),
        len(keys.frames),
    )
    result = FingerResult(keys.frames, without_flips(turns), np.zeros(turns.shape[:2], bool))
    if edits is not None and edits.held.any():
        yield None
        result = _through(result, edits, EASE * rate)
    return result


def _through(result: FingerResult, edits: FingerResult, reach: float) -> FingerResult:
    """The result with each held turn on the key nearest to it, eased over `reach` frames around."""
    turns, held = result.turns.copy(), result.held.copy()
    for bone in np.flatnonzero(edits.held.any(0)):
        rows = np.flatnonzero(edits.held[:, bone])
        inside = (edits.frames[rows] >= result.frames[0]) & (edits.frames[rows] <= result.frames[-1])
        rows = rows[inside]
        there, first = np.unique(nearest(result.frames, edits.frames[rows]), return_index=True)
        if not len(there):
            continue
        free = matrix_from_quaternion(turns[:, bone])
        offsets = offsets_between(free[there], matrix_from_quaternion(edits.turns[rows[first], bone]))
        spread = eased(result.frames, result.frames[there], offsets, reach)
        turns[:, bone] = quaternion_from_matrix(free @ matrix_from_axis_angle(spread))
        held[there, bone] = True
    return FingerResult(result.frames, without_flips(turns), held)


def finger_curves(armature: bpy.types.Object, result: FingerResult) -> list[Curve]:
    """The curves of all fingers' bones."""
    curves: list[Curve] = []
    for index, name in enumerate(FINGER_BONES):
        curves += rotation_curves(armature.pose.bones[name], result.turns[:, index])
    return curves


def finger_edits(
    armature: bpy.types.Object, curves: dict[tuple[str, int], bpy.types.FCurve], action: bpy.types.Action
) -> FingerResult | None:
    """What the fingers' bones do now at the stored frames, and where somebody has set that; None where no
    run has written any."""
    stored = read_fingers(action)
    if stored is None or not has_fingers(armature):
        return None
    now = np.stack(
        [bone_turns(armature.pose.bones[name], curves, stored.frames) for name in FINGER_BONES], axis=1
    )
    keyed = np.array([_is_keyed(curves, name) for name in FINGER_BONES])
    changed = (turned_by(now, stored.turns) > SMALLEST_TURN) & keyed
    return FingerResult(stored.frames, np.where(keyed[:, None], now, stored.turns), stored.held | changed)


def _is_keyed(curves: dict[tuple[str, int], bpy.types.FCurve], bone: str) -> bool:
    return any(path.startswith(f'pose.bones["{bone}"].rotation') for path, _ in curves)


def settle_fingers(
    armature: bpy.types.Object,
    curves: dict[tuple[str, int], bpy.types.FCurve],
    action: bpy.types.Action,
    edits: FingerResult,
    *,
    forget: Sequence[str] | None = (),
) -> None:
    """What plays now is how the fingers were written: only what was an edit before stays one, but for bones
    to forget, None for all."""
    now = finger_edits(armature, curves, action)
    assert now is not None
    forgotten = np.array([forget is None or name in forget for name in FINGER_BONES])
    write_fingers(action, FingerResult(now.frames, now.turns, edits.held & ~forgotten))


def write_fingers(action: bpy.types.Action, result: FingerResult | None) -> None:
    """Keep the result on the action; None: there are no fingers any more."""
    action.pop(STORED_FINGERS, None)
    if result is None:
        return
    fields = {
        "frames": result.frames.astype(np.int32),
        "turns": np.round(result.turns * _FINE).astype(np.int16),
        "held": result.held,
    }
    keep_arrays(action, STORED_FINGERS, fields)


def read_fingers(action: bpy.types.Action) -> FingerResult | None:
    """What is kept on the action; None where nothing is, or nothing that makes sense."""
    fields = kept_arrays(action, STORED_FINGERS)
    count, bones = 0 if fields is None else fields.get("frames", np.zeros(0)).size, len(FINGER_BONES)
    shapes = {"frames": (count,), "turns": (count, bones, 4), "held": (count, bones)}
    if fields is None or count == 0 or not are_shaped(fields, shapes):
        return None
    turns = fields["turns"].astype(float)
    length = np.linalg.norm(turns, axis=-1, keepdims=True)
    turns /= np.maximum(length, 1.0)
    return FingerResult(fields["frames"].astype(float), turns, fields["held"].astype(bool))
