"""Which way is up for a person seen by a tilted camera, from how they stand and where they walk.

Only somebody who walks or steps about shows it: an upright body alone may as well lie before a camera that
looks down. The body's own direction tells up to within some degrees (people lean forward); the path, which is
level, tells it exactly along the way, and so do the places where the feet rested if they span a plane.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..body.directions import unit
from ..body.kinematics import forward
from ..body.runs import runs
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS
from ..recording import Person
from . import limbs

_ALIGNED = np.cos(np.radians(25.0))
_STRAIGHT = 0.92
_MOSTLY = 0.6
_STEADY = np.cos(np.radians(12.0))
_LEAST_WAY = 1.0
_LEAST_SWING = 0.1
_LEAST_STEPS = 2
_STEEPEST = np.sin(np.radians(12.0))
_MOST_TILT = np.cos(np.radians(47.0))
_NEAR_POSTURE = np.cos(np.radians(20.0))
_RESTING = 0.15
"""Metres per second below which an ankle bears."""
_LEAST_RESTS = 6
_LEAST_SPAN = 0.5
_FLATTEST = 0.02
_UP = np.array([0.0, 1.0, 0.0])


class Stance(NamedTuple):
    """What of a body tells up: hips, ankles by side, middle of the shoulders or neck; (T, 3) metres each."""

    hips: np.ndarray
    ankles: tuple[np.ndarray, np.ndarray]
    neck: np.ndarray
    legs: np.ndarray
    """(T,) distance from hip to ankle of the straighter leg."""
    window: int
    """Frames on both sides over which the direction of walking is measured."""


def find_up(people: list[Person] | tuple[Person, ...]) -> np.ndarray | None:
    """(3,) unit vector that points up, None where nobody walks or where they do not agree.

    people: metres, with +Y roughly up (a camera's own up); a tilt of over 47° is not believed.
    """
    found = [up for up in map(walk_up, people) if up is not None]
    if not found:
        return None
    mean = unit(np.mean(found, axis=0))
    agree = all(up @ mean > _STEADY for up in found)
    return mean if agree and mean @ _UP > _MOST_TILT else None


def walk_up(one: Person) -> np.ndarray | None:
    """(3,) unit vector that points up for one person who walks, in metres and any axes; None for others."""
    return _up_of(stance_of(one))


def lean(one: Person) -> np.ndarray | None:
    """(3,) unit vector along a body that stands for most of a clip in one direction, else None."""
    stance = stance_of(one)
    standing = None if stance is None else _standing(stance)
    return None if stance is None or standing is None else _posture(stance, standing)


def turn_upright(up: np.ndarray) -> np.ndarray:
    """(3, 3) the shortest rotation that takes the unit vector `up` (3,) to +Y."""
    x, y, z = up
    # Rodrigues' formula with the axis up × Y = (-z, 0, x), of length sin(angle).
    cross = np.array([[0.0, -x, 0.0], [x, 0.0, z], [0.0, -z, 0.0]])
    return np.eye(3) + cross + cross @ cross / (1.0 + y)


def stance_of(one: Person) -> Stance | None:
    """The points that tell how a person stands; from the poses where there are some."""
    window = max(1, round(one.fps / 4))
    if one.poses is not None:
        joints, _ = forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)
        at = {name: joints[:, place] for place, name in enumerate(JOINT_NAMES)}
        legs = [np.linalg.norm(at[f"{side}_hip"] - at[f"{side}_ankle"], axis=-1) for side in _SIDES]
        ankles = at["left_ankle"], at["right_ankle"]
        return Stance(at["pelvis"], ankles, at["neck"], np.maximum(*legs), window)
    if one.keypoints is None:
        return None
    hips, neck = limbs.middle(one.keypoints, limbs.HIPS), limbs.middle(one.keypoints, limbs.NECK)
    columns = [limbs.column(one.keypoints, ("{}_ankle",), side) for side in _SIDES]
    if hips is None or neck is None or columns[0] is None or columns[1] is None:
        return None
    left, right = (one.keypoints.positions[:, column] for column in columns if column is not None)
    legs = [np.linalg.norm(hips - ankle, axis=-1) for ankle in (left, right)]
    return Stance(hips, (left, right), neck, np.maximum(*legs), window)


_SIDES = ("left", "right")


def _up_of(stance: Stance | None) -> np.ndarray | None:
    """Up from one person's walk, None when they do not walk for most of the time."""
    standing = None if stance is None else _standing(stance)
    posture = None if stance is None or standing is None else _posture(stance, standing)
    if stance is None or standing is None or posture is None:
        return None
    hips = stance.hips[standing]
    plane = _plane(_rests(stance), posture)
    if plane is not None:
        return plane
    up = _level(posture, hips)
    return up if up is not None and _steps(stance, standing, up) >= _LEAST_STEPS else None


def _rests(stance: Stance) -> np.ndarray:
    """(N, 3) the places where an ankle stayed for a while, one for each stay."""
    places, least = [], max(stance.window // 2, 2) - 1
    for ankle in stance.ankles:
        # Four windows are a second.
        steps = np.linalg.norm(np.diff(ankle, axis=0), axis=-1) * 4 * stance.window
        stays = [(first, last) for first, last in runs(steps < _RESTING) if last - first >= least]
        places += [ankle[first : last + 2].mean(0) for first, last in stays]
    return np.array(places).reshape(-1, 3)


def _plane(places: np.ndarray, posture: np.ndarray) -> np.ndarray | None:
    """The normal of the plane that places (N, 3) span, upwards; None where they span none."""
    if len(places) < _LEAST_RESTS:
        return None
    centred = places - places.mean(0)
    ways = np.linalg.svd(centred, full_matrices=False)[2]
    spans = np.ptp(centred @ ways.T, axis=0)
    normal = ways[2] * np.sign(ways[2] @ posture)
    flat = spans[1] >= _LEAST_SPAN and float(np.std(centred @ ways[2])) < _FLATTEST
    return normal if flat and normal @ posture > _NEAR_POSTURE else None


def _posture(stance: Stance, standing: np.ndarray) -> np.ndarray | None:
    """The body's direction while standing; None where they do not stand mostly, or not in one direction."""
    if standing.mean() < _MOSTLY:
        return None
    body = unit(stance.neck - np.mean(stance.ankles, axis=0))[standing]
    posture = unit(body.mean(0))
    return posture if (body @ posture).mean() >= _STEADY else None


def _standing(stance: Stance) -> np.ndarray | None:
    """(T,) frames with a straight leg and the trunk above it; None when the body is hardly seen."""
    ankles = np.mean(stance.ankles, axis=0)
    seen = np.isfinite(stance.hips + ankles + stance.neck).all(-1) & np.isfinite(stance.legs)
    if not seen.any():
        return None
    aligned = (unit(stance.hips - ankles) * unit(stance.neck - stance.hips)).sum(-1) > _ALIGNED
    longest = np.percentile(stance.legs[seen], 75)
    return seen & aligned & (stance.legs > _STRAIGHT * longest)


def _level(posture: np.ndarray, path: np.ndarray) -> np.ndarray | None:
    """The posture's direction made square to the path (N, 3); None for a short or a steep one."""
    centred = path - np.median(path, axis=0)
    ways = np.linalg.svd(centred, full_matrices=False)[2]
    long_ways = [way for way in ways[:2] if np.ptp(np.percentile(centred @ way, (2, 98))) >= _LEAST_WAY]
    if not long_ways or any(abs(way @ posture) > _STEEPEST for way in long_ways):
        return None
    up = posture - sum((way @ posture) * way for way in long_ways)
    return unit(up)


def _steps(stance: Stance, standing: np.ndarray, up: np.ndarray) -> int:
    """How often one foot passes the other along the way that the hips go."""
    apart = (stance.ankles[0] - stance.ankles[1])[standing]
    apart = apart - (apart @ up)[:, None] * up
    hips, frames = stance.hips[standing], np.arange(len(apart))
    ahead, behind = np.minimum(frames + stance.window, len(frames) - 1), np.maximum(frames - stance.window, 0)
    going = hips[ahead] - hips[behind]
    going = unit(going - (going @ up)[:, None] * up)
    swing = (apart * going).sum(-1)
    sides = np.sign(swing[np.abs(swing) > _LEAST_SWING])
    return int((np.diff(sides) != 0).sum())
