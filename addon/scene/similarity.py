"""The turn, size and place that lie between two sets of the same points: pure arithmetic, no bpy."""

from __future__ import annotations

import numpy as np

_KEPT = 2 / 3
"""Share of the points that decide: the others may have been moved by themselves."""
_FITS, _SAME = 2e-3, 2e-5
"""Shares of the points' extent up to which they count as moved together, and as not moved."""


def similarity(before: np.ndarray, after: np.ndarray) -> np.ndarray | None:
    """(4, 4) what takes points (N, 3) to where they are now, (N, 3): turned, scaled evenly and moved.

    Exactly the identity where nothing has moved; None where most of the points were not moved together.
    """
    extent = float(np.linalg.norm(np.ptp(before, axis=0)))
    kept = np.ones(len(before), bool)
    for _ in range(3):
        found = _fitted(before[kept], after[kept])
        off = np.linalg.norm(before @ found[:3, :3].T + found[:3, 3] - after, axis=1)
        kept = off <= np.quantile(off, _KEPT)
    scale = np.cbrt(np.linalg.det(found[:3, :3]))
    if off[kept].max() > _FITS * extent * scale:
        return None
    moved = np.linalg.norm(before[kept] - after[kept], axis=1).max()
    return np.eye(4) if moved <= _SAME * extent else found


def _fitted(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(4, 4) by least squares (Umeyama 1991)."""
    centre, there = before.mean(0), after.mean(0)
    left, sizes, right = np.linalg.svd((after - there).T @ (before - centre))
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    scale = (sizes * signs).sum() / max(((before - centre) ** 2).sum(), 1e-12)
    found = np.eye(4)
    found[:3, :3] = scale * (left * signs) @ right
    found[:3, 3] = there - found[:3, :3] @ centre
    return found


def moved(places: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Places (..., 3) moved by a matrix (4, 4)."""
    return np.asarray(places @ matrix[:3, :3].T + matrix[:3, 3])
