"""Gaps that a tool filled with the last value it saw: points that stand still while the body moves on.

Pose2Sim fills what is too long to interpolate so by default (perfanalytics/pose2sim triangulation.py,
`fill_large_gaps_with`). A measured point never keeps all its digits for long; one that stands on the floor
may, in a file of few digits, so what counts is that it then jumps.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.runs import runs
from ..recording import Keypoints, Person
from ..words import listed

_LEAST_SECONDS, _LEAST_FRAMES = 0.15, 5
_FEW_DIGITS = 1e-4
"""Metres: a file that tells no smaller steps repeats values of points that stand still in truth."""
_JUMP, _JUMP_OF_FEW_DIGITS = 0.005, 0.03
_BODY_MOVED, _BODY_LEFT_FOOT = 0.05, 0.5
"""Metres the rest of the body must go during a run without a jump: a foot may really stand that long."""
_LOST = 0.1
"""Metres that a whole body goes from a stop to the next frame only if it moved on meanwhile."""
_SUDDEN = 5.0
"""Times the point's usual step: what jumps into a run was filled backwards."""
_FEET = ("ankle", "heel", "toe", "foot")


def without_filled_gaps(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """The people (metres) with such points missing, and a sentence for each who has some.

    Whose poses are known has joints of a skeleton, which may stand still exactly.
    """
    found, warnings = [], []
    for one in people:
        filled = None if one.keypoints is None or one.poses is not None else _filled(one, one.keypoints)
        if filled is None or not filled.any():
            found.append(one)
            continue
        assert one.keypoints is not None
        found.append(replace(one, keypoints=_without(one.keypoints, filled)))
        who = f"Person {one.id}" if len(people) > 1 else "The person"
        warnings.append(_sentence(who, one, one.keypoints, filled))
    return tuple(found), warnings


def _without(keypoints: Keypoints, filled: np.ndarray) -> Keypoints:
    return replace(
        keypoints,
        positions=np.where(filled[..., None], np.nan, keypoints.positions),
        confidence=np.where(filled, 0.0, keypoints.confidence),
    )


def _sentence(who: str, one: Person, keypoints: Keypoints, filled: np.ndarray) -> str:
    names = [name for name, ever in zip(keypoints.names, filled.any(0), strict=True) if ever]
    longest = max(
        (one.times[last] - one.times[first] for column in filled.T for first, last in runs(column)),
        default=0.0,
    )
    return (
        f"{who} has keypoints that stand still to the last digit while the body moves ({listed(names)}, up to"
        f" {longest + 1 / one.fps:.1f} s): filled gaps, so they count as missing there."
    )


def _filled(one: Person, keypoints: Keypoints) -> np.ndarray:
    """(T, K) where a point only repeats the value of another frame."""
    points = keypoints.positions
    filled = np.zeros(points.shape[:2], bool)
    steps = np.abs(np.diff(points, axis=0))
    same = (steps == 0).all(-1)
    if not same.any():
        return filled
    smallest = steps[steps > 0]
    few_digits = bool(len(smallest)) and float(np.percentile(smallest, 1)) > _FEW_DIGITS
    least = max(_LEAST_FRAMES, round(_LEAST_SECONDS * one.fps))
    for place in np.flatnonzero(same.any(0) & ~_constant(points)):
        for first, last in runs(same[:, place]):
            first, last = int(first), int(last) + 1
            if last - first + 1 < least or one.frame_ids[last] - one.frame_ids[first] != last - first:
                continue
            kept = _true_frame(keypoints, int(place), first, last, few_digits)
            if kept is not None:
                filled[first : last + 1, place] = True
                filled[kept, place] = False
    return filled


def _constant(points: np.ndarray) -> np.ndarray:
    """(K,) points with one value for the whole clip: the origin of a body, not a gap."""
    low, high = np.where(np.isnan(points), np.inf, points), np.where(np.isnan(points), -np.inf, points)
    return (high.max(0) <= low.min(0)).all(-1)


def _true_frame(keypoints: Keypoints, place: int, first: int, last: int, few_digits: bool) -> int | None:
    """The frame of a run whose value was seen; None where the point may really have stood still."""
    points = keypoints.positions
    moved = np.linalg.norm(points[last] - points[first], axis=-1)
    others = np.delete(moved, place)
    others = others[np.isfinite(others)]
    if len(others) < 2:
        return None
    jump = _JUMP_OF_FEW_DIGITS if few_digits else _JUMP
    before, after = (_step(points, place, *ends) for ends in ((first - 1, first), (last, last + 1)))
    if (others == 0).mean() > 0.5:
        # A whole body at a stop to the last digit is a person who was lost, if it then is elsewhere.
        whole = _whole_step(points, last)
        return first if whole > _LOST and after > jump else None
    if min(before, after) >= 0:
        usual = float(np.nanmedian(np.linalg.norm(np.diff(points[:, place], axis=0), axis=-1)))
        return first if after > jump else last if before > max(jump, _SUDDEN * usual) else None
    foot = (keypoints.canonical[place] or keypoints.names[place].lower()).endswith(_FEET)
    if float(np.median(others)) < (_BODY_LEFT_FOOT if foot else _BODY_MOVED if few_digits else 0.0):
        return None
    return first if after < 0 else last


def _whole_step(points: np.ndarray, last: int) -> float:
    """Metres that the points go in the median from one frame to the next; 0 behind the last."""
    if last + 1 >= len(points):
        return 0.0
    steps = np.linalg.norm(points[last + 1] - points[last], axis=-1)
    return float(np.nanmedian(steps)) if np.isfinite(steps).any() else 0.0


def _step(points: np.ndarray, place: int, start: int, end: int) -> float:
    """Metres from one frame to the next, negative where the run borders on nothing."""
    if start < 0 or end >= len(points):
        return -1.0
    step = float(np.linalg.norm(points[end, place] - points[start, place]))
    return step if np.isfinite(step) else -1.0
