"""Least squares over a whole clip, in which every frame is tied to its neighbours alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...steps import Steps, in_chunks

ORDER = 3
"""Frames before it that a frame is tied to."""
AT_ONCE = 8
"""Blocks from which on nothing is won by eliminating half of them first."""
_THIRD = (-1.0, 3.0, -3.0, 1.0)


class Bands:
    """Squares of the paths z (T, C, K) of K unknowns, C numbers in each frame with the same weights, summed
    up one after the other. Each square is of a sum `of` (K,) shares of the unknowns."""

    def __init__(self, frames: int, numbers: int, unknowns: int) -> None:
        self.lower = np.zeros((ORDER + 1, unknowns, unknowns, frames))
        """(ORDER + 1, K, K, T): [back] holds the elements (t, t - back)."""
        self.right = np.zeros((frames, unknowns, numbers))
        self.lower[0, range(unknowns), range(unknowns)] = 1e-9

    def near(self, of: Sequence[float], weights: np.ndarray, places: np.ndarray | None = None) -> None:
        """weights (T,) times |sum - places|^2, places (T, C), zero where there are none."""
        self._add(of, 0, 0, weights)
        if places is not None:
            self.right += (weights[:, None] * places)[:, None] * np.array(of)[:, None]

    def steps_near(self, of: Sequence[float], weights: np.ndarray, steps: np.ndarray) -> None:
        """weights (T - 1,) times |sum of the next frame - sum - steps|^2, steps (T - 1, C)."""
        self._add(of, 0, 0, weights)
        self._add(of, 1, 0, weights)
        self._add(of, 1, 1, -weights)
        pulled = (weights[:, None] * steps)[:, None] * np.array(of)[:, None]
        self.right[1:] += pulled
        self.right[:-1] -= pulled

    def smooth(self, of: Sequence[float], weights: np.ndarray) -> None:
        """weights (T - 3,) times |third difference of the sum|^2."""
        for a, share in enumerate(_THIRD):
            for b in range(a + 1):
                self._add(of, a, a - b, share * _THIRD[b] * weights)

    def _add(self, of: Sequence[float], first: int, back: int, weights: np.ndarray) -> None:
        """Elements of frames from the first on with those so many back: of two unknowns each, by their shares
        and the weights."""
        told = [(unknown, share) for unknown, share in enumerate(of) if share]
        for row, share in told:
            for column, other in told:
                self.lower[back, row, column, first : first + len(weights)] += share * other * weights

    def solve(self) -> Steps[np.ndarray]:
        """The paths (T, C, K) of least squares."""
        frames, unknowns, numbers = self.right.shape
        own, before = self._blocks()
        right = np.zeros((len(own) * ORDER, unknowns, numbers))
        right[:frames] = self.right
        found = yield from _eliminated(own, before, right.reshape(len(own), -1, numbers))
        return np.swapaxes(found.reshape(-1, unknowns, numbers)[:frames], 1, 2)

    def _blocks(self) -> tuple[np.ndarray, np.ndarray]:
        """(N, B, B) squares within each block of ORDER frames, and with the block before."""
        unknowns, frames = self.lower.shape[2:]
        count = -(-frames // ORDER)
        lower = np.zeros((*self.lower.shape[:3], count * ORDER))
        lower[..., :frames] = self.lower
        lower[0, range(unknowns), range(unknowns), frames:] = 1.0
        lower = lower.reshape(ORDER + 1, unknowns, unknowns, count, ORDER).transpose(4, 0, 3, 1, 2)
        both = np.zeros((count, ORDER, unknowns, 2 * ORDER, unknowns))
        for row in range(ORDER):
            for back in range(ORDER + 1):
                both[:, row, :, ORDER + row - back] = lower[row, back]
                if 0 < back <= row:
                    both[:, row - back, :, ORDER + row] = np.swapaxes(lower[row, back], -1, -2)
        both = both.reshape(count, ORDER * unknowns, -1)
        return both[..., ORDER * unknowns :], both[..., : ORDER * unknowns]


def _eliminated(own: np.ndarray, before: np.ndarray, right: np.ndarray) -> Steps[np.ndarray]:
    """x (N, B, C) where own[n] x[n] + before[n] x[n - 1] + before[n + 1]^T x[n + 1] = right[n]; own (N, B, B)
    symmetric, before (N, B, B). Every other block is eliminated, all of these at once, until few are left."""
    if len(own) <= AT_ONCE:
        return _at_once(own, before, right)
    size, odd = own.shape[-1], len(own) // 2
    after = np.zeros_like(before[1::2])
    after[: len(before[2::2])] = np.swapaxes(before[2::2], -1, -2)
    wanted = np.concatenate([after, before[1::2], right[1::2]], axis=-1)
    solved = yield from in_chunks(lambda rows: np.linalg.inv(own[1::2][rows]) @ wanted[rows], odd)
    to_next = before[2::2] @ solved[: len(before[2::2])]
    to_last = np.swapaxes(before[1::2], -1, -2) @ solved[..., size:]
    kept, ties, told = own[::2].copy(), np.zeros_like(own[::2]), right[::2].copy()
    kept[:odd] -= to_last[..., :size]
    told[:odd] -= to_last[..., size:]
    kept[1:] -= to_next[..., :size]
    ties[1:] = -to_next[..., size : 2 * size]
    told[1:] -= to_next[..., 2 * size :]
    yield None
    found = np.empty_like(right)
    found[::2] = evens = yield from _eliminated(kept, ties, told)
    beside = np.zeros((odd, 2 * size, right.shape[-1]))
    beside[: len(evens) - 1, :size], beside[:, size:] = evens[1:], evens[:odd]
    found[1::2] = solved[..., 2 * size :] - solved[..., : 2 * size] @ beside
    return found


def _at_once(own: np.ndarray, before: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The same of few blocks."""
    count, size = own.shape[:2]
    whole = np.zeros((count, size, count, size))
    for block in range(count):
        whole[block, :, block] = own[block]
        if block:
            whole[block, :, block - 1] = before[block]
            whole[block - 1, :, block] = before[block].T
    found = np.linalg.solve(whole.reshape(count * size, -1), right.reshape(count * size, -1))
    return np.asarray(found.reshape(right.shape))
