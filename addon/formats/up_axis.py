"""Which signed axis of a file points up, weighed from all that a clip shows, with a confidence.

Each kind of evidence gives every axis a logarithm of how likely the clip is if that axis were up. People
stand over their feet, travel level, keep the floor at one height, mostly at zero, and fall at 9.81 m/s² when
they jump; no single one decides, so that who lies, bows or is seen by the legs alone is not stood on end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..body.kinematics import forward
from ..body.known_values import known_percentiles
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS
from ..recording import Keypoints, Person
from . import limbs
from .flights import fall
from .upright import walk_up

AXES = {
    "+x": (1.0, 0.0, 0.0), "-x": (-1.0, 0.0, 0.0), "+y": (0.0, 1.0, 0.0), "-y": (0.0, -1.0, 0.0),
    "+z": (0.0, 0.0, 1.0), "-z": (0.0, 0.0, -1.0),
}  # fmt: skip
_DIRECTIONS = np.array(list(AXES.values()))
_RANKS = (0.0, -0.7, -1.2)
_UNUSUAL = -3.5
_POSTURE = 3.5
_WALK = 5.0
_FALL = 4.0
_ON_FEET, _OFF_FEET = 1.5, 0.6
_ZERO, _ELSEWHERE = 2.2, -0.4
_FLOOR = (-0.06, 0.12)
"""Metres: where the lowest points of a clip lie whose floor is at zero; ankles alone lie above it."""
_LYING = 0.6
"""Metres: a body that lies is no higher; few are so near zero along an axis that is not up."""
_LEVEL, _FAR = 0.8, 1.5
_STEADY, _UNSTEADY = 0.1, 0.5
_FIXED = 0.001
_ENOUGH_FRAMES, _MOST_FRAMES = 2000, 20_000
_NECK_MARKERS = re.compile(r"c7|clav|strn|t10|[lr][fb]hd|ariel|.*head.*")
_WAIST_MARKERS = re.compile(r"[lr](?:asi|psi)s?|sacr.*|v?sacral")


class _Body(NamedTuple):
    """Points of one person in metres in the file's axes: all (T, N, 3), and (T, 3) each or None."""

    points: np.ndarray
    ankles: np.ndarray | None
    knees: np.ndarray | None
    hips: np.ndarray | None
    neck: np.ndarray | None
    head: np.ndarray | None
    fps: float

    @property
    def trunk(self) -> np.ndarray | None:
        """(T, 3) the hips, else the neck."""
        return self.hips if self.hips is not None else self.neck


def infer_up(people: Sequence[Person], likely: Sequence[str]) -> tuple[str, float] | None:
    """(signed axis, confidence 0..1), None where the content does not tell at all.

    people: metres, frames per second known, any axes.
    likely: axes that the format usually has, first the most usual one.
    """
    told = [scores for scores in map(_evidence, people) if scores is not None]
    if not told:
        return None
    scores = np.mean(told, axis=0) + _usual(likely)
    chances = np.exp(scores - scores.max())
    best = int(np.argmax(chances))
    return list(AXES)[best], float(chances[best] / chances.sum())


def _usual(likely: Sequence[str]) -> np.ndarray:
    ranks = {axis: _RANKS[min(rank, len(_RANKS) - 1)] for rank, axis in enumerate(likely)}
    return np.array([ranks.get(axis, _UNUSUAL if likely else 0.0) for axis in AXES])


def _evidence(one: Person) -> np.ndarray | None:
    """(6,) logarithms of likelihoods, None for a body of which nothing tells where its ends are."""
    body = _body(one)
    posture = None if body is None else _posture(body)
    if body is None or posture is None:
        return None
    scores = posture * (_footing(body) if _placed(body) else 1.0)
    up = walk_up(one)
    if up is not None:
        scores = scores + _WALK * (_DIRECTIONS @ up - 1.0)
    if _placed(body):
        # What is lowest of somebody without feet says nothing of a floor.
        scores = scores + _travel(body) + (_floor(body) if body.ankles is not None else 0.0)
        down = fall(body.points[:_MOST_FRAMES], body.fps)
        scores = scores if down is None else scores - _FALL * (_DIRECTIONS @ down + 1.0)
    return scores


def _body(one: Person) -> _Body | None:
    if one.keypoints is not None and _tells(one.keypoints):
        return _body_of_points(one.keypoints, one.fps)
    if one.poses is None:
        return None if one.keypoints is None else _body_of_points(one.keypoints, one.fps)
    joints, _ = forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)
    at = {name: joints[:, place] for place, name in enumerate(JOINT_NAMES)}
    ankles, knees = ((at[f"left_{name}"] + at[f"right_{name}"]) / 2 for name in ("ankle", "knee"))
    return _Body(joints, ankles, knees, at["pelvis"], at["neck"], at["head"], one.fps)


