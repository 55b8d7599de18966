"""Several people in one table: by what its columns are called, or by frames that have several rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ..safe_read.npy import check_shape
from .body_frames import whereabouts
from .linking import Detections

_WHO = r"(?:person|subject|player|actor|body|skeleton|track|pose|human|id|p|s)[\s_]?\d+"
_WHO_FIRST = re.compile(rf"({_WHO})[\s_.\-:/]+(.+)")
_WHO_LAST = re.compile(rf"(.+?)[\s_.\-:/]+({_WHO})")
_SAME = 0.1
"""Of a body's size, by which rows of one frame differ at most that were only written twice."""


def people_of_names(names: Sequence[str]) -> dict[str, dict[int, str]]:
    """Person -> column -> the point's own name, where every name has one of several people in it, as
    person1_nose or nose_p2; {} for others."""
    for pattern, who, point in ((_WHO_FIRST, 1, 2), (_WHO_LAST, 2, 1)):
        found = [pattern.fullmatch(name.lower()) for name in names]
        people: dict[str, dict[int, str]] = {}
        for place, match in enumerate(found):
            if match:
                people.setdefault(match[who], {})[place] = match[point]
        if all(found) and len(people) > 1 and len({frozenset(own.values()) for own in people.values()}) == 1:
            return people
    return {}


def rows_by_place(points: np.ndarray, frames: np.ndarray) -> dict[str, list[int]]:
    """Person -> rows of (N, K, 3) points where frames (N,) have several rows with bodies apart from each
    other, who are followed by where they are; {} where each frame has one."""
    if len(frames) < 2 or not np.isfinite(frames).all():
        return {}
    where, order = whereabouts(points), np.argsort(frames, kind="stable")
    again = np.diff(frames[order]) == 0
    apart = np.linalg.norm(where[order[1:][again]] - where[order[:-1][again]], axis=1)
    if not len(apart) or np.median(apart) < _SAME:
        return {}
    found = Detections()
    for row, place in enumerate(where):
        found.add_at(int(frames[row]), place, row=row)
    return {name: [int(row) for row in values["row"]] for name, _, values in found.tracks()}


def rows_of_points(frames: np.ndarray, names: Sequence[str], places: np.ndarray) -> dict[str, list[int]]:
    """Person -> rows of one point each, with frames (N,) and places (N, 3), where a frame has a point several
    times, one body after the other, and these are apart; {} elsewhere."""
    column = {name: place for place, name in enumerate(dict.fromkeys(names))}
    turns: dict[tuple[float, str], int] = {}
    bodies: dict[tuple[float, int], list[int]] = {}
    for row, key in enumerate(zip(frames.tolist(), names, strict=True)):
        turns[key] = turns.get(key, -1) + 1
        bodies.setdefault((key[0], turns[key]), []).append(row)
    if not np.isfinite(frames).all() or max(turns.values(), default=0) == 0:
        return {}
    check_shape((len(bodies), len(column), 3), 8)
    points = np.full((len(bodies), len(column), 3), np.nan)
    for body, rows in enumerate(bodies.values()):
        points[body, [column[names[row]] for row in rows]] = places[rows]
    found = rows_by_place(points, np.array([frame for frame, _ in bodies]))
    held = list(bodies.values())
    return {who: [row for body in own for row in held[body]] for who, own in found.items()}
