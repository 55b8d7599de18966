"""Penalised least squares (Whittaker, Eilers 2003): a path near the values whose steps stay small."""

from __future__ import annotations

import numpy as np

from ...steps import FRAMES, Steps

ORDER = 3
"""Of the highest difference that is penalised."""
FEWEST_SMOOTHED = 2 * ORDER + 2
"""Fewer frames can't be smoothed."""
FRAMES_PER_STEP = 128
"""Frames that the smoother takes at once."""
FACTORS_AT_ONCE = 4_000_000
"""Numbers that a smoother's factors may hold at once: a long clip's points are smoothed some at a time."""


def whittaker(values: np.ndarray, weights: np.ndarray, strengths: np.ndarray) -> Steps[np.ndarray]:
    """Minimises sum w |y - z|^2 + sum over orders n of strength_n |nth difference of z|^2 for all points.

    values (T, C, K), T at least FEWEST_SMOOTHED; weights (T, K); strengths (S, K, ORDER), of the first
    difference first: S to try. Returns (T, C, S, K).
    """
    frames, count = weights.shape
    result = np.empty((frames, values.shape[1], *strengths.shape[:2]))
    width = max(FACTORS_AT_ONCE // (frames * ORDER * len(strengths)), 1)
    for first in range(0, count, width):
        some = slice(first, first + width)
        yield from _solve(values[..., some], weights[:, some], strengths[:, some], result[..., some])
    return result


def _solve(values: np.ndarray, weights: np.ndarray, strengths: np.ndarray, result: np.ndarray) -> Steps[None]:
    """Puts what minimises it into result (T, C, S, K).

    A banded LDL^T factorisation from both ends at once, which meets in the middle ORDER frames; every step
    works on all keypoints.
    """
    frames = len(weights)
    half = (frames - ORDER + 1) // 2
    middle = slice(frames - ORDER - half, frames - half)
    sides = [slice(0, middle.start), slice(frames - 1, middle.stop - 1, -1)]
    # The first half ends where the middle begins, with one frame of nothing before it where it is shorter.
    begins = (half - middle.start, 0)
    kinds, penalty = _penalty(frames, strengths)
    tiny = 1e-9 * (1.0 + strengths.sum(-1))
    own_kinds = np.full((half + ORDER, 2), NO_PENALTY)
    own_weights = np.zeros((half, 2, 1, strengths.shape[1]))
    pulled = np.zeros((half, values.shape[1], 2, 1, strengths.shape[1]))
    for side, (begin, rows) in enumerate(zip(begins, sides, strict=True)):
        own_kinds[begin:, side] = kinds[: half + ORDER - begin]
        own_weights[begin:, side, 0] = weights[rows]
        pulled[begin:, :, side, 0] = values[rows] * weights[rows, None]
    lower, diagonal, paths = yield from _eliminated(own_kinds, penalty, own_weights + tiny, pulled)
    last = _Ends(penalty[:, own_kinds[half:]], lower[-2:], diagonal[-ORDER:], paths[-ORDER:])
    square, right = last.met(penalty[:, kinds[middle]])
    own = np.arange(ORDER)
    square[own, own] += tiny + weights[middle, None]
    right += (values[middle] * weights[middle, None])[:, :, None]
    found = np.linalg.solve(np.moveaxis(square, (0, 1), (2, 3)), np.moveaxis(right, (0, 1), (2, 3)))
    result[middle] = found = np.moveaxis(found, (2, 3), (0, 1))
    for first in range(0, len(paths), FRAMES):
        paths[first : first + FRAMES] /= diagonal[first : first + FRAMES, None]
        yield None
    paths[-ORDER:] -= last.told(found)
    for here in range(ORDER + half - 1, ORDER, -1):
        if here % FRAMES_PER_STEP == 0:
            yield None
        paths[here - ORDER : here] -= lower[here][:, None] * paths[here]
    for side, (begin, rows) in enumerate(zip(begins, sides, strict=True)):
        result[rows] = paths[ORDER + begin :, :, side]


def _eliminated(
    kinds: np.ndarray, penalty: np.ndarray, weights: np.ndarray, pulled: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """From both ends to the middle: lower (F, ORDER, 2, S, K), diagonal (F, 2, S, K) and what is pulled,
    reduced (F, C, 2, S, K). lower[t, i] is the element (t, t - ORDER + i).

    Rows of nothing come before the first frame, so that every frame has ORDER others before it.
    """
    half, columns = len(pulled), (2, *penalty.shape[2:])
    diagonal = np.ones((ORDER + half, *columns))
    lower = np.zeros((ORDER + half, ORDER, *columns))
    paths = np.zeros((ORDER + half, pulled.shape[1], *columns))
    for t in range(half):
        if t % FRAMES_PER_STEP == 0:
            yield None
        here, before = t + ORDER, slice(t, t + ORDER)
        row = penalty[:, kinds[t]]  # elements (t, t - ORDER + i) times their diagonal
        row[1] -= row[0] * lower[here - 2, 2]
        row[2] -= row[0] * lower[here - 1, 1] + row[1] * lower[here - 1, 2]
        factor = np.divide(row[:ORDER], diagonal[before], out=lower[here])
        diagonal[here] = row[ORDER] + weights[t] - np.add.reduce(factor * row[:ORDER])
        paths[here] = pulled[t] - np.add.reduce(factor[:, None] * paths[before])
    return lower, diagonal, paths


class _Ends:
    """The last ORDER frames of both halves, and what they leave of the middle. factors [j, i]: elements of
    the middle's frame j, counted from each half, and the last but i of that half."""

    def __init__(self, band: np.ndarray, lower: np.ndarray, diagonal: np.ndarray, paths: np.ndarray) -> None:
        self.rows = np.zeros((ORDER, ORDER, *band.shape[2:]))
        for j in range(ORDER):
            row = self.rows[j]
            row[j:] = band[: ORDER - j, j]
            row[1] -= row[0] * lower[0, 2]
            row[2] -= row[0] * lower[1, 1] + row[1] * lower[1, 2]
        self.factors = self.rows / diagonal
        self.paths = paths

    def met(self, band: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(ORDER, ORDER, S, K) the middle's equations less what both halves take, and (ORDER, C, S, K) their
        right sides."""
        square = np.zeros((ORDER, ORDER, *band.shape[2:]))
        for j in range(ORDER):
            for i in range(j + 1):
                square[j, i] = square[i, j] = band[ORDER - j + i, j]
        taken = np.einsum("jqask,iqask->jiask", self.rows, self.factors)
        pulled = np.einsum("jqask,qcask->jcask", self.factors, self.paths)
        square -= taken[:, :, 0] + taken[::-1, ::-1, 1]
        return square, -(pulled[:, :, 0] + pulled[::-1, :, 1])

    def told(self, found: np.ndarray) -> np.ndarray:
        """(ORDER, C, 2, S, K) what the middle's places (ORDER, C, S, K) add to the halves' last frames."""
        both = np.stack([found, found[::-1]], axis=2)
        return np.einsum("jqask,jcask->qcask", self.factors, both)


NO_PENALTY = -1
"""The kind of a row of nothing."""


def _penalty(frames: int, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each frame's kind (T,), and the penalty's elements (ORDER + 1, kinds, S, K) in rows of that kind: all
    but the first and last few frames are alike. Column i holds the elements (t, t - ORDER + i)."""
    bands = np.stack([_band(frames, order) for order in range(1, ORDER + 1)], axis=-1)
    rows, kinds = np.unique(bands.reshape(frames, -1), axis=0, return_inverse=True)
    rows = np.concatenate([rows, np.zeros((1, rows.shape[1]))]).reshape(-1, ORDER + 1, ORDER)
    return kinds.reshape(frames), np.einsum("uio,sko->iusk", rows, strengths)


def _band(frames: int, order: int) -> np.ndarray:
    """(T, ORDER + 1): D^T D of a difference; column i holds the elements (t, t - ORDER + i)."""
    difference = np.diff(np.eye(order + 1), order, axis=0)[0]
    band = np.zeros((frames, ORDER + 1))
    for a in range(order + 1):
        for b in range(a + 1):
            band[a : frames - order + a, ORDER + b - a] += difference[a] * difference[b]
    return band
