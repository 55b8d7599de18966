"""What of a foot bears, and how much."""

from __future__ import annotations

import numpy as np

from .source import Source

_FLAT, _NEAR = 0.004, 0.008
"""Metres over the lowest place of a sole within which a place bears fully, and beyond that most."""
_SLOW, _SLIDES, _WHILE = 0.1, 0.01, 0.035
"""Metres a second, of a body of the mean size, up to which a place stands and by which more it stands a third
as much; the seconds over which that is looked at."""
PARTS = np.array([0.5, 1 / 6, 1 / 6, 1 / 6])
"""How much each place of a sole counts."""
TOUCHES = 0.02
"""How much a foot bears that stands."""


def bearing(source: Source, side: int) -> np.ndarray:
    """(T - 1, 4) how much each place of a sole bears from one frame to the next; heel and toes' side count
    alike. What slides along is no stand, whatever it is taken for: held, it would drag the leg behind."""
    places, size = source.soles[:, side], source.size
    height = places[..., 1] - places[..., 1].min(1, keepdims=True)
    speed = _speed(places, source.motion.fps)
    weight = source.bears[:, side] * np.exp(-np.maximum(height - _FLAT, 0.0) / _NEAR)
    weight *= np.exp(-np.maximum(speed - size * _SLOW, 0.0) / (size * _SLIDES))
    return np.asarray(PARTS * np.minimum(weight[1:], weight[:-1]))


def _speed(places: np.ndarray, fps: float) -> np.ndarray:
    """(T, 4) metres a second over the floor, in the mean of a short time before or after, as is less."""
    reach = min(max(round(_WHILE * fps), 1), len(places) - 1)
    if reach < 1:
        return np.zeros(places.shape[:2])
    way = np.linalg.norm((places[reach:] - places[:-reach])[..., [0, 2]], axis=-1) * fps / reach
    ends = np.full((reach, way.shape[1]), np.inf)
    return np.minimum(np.concatenate([way, ends]), np.concatenate([ends, way]))
