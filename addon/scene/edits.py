"""What somebody has changed of a result: the animation of now against what the run has stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..body.rotations import slerp
from ..motion import Held
from ..recording import Poses
from ..steps import Stepped, Steps
from .channels import COLUMNS, PLACE, Channels, turned_by
from .finger_keys import finger_edits, settle_fingers
from .limbs import root_bone, with_limbs
from .names import BONE_NAMES, FINGER_BONES
from .read_action import keyed_columns, poses_of, read_channels, read_seen
from .refined import Refined, refined_animation
from .seen import moved_columns
from .stored import FREE, HELD, Stored, read_stored, write_stored

SMALLEST_TURN, SMALLEST_MOVE = np.radians(0.1), 0.0005
"""Radians and metres from which a key counts as changed."""
SMALLEST_SEEN_TURN, SMALLEST_SEEN_MOVE = np.radians(0.5), 0.001
"""The same where an IK solver lies between the keys and what is seen."""
_SAME_FRAME = 1e-3
_OF_PELVIS = [0, PLACE]


@dataclass(frozen=True)
class Edits:
    """A result and its edits: where it is, how it was written, the bones' values of now at the same frames,
    and which of them somebody has changed since, (N, 25): rotations of the bones, location of the pelvis."""

    refined: Refined
    stored: Stored
    now: Channels
    changed: np.ndarray

    @property
    def marks(self) -> np.ndarray:
        """(N, 25) the stored marks, HELD where something was changed since."""
        return np.where(self.changed, HELD, self.stored.marks)

    @property
    def held(self) -> np.ndarray:
        """(N, 25) bool, what the next run has to keep: changed since the last run, or already kept by it."""
        return self.marks != FREE

    @property
    def own(self) -> np.ndarray:
        """(N, 25) bool, what was set by hand itself rather than spread from there."""
        return self.marks == HELD


@Stepped
def find_edits(armature: bpy.types.Object) -> Steps[Edits | None]:
    """The edits of the armature's result; None where there is no result that knows how it was written."""
    refined = refined_animation(armature)
    stored = None if refined is None else read_stored(refined.action)
    if refined is None or stored is None or not has_all_bones(armature):
        return None
    now = yield from _read(armature, refined, stored)
    changed = different(now, stored.written)
    if root_bone(armature) is not None:  # the pelvis' keys are told from the root's, which nobody stored
        changed[:, _OF_PELVIS] = False
        marks = stored.marks.copy()
        marks[:, _OF_PELVIS] = FREE
        stored = replace(stored, marks=marks)
    return Edits(refined, stored, now, changed)


@Stepped
def find_seen_edits(armature: bpy.types.Object) -> Steps[Edits | None]:
    """The same with what was changed by IK controls and the root bone: what counts is what is seen, a frame
    a step."""
    edits, columns = (yield from find_edits.steps(armature)), moved_columns(armature)
    if edits is None or not columns:
        return edits
    refined, stored = edits.refined, read_stored(edits.refined.action)
    assert stored is not None
    seen = yield from read_seen.steps(armature, refined, refined.curves, stored.frames)
    apart = different(seen, stored.written, SMALLEST_SEEN_TURN, SMALLEST_SEEN_MOVE)
    apart[np.abs(stored.frames - np.round(stored.frames)) > _SAME_FRAME] = (
        False  # controls have no keys there
    )
    pulled = np.isin(np.arange(COLUMNS), columns)
    return Edits(
        refined,
        stored,
        _mixed(_mixed(edits.now, stored.written, pulled), seen, apart & pulled),
        np.where(pulled, apart, edits.changed),
    )


def _mixed(first: Channels, second: Channels, chosen: np.ndarray) -> Channels:
    """The first, but for what is chosen, (25,) or (N, 25): there the second."""
    chosen = np.broadcast_to(chosen, (len(first.places), COLUMNS))
    turns = np.where(chosen[:, :PLACE, None], second.turns, first.turns)
    return Channels(turns, np.where(chosen[:, PLACE:], second.places, first.places))


def _read(armature: bpy.types.Object, refined: Refined, stored: Stored) -> Steps[Channels]:
    """The bones' values of now. A bone without keys, as after its rotation mode was changed, was not edited:
    it is as it was written."""
    curves = refined.curves
    now = yield from read_channels.steps(armature, curves, stored.frames)
    keyed = keyed_columns(armature, curves)
    turns = np.where(keyed[:PLACE, None], now.turns, stored.written.turns)
    return Channels(turns, now.places if keyed[PLACE] else stored.written.places)


