"""Which keypoints to join by lines, for any layout: the skeleton that a person sees in a cloud of points."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from .points import POINT_INDEX, POINT_NAMES, POINT_OFFSETS, POINT_WEIGHTS
from .skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, REST_JOINTS, REST_OFFSETS, mirror_name

_RIGID, _MAINLY = 0.99, 0.5
"""Weights from which a point hangs on one joint (a toe, an eye), and from which it stands in for that joint;
below, it stands in for the nearest joint of its side."""


def links(canonical: Sequence[str | None]) -> np.ndarray:
    """(L, 2) indices of the keypoints to join, given their canonical points (None: joined to nothing).

    The shortest tree over all points, measured along SMPL's skeleton, and the mirror image of each of its
    lines: the skeleton itself where all joints are there, and where one is missing its neighbours joined.
    """
    known = [k for k, name in enumerate(canonical) if name is not None]
    names = [str(canonical[k]) for k in known]
    found = _shortest_tree(_costs([POINT_INDEX[name] for name in names]))
    place = {name: k for k, name in enumerate(names)}
    for first, second in list(found):
        mirrored = sorted(
            place[name] for name in (mirror_name(names[first]), mirror_name(names[second])) if name in place
        )
        if len(mirrored) == 2:
            found.add((mirrored[0], mirrored[1]))
    return np.array([[known[first], known[second]] for first, second in sorted(found)], int).reshape(-1, 2)


@cache
def of_joints() -> np.ndarray:
    """(L, 2) the same of SMPL's own joints."""
    return links(JOINT_NAMES)


def _shortest_tree(costs: np.ndarray) -> set[tuple[int, int]]:
    """Prim's minimum spanning tree: pairs of rows, the smaller first."""
    if len(costs) == 0:
        return set()
    found = set()
    nearest, best = np.zeros(len(costs), int), costs[0].copy()
    outside = np.arange(len(costs)) > 0
    while outside.any():
        new = int(np.argmin(np.where(outside, best, np.inf)))
        old = int(nearest[new])
        found.add((min(old, new), max(old, new)))
        outside[new] = False
        nearer = costs[new] < best
        nearest[nearer], best[nearer] = new, costs[new][nearer]
    return found


def _costs(points: Sequence[int]) -> np.ndarray:
    """(N, N) how unlikely it is that two points are joined: metres along the skeleton and through the air."""
    joints, arms = _JOINTS[points], _ARMS[points]
    places = _REST[points]
    along = _PATHS[joints[:, None], joints] + arms[:, None] + arms
    through = np.linalg.norm(places[:, None] - places, axis=-1)
    # A face hangs together; toes and finger tips hang on their joint and not on one another.
    apart = (joints[:, None] == joints) & (joints != JOINT_NAMES.index("head"))
    apart &= (arms[:, None] > 0) == (arms > 0)
    return along + through + np.where(apart, _FAR, 0.0)


_FAR = 100.0
_REST = POINT_WEIGHTS @ REST_JOINTS + POINT_OFFSETS.sum(1)


def _paths() -> np.ndarray:
    """(24, 24) metres between joints along the bones."""
    lengths = np.linalg.norm(REST_OFFSETS, axis=1)
    paths = np.zeros((JOINT_COUNT, JOINT_COUNT))
    for joint in range(1, JOINT_COUNT):
        paths[joint, :joint] = paths[PARENTS[joint], :joint] + lengths[joint]
        paths[:joint, joint] = paths[joint, :joint]
    return paths


def _attachments() -> tuple[np.ndarray, np.ndarray]:
    """(P,) the joint that each point hangs on or stands in for, and (P,) metres that it hangs from it."""
    joints, arms = POINT_WEIGHTS.argmax(1), np.zeros(len(POINT_NAMES))
    for point, name in enumerate(POINT_NAMES):
        if POINT_WEIGHTS[point].max() > _RIGID:
            arms[point] = np.linalg.norm(_REST[point] - REST_JOINTS[joints[point]])
        elif POINT_WEIGHTS[point].max() < _MAINLY or _side(JOINT_NAMES[joints[point]]) != _side(name):
            same_side = [joint for joint, other in enumerate(JOINT_NAMES) if _side(other) == _side(name)]
            away = np.linalg.norm(REST_JOINTS[same_side] - _REST[point], axis=1)
            joints[point] = same_side[int(away.argmin())]
    return joints, arms


def _side(name: str) -> str:
    return "left" if "left" in name else "right" if "right" in name else ""


_PATHS = _paths()
_JOINTS, _ARMS = _attachments()
