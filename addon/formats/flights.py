"""Which way people fall: while nobody bears them, their middle is accelerated by 9.81 m/s², straight down."""

from __future__ import annotations

import numpy as np

from .limbs import mean_of

_GRAVITY = 9.81
_SECONDS = 0.25
_LEAST_FRAMES = 6
_NEAR = 0.2
_ROUGH = 0.005
"""Metres by which the middle of a body may leave its parabola."""
_LEAST_FLIGHTS = 2
_AGREED = 0.9
"""Length of the mean of unit vectors below which it is a swinging body, not a falling one."""


def fall(points: np.ndarray, fps: float) -> np.ndarray | None:
    """(3,) mean direction of falling in points (T, N, 3) of a body in metres; None where nobody jumps."""
    window = max(_LEAST_FRAMES, round(_SECONDS * fps))
    middle = mean_of(np.where(np.isfinite(points).all((0, 2))[:, None], points, np.nan))
    if len(middle) < window or not np.isfinite(middle).all():
        return None
    acceleration, rough = _parabolas(middle, window, fps)
    size = np.linalg.norm(acceleration, axis=-1)
    flying = (np.abs(size - _GRAVITY) < _NEAR * _GRAVITY) & (rough < _ROUGH)
    if (np.diff(flying.astype(int)) == 1).sum() + int(flying[0]) < _LEAST_FLIGHTS:
        return None
    mean = (acceleration[flying] / size[flying, None]).mean(0)
    return mean if np.linalg.norm(mean) > _AGREED else None


def _parabolas(middle: np.ndarray, window: int, fps: float) -> tuple[np.ndarray, np.ndarray]:
    """(W, 3) accelerations and (W,) distances in metres of the parabolas through each window of (T, 3)."""
    times = (np.arange(window) - (window - 1) / 2) / fps
    terms = np.stack([np.ones(window), times, times**2 / 2], axis=1)
    cut = np.lib.stride_tricks.sliding_window_view(middle, window, axis=0)
    fits = cut @ np.linalg.pinv(terms).T
    off = cut - fits @ terms.T
    return fits[..., 2], np.sqrt((off**2).sum(1).mean(-1))
