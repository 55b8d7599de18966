"""Shifts and turns of a foot through time: as they are wanted while it stands, changing over in the air."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from ..body.easing import smooth_step

_SHIFTS, _TURNS = 0.25, 0.5
"""Metres and radians a second by which shift and turn of a foot may change while it is in the air."""
_TURNED = np.radians(3.0)
"""How far a foot is turned at most; legs point as they did."""


def shift(steps: np.ndarray, stands: np.ndarray, fps: float) -> np.ndarray:
    """(T, 3) shift whose steps while a foot stands (T - 1,) are those wanted (T - 1, 3): it is nothing in the
    mean of the time a foot stands, and eases over in the air."""
    found = np.zeros((len(steps) + 1, 3))
    left = None
    for first, last in _runs(stands):
        way = np.concatenate([np.zeros((1, 3)), np.cumsum(steps[first:last], axis=0)])
        start = -way.mean(0)
        if left is not None:
            most = _SHIFTS * (first - left) / fps
            away = start - found[left]
            start = found[left] + away * min(1.0, most / max(float(np.linalg.norm(away)), 1e-9))
            _ease(found, left, first, start)
        else:
            found[:first] = start
        found[first : last + 1] = start + way
        left = last
    if left is not None:
        found[left:] = found[left]
    return found


def turn(steps: np.ndarray, stands: np.ndarray, fps: float) -> np.ndarray:
    """(T,) turn with those steps (T - 1,) while a foot stands (T - 1,), as far as they keep within bounds."""
    found, left = np.zeros(len(steps) + 1), 0
    for first, last in _runs(stands):
        most = _TURNS * (first - left) / fps if left else 2 * _TURNED
        start = np.clip(_start(steps[first:last]), found[left] - most, found[left] + most)
        _ease(found, left, first, start)
        found[first : last + 1] = list(accumulate(steps[first:last].tolist(), _within, initial=float(start)))
        left = last
    found[left:] = found[left]
    return found


def _within(turned: float, step: float) -> float:
    return min(max(turned + step, -_TURNED), _TURNED)


def _start(steps: np.ndarray) -> float:
    """Where a turn begins whose steps keep within bounds as long as may be."""
    way = np.concatenate([[0.0], np.cumsum(steps)])
    high, low = np.maximum.accumulate(way), np.minimum.accumulate(way)
    fits = high - low <= 2 * _TURNED
    last = len(way) - 1 if fits.all() else int(np.argmin(fits)) - 1
    return float(-(high[last] + low[last]) / 2)


def _runs(stands: np.ndarray) -> np.ndarray:
    """(R, 2) first and last frame of each time a foot stands."""
    return np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]]).astype(int))).reshape(-1, 2)


def _ease(values: np.ndarray, first: int, last: int, end: np.ndarray | float) -> None:
    share = smooth_step(np.arange(last - first + 1) / max(last - first, 1))
    share = share.reshape(-1, *[1] * (values.ndim - 1))
    values[first : last + 1] = (1.0 - share) * values[first] + share * end
