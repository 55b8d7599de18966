"""Medians and percentiles of those values that are known, to the digit as NumPy's `nanmedian` and
`nanpercentile` have them along an axis, which take columns one by one or as masked arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def known_median(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """The median of values of any shape along an axis, of what is not NaN; NaN where nothing is known."""
    ordered, count = _ordered(values, axis)
    middle = np.maximum(count - 1, 0)
    return (_at(ordered, middle // 2) + _at(ordered, (middle + 1) // 2)) / 2.0


def known_percentiles(values: np.ndarray, percents: Sequence[float]) -> list[np.ndarray]:
    """Each of these percentiles (...) of values (T, ...) along the first axis, of what is not NaN, between
    two values in proportion; NaN where nothing is known."""
    ordered, count = _ordered(values, 0)
    found = []
    for percent in percents:
        place = np.maximum(count - 1, 0) * (percent / 100.0)
        below = np.floor(place).astype(int)
        low, high = _at(ordered, below), _at(ordered, np.minimum(below + 1, np.maximum(count - 1, 0)))
        share = place - below
        rising = low + (high - low) * share
        # From the nearer end, as NumPy does, so that the last digit is the same.
        found.append(np.where(share >= 0.5, high - (high - low) * (1.0 - share), rising))
    return found


def _ordered(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """The values in ascending order along what is now the first axis, NaN last, and how many are known."""
    ordered = np.sort(np.moveaxis(values, axis, 0), axis=0)
    return ordered, (~np.isnan(ordered)).sum(0)


def _at(ordered: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.take_along_axis(ordered, places[None], 0)[0]
