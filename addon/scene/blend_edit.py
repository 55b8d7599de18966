"""Blend Edit: what one key was changed by goes over to the frames around it, smoothly."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np

from ..body.easing import eased, offsets_between
from ..body.rotations import matrix_from_axis_angle, matrix_from_quaternion, quaternion_from_matrix
from ..steps import Progress, Stepped, Steps, as_part, silent
from .channels import PLACE
from .curve_keys import key_frames, read_keys, with_values, write_keys
from .edits import Edits, different, find_edits, find_seen_edits, settle
from .errors import SceneError
from .limbs import controlled_limbs, root_bone, with_limbs
from .names import BONE_NAMES
from .refit_bones import check_bones
from .rig_follows import fit_rig
from .stored import BLENDED, FREE
from .takes import WRITTEN

_SAME_FRAME = 0.01
_NOWHERE = 1e-6
"""Frames that a neighbouring edit reaches by itself."""


@Stepped
def blend_edit(
    armature: bpy.types.Object, frame: float, reach: int, bones: Sequence[str] | None = None
) -> Steps[list[str]]:
    """Spread the edits at a scene frame over `reach` frames before and after, bone by bone.

    An edited key, or a run of them, keeps what it is; from there the difference to the stored result eases to
    nothing, or goes over into the next edit where that is close. bones: names, None for every edited one.
    Returns the names of the bones that had an edit there. Raises SceneError where there is none.
    """
    check_bones(armature)
    pulled = _pulled(armature)
    look = as_part(find_seen_edits.steps(armature), 0.0, WRITTEN)
    edits = yield from look if pulled else find_edits.steps(armature)
    row = None if edits is None else _row_at(edits, edits.refined.frame(frame))
    if edits is None or row is None:
        raise SceneError("This frame has no key of a refined result; go to one that has.")
    meant = BONE_NAMES if bones is None else with_limbs(armature, bones)
    wanted = [name in meant for name in BONE_NAMES]
    columns = np.flatnonzero(edits.own[row] & np.array([*wanted, wanted[0]]))
    if pulled and root_bone(armature) is not None:  # what moves the root is no edit of the pelvis
        columns = np.setdiff1d(columns, [0, PLACE])
    columns = np.array([column for column in columns if _edited_keys(edits, int(column))[row]], int)
    if not len(columns):
        raise SceneError("No bone has an edited key at this frame; change a key first, or select its bone.")
    names = [BONE_NAMES[column % PLACE] for column in columns]
    _check_modes(armature, names)
    yield Progress(WRITTEN, "Writing the keys")
    marks = edits.marks
    for column in pulled:  # the limbs' own keys take over what the controls have made of them
        rows = np.flatnonzero(edits.changed[:, column])
        _write_turns(edits, column, rows, edits.now.turns[rows, column])
    for column in columns:
        rows, offsets = _spread(edits, int(column), row, reach)
        marks[rows, column] = np.where(np.abs(offsets).max(1) > 0.0, BLENDED, FREE)
        if column == PLACE:
            _write(edits, int(column), rows, edits.stored.free.places[rows] + offsets)
        else:
            _turn(edits, int(column), rows, offsets)
    if pulled:
        yield from silent(fit_rig.steps(armature, root=False))
    yield from silent(settle.steps(armature, edits, marks, seen=bool(pulled)))
    return list(dict.fromkeys(names))


def _pulled(armature: bpy.types.Object) -> list[int]:
    """The columns of the bones that IK controls move."""
    limbs = controlled_limbs(armature)
    return [BONE_NAMES.index(name) for limb in limbs for name in (limb.upper, limb.lower, limb.end)]


def _row_at(edits: Edits, frame: float) -> int | None:
    rows = np.flatnonzero(np.abs(edits.stored.frames - frame) < _SAME_FRAME)
    return int(rows[0]) if len(rows) else None


def _check_modes(armature: bpy.types.Object, names: Sequence[str]) -> None:
    for name in names:
        if armature.pose.bones[name].rotation_mode != "QUATERNION":
            raise SceneError(
                f"{name} does not turn by quaternions; set its Rotation Mode to Quaternion first."
            )


def _curves(edits: Edits, column: int) -> list[bpy.types.FCurve]:
    """Those of a column that have keys."""
    channel, count = ("location", 3) if column == PLACE else ("rotation_quaternion", 4)
    path = f'pose.bones["{BONE_NAMES[column % PLACE]}"].{channel}'
    found = [edits.refined.curves.get((path, index)) for index in range(count)]
    return [curve for curve in found if curve is not None and len(curve.keyframe_points)]


def _edited_keys(edits: Edits, column: int) -> np.ndarray:
    """(N,) bool, frames with a key that was edited, not those between keys that only move along."""
    places = np.concatenate([np.zeros(0), *(key_frames(curve) for curve in _curves(edits, column))])
    return edits.own[:, column] & np.isin(np.round(edits.stored.frames), np.round(places))


def _spread(edits: Edits, column: int, row: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows (M,) around the edit at a row to write anew, and their offsets (M, 3) from the free result."""
    own, frames = _edited_keys(edits, column), edits.stored.frames
    others = np.flatnonzero(~own)
    first = int(others[others < row].max(initial=-1)) + 1
    last = int(others[others > row].min(initial=len(own))) - 1
    edges = np.flatnonzero(own)
    before, after = edges[edges < first][-1:], edges[edges > last][:1]
    knots = np.unique(np.concatenate([before, [first, last], after])).astype(int)
    near = (frames >= frames[first] - reach) & (frames <= frames[last] + reach)
    near |= _spread_before(edits, own, column, first, last)
    near[: before[0] + 1 if len(before) else 0] = False
    near[after[0] if len(after) else len(near) :] = False
    rows = np.flatnonzero(near & ~own)
    reaches = np.where((knots >= first) & (knots <= last), float(reach), _NOWHERE)
    return rows, eased(frames[rows], frames[knots], _offsets(edits, column, knots), reaches)


