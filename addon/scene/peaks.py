"""The worst moments of a clip: pure arithmetic, no bpy."""

from __future__ import annotations

import numpy as np

MOST = 20
"""Peaks that are worth a look."""


def peaks(frames: np.ndarray, values: np.ndarray, apart: float) -> np.ndarray:
    """The frames (P,) where values (N,) at frames (N,) peak, the highest first, `apart` frames or more
    from one another."""
    padded = np.concatenate([[-np.inf], values, [-np.inf]])
    tops = np.flatnonzero((values >= padded[:-2]) & (values >= padded[2:]))
    found: list[float] = []
    for top in tops[np.argsort(-values[tops], kind="stable")]:
        if all(abs(frames[top] - other) >= apart for other in found):
            found.append(float(frames[top]))
        if len(found) == MOST:
            break
    return np.array(found)
