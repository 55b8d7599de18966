"""How much positions shake, as far as it is white."""

from __future__ import annotations

import numpy as np

from ..body.quantiles import median


def white_noise(positions: np.ndarray) -> float:
    """Metres per axis by which most points (T, K, 3) shake from frame to frame; NaN without four frames in a
    row.

    A movement changes its acceleration little between frames, white noise of deviation s its third difference
    by s times the root of 20.
    """
    third = np.abs(np.diff(positions, 3, axis=0))
    third = third[np.isfinite(third)]
    return float(median(third) / (0.6745 * np.sqrt(20.0))) if len(third) else float("nan")
