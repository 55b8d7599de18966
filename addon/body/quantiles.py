"""Medians and other quantiles of one row of numbers, to the digit as NumPy's, which take many times as long
where these are few."""

from __future__ import annotations

import numpy as np


def quantile(values: np.ndarray, share: float) -> float:
    """What a share of the values (N,) lies below, linearly between two of them; none of them is NaN."""
    place = share * (len(values) - 1)
    below = min(int(place), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    ordered = np.partition(values, (below, above))
    low, high, share = float(ordered[below]), float(ordered[above]), place - below
    # From the nearer end, as NumPy does.
    return high - (high - low) * (1.0 - share) if share >= 0.5 else low + (high - low) * share


def median(values: np.ndarray) -> float:
    """The median of the values (N,), none of which is NaN."""
    middle = len(values) - 1
    ordered = np.partition(values, (middle // 2, (middle + 1) // 2))
    return float(ordered[middle // 2] + ordered[(middle + 1) // 2]) / 2.0
