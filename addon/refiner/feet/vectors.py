"""Vectors (3, ...) by their three numbers: several times as fast as a small matrix for each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...body.rotations import matrix_from_quaternion

_NOTHING = 1e-30
"""What keeps squares from zero."""


def numbers(vectors: np.ndarray) -> np.ndarray:
    """(3, ...) of vectors (..., 3)."""
    return np.ascontiguousarray(np.moveaxis(vectors, -1, 0))


def dot(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(...) of vectors (3, ...)."""
    return np.asarray(first[0] * second[0] + first[1] * second[1] + first[2] * second[2])


def length(vectors: np.ndarray) -> np.ndarray:
    """(...) of vectors (3, ...)."""
    return np.asarray(np.sqrt(dot(vectors, vectors)))


def cross(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(3, ...) first x second, of vectors (3, ...)."""
    (a, b, c), (x, y, z) = first, second
    found = np.empty(np.broadcast(first, second).shape)
    found[0] = b * z - c * y
    found[1] = c * x - a * z
    found[2] = a * y - b * x
    return found


def turned(vectors: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Vectors (3, ...) turned by rotation vectors (3, ...) in radians."""
    cosine, sines = _half(by)
    across = 2.0 * cross(sines, vectors)
    return np.asarray(vectors + cosine * across + cross(sines, across))


def one_after_the_other(turns: Sequence[np.ndarray]) -> np.ndarray:
    """Rotation matrices (..., 3, 3) of rotation vectors (3, ...) in radians, the first of which is first."""
    cosine, sines = _half(turns[0])
    for turn in turns[1:]:
        then, by = _half(turn)
        cosine, sines = then * cosine - dot(by, sines), then * sines + cosine * by + cross(by, sines)
    return np.asarray(matrix_from_quaternion(np.moveaxis(np.stack([cosine, *sines]), 0, -1)))


def _half(turns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The quaternion of rotation vectors (3, ...): its real number (...) and its vector (3, ...)."""
    angle = np.sqrt(dot(turns, turns) + _NOTHING)
    return np.cos(angle / 2.0), np.sin(angle / 2.0) / angle * turns
