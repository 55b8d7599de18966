"""What an animation does with the pose bones, as arrays. No bpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.skeleton import JOINT_COUNT

PLACE = JOINT_COUNT
"""The column of the pelvis' location, beside those of the bones' rotations."""
COLUMNS = JOINT_COUNT + 1


@dataclass(frozen=True)
class Channels:
    """Values of the pose bones at N frames.

    turns: (N, 24, 4) quaternions wxyz. places: (N, 3) location of the pelvis bone.
    """

    turns: np.ndarray
    places: np.ndarray

    def sized(self, size: float) -> Channels:
        """The same of a body that is so many times as large."""
        return self if size == 1.0 else Channels(self.turns, self.places * size)


def turned_by(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(...) radians between quaternions (..., 4) of any length."""
    a, b = (one / np.maximum(np.linalg.norm(one, axis=-1, keepdims=True), 1e-9) for one in (first, second))
    chord = np.minimum(np.linalg.norm(a - b, axis=-1), np.linalg.norm(a + b, axis=-1))
    return 4.0 * np.arcsin(np.clip(chord / 2.0, 0.0, 1.0))


def nearest(places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """(M,) which of increasing places (N,) is nearest to each that is wanted (M,)."""
    after = np.clip(np.searchsorted(places, wanted), 0, len(places) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(places[before] - wanted) < np.abs(places[after] - wanted), before, after)
