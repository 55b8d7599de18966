"""Curves made smooth in time."""

from __future__ import annotations

import numpy as np


def smoothed(values: np.ndarray, deviation: float) -> np.ndarray:
    """(T, C) in the mean of their neighbours, by a Gaussian of so many frames."""
    half = max(round(3 * deviation), 1)
    window = np.exp(-0.5 * (np.arange(-half, half + 1) / max(deviation, 1e-6)) ** 2)
    window /= window.sum()
    padded = np.pad(values, ((half, half), (0, 0)), "edge")
    return np.stack([np.convolve(column, window, "valid") for column in padded.T], axis=-1)


def covering(values: np.ndarray, reach: int) -> np.ndarray:
    """(T,) a smooth curve that is nowhere below values (T,): the largest around, and the mean of that."""
    if reach < 1 or not values.any():
        return values
    window = np.lib.stride_tricks.sliding_window_view(np.pad(values, 2 * reach, "edge"), 2 * reach + 1)
    largest = window.max(-1)
    bell = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(largest, bell / bell.sum(), "valid")
