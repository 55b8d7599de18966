"""The floor under feet: which soles bear by their speed and height, the slope of what they bear on, and its
heights where there are several."""

from __future__ import annotations

import numpy as np

from .quantiles import median

FEWEST, LEAST_SPAN = 12, 0.6
"""Bearing places, and metres over the floor along a direction, from which they show a slope in it."""
LEAST_SLOPE, LARGEST_SLOPE = float(np.radians(1.0)), float(np.radians(15.0))
SURE = 3.0
"""How many times its own standard error a slope must be, for feet as wrong as MISPLACED within a stand."""
MISPLACED = 0.015
LEAD = 3.0
"""How many stands more a slope must explain than level ground, or ground and a platform: of few stands it
finds some that it fits."""
LEVEL = 0.25
"""Share of the stands that are at a platform's height."""
APART, WRONG = 0.08, 4.0
"""Metres between two heights of a floor, and how many times as far apart they are as feet are off."""
SHARE, SECONDS = 0.04, 0.4
"""Share of all bearing, and how long, that a height of its own needs."""
FILLED = 0.3
"""Share of what bears at a height that bears half way to the next where both are one floor."""
MOST_HEIGHTS = 6
UP = np.array([0.0, 1.0, 0.0])
CALM = 0.2
"""Seconds over which places are averaged before their speed is looked at."""
STILL, NEAR = 0.25, 0.04
"""m/s, and metres over the lowest of its frame, up to which a place under a foot bears."""


def bearing(places: np.ndarray, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """(T, N) bool, which of the places (T, N, 3) under feet, NaN where missing, stand low and still; and
    these places with less noise."""
    reach = round(CALM * fps / 2.0)
    padded = np.pad(places, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    calm = np.asarray(windows.mean(-1))
    if len(calm) < 2:
        return np.zeros(places.shape[:2], bool), calm
    speed = np.linalg.norm(np.gradient(calm, axis=0), axis=-1) * fps
    height = np.where(np.isfinite(calm[..., 1]), calm[..., 1], np.inf)
    with np.errstate(invalid="ignore"):
        return (speed < STILL) & (height <= height.min(1, keepdims=True) + NEAR), calm


def stands_of(bears: np.ndarray) -> np.ndarray:
    """(B,) for each bearing place of (T, N) the number of its stand: frames of one stand tell no more than
    one."""
    begins = bears & ~np.concatenate([np.zeros_like(bears[:1]), bears[:-1]])
    numbers = np.cumsum(begins, axis=0) * bears.shape[1] + np.arange(bears.shape[1])
    return np.asarray(numbers[bears])


def normal_of(points: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(3,) unit normal of the plane through bearing points (B, 3) of these stands (B,), upright unless they
    surely lie on a slope."""
    if len(points) < FEWEST:
        return UP
    _, which = np.unique(stands, return_inverse=True)
    count = np.bincount(which)
    middles = np.stack([np.bincount(which, axis) / count for axis in points.T], -1)
    if len(middles) < FEWEST // 2:
        return UP
    weights = np.ones(len(middles))
    level = middles[:, [0, 2]]
    for _ in range(8):
        mean = np.average(middles, axis=0, weights=weights)
        apart = level - mean[[0, 2]]
        spread = (apart.T * weights) @ apart / weights.sum()
        slope = _slope(spread, (apart.T * weights) @ (middles[:, 1] - mean[1]) / weights.sum())
        off = np.abs(middles[:, 1] - mean[1] - apart @ slope)
        scale = max(2.0 * float(np.median(off)), 0.01)
        weights = 1.0 / (1.0 + (off / scale) ** 2) ** 2
    error = max(MISPLACED, scale / 2.0)
    steep = float(np.arctan(np.linalg.norm(slope)))
    sure = float(np.sqrt(slope @ (spread * weights.sum()) @ slope)) / error
    flat = np.abs(middles[:, 1, None] - _levels(middles[:, 1])).min(1)
    lead = float((1.0 / (1.0 + (off / scale) ** 2) - 1.0 / (1.0 + (flat / scale) ** 2)).sum())
    if sure < SURE or lead < LEAD or not LEAST_SLOPE < steep < LARGEST_SLOPE:
        return UP
    normal = np.array([-slope[0], 1.0, -slope[1]])
    return np.asarray(normal / np.linalg.norm(normal))


def _slope(spread: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """(2,) metres up by metre along x and z of places that spread so (2, 2) and rise so with these (2,),
    level in the directions in which they hardly spread, as across the way of who walks straight on."""
    variances, axes = np.linalg.eigh(spread)
    wide = 2.0 * np.sqrt(np.maximum(variances, 0.0)) >= LEAST_SPAN / 2.0
    return np.asarray(axes[:, wide] @ (axes[:, wide].T @ rise / variances[wide]))


def _levels(heights: np.ndarray) -> np.ndarray:
    """(L,) heights at each of which many of the stands (N,) are; their middle where there is none."""
    found = heights_of(heights, 0.0)
    many = (np.abs(heights[:, None] - found) < APART / 2.0).mean(0) > LEVEL
    return found[many] if many.any() else np.median(heights, keepdims=True)


def heights_of(lowest: np.ndarray, fps: float, off: float = 0.0) -> np.ndarray:
    """(L,) metres, increasing, that the lowest bearing places (N,) of frames gather at; off: metres by which
    these are thought to be off."""
    left = np.sort(lowest)
    found: list[float] = []
    least, apart = max(SHARE * len(lowest), SECONDS * fps), max(APART, WRONG * off)
    for _ in range(MOST_HEIGHTS):
        if not len(left):
            break
        # The densest stretch first.
        ends = np.searchsorted(left, left + apart / 2.0, side="right")
        first = int((ends - np.arange(len(left))).argmax())
        height = median(left[first : ends[first]])
        near = np.abs(left - height) < apart
        if found and near.sum() < least:
            break
        found.append(height)
        left = left[~near]
    # Those that tell most first, as they were found.
    kept: list[float] = []
    for height in found:
        beside = [other for other in kept if not _step_between(found, height, other)]
        if not any(_one_floor(lowest, height, other) for other in beside):
            kept.append(height)
    return np.array(sorted(kept))


def _step_between(heights: list[float], first: float, second: float) -> bool:
    """Whether another of the heights lies between two."""
    return any(min(first, second) < height < max(first, second) for height in heights)


def _one_floor(lowest: np.ndarray, height: float, other: float) -> bool:
    """Whether feet at (N,) heights bear half way between two of them almost as often: a floor that drifts, or
    errors, not a step."""
    reach = abs(height - other) / 4.0
    between, near = (
        int((np.abs(lowest - place) < reach).sum()) for place in ((height + other) / 2.0, height)
    )
    return between > FILLED * near
