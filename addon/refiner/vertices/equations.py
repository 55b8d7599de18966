"""The normal equations of turns and shape numbers that put a skin's vertices where they are seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .likely import Likely
from .skin import Posed

_DAMPING = 1e-7
"""Share of the mean stiffness that keeps a joint which nothing tells of where it is."""
_CROSS = np.zeros((3, 3, 3))
_CROSS[[0, 1, 2], [1, 2, 0], [2, 0, 1]], _CROSS[[0, 1, 2], [2, 0, 1], [1, 2, 0]] = 1.0, -1.0


@dataclass(frozen=True)
class Seen:
    """Where vertices are in some frames: points (T, 3, N) metres, 0 where missing, and known (T, 1, N)."""

    points: np.ndarray
    known: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """(T, 1, 1) of the known ones."""
        return np.asarray(self.known.sum(-1, keepdims=True))

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Values (T, …, 3, N) of vertices less their mean over those that are known, 0 for the others."""
        between = [1] * (values.ndim - 3)
        known = self.known.reshape(len(values), *between, 1, -1)
        count = self.count.reshape(len(values), *between, 1, 1)
        return np.asarray((values - (values * known).sum(-1, keepdims=True) / count) * known)


def seen_at(points: np.ndarray) -> Seen:
    """Places (T, N, 3) in metres, NaN where missing."""
    points = np.swapaxes(points, 1, 2)
    known = np.isfinite(points).all(1, keepdims=True)
    return Seen(np.where(known, points, 0.0), known.astype(float))


@dataclass(frozen=True)
class ShapeEquations:
    """Normal matrix (B, B) and right side (B,) of the shape numbers with the turns eliminated; the step of
    the turns (T, 3 J) with the shape as it is, what a unit of each number takes from it (T, 3 J, B), and the
    sum of squares in square metres by which the vertices were off before."""

    matrix: np.ndarray
    toward: np.ndarray
    step: np.ndarray
    by_shape: np.ndarray
    squares: float


def turn_equations(
    posed: Posed, seen: Seen, likely: Likely, off: float, turns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The step (T, 3 J) of all joints' turns about the axes of the world, and (T, 3, N) metres by which the
    vertices were off before. off: metres by which they are thought to be off."""
    arms, stiff, apart = _moves(posed, seen, likely, off)
    pull = _crossed(arms, apart[:, None]) - _pulled(posed, likely, off, turns)
    return np.linalg.solve(stiff, pull)[..., 0], apart


def shape_equations(
    posed: Posed, seen: Seen, likely: Likely, off: float, turns: np.ndarray
) -> ShapeEquations:
    """Of turns (T, J, 3, 3) and shape numbers together; see `turn_equations`."""
    arms, stiff, apart = _moves(posed, seen, likely, off)
    rows = seen.centred(posed.skin.shape_rows(posed))
    crossed = _crossed(arms, rows)
    pull = _crossed(arms, apart[:, None]) - _pulled(posed, likely, off, turns)
    by_shape, step = np.linalg.solve(stiff, crossed), np.linalg.solve(stiff, pull)
    flat, back = rows.reshape(*rows.shape[:2], -1), np.swapaxes(crossed, 1, 2)
    matrix = flat @ np.swapaxes(flat, 1, 2) - back @ by_shape
    toward = flat @ apart.reshape(len(apart), -1, 1) - back @ step
    squares = float((apart**2).sum())
    return ShapeEquations(matrix.sum(0), toward.sum(0)[:, 0], step[..., 0], by_shape, squares)


def _pulled(posed: Posed, likely: Likely, off: float, turns: np.ndarray) -> np.ndarray:
    """(T, 3 J, 1) how strongly turns about the axes of the world are pulled away from what is likely."""
    pull = likely.pull(turns).reshape(*turns.shape[:2], 3, 1)
    return np.asarray(off**2 * (posed.world @ pull).reshape(len(turns), -1, 1))


def _moves(posed: Posed, seen: Seen, likely: Likely, off: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arms (T, J, 3, N) from each joint to what turns with it, times how much of it does; the normal matrix
    (T, 3 J, 3 J) of turns about the axes of the world, d v = sum of turn x arm, with the pelvis eliminated;
    and (T, 3, N) metres from where the vertices are posed to where they are, but for their mean."""
    arms, vertices = posed.arms()
    if not seen.known.all():
        arms *= seen.known[:, None]
    frames, joints = arms.shape[:2]
    flat = arms.reshape(frames, 3 * joints, -1)
    total = flat.sum(-1)
    products = flat @ np.swapaxes(flat, 1, 2) - total[:, :, None] * total[:, None] / seen.count
    products = products.reshape(frames, joints, 3, joints, 3)
    # (turn x a) . (turn' x b) = turn (a . b - b a^T) turn'
    matrix = -products.transpose(0, 1, 4, 3, 2)
    traces = np.einsum("tkclc->tkl", products)
    for axis in range(3):
        matrix[:, :, axis, :, axis] += traces
    matrix = matrix.reshape(frames, 3 * joints, 3 * joints)
    stiff = np.einsum("tii->ti", matrix).mean(-1)
    matrix += _DAMPING * stiff[:, None, None] * np.eye(3 * joints)
    matrix += off**2 * likely.about_the_world(posed.world)
    return arms, matrix, seen.centred(seen.points - vertices)


def _crossed(arms: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(T, 3 J, B) sums of arm x value over the vertices, for arms (T, J, 3, N) and centred values
    (T, B, 3, N)."""
    frames, joints, _, count = arms.shape
    others = values.reshape(frames, -1, count)
    products = arms.reshape(frames, 3 * joints, count) @ np.swapaxes(others, 1, 2)
    products = products.reshape(frames, joints, 3, values.shape[1], 3)
    crossed = np.einsum("iac,tkabc->tkib", _CROSS, products, optimize=True)
    return np.asarray(crossed.reshape(frames, 3 * joints, -1))
