"""Fewer keys on a refined person: what a tolerance in degrees and millimetres allows to leave out."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np

from ..body.kinematics import forward
from ..steps import Progress, Stepped, Steps, as_part, silent
from .channels import COLUMNS, PLACE, Channels, turned_by
from .control_reduction import reduce_controls
from .curve_keys import CurveKeys, chosen, read_keys, write_keys
from .curves import evaluate, find_curves
from .edits import find_seen_edits, settle
from .errors import SceneError
from .finger_reduction import reduce_fingers
from .key_choice import Tracks, choose_keys
from .names import BONE_NAMES
from .own_space import rest_offsets
from .read_action import Curves, poses_of
from .refined import refined_animation
from .refit_bones import check_bones
from .takes import WRITTEN

_LINEAR = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value
_SAME_FRAME = 1e-3
READ = 0.4
"""How far the work is when the motion is read."""


@dataclass(frozen=True)
class Reduction:
    """Keys of the bones before and after, and how far the motion is off by the frames' own measure: the
    largest turn of a bone in degrees, the largest distance of a joint in millimetres."""

    before: int
    after: int
    degrees: float
    millimetres: float


@Stepped
def reduce_keys(armature: bpy.types.Object, degrees: float, millimetres: float) -> Steps[Reduction]:
    """Remove the keys of the refined motion that nothing within the tolerances needs.

    Every bone's rotation stays within `degrees`, every joint within `millimetres`. Ends, turning points,
    smooth and held keys stay. What counts as edited stays as it was. Raises SceneError without an animation.
    """
    refined = refined_animation(armature)
    curves = find_curves(armature) if refined is None else refined.curves
    check_bones(armature)
    columns = [_columns(armature, curves, column) for column in range(COLUMNS)]
    keys = [[read_keys(curve) for curve in column] for column in columns]
    if not any(keys):
        raise SceneError(f"{armature.name} has no keys to reduce; refine a recording first.")
    edits, before = (yield from as_part(find_seen_edits.steps(armature), 0.0, READ)), _count(columns)
    tracks = _tracks(columns, keys)
    choose = choose_keys.steps(tracks, lambda *now: _joints(armature, *now), degrees, millimetres / 1000.0)
    kept = yield from as_part(choose, READ, WRITTEN - READ)
    yield Progress(WRITTEN, "Writing the keys")
    for column, curves_there in enumerate(columns):
        yield None
        for curve, known in zip(curves_there, keys[column], strict=True):
            rows = kept[_rows(tracks.frames, known), column]
            if not rows.all():
                write_keys(curve, chosen(known, rows))
    yield None
    controls = reduce_controls(armature, curves, degrees, millimetres / 1000.0)
    if edits is not None:
        yield from silent(settle.steps(armature, edits, seen=True))
    action = armature.animation_data.action if refined is None else refined.action
    fingers = reduce_fingers(armature, curves, action, degrees)
    yield None
    turned, moved = _deviation(armature, columns, tracks)
    return Reduction(
        before + fingers[0] + controls[0],
        _count(columns) + fingers[1] + controls[1],
        max(turned, controls[2]),
        max(moved, 1000.0 * controls[3]),
    )


def _count(columns: list[list[bpy.types.FCurve]]) -> int:
    return sum(len(curve.keyframe_points) for column in columns for curve in column)


def _columns(armature: bpy.types.Object, curves: Curves, column: int) -> list[bpy.types.FCurve]:
    """The curves of a bone's rotation, or of the pelvis' location; none where they are not all there."""
    bone = armature.pose.bones[BONE_NAMES[column % PLACE]]
    if column < PLACE and bone.rotation_mode != "QUATERNION":
        return []
    channel, count = ("location", 3) if column == PLACE else ("rotation_quaternion", 4)
    found = [curves.get((f'pose.bones["{bone.name}"].{channel}', index)) for index in range(count)]
    whole = all(curve is not None and len(curve.keyframe_points) and not curve.modifiers for curve in found)
    return [curve for curve in found if curve is not None] if whole else []


def _rows(frames: np.ndarray, keys: CurveKeys) -> np.ndarray:
    """Where a curve's keys are among the frames."""
    return np.searchsorted(frames, keys["co"][:, 0].astype(float) - _SAME_FRAME)


def _tracks(columns: list[list[bpy.types.FCurve]], keys: list[list[CurveKeys]]) -> Tracks:
    """All keys and all whole frames between the first and the last of them."""
    placed = np.unique(np.concatenate([one["co"][:, 0] for own in keys for one in own]).astype(float))
    whole = np.arange(np.ceil(placed[0]), np.floor(placed[-1]) + 1)
    frames = np.unique(np.concatenate([placed, whole]))
    now = _channels(columns, frames)
    shape = (len(frames), COLUMNS)
    keyed, fixed, straight = np.zeros(shape, bool), np.zeros(shape, bool), np.ones(shape, bool)
    for column, own in enumerate(keys):
        for one in own:
            rows = _rows(frames, one)
            keyed[rows, column] = True
            fixed[:, column] |= _fixed(frames, rows, one, len(own), own)
            straight[:, column] &= _straight(frames, rows, one)
    return Tracks(frames, now.turns, now.places, keyed, fixed & keyed, straight)


def _fixed(
    frames: np.ndarray, rows: np.ndarray, keys: CurveKeys, count: int, all_keys: list[CurveKeys]
) -> np.ndarray:
    """(T,) keys at the ends of pieces that are not straight, and those that other channels do not share."""
    found = np.zeros(len(frames), bool)
    bent = np.flatnonzero(keys["interpolation"] != _LINEAR)
    found[rows[bent]] = True
    found[rows[np.minimum(bent + 1, len(rows) - 1)]] = True
    shared = np.zeros(len(frames), int)
    for other in all_keys:
        shared[_rows(frames, other)] += 1
    return found | ((shared > 0) & (shared < count))


def _straight(frames: np.ndarray, rows: np.ndarray, keys: CurveKeys) -> np.ndarray:
    """(T,) whether each frame is on a straight piece of the curve."""
    piece = np.clip(np.searchsorted(rows, np.arange(len(frames)), side="right") - 1, 0, len(rows) - 1)
    return keys["interpolation"][piece] == _LINEAR


def _channels(columns: list[list[bpy.types.FCurve]], frames: np.ndarray) -> Channels:
    """What the curves say at these frames; bones without curves stay as they are at rest."""
    turns = np.tile([1.0, 0.0, 0.0, 0.0], (len(frames), PLACE, 1))
    places = np.zeros((len(frames), 3))
    for column, curves in enumerate(columns):
        for index, curve in enumerate(curves):
            target = places if column == PLACE else turns[:, column]
            target[:, index] = evaluate(curve, frames)
    return Channels(turns, places)


def _joints(armature: bpy.types.Object, turns: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(T, 24, 3) metres, places of the joints in SMPL's frame."""
    poses = poses_of(armature, Channels(turns / np.linalg.norm(turns, axis=-1, keepdims=True), places))
    return np.asarray(forward(poses.rotations, poses.pelvis, rest_offsets(armature))[0])


def _deviation(
    armature: bpy.types.Object, columns: list[list[bpy.types.FCurve]], tracks: Tracks
) -> tuple[float, float]:
    """Degrees and millimetres by which the curves of now are off."""
    now = _channels(columns, tracks.frames)
    turned = np.degrees(turned_by(now.turns, tracks.turns).max())
    moved = _joints(armature, now.turns, now.places) - _joints(armature, tracks.turns, tracks.places)
    return float(turned), float(1000.0 * np.linalg.norm(moved, axis=-1).max())
