"""Arrays of keypoints whose axes stand in another order than frames, points, coordinates."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..body.layouts import LAYOUTS, find_layout
from .inference import infer_layout


def in_order(array: np.ndarray, layout: str | None, names: int = 0) -> np.ndarray | None:
    """(T, K, 3) of an array of these axes in any order, or of rows (T, 3 K) or columns (3 K, T); None where
    it is no body.

    layout, names: of the points, or how many have names; where neither is known, the body's shape decides.
    """
    count = len(find_layout(layout).keypoints) if layout in LAYOUTS else names
    ways = (points for points in _ways(array) if not count or points.shape[1] == count)
    return next((points for points in ways if count or infer_layout(points) is not None), None)


def _ways(array: np.ndarray) -> Iterator[np.ndarray]:
    """(T, K, 3) in every way in which an array may be one, the usual ones first."""
    if array.ndim == 3:
        for axis in (2, 1, 0):
            if array.shape[axis] == 3:
                points = np.moveaxis(array, axis, 2)
                yield points
                yield points.swapaxes(0, 1)
    if array.ndim == 2:
        for rows in (array, array.T):
            if rows.shape[1] % 3 == 0 and len(rows) and rows.shape[1]:
                yield rows.reshape(len(rows), -1, 3)
