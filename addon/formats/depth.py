"""Points that only look three-dimensional: their depth is missing, constant, a score or on another scale."""

from __future__ import annotations

import numpy as np

from ..recording import Keypoints, Person
from ..safe_read import FormatError
from .inference import strangeness

_FEWEST_POINTS, _FEWEST_FRAMES = 6, 3
_SAME = 1e-9
_FLAT = 0.02
"""A body is deeper than this part of its height whatever it does: its feet and arms alone are."""
_WIDE = 20.0
"""Of a body in pixels; in metres, or in a picture of size 1, none is that large."""
_NO_BODY = 0.3
"""Strangeness of limbs whose third coordinate is none."""
_LIFT = "triangulate or lift them, and open that."


def refuse_flat(people: list[Person]) -> None:
    """Raises FormatError where the keypoints of people without poses are 2D; in any axes and unit.

    Joints of a skeleton are left alone: an animation may really lie in one plane.
    """
    for one in people:
        if one.keypoints is not None and one.poses is None:
            refuse_flat_points(one.keypoints.positions, one.keypoints)


def refuse_flat_points(points: np.ndarray, keypoints: Keypoints | None = None) -> None:
    """Raises FormatError where points (T, K, 3) are 2D; without keypoints they make no body of any layout."""
    _refuse_constant(points)
    _refuse_score(points, keypoints)
    _refuse_shallow(points)


def _refuse_constant(points: np.ndarray) -> None:
    """One depth per point for the whole clip is a guess: Sports2D writes that of a typical body.

    Source: davidpagnon/Sports2D Sports2D/process.py (the half widths of a body by marker and visible side).
    """
    seen = np.isfinite(points).all(-1)
    often = seen.sum(0) >= _FEWEST_FRAMES
    if often.sum() < _FEWEST_POINTS:
        return
    held = np.where(seen[..., None], points, np.nan)[:, often]
    spread = np.nanmax(held, axis=0) - np.nanmin(held, axis=0)
    constant = spread <= _SAME * np.nanmax(np.abs(held))
    moving = constant[~constant.all(1)]
    if len(moving) >= _FEWEST_POINTS and moving.all(0).sum() == 1:
        raise FormatError(
            "Each point keeps one depth for the whole clip, as Sports2D writes it, so this is a 2D recording;"
            f" {_LIFT}"
        )


def _refuse_score(points: np.ndarray, keypoints: Keypoints | None) -> None:
    """x, y and score: a third column from 0 to 1 beside pixels, or beside places in a picture of size 1."""
    seen = points[np.isfinite(points).all(-1)]
    if len(seen) < _FEWEST_POINTS:
        return
    third, wide = seen[:, 2], float(np.ptp(seen[:, :2], axis=0).max())
    if third.min() < 0.0 or third.max() > 1.0 or min(np.ptp(third), wide) <= 0.0:
        return
    in_picture = seen[:, :2].min() > -0.5 and seen[:, :2].max() < 1.5
    if wide > _WIDE or (in_picture and _is_strange(keypoints)):
        raise FormatError(f"The third number of each point is a score, so these are 2D keypoints; {_LIFT}")


def _is_strange(keypoints: Keypoints | None) -> bool:
    strange = _NO_BODY + 1.0 if keypoints is None else strangeness(keypoints)
    return strange is not None and strange > _NO_BODY


def _refuse_shallow(points: np.ndarray) -> None:
    """Places in pixels with a depth in another unit, or the other way round."""
    enough = np.isfinite(points).all(-1).sum(1) >= _FEWEST_POINTS
    if not enough.any():
        return
    extents = np.nanmax(points[enough], axis=1) - np.nanmin(points[enough], axis=1)
    low, _, high = np.sort(np.median(extents, axis=0))
    if 0 < low < _FLAT * high:
        raise FormatError(
            "The points are far less deep than high, so their depth is missing or on another scale; save 3D"
            " keypoints with one unit for all axes, or lift the 2D ones."
        )
