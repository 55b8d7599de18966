"""Directions, and turns from one to another."""

from __future__ import annotations

import numpy as np

from .rotations import matrix_from_axis_angle


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) of length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12))


def turn_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(..., 3, 3) the smallest turns that take directions (..., 3) to others."""
    a, b = unit(first), unit(second)
    across = np.cross(a, b)
    sine = np.linalg.norm(across, axis=-1, keepdims=True)
    angle = np.arctan2(sine, (a * b).sum(-1, keepdims=True))
    # Opposite directions have no smallest turn; any across is as good as another.
    other = np.cross(a, np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]))
    axis = np.where(sine > 1e-9, across / np.maximum(sine, 1e-12), unit(other))
    return np.asarray(matrix_from_axis_angle(axis * angle))