def has_all_bones(armature: bpy.types.Object) -> bool:
    """Whether none of the body's bones was removed or renamed."""
    return all(name in armature.pose.bones for name in BONE_NAMES)


def different(
    now: Channels, then: Channels, turn: float = SMALLEST_TURN, move: float = SMALLEST_MOVE
) -> np.ndarray:
    """(N, 25) bool, which rotations and locations are more than rounding apart, or more than these radians
    and metres."""
    turned = turned_by(now.turns, then.turns) > turn
    moved = np.linalg.norm(now.places - then.places, axis=-1) > move
    return np.concatenate([turned, moved[:, None]], axis=1)


def held_poses(armature: bpy.types.Object, edits: Edits, moment: Callable[[np.ndarray], np.ndarray]) -> Held:
    """The edits as poses to hold; moment: the seconds of the recording at scene frames."""
    rows = np.flatnonzero(edits.held.any(1))
    now = Channels(edits.now.turns[rows], edits.now.places[rows])
    poses, held = poses_of(armature, now), edits.held[rows]
    return Held(
        moment(edits.stored.frames[rows]), poses.rotations, poses.pelvis, held[:, :PLACE], held[:, PLACE]
    )


def poses_without_edits(armature: bpy.types.Object, frames: np.ndarray) -> Poses | None:
    """The result as it would be without anything held, at these scene frames (T,); None where none is
    stored."""
    refined = refined_animation(armature)
    stored = None if refined is None else read_stored(refined.action)
    if stored is None or not has_all_bones(armature):
        return None
    known, free = stored.frames, stored.free
    before = np.clip(np.searchsorted(known, frames, side="right") - 1, 0, len(known) - 1)
    after = np.minimum(before + 1, len(known) - 1)
    share = np.clip((frames - known[before]) / np.maximum(known[after] - known[before], 1.0), 0.0, 1.0)
    turns = slerp(
        free.turns[before], free.turns[after], np.broadcast_to(share[:, None], (len(frames), PLACE))
    )
    places = free.places[before] + share[:, None] * (free.places[after] - free.places[before])
    return poses_of(armature, Channels(turns, places))


@Stepped
def settle(
    armature: bpy.types.Object, edits: Edits, marks: np.ndarray | None = None, *, seen: bool = False
) -> Steps[None]:
    """After the add-on has changed keys itself: what plays now is how the result was written, and only what
    was an edit before stays one. marks: (N, 25) in place of its own. seen: whether the edits are those of
    `find_seen_edits`; else what controls and root pull stays as it was written."""
    now, columns = (yield from _read(armature, edits.refined, edits.stored)), moved_columns(armature)
    if columns:
        frames, written = edits.stored.frames, edits.stored.written
        pulled = np.isin(np.arange(COLUMNS), columns)
        shown = written
        if seen:
            shown = yield from read_seen.steps(armature, edits.refined, edits.refined.curves, frames)
        now = _mixed(now, shown, pulled)
    marks = edits.marks if marks is None else marks
    write_stored(edits.refined.action, replace(edits.stored, written=now, marks=marks))


@Stepped
def forget_edits(armature: bpy.types.Object, bones: Sequence[str] | None = None) -> Steps[list[str]]:
    """Let the next run have what was edited; the keys stay as they are. bones: names, None for all. Returns
    the names of those that had edits."""
    edits = yield from find_seen_edits.steps(armature)
    if edits is None:
        return []
    fingers = _forget_fingers(armature, edits.refined, bones)
    bones = bones if bones is None else sorted(with_limbs(armature, bones))
    wanted = np.array([bones is None or name in bones for name in BONE_NAMES])
    columns = np.concatenate([wanted, wanted[:1]])
    marks = np.where(columns, FREE, edits.marks)
    write_stored(edits.refined.action, replace(edits.stored, written=edits.now, marks=marks))
    return [*bones_of(edits.held & columns), *fingers]


def _forget_fingers(armature: bpy.types.Object, refined: Refined, bones: Sequence[str] | None) -> list[str]:
    curves = refined.curves
    edits = finger_edits(armature, curves, refined.action)
    if edits is None:
        return []
    settle_fingers(armature, curves, refined.action, edits, forget=bones)
    held = edits.held.any(0)
    return [
        name for name, own in zip(FINGER_BONES, held, strict=True) if own and (bones is None or name in bones)
    ]


def bones_of(marks: np.ndarray) -> list[str]:
    """Names of the bones that have anything in marks (N, 25)."""
    found = marks.any(0)
    found[0] |= found[PLACE]
    return [name for name, here in zip(BONE_NAMES, found[:PLACE], strict=True) if here]
