"""Least squares over a whole clip, in which every frame is tied to its neighbours alone."""

from __future__ import annotations

import numpy as np

from ...steps import Steps

ORDER = 3
"""Frames before it that a frame is tied to."""
_THIRD = np.array([-1.0, 3.0, -3.0, 1.0])
FRAMES_PER_STEP = 256


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
        """The paths (T, C, K) of least squares: a banded LDL^T factorisation."""
        frames = len(self.right)
        diagonal = np.ones((ORDER + frames, self.right.shape[2]))
        lower = np.zeros((ORDER + frames, ORDER, self.right.shape[2]))
        found = np.zeros((ORDER + frames, *self.right.shape[1:]))
        for t in range(frames):
            if t % FRAMES_PER_STEP == 0:
                yield None
            here, row = t + ORDER, self.lower[t].copy()
            row[1] -= row[0] * lower[here - 2, 2]
            row[2] -= row[0] * lower[here - 1, 1] + row[1] * lower[here - 1, 2]
            factor = row[:ORDER] / diagonal[t:here]
            lower[here] = factor
            diagonal[here] = row[ORDER] - (factor * row[:ORDER]).sum(0)
            found[here] = self.right[t] - (factor[:, None] * found[t:here]).sum(0)
        found /= diagonal[:, None]
        for here in range(ORDER + frames - 1, ORDER, -1):
            if here % FRAMES_PER_STEP == 0:
                yield None
            found[here - ORDER : here] -= lower[here][:, None] * found[here]
        return found[ORDER:]
