"""A chain of bones that bends as another one with more or fewer bones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..body.rotations import matrix_from_quaternion, quaternion_from_matrix, slerp

_SAME = 1e-6


def spread(knots: Sequence[np.ndarray], places: Sequence[float]) -> list[np.ndarray]:
    """(T, 3, 3) global rotations at places 0..1 of a chain whose rotations (T, 3, 3) are known at the ends of
    equal parts of it."""
    found = []
    for place in places:
        along = place * (len(knots) - 1)
        before = min(int(along + _SAME), len(knots) - 2)
        share = along - before
        if share < _SAME or share > 1.0 - _SAME:
            found.append(knots[before + round(share)])
            continue
        first, second = (quaternion_from_matrix(knots[index]) for index in (before, before + 1))
        found.append(np.asarray(matrix_from_quaternion(slerp(first, second, share))))
    return found
