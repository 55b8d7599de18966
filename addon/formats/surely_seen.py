"""Keypoints that a detector is sure of, beside those that it guesses: legs behind a desk, hands out of the
picture.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.quantiles import quantile
from ..recording import Keypoints, Person

_SUREST, _GUESSED = 0.8, 0.35
"""Quantile that a clip's surest points score, and as what share of it a point is a guess."""


def surely_seen(keypoints: Keypoints) -> Keypoints:
    """The keypoints without places that were guessed: where nothing else tells, these may lie anywhere, and
    look like a body of other limbs, on another floor, that changes its sides."""
    scores = np.nan_to_num(keypoints.confidence)
    if not (scores > 0.0).any():
        return keypoints
    guessed = scores < _GUESSED * quantile(scores[scores > 0.0], _SUREST)
    if not (guessed & (scores > 0.0)).any():
        return keypoints
    return replace(keypoints, positions=np.where(guessed[..., None], np.nan, keypoints.positions))


def without_guesses(one: Person) -> Person:
    """The person with `surely_seen` keypoints."""
    return one if one.keypoints is None else replace(one, keypoints=surely_seen(one.keypoints))
