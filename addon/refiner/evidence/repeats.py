"""Frames that hold what the one before them held: a video of fewer frames a second than its file.

What is measured never stands where it stood to the last digit, so they tell nothing of their own.
"""

from __future__ import annotations

import numpy as np

from ...body.runs import runs

LONGEST = 4
"""Frames in a row; who keeps so still for longer keeps still."""


def repeated(values: np.ndarray) -> np.ndarray:
    """(T,) bool, the frames whose values (T, N), NaN where missing, are all those of the one before."""
    if len(values) == 1:
        return np.zeros(1, bool)
    same = values[1:] == values[:-1]
    same |= np.isnan(values[1:]) & np.isnan(values[:-1])
    found = np.r_[False, same.all(1) & np.isfinite(values[1:]).any(1)]
    for first, last in runs(found):
        found[first : last + 1] = last - first + 1 < LONGEST
    return found
