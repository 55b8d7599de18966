"""Which keys a motion can do without: as few as keep it within a tolerance. No bpy.

Keys are taken back where straight pieces between those kept are farthest off, until nothing is off by more
than the tolerance: first each bone's own rotation, then the places of all joints, which a whole limb moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..body.skeleton import JOINT_COUNT, SUBTREE
from ..steps import Progress, Stepped, Steps
from .channels import COLUMNS, PLACE, Channels, turned_by

_ABOVE = SUBTREE.astype(bool)
"""(24, 24) [j, k] whether joint k hangs on joint j."""
_EVEN = 1e-9
"""Radians or metres that count as nothing."""

JointPlaces = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Quaternions (T, 24, 4) of bones and places (T, 3) of the pelvis bone → (T, 24, 3) joints in metres."""


@dataclass(frozen=True)
class Tracks:
    """What the bones do at T frames, and where they have keys.

    frames: (T,) increasing. turns: (T, 24, 4) quaternions as the curves hold them, of any length. places:
    (T, 3) location of the pelvis bone. keyed: (T, 25) bool, which have keys. fixed: (T, 25) bool, keys that
    must stay. straight: (T, 25) bool, frames on straight pieces between keys; the others are taken as played.
    """

    frames: np.ndarray
    turns: np.ndarray
    places: np.ndarray
    keyed: np.ndarray
    fixed: np.ndarray
    straight: np.ndarray

    def column(self, column: int) -> np.ndarray:
        """(T, C) numbers of one column."""
        return self.places if column == PLACE else self.turns[:, column]


@Stepped
def choose_keys(tracks: Tracks, joints: JointPlaces, degrees: float, metres: float) -> Steps[np.ndarray]:
    """(T, 25) bool, keys that are enough for every bone's rotation to stay within `degrees`, and the place of
    every joint within `metres`, of what they are. Ends and turning points keep their keys."""
    kept = tracks.fixed | (turning_points(tracks, np.radians(degrees), metres) & tracks.keyed)
    for column in range(COLUMNS):
        rows = np.flatnonzero(tracks.keyed[:, column])
        kept[rows[[0, -1]] if len(rows) else rows, column] = True
    error = np.zeros(kept.shape)
    approximate = Channels(tracks.turns.copy(), tracks.places.copy())
    for column in range(COLUMNS):
        yield Progress(0.5 * column / COLUMNS, "Choosing the keys")
        limit = metres if column == PLACE else np.radians(degrees)
        wrong = _approximate(tracks, kept, column, approximate, error) > limit
        while wrong.any() and _take_back(tracks, kept, column, wrong, error[:, column]):
            wrong = _approximate(tracks, kept, column, approximate, error) > limit
    yield from _keep_places(tracks, kept, approximate, error, joints, metres)
    return kept


def _approximate(
    tracks: Tracks, kept: np.ndarray, column: int, into: Channels, error: np.ndarray
) -> np.ndarray:
    """(T,) how far a column is off with the keys kept: radians, or metres. Both stay where they belong."""
    values, rows = tracks.column(column), kept[:, column]
    if not rows.any():
        return error[:, column]
    frames, known = tracks.frames, tracks.frames[rows]
    found = np.stack([np.interp(frames, known, values[rows, i]) for i in range(values.shape[1])], axis=-1)
    found = np.where(tracks.straight[:, column, None], found, values)
    if column == PLACE:
        into.places[:] = found
        error[:, column] = np.linalg.norm(found - values, axis=-1)
    else:
        into.turns[:, column] = found
        error[:, column] = turned_by(found, values)
    return error[:, column]


def _take_back(tracks: Tracks, kept: np.ndarray, column: int, wrong: np.ndarray, error: np.ndarray) -> bool:
    """Keep one more key in each piece with a wrong frame (T,): the one that is farthest off. Whether there
    was any."""
    piece = np.cumsum(kept[:, column])
    free = np.flatnonzero(tracks.keyed[:, column] & ~kept[:, column] & (error > _EVEN))
    free = free[np.isin(piece[free], piece[wrong])]
    order = free[np.lexsort((error[free], piece[free]))]
    kept[order[np.flatnonzero(np.diff(piece[order], append=np.inf))], column] = True
    return len(free) > 0


def _keep_places(
    tracks: Tracks,
    kept: np.ndarray,
    approximate: Channels,
    error: np.ndarray,
    joints: JointPlaces,
    metres: float,
) -> Steps[None]:
    """Take keys back until no joint is farther off than `metres`."""
    wanted = joints(tracks.turns, tracks.places)
    while True:
        yield Progress(0.5, "Choosing the keys")
        off = np.linalg.norm(joints(approximate.turns, approximate.places) - wanted, axis=-1)
        rows = np.flatnonzero(off.max(1) > metres)
        if not len(rows):
            return
        blamed = np.zeros(kept.shape, bool)
        blamed[rows, _to_blame(wanted[rows], off[rows].argmax(1), error[rows])] = True
        taken = False
        for column in np.flatnonzero(blamed.any(0)):
            yield None
            taken |= _take_back(tracks, kept, column, blamed[:, column], error[:, column])
            _approximate(tracks, kept, column, approximate, error)
        if not taken:
            return


def _to_blame(places: np.ndarray, worst: np.ndarray, error: np.ndarray) -> np.ndarray:
    """(M,) the column that moves the worst joint (M,) of each frame the most: its error times its lever."""
    to_worst = places[np.arange(len(worst)), worst][:, None] - places
    moved = np.linalg.norm(to_worst, axis=-1) * error[:, :PLACE] * _ABOVE[:, worst].T
    return np.concatenate([moved, error[:, PLACE:]], axis=1).argmax(1)


def turning_points(tracks: Tracks, radians: float, metres: float) -> np.ndarray:
    """(T, 25) bool, where a channel turns back by more than the tolerance to either side: the times of
    extremes."""
    values = np.concatenate([tracks.turns.reshape(len(tracks.frames), -1), tracks.places], axis=1)
    # A turn of an angle changes a quaternion's numbers by up to half of it: this is twice the tolerance.
    needed = np.concatenate([np.full(4 * JOINT_COUNT, radians), np.full(3, 2.0 * metres)])
    found = _turning_points(values, needed)
    turned = found[:, : 4 * JOINT_COUNT].reshape(-1, JOINT_COUNT, 4).any(-1)
    return np.concatenate([turned, found[:, 4 * JOINT_COUNT :].any(1, keepdims=True)], axis=1)


def _turning_points(values: np.ndarray, needed: np.ndarray) -> np.ndarray:
    """(T, C) bool, the highest and lowest of values (T, C) between moves of more than `needed` (C,)."""
    found = np.zeros(values.shape, bool)
    columns = np.arange(values.shape[1])
    high, low = values[0].copy(), values[0].copy()
    high_at, low_at = np.zeros(len(columns), int), np.zeros(len(columns), int)
    rising, falling = np.ones(len(columns), bool), np.ones(len(columns), bool)  # both until the first move
    for row, now in enumerate(values):
        higher, lower = now > high, now < low
        high, high_at = np.where(higher, now, high), np.where(higher, row, high_at)
        low, low_at = np.where(lower, now, low), np.where(lower, row, low_at)
        over, under = rising & (high - now > needed), falling & (now - low > needed)
        found[high_at[over], columns[over]] = True
        found[low_at[under], columns[under]] = True
        rising, falling = (rising & ~over) | under, (falling & ~under) | over
        low, low_at = np.where(over, now, low), np.where(over, row, low_at)
        high, high_at = np.where(under, now, high), np.where(under, row, high_at)
    return found
