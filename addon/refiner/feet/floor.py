"""The floor that bearing soles lie on: its slope, and its heights where there are several."""

from __future__ import annotations

import numpy as np

from ...motion import Floor

BEARS = 0.6
"""Probability from which a place tells of the floor."""
FEWEST, LEAST_SPAN = 12, 0.6
"""Bearing places, and metres over the floor in its narrower direction, from which they show a slope."""
LEAST_SLOPE, LARGEST_SLOPE = float(np.radians(1.0)), float(np.radians(15.0))
SURE = 3.0
"""How many times its own standard error a slope must be, for feet as wrong as MISPLACED within a stand."""
MISPLACED = 0.015
APART = 0.08
"""Metres between two heights of a floor."""
SHARE, SECONDS = 0.04, 0.4
"""Share of all bearing, and how long, that a height of its own needs."""
MOST_HEIGHTS = 6
UP = np.array([0.0, 1.0, 0.0])


def floor_under(
    places: np.ndarray, contacts: np.ndarray, fps: float, height: float | None = None
) -> Floor | None:
    """The floor of a clip; None where nothing bears.

    places (T, …, 3) metres of what is under the feet and the probabilities (T, …) that these bear. height: of
    a level floor, where it is known.
    """
    if height is not None:
        return Floor(UP, np.array([height]))
    lows = np.where(contacts > BEARS, 0.0, np.inf)
    whole = places
    places, bears = places.reshape(len(places), -1, 3), contacts.reshape(len(places), -1) > BEARS
    points = places[bears]
    if len(points) < 2:
        return None
    normal = _normal(points, _stands(bears))
    lowest = (whole @ normal + lows).min(-1)
    return Floor(normal, _heights(lowest[np.isfinite(lowest)], fps))


def _stands(bears: np.ndarray) -> np.ndarray:
    """(N,) for each bearing place the number of its stand: frames of one stand tell no more than one."""
    begins = bears & ~np.concatenate([np.zeros_like(bears[:1]), bears[:-1]])
    numbers = np.cumsum(begins, axis=0) * bears.shape[1] + np.arange(bears.shape[1])
    return np.asarray(numbers[bears])


def _normal(points: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(3,) unit normal of the plane through the stands, upright unless they surely lie on a slope."""
    _, which = np.unique(stands, return_inverse=True)
    count = np.bincount(which)
    middles = np.stack([np.bincount(which, axis) / count for axis in points.T], -1)
    if len(middles) < FEWEST // 2 or len(points) < FEWEST:
        return UP
    weights = np.ones(len(middles))
    level = middles[:, [0, 2]]
    for _ in range(8):
        mean = np.average(middles, axis=0, weights=weights)
        apart = level - mean[[0, 2]]
        spread = (apart.T * weights) @ apart / weights.sum()
        if 2.0 * np.sqrt(np.linalg.eigvalsh(spread)[0]) < LEAST_SPAN / 2.0:
            return UP
        slope = np.linalg.solve(spread, (apart.T * weights) @ (middles[:, 1] - mean[1]) / weights.sum())
        off = np.abs(middles[:, 1] - mean[1] - apart @ slope)
        scale = max(2.0 * float(np.median(off)), 0.01)
        weights = 1.0 / (1.0 + (off / scale) ** 2) ** 2
    error = np.linalg.inv(spread * weights.sum()) * max(MISPLACED, scale / 2.0) ** 2
    steep = float(np.arctan(np.linalg.norm(slope)))
    sure = float(np.sqrt(slope @ np.linalg.solve(error, slope)))
    if sure < SURE or not LEAST_SLOPE < steep < LARGEST_SLOPE:
        return UP
    normal = np.array([-slope[0], 1.0, -slope[1]])
    return np.asarray(normal / np.linalg.norm(normal))


def _heights(along: np.ndarray, fps: float) -> np.ndarray:
    """(L,) heights along the normal, increasing, that bearing places (N,) gather at."""
    left = np.sort(along)
    found: list[float] = []
    least = max(SHARE * len(along), SECONDS * fps)
    while len(left) and len(found) < MOST_HEIGHTS:
        # The densest stretch first.
        ends = np.searchsorted(left, left + APART / 2.0, side="right")
        first = int((ends - np.arange(len(left))).argmax())
        height = float(np.median(left[first : ends[first]]))
        near = np.abs(left - height) < APART
        if found and near.sum() < least:
            break
        found.append(height)
        left = left[~near]
    return np.array(sorted(found))
