"""Where a clip passes from one pose to another in a single frame: a T-pose before the motion, two takes in
one file.

What is smoothed across such a frame melts on both sides of it, so the clip is refined piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ...body.rotations import geodesic_angle
from ...recording import Keypoints, Person
from ..timeline import Piece

TURNS, MOVES = float(np.radians(15.0)), 0.15
"""Radians by which joints turn, and metres by which points move beside their middle, in the middle of all."""
MOVING_TURN, MOVING_POINT = float(np.radians(2.0)), 0.03
"""From these on a joint or a point counts as moving at all: a bow moves half of the body."""
LEAST_SHARE = 0.5
ISOLATED = 6.0
"""Times as far as the frames around it."""
AROUND = 5
FOR_GOOD = 0.5
"""Share of the step that must still be there some frames on: what strays comes back."""
LATER = 3

Apart = Callable[[np.ndarray, np.ndarray], np.ndarray]


def at_snaps(parts: list[Piece], person: Person, keypoints: Keypoints | None) -> list[Piece]:
    """The pieces of a person cut where its body snaps from one pose to another."""
    if keypoints is not None:
        known = [place for place, name in enumerate(keypoints.canonical) if name]
        points = keypoints.positions[:, known] if known else keypoints.positions
        far = (_points_apart, points, MOVES, MOVING_POINT)
    else:
        assert person.poses is not None
        far = (_turns_apart, person.poses.rotations[:, 1:22], TURNS, MOVING_TURN)
    return [piece for part in parts for piece in _cut(part, *far)]


def _cut(part: Piece, apart: Apart, values: np.ndarray, least: float, moving: float) -> list[Piece]:
    """apart(one, other) -> (T, N): how far values are from one another, in units of least and moving."""
    found = _snaps(values[part.rows], apart, least, moving)
    if not len(found):
        return [part]
    edges = [0, *found, len(part.rows)]
    cut = []
    for first, last in pairwise(edges):
        places = part.places[first:last] - part.places[first]
        cut.append(Piece(part.rows[first:last], places, int(places[-1]) + 1))
    return cut


def _snaps(values: np.ndarray, apart: Apart, least: float, moving: float) -> list[int]:
    """Places of the first frames after a snap."""
    if len(values) == 1:
        return []
    steps, share = _step(apart(values[1:], values[:-1]), moving)
    found = []
    for at in np.flatnonzero((steps > least) & (share >= LEAST_SHARE)):
        beside = np.r_[steps[max(at - AROUND, 0) : at], steps[at + 1 : at + 1 + AROUND]]
        if not len(beside) or not np.isfinite(beside).any() or steps[at] < ISOLATED * np.nanmedian(beside):
            continue
        if np.nanmax(beside) > FOR_GOOD * steps[at]:  # two in a row: frames that stray
            continue
        before, later = values[at : at + 1], values[at + 1 : at + 1 + LATER][-1:]
        if _step(apart(later, before), moving)[0][0] > FOR_GOOD * steps[at]:
            found.append(int(at) + 1)
    return found


def _step(far: np.ndarray, moving: float) -> tuple[np.ndarray, np.ndarray]:
    """(T,) the mean of far (T, N), and which share of it moves at all; NaN and 0 where too little is
    known."""
    known = np.isfinite(far)
    number = np.maximum(known.sum(1), 1)
    mean = np.where(known, far, 0.0).sum(1) / number
    return np.where(known.any(1), mean, np.nan), ((far > moving) & known).sum(1) / number


def _turns_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(geodesic_angle(one, other))


def _points_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Metres between points, beside the move of all together."""
    move = one - other
    known = np.isfinite(move).all(-1, keepdims=True)
    mean = np.where(known, move, 0.0).sum(1, keepdims=True) / np.maximum(known.sum(1, keepdims=True), 1)
    return np.asarray(np.linalg.norm(move - mean, axis=-1))
