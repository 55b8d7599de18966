"""In which directions keypoints are vaguer. One camera sees depth worst, whether or not a file tells where it
stood: what bones of constant length leave over shows it, as far as a posed skeleton can leave anything."""

from __future__ import annotations

import numpy as np

from ..start.solver import System

DOUBT = 50.0
"""So many numbers left over along each axis, a second's worth counted once, are believed by half: noise that
wanders tells the same for a while. Chosen on the validation subjects, on clips of 0.8 and 4 seconds."""
MOST = 1.6
EVERY = 4
"""One frame of so many says how much a skeleton can leave over."""


def metric_of(system: System, factors: np.ndarray, seconds: float) -> np.ndarray:
    """(3, 3) symmetric, of determinant 1, by which distances along the world's axes are to be multiplied, as
    `solver.Evidence` has it; system: the last one of a clip of so many seconds, of poses that fit, and its
    `triangles.inverse_factors`."""
    left, seen = _expected(system, factors), (system.root > 0).sum()
    off = system.residual.astype(float).reshape(len(system.residual), 3, -1)
    found = np.einsum("btp,bsp->ts", off, off) / seen
    values, axes = np.linalg.eigh(left)
    as_expected = (axes / np.sqrt(values)) @ axes.T
    values, axes = np.linalg.eigh(as_expected @ found @ as_expected)
    told = np.trace(left) / 3.0 * seen / len(off) * seconds
    share = np.log(np.maximum(values, 1e-12)) * -0.5 * told / (told + DOUBT)
    many = np.exp(share - share.mean()).clip(1.0 / MOST, MOST)
    return np.asarray((axes * many) @ axes.T)


def _expected(system: System, factors: np.ndarray) -> np.ndarray:
    """(3, 3) of what alike noise along all axes would leave over, as a share of it: the rest passes for
    poses."""
    rows, seen = system.rows[::EVERY], system.root[::EVERY] > 0
    shape = (*rows.shape[:2], 3, seen.shape[1])
    halfway = (factors[::EVERY] @ rows).reshape(shape).swapaxes(0, 2).reshape(3, -1)
    gone = halfway @ halfway.T
    return np.asarray(np.eye(3) - gone / seen.sum())
