"""The floor that bearing soles lie on: its slope, and its heights where there are several."""

from __future__ import annotations

import numpy as np

from ...body.floor import APART, UP, heights_of, normal_of, stands_of
from ...body.runs import runs
from ...motion import Floor

STANDS, MOMENT = 0.5, 0.1
"""Probability from which a foot stands on one of several heights, and seconds for which it must."""
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


def levels_under(floor: Floor, places: np.ndarray, bears: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2) metres, the height of the floor under each foot: the nearest while it bears (T, 2) there for
    more than a moment, and else the lowest of those before, after and below it, for what stands higher may
    be beside it.

    places (T, 2, P, 3) metres: of what is under the feet.
    """
    levels = np.full(bears.shape, floor.heights[0])
    if len(floor.heights) == 1:
        return levels
    low = (places @ floor.normal).min(-1)
    nearest = floor.nearest(low)
    for foot in (0, 1):
        stands = _stands(bears[:, foot] > STANDS, nearest[:, foot], MOMENT * fps)
        heights = [float(nearest[first, foot]) for first, _ in stands]
        edges = [0, *[edge for first, last in stands for edge in (first, last + 1)], len(levels)]
        around = [*heights[:1], *heights, *heights[-1:]]
        for number, height in enumerate(heights):
            levels[slice(*edges[2 * number + 1 : 2 * number + 3]), foot] = height
        for number in range(len(heights) + 1):
            rows = slice(*edges[2 * number : 2 * number + 2])
            under = floor.heights < low[rows, foot].min(initial=np.inf) + APART / 2.0
            below = floor.heights[max(int(under.sum()) - 1, 0)]
            levels[rows, foot] = min([*around[number : number + 2], below])
    return levels


def _stands(bears: np.ndarray, heights: np.ndarray, shortest: float) -> list[tuple[int, int]]:
    """First and last frame of each time that a foot bears (T,) at one of the heights (T,) for so long."""
    found = [run for height in np.unique(heights) for run in runs(bears & (heights == height))]
    return sorted(run for run in found if run[1] - run[0] + 1 >= shortest)
