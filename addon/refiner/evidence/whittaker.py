"""Penalised least squares (Whittaker, Eilers 2003): a path near the values whose steps stay small."""

from __future__ import annotations

from itertools import product

import numpy as np

from ...steps import FRAMES, Steps

ORDER = 3
"""Of the highest difference that is penalised."""
FEWEST_SMOOTHED = 2 * ORDER + 2
"""Fewer frames can't be smoothed."""
FRAMES_PER_STEP = 128
"""Frames that the smoother takes at once."""
FACTORS_AT_ONCE = 6_000_000
"""Numbers that a smoother's factors may hold at once: a long clip's points are smoothed some at a time."""


def whittaker(values: np.ndarray, weights: np.ndarray, strengths: np.ndarray) -> Steps[np.ndarray]:
    """Minimises sum w |y - z|^2 + sum over orders n of strength_n |nth difference of z|^2 for all points.

    values (T, C, K), T at least FEWEST_SMOOTHED; weights (T, K); strengths (S, K, ORDER), of the first
    difference first: S to try. Returns (T, C, S, K).
    """
    frames, count = weights.shape
    result = np.empty((frames, values.shape[1], *strengths.shape[:2]))
    width = max(FACTORS_AT_ONCE // (frames * 2 * ORDER * len(strengths)), 1)
    for first in range(0, count, width):
        some = slice(first, first + width)
        yield from _solve(values[..., some], weights[:, some], strengths[:, some], result[..., some])
    return result


def _solve(values: np.ndarray, weights: np.ndarray, strengths: np.ndarray, result: np.ndarray) -> Steps[None]:
    """Puts what minimises it into result (T, C, S, K).

    A banded LDL^T factorisation from both ends at once, which meets in the middle ORDER frames or one more;
    every step works on all keypoints.
    """
    frames, columns = len(weights), strengths.shape[:2]
    half = (frames - ORDER) // 2
    middle = slice(half, frames - half)
    kinds, penalty = _penalty(frames, strengths)
    pull = values * weights[:, None]
    weights = weights[:, None] + 1e-9 * (1.0 + strengths.sum(-1))
    paths = np.zeros((half + ORDER, values.shape[1], 2, *columns))
    paths[:half] = np.moveaxis(_both(pull, half), 1, 2)[:, :, :, None]
    near = yield from _eliminated(kinds, penalty, _both(weights, half), paths)
    ends, told = (near[half, :ORDER, :ORDER], paths[half:]), (weights[middle], pull[middle])
    found = result[middle] = _met(penalty[kinds[middle]], *told, *ends)
    paths[half:] = np.stack([found[:ORDER], found[: -ORDER - 1 : -1]], axis=2)
    for first in range(0, half, FRAMES):
        some = slice(first, min(first + FRAMES, half))
        paths[some] /= near[some, 0, 0, None]
        yield None
    for here in range(half - 1, -1, -1):
        if here % FRAMES_PER_STEP == 0:
            yield None
        paths[here] -= np.add.reduce(near[here, 0, 1:, None] * paths[here + 1 : here + 1 + ORDER])
    result[:half], result[: frames - 1 - half : -1] = paths[:half, :, 0], paths[:half, :, 1]


def _met(
    penalty: np.ndarray, weights: np.ndarray, pull: np.ndarray, left: np.ndarray, pulled: np.ndarray
) -> np.ndarray:
    """(M, C, S, K) places of the frames in the middle. penalty (M, ORDER + 1, S, K), weights (M, S, K), pull
    (M, C, K): their own; left (ORDER, ORDER, 2, S, K), pulled (ORDER, C, 2, S, K): what the frames on both
    sides leave them, each side's nearest first."""
    own = range(len(weights))
    square = np.zeros((len(own), *weights.shape))
    for i, j in product(own, own):
        square[i, j] = penalty[min(i, j), abs(i - j)]
    square[own, own] += weights
    square[:ORDER, :ORDER] += left[:, :, 0]
    square[-ORDER:, -ORDER:] += left[::-1, ::-1, 1]
    right = np.repeat(pull[:, :, None], weights.shape[1], axis=2)
    right[:ORDER] += pulled[:, :, 0]
    right[-ORDER:] += pulled[::-1, :, 1]
    found = np.linalg.solve(np.moveaxis(square, (0, 1), (2, 3)), np.moveaxis(right, (0, 1), (2, 3)))
    return np.moveaxis(found, (2, 3), (0, 1))


def _both(values: np.ndarray, half: int) -> np.ndarray:
    """(half, 2, ...) the first of values (T, ...), and the last from the end on."""
    return np.stack([values[:half], values[: -half - 1 : -1]], axis=1)


def _eliminated(
    kinds: np.ndarray, penalty: np.ndarray, weights: np.ndarray, paths: np.ndarray
) -> Steps[np.ndarray]:
    """Takes half of the frames out of the equations, from both ends to the middle. weights (half, 2, S, K);
    paths (half + ORDER, C, 2, S, K): what pulls, which is reduced in place.

    Returns (half + 1, ORDER + 1, ORDER + 1, 2, S, K): [t, i, j] is the element between the frames t + i and
    t + j. Of a frame that is out, [t, 0, 0] is the diagonal and [t, 0, 1:] the factors of those behind it;
    the last is what all of them leave to the middle.
    """
    half, columns = len(weights), weights.shape[1:]
    band = np.zeros((half + 1 + ORDER, 2 * ORDER, *columns))
    frame, element, *inner = band.strides
    shape = (half + 1, ORDER + 1, ORDER + 1, *columns)
    near = np.lib.stride_tricks.as_strided(
        band[0, ORDER - 1 :], shape, (frame, frame - element, element, *inner)
    )
    for t in range(half):
        if t % FRAMES_PER_STEP == 0:
            yield None
            some = slice(t, min(t + FRAMES_PER_STEP, half))
            near[some, 0] += penalty[kinds[some], :, None]
            near[some, 0, 0] += weights[some]
        row = near[t, 0, 1:]
        factor = row / near[t, 0, 0]
        near[t, 1:, 1:] -= factor[:, None] * row
        paths[t + 1 : t + 1 + ORDER] -= factor[:, None] * paths[t]
        row[:] = factor
    return near


def _penalty(frames: int, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each frame's kind (T,), and the penalty's elements (kinds, ORDER + 1, S, K) in rows of that kind: all
    but the first and last few frames are alike. Column j holds the elements (t, t + j)."""
    short = min(frames, 4 * ORDER)
    bands = np.stack([_band(short, order) for order in range(1, ORDER + 1)], axis=-1)
    kinds = np.arange(frames).clip(max=2 * ORDER)
    kinds[-2 * ORDER :] = np.arange(short - 2 * ORDER, short)
    return kinds, np.einsum("ujo,sko->ujsk", bands, strengths)


def _band(frames: int, order: int) -> np.ndarray:
    """(T, ORDER + 1): D^T D of a difference; column j holds the elements (t, t + j)."""
    difference = np.diff(np.eye(order + 1), order, axis=0)[0]
    band = np.zeros((frames, ORDER + 1))
    for a in range(order + 1):
        for b in range(a, order + 1):
            band[a : frames - order + a, b - a] += difference[a] * difference[b]
    return band
