"""Least squares over a whole clip, in which every frame is tied to its neighbours alone."""

from __future__ import annotations

import numpy as np

from ...steps import Steps

ORDER = 3
"""Frames before it that a frame is tied to."""
_THIRD = np.array([-1.0, 3.0, -3.0, 1.0])


class Bands:
    """Squares of K unknown paths z (T, C, K), C numbers in each frame with the same weights, summed up one
    after the other."""

    def __init__(self, frames: int, numbers: int, paths: int) -> None:
        self.lower = np.zeros((frames, ORDER + 1, paths))
        """(T, ORDER + 1, K): column i holds the elements (t, t - ORDER + i)."""
        self.right = np.zeros((frames, numbers, paths))
        self.lower[:, ORDER] = 1e-9

    def copy(self) -> Bands:
        """The same squares, to add others."""
        same = Bands(*self.right.shape)
        same.lower, same.right = self.lower.copy(), self.right.copy()
        return same

    def near(self, weights: np.ndarray, places: np.ndarray | float = 0.0) -> None:
        """weights (T, K) times |z - places|^2, places (T, C, K)."""
        self.lower[:, ORDER] += weights
        self.right += weights[:, None] * places

    def steps_near(self, weights: np.ndarray, steps: np.ndarray) -> None:
        """weights (T - 1, K) times |z of the next frame - z - steps|^2, steps (T - 1, C, K)."""
        self.lower[:-1, ORDER] += weights
        self.lower[1:, ORDER] += weights
        self.lower[1:, ORDER - 1] -= weights
        pulled = weights[:, None] * steps
        self.right[1:] += pulled
        self.right[:-1] -= pulled

    def smooth(self, weights: np.ndarray) -> None:
        """weights (T - 3, K) times |third difference of z|^2."""
        if not len(weights):
            return
        count = len(weights)
        for a in range(ORDER + 1):
            for b in range(a + 1):
                self.lower[a : a + count, ORDER - a + b] += _THIRD[a] * _THIRD[b] * weights

    def solve(self) -> Steps[np.ndarray]:
        """The paths (T, C, K) of least squares: a banded LDL^T factorisation, frame after frame, in plain
        numbers, which are faster than arrays of one or two."""
        found = np.empty_like(self.right)
        for path in range(self.right.shape[2]):
            factors = _factors(self.lower[:, :, path])
            yield None
            for number in range(self.right.shape[1]):
                found[:, number, path] = _substituted(factors, self.right[:, number, path].tolist())
                yield None
        return found


Factors = tuple[list[float], list[float], list[float], list[float]]
"""The three columns below the diagonal of L, nearest last, and D."""


def _factors(band: np.ndarray) -> Factors:
    """Of a band (T, ORDER + 1) as `Bands.lower` has it."""
    third, second, first, diagonal = ([0.0] * len(band) for _ in range(4))
    # Rows of nothing before the first frame.
    before3 = before2 = before1 = (0.0, 0.0, 1.0)
    for t, (a, b, c, d) in enumerate(band.tolist()):
        b -= a * before2[1]
        c -= a * before1[0] + b * before1[1]
        x, y, z = a / before3[2], b / before2[2], c / before1[2]
        d -= x * a + y * b + z * c
        third[t], second[t], first[t], diagonal[t] = x, y, z, d
        before3, before2, before1 = before2, before1, (y, z, d)
    return third, second, first, diagonal


def _substituted(factors: Factors, values: list[float]) -> list[float]:
    """x of L D L^T x = values."""
    third, second, first, diagonal = factors
    p = q = r = 0.0
    for t, value in enumerate(values):
        value -= third[t] * p + second[t] * q + first[t] * r
        values[t] = value
        p, q, r = q, r, value
    count = len(values)
    third, second, first = (
        [*column[k:], *[0.0] * k] for k, column in zip((3, 2, 1), (third, second, first), strict=True)
    )
    p = q = r = 0.0
    for t in range(count - 1, -1, -1):
        value = values[t] / diagonal[t] - first[t] * p - second[t] * q - third[t] * r
        values[t] = value
        p, q, r = value, p, q
    return values
