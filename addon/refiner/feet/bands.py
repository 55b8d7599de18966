"""Least squares over a whole clip, in which every frame is tied to its neighbours alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...steps import Steps

ORDER = 3
"""Frames before it that a frame is tied to."""
_THIRD = np.array([-1.0, 3.0, -3.0, 1.0])
_TOGETHER = 12
"""Frames whose unknowns are solved at once."""
_AT_ONCE = 40
"""Such blocks in one step."""


class Bands:
    """Squares of the paths z (T, C, K) of K unknowns, C numbers in each frame with the same weights, summed
    up one after the other. Each square is of a sum `of` (K,) shares of the unknowns."""

    def __init__(self, frames: int, numbers: int, unknowns: int) -> None:
        self.lower = np.zeros((frames, ORDER + 1, unknowns, unknowns))
        """(T, ORDER + 1, K, K): row i holds the elements (t, t - ORDER + i)."""
        self.right = np.zeros((frames, unknowns, numbers))
        self.lower[:, ORDER] = 1e-9 * np.eye(unknowns)

    def near(self, of: Sequence[float], weights: np.ndarray, places: np.ndarray | None = None) -> None:
        """weights (T,) times |sum - places|^2, places (T, C), zero where there are none."""
        shares = np.array(of)
        self.lower[:, ORDER] += weights[:, None, None] * np.outer(shares, shares)
        if places is not None:
            self.right += (weights[:, None] * places)[:, None] * shares[:, None]

    def steps_near(self, of: Sequence[float], weights: np.ndarray, steps: np.ndarray) -> None:
        """weights (T - 1,) times |sum of the next frame - sum - steps|^2, steps (T - 1, C)."""
        shares = np.array(of)
        squares = weights[:, None, None] * np.outer(shares, shares)
        self.lower[:-1, ORDER] += squares
        self.lower[1:, ORDER] += squares
        self.lower[1:, ORDER - 1] -= squares
        pulled = (weights[:, None] * steps)[:, None] * shares[:, None]
        self.right[1:] += pulled
        self.right[:-1] -= pulled

    def smooth(self, of: Sequence[float], weights: np.ndarray) -> None:
        """weights (T - 3,) times |third difference of the sum|^2."""
        count = len(weights)
        if not count:
            return
        squares = weights[:, None, None] * np.outer(of, of)
        for a in range(ORDER + 1):
            for b in range(a + 1):
                self.lower[a : a + count, ORDER - a + b] += _THIRD[a] * _THIRD[b] * squares

    def solve(self) -> Steps[np.ndarray]:
        """The paths (T, C, K) of least squares: blocks of some frames each, one eliminated after the
        other."""
        frames, unknowns, numbers = self.right.shape
        count = -(-frames // _TOGETHER)
        own, before = self._blocks(count)
        right = np.zeros((count * _TOGETHER, unknowns, numbers))
        right[:frames] = self.right
        right = right.reshape(count, -1, numbers)
        after = np.concatenate([np.swapaxes(before[1:], -1, -2), np.zeros_like(before[:1])])
        found, given = np.empty_like(right), np.empty_like(before)
        for n in range(count):
            left, wanted = own[n], right[n]
            if n:
                left, wanted = left - before[n] @ given[n - 1], wanted - before[n] @ found[n - 1]
            solved = np.linalg.solve(left, np.concatenate([after[n], wanted], axis=1))
            given[n], found[n] = solved[:, :-numbers], solved[:, -numbers:]
            if n % _AT_ONCE == 0:
                yield None
        for n in range(count - 2, -1, -1):
            found[n] -= given[n] @ found[n + 1]
        yield None
        paths = found.reshape(-1, unknowns, numbers)[:frames]
        return np.swapaxes(paths, 1, 2)

    def _blocks(self, count: int) -> tuple[np.ndarray, np.ndarray]:
        """(N, B, B) squares within each block of frames, and of its unknowns with the block's before."""
        frames, _, unknowns, _ = self.lower.shape
        lower = np.zeros((count * _TOGETHER, *self.lower.shape[1:]))
        lower[:frames] = self.lower
        lower[frames:, ORDER] = np.eye(unknowns)
        lower = lower.reshape(count, _TOGETHER, *lower.shape[1:])
        own = np.zeros((count, _TOGETHER, unknowns, _TOGETHER, unknowns))
        before = np.zeros_like(own)
        for row in range(_TOGETHER):
            for back in range(ORDER + 1):
                element = lower[:, row, ORDER - back]
                if back == 0:
                    own[:, row, :, row] += element
                elif back <= row:
                    own[:, row, :, row - back] += element
                    own[:, row - back, :, row] += np.swapaxes(element, -1, -2)
                else:
                    before[:, row, :, row - back + _TOGETHER] += element
        size = _TOGETHER * unknowns
        return own.reshape(count, size, size), before.reshape(count, size, size)