def _tells(keypoints: Keypoints) -> bool:
    return all(limbs.middle(keypoints, names) is not None for names in (limbs.HIPS, limbs.FEET))


def _body_of_points(keypoints: Keypoints, fps: float) -> _Body:
    neck, hips = limbs.middle(keypoints, limbs.NECK), limbs.middle(keypoints, limbs.HIPS)
    return _Body(
        keypoints.positions,
        limbs.middle(keypoints, limbs.FEET),
        limbs.middle(keypoints, ("left_knee", "right_knee")),
        _markers(keypoints, _WAIST_MARKERS) if hips is None else hips,
        _markers(keypoints, _NECK_MARKERS) if neck is None else neck,
        limbs.middle(keypoints, limbs.HEAD),
        fps,
    )


def _markers(keypoints: Keypoints, pattern: re.Pattern[str]) -> np.ndarray | None:
    """(T, 3) the middle of the markers of these names, which need not be points of the body that are used."""
    names = [re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower()) for name in keypoints.names]
    held = [place for place, name in enumerate(names) if pattern.fullmatch(name)]
    return limbs.mean_of(keypoints.positions[:, held]) if held else None


def _posture(body: _Body) -> np.ndarray | None:
    """Up from the ankles over knees and hips to neck and head, in the mean over the clip."""
    bones = (
        (body.ankles, body.hips, 2.0),
        (body.ankles, body.knees, 1.0),
        (body.hips, body.neck, 1.0),
        (body.ankles, body.head, 2.0),
        (body.neck, body.head, 0.5),
    )
    total, weights = np.zeros(len(_DIRECTIONS)), 0.0
    for low, high, weight in bones:
        direction = None if low is None or high is None else _mean_direction(high - low)
        if direction is not None:
            total, weights = total + weight * (_DIRECTIONS @ direction - 1.0), weights + weight
    return _POSTURE * total / max(weights, 2.0) if weights else None


def _mean_direction(bone: np.ndarray) -> np.ndarray | None:
    bone = bone[np.isfinite(bone).all(-1)]
    lengths = np.linalg.norm(bone, axis=-1, keepdims=True)
    return (bone / np.maximum(lengths, 1e-12)).mean(0) if len(bone) else None


def _placed(body: _Body) -> bool:
    """Whether the body moves through the world; what is relative to the hips or a single frame does not."""
    trunk = body.trunk
    seen = trunk[np.isfinite(trunk).all(-1)] if trunk is not None else np.zeros((0, 3))
    return len(seen) > 2 and float(np.ptp(seen, axis=0).max()) > _FIXED


def _footing(body: _Body) -> float:
    """How much posture counts: feet at rest under a moving trunk bear it, a trunk at rest lies or sits."""
    feet, trunk = _speed(body.ankles), _speed(body.trunk)
    if feet is None or trunk is None:
        return 1.0
    return _ON_FEET if feet < 0.5 * trunk else _OFF_FEET if trunk < 0.5 * feet else 1.0


def _speed(points: np.ndarray | None) -> float | None:
    steps = np.zeros(0) if points is None else np.linalg.norm(np.diff(points, axis=0), axis=-1)
    steps = steps[np.isfinite(steps)]
    return float(np.median(steps)) if len(steps) else None


def _floor(body: _Body) -> np.ndarray:
    """A floor lies mostly at zero, more so where a whole body lies near it, and always at one height."""
    heights = body.points[:: len(body.points) // _ENOUGH_FRAMES + 1] @ _DIRECTIONS.T
    lowest = np.where(np.isfinite(heights), heights, np.inf).min(1)
    low, middle, high = np.percentile(lowest[np.isfinite(lowest).all(-1)], (10, 50, 90), axis=0)
    at_zero = (low > _FLOOR[0]) & (middle < _FLOOR[1])
    (tops,) = known_percentiles(np.where(np.isfinite(heights), heights, np.nan).reshape(-1, 6), (95,))
    at_zero = at_zero + 0.2 * (at_zero & (tops < _LYING))
    unsteady = np.clip((high - low - _STEADY) / (_UNSTEADY - _STEADY), 0.0, 1.0)
    return np.where(at_zero > 0, _ZERO * at_zero, _ELSEWHERE) - 1.5 * unsteady


def _travel(body: _Body) -> np.ndarray:
    """Who goes far goes level."""
    trunk = body.trunk
    assert trunk is not None
    along = trunk[np.isfinite(trunk).all(-1)] @ _DIRECTIONS.T
    way = np.subtract(*np.percentile(along, (95, 5), axis=0))
    return -2.5 * np.clip((way - _LEVEL) / (_FAR - _LEVEL), 0.0, 1.0)
