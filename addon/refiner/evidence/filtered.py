"""Keypoints that a tool has filtered, or put between those that it saw: their noise passes for motion.

It goes on from frame to frame as motion does, but unlike motion it fills all that is left of the spectrum;
among fewer frames it is as white as any.
"""

from __future__ import annotations

import numpy as np

from ...steps import Steps
from ..white_noise import white_noise
from .smoothing import Measured, measure

AMONG = 15.0
"""Frames a second among which points are looked at, too."""
MUCH_NOISIER, LEAST = 3.0, 0.005
"""How many times the noise found among all frames most points must have there, and metres: what is noise to
all of a body at once is none of its moves."""
FEWEST = 30


def measured_among_fewer(
    measured: Measured, positions: np.ndarray, confidence: np.ndarray, fps: float
) -> Steps[Measured]:
    """The same, smoothed as much as fewer frames ask for where these tell of much more noise; positions (T,
    K, 3), confidence (T, K) and fps as `measure` takes them."""
    step = round(fps / AMONG)
    some = slice(None, None, max(step, 1))
    if step < 2 or len(positions[some]) < FEWEST:
        return measured
    least = max(MUCH_NOISIER * float(np.median(measured.usual.deviation)), LEAST)
    if not white_noise(positions[some]) >= least:
        return measured
    yield None
    fewer = yield from measure(positions[some], confidence[some], fps / step)
    if np.median(fewer.usual.deviation) < least:
        return measured
    return (yield from measured.at_least(fewer))
