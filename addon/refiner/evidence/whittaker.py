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

_ELEMENTS = [(i, j) for i in range(ORDER) for j in range(i, ORDER)]
_LEFT = len(_ELEMENTS)
_ELEMENTS += [(i, ORDER) for i in range(ORDER + 1)]
"""Elements between a frame that is taken out and those behind it: first those that earlier ones left, then
those of the last frame that it reaches."""
_TAKEN = [_ELEMENTS.index((i + 1, j + 1)) for i, j in _ELEMENTS[:_LEFT]]
_TAKEN += [_ELEMENTS.index((0, j + 1)) for _, j in _ELEMENTS[:_LEFT]]
_ROWS = [i for i, _ in _ELEMENTS[:_LEFT]]
"""For each element that is left where it stands before, then which of the frame's own it loses, times which
factor."""
_SQUARE = [[_ELEMENTS.index((min(i, j), max(i, j))) for j in range(ORDER)] for i in range(ORDER)]


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
    rows = paths.reshape(*paths.shape[:2], -1)
    factors, diagonals, left = yield from _eliminated(kinds, penalty, _both(weights, half), rows)
    left = left.reshape(ORDER, ORDER, 2, *columns)
    told, ends = (weights[middle], pull[middle]), (left, paths[half:])
    found = result[middle] = _met(penalty[kinds[middle]], *told, *ends)
    paths[half:] = np.stack([found[:ORDER], found[: -ORDER - 1 : -1]], axis=2)
    for first in range(0, half, FRAMES):
        some = slice(first, min(first + FRAMES, half))
        rows[some] /= diagonals[some, None]
        yield None
    yield from _put_back(factors, rows)
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
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Takes half of the frames out of the equations, from both ends to the middle. weights (half, 2, S, K);
    paths (half + ORDER, C, N): what pulls, which is reduced in place; N = 2 S K numbers in a row, on which
    NumPy works several times as fast as on rows of them.

    Returns of each frame that is out the factors (half, ORDER, N) of those behind it and its diagonal (half,
    N), and what all of them leave to the middle (ORDER, ORDER, N).
    """
    half, columns = len(weights), paths.shape[2]
    factors, diagonals = np.empty((half, ORDER, columns)), np.empty((half, columns))
    lines = np.empty((FRAMES_PER_STEP + 1, len(_ELEMENTS), columns))
    own = _own(slice(0, ORDER), kinds, penalty, weights)
    for place, (i, j) in enumerate(_ELEMENTS[:_LEFT]):
        lines[0, place] = own[i, j - i]
    taken, by = np.empty((2 * _LEFT, columns)), np.empty((_LEFT, columns))
    before, row = taken[:_LEFT], taken[_LEFT:]
    asked, rows, behind = np.array(_TAKEN), np.array(_ROWS), _behind(paths)
    pulls = np.empty(behind.shape[1:])
    for first in range(0, half, FRAMES_PER_STEP):
        yield None
        some = slice(first, min(first + FRAMES_PER_STEP, half))
        count = some.stop - first
        own = _own(slice(first, some.stop + ORDER), kinds, penalty, weights)
        for i in range(ORDER + 1):
            lines[:count, _LEFT + i] = own[i : i + count, ORDER - i]
        ties = factors[some, :, None], paths[some, None], behind[some]
        parts = lines[:count], lines[1 : count + 1, :_LEFT], factors[some], *ties
        for line, left, factor, on, path, after in zip(*parts, strict=True):
            line.take(asked, 0, taken, "clip")
            np.divide(row[:ORDER], line[0], factor)
            factor.take(rows, 0, by, "clip")
            np.subtract(before, np.multiply(by, row, by), left)
            np.subtract(after, np.multiply(on, path, pulls), after)
        diagonals[some] = lines[:count, 0]
        lines[0] = lines[count]
    return factors, diagonals, lines[0, _SQUARE]


def _put_back(factors: np.ndarray, paths: np.ndarray) -> Steps[None]:
    """Solves for the paths (half + ORDER, C, N) of the frames that are out, from the middle on."""
    behind = _behind(paths)
    pulls = np.empty(behind.shape[1:])
    first, second, third = pulls
    for last in range(len(factors), 0, -FRAMES_PER_STEP):
        yield None
        some = slice(max(last - FRAMES_PER_STEP, 0), last)
        frames = (part[some][::-1] for part in (factors[:, :, None], paths, behind))
        for factor, path, after in zip(*frames, strict=True):
            np.multiply(factor, after, pulls)
            np.add(first, second, first)
            np.add(first, third, first)
            np.subtract(path, first, path)


def _own(frames: slice, kinds: np.ndarray, penalty: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(F, ORDER + 1, N) the elements (t, t + j) of such frames' own equations; nothing from half on."""
    own = np.zeros((frames.stop - frames.start, ORDER + 1, *weights.shape[1:]))
    out = slice(frames.start, min(frames.stop, len(weights)))
    count = out.stop - out.start
    own[:count] = penalty[kinds[out], :, None]
    own[:count, 0] += weights[out]
    return own.reshape(len(own), ORDER + 1, -1)


def _behind(paths: np.ndarray) -> np.ndarray:
    """(T, ORDER, C, ...) views of paths (T + ORDER, C, ...): those of the frames behind each."""
    shape = (len(paths) - ORDER, ORDER, *paths.shape[1:])
    return np.lib.stride_tricks.as_strided(paths[1:], shape, (paths.strides[0], *paths.strides))


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
