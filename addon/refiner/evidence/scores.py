"""What a detector's scores say of smoothed places: they flicker where the places do not."""

from __future__ import annotations

import numpy as np

AROUND = 0.15
"""Seconds on both sides of a frame whose scores tell of its smoothed place as well."""


def score_of_places(confidence: np.ndarray, usable: np.ndarray, kept: np.ndarray, fps: float) -> np.ndarray:
    """(T, P) confidence of smoothed places.

    confidence: (T, P) of places as observed, in 0..1; usable: (T, P) where one was. kept: (P,) share of a
    smoothed place that is its own frame's; the rest is told by its neighbours, and as sure as they are.
    """
    if np.array_equal(confidence, usable):  # all as sure as can be
        return np.ones(confidence.shape)
    around = _around(confidence, usable, max(round(AROUND * fps), 1))
    own = np.where(usable, confidence, around)
    return np.asarray(around + kept * (own - around))


def _around(confidence: np.ndarray, usable: np.ndarray, reach: int) -> np.ndarray:
    """(T, P) mean confidence of the usable places within so many frames, 1 where there are none."""
    frame = np.arange(len(confidence))
    first, last = (frame - reach).clip(0), (frame + reach + 1).clip(max=len(frame))

    def together(values: np.ndarray) -> np.ndarray:
        so_far = np.concatenate([np.zeros((1, values.shape[1])), values.cumsum(0)])
        return np.asarray(so_far[last] - so_far[first])

    number, told = together(usable.astype(float)), together(np.where(usable, confidence, 0.0))
    return np.where(number > 0, told / np.maximum(number, 1.0), 1.0)