def _spread_before(edits: Edits, own: np.ndarray, column: int, first: int, last: int) -> np.ndarray:
    """(N,) bool, rows next to an edit's that an earlier run, Blend Edit or missing keys have spread it to."""
    spread = different(edits.now, edits.stored.free)[:, column] & ~own
    ends = np.flatnonzero(~spread)
    left, right = ends[ends < first].max(initial=-1), ends[ends > last].min(initial=len(spread))
    found = np.zeros(len(spread), bool)
    found[left + 1 : right] = True
    return found


def _offsets(edits: Edits, column: int, rows: np.ndarray) -> np.ndarray:
    """(M, 3) how far a channel now is from the free result: metres, or a rotation vector of the bone."""
    free, now = edits.stored.free, edits.now
    if column == PLACE:
        return now.places[rows] - free.places[rows]
    first, second = (matrix_from_quaternion(one.turns[rows, column]) for one in (free, now))
    return offsets_between(first, second)


def _turn(edits: Edits, column: int, rows: np.ndarray, offsets: np.ndarray) -> None:
    free = matrix_from_quaternion(edits.stored.free.turns[rows, column])
    _write_turns(edits, column, rows, quaternion_from_matrix(free @ matrix_from_axis_angle(offsets)))


def _write_turns(edits: Edits, column: int, rows: np.ndarray, turns: np.ndarray) -> None:
    """Quaternions (M, 4) into a bone's keys, of the sign that the keys there have."""
    same_side = (turns * edits.now.turns[rows, column]).sum(-1, keepdims=True) >= 0
    _write(edits, column, rows, np.where(same_side, turns, -turns))


def _write(edits: Edits, column: int, rows: np.ndarray, values: np.ndarray) -> None:
    """Values (M, C) into the keys at these rows."""
    frames = edits.stored.frames[rows]
    for curve in _curves(edits, column) if len(rows) else ():
        write_keys(curve, with_values(read_keys(curve), frames, values[:, curve.array_index]))
