"""The floor that bearing soles lie on: its slope, and its heights where there are several."""

from __future__ import annotations

import numpy as np

from ...body.floor import UP, heights_of, normal_of, stands_of
from ...motion import Floor

BEARS, MAY = 0.6, 0.3
"""Probability from which a place tells of the floor, and from which another of its foot that is lower does in
its stead: on toes a heel may be said to bear too, and ball and tip share what the toes do."""


def floor_under(
    places: np.ndarray, contacts: np.ndarray, fps: float, height: float | None = None, off: float = 0.0
) -> Floor | None:
    """The floor of a clip; None where nothing bears.

    places (T, …, P, 3) metres of what is under the feet and the probabilities (T, …, P) that these bear; the
    lowest of P that do lies on the floor. height: of a level floor, where it is known. off: metres by which
    the places are thought to be off.
    """
    if height is not None:
        return Floor(UP, np.array([height]))
    bears = contacts > BEARS
    if bears.sum() < 2:
        return None
    normal = normal_of(places[bears], stands_of(bears.reshape(len(places), -1)))
    lowest = np.where(contacts > MAY, places @ normal, np.inf).min(-1)
    return Floor(normal, heights_of(lowest[bears.any(-1)], fps, off))
