"""Several people in one table: by what its columns are called, or by frames that have several rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

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
