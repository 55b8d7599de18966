"""Where people are over a clip, whatever the file holds of them."""

from __future__ import annotations

import numpy as np

from ..recording import Person
from . import limbs


def path_of(one: Person) -> np.ndarray:
    """(T, 3) the pelvis, else the middle of the hips or the shoulders; NaN where it is not seen."""
    if one.poses is not None:
        return one.poses.pelvis
    assert one.keypoints is not None
    for names in (limbs.HIPS, limbs.NECK):
        path = limbs.middle(one.keypoints, names)
        if path is not None:
            return path
    return np.full((one.frames, 3), np.nan)
