"""How high the floor lies under the feet, from a whole clip."""

from __future__ import annotations

import numpy as np

from ..body.floor import bearing, heights_of
from ..body.kinematics import forward
from ..body.skeleton import REST_OFFSETS
from ..body.soles import soles
from ..recording import Keypoints, Person
from .surely_seen import without_guesses

_OVER_SOLES = ({"big_toe": 0.017, "small_toe": 0.015, "heel": 0.035}, {"foot": 0.02}, {"ankle": 0.08})
"""Metres from points on the skin of feet, or else from joints, down to the sole of a standing person."""
_LOW_PERCENT = 10.0
_CLEARLY_LOWER = 0.15
_LEAST_BEARING = 0.1
"""Share of a clip's frames in which feet must bear to tell the floor."""


def floor_height(people: list[Person] | tuple[Person, ...]) -> float | None:
    """Height in metres (Y up) of the floor, None when no foot is seen.

    Feet that bear lie on it, on the lowest of its heights where there are stairs; where none does, a low
    percentile over the clip tells it, for each frame's lowest foot is on the floor or above it. Who stands on
    the hands or lies has the floor under what is lowest. Several people: the middle one's.
    """
    heights = [height for height in map(_floor_of, map(without_guesses, people)) if height is not None]
    return float(np.median(heights)) if heights else None


def _floor_of(one: Person) -> float | None:
    places = _soles(one)
    if places is None or not np.isfinite(places).any():
        return None
    under_feet, under_body = _under(places, one.fps), _low(_heights(one))
    return under_body if under_body < under_feet - _CLEARLY_LOWER else under_feet


def _under(places: np.ndarray, fps: float) -> float:
    """What soles at these places (T, N, 3) bear on."""
    low = _low(places[..., 1])
    bears, calm = bearing(places, fps)
    lowest = np.where(bears, calm[..., 1], np.inf).min(1)
    lowest = lowest[np.isfinite(lowest)]
    if len(lowest) < _LEAST_BEARING * len(places):
        return low
    return float(heights_of(lowest, fps)[0])


def _low(heights: np.ndarray) -> float:
    """A low percentile of each frame's lowest point of heights (T, N)."""
    lowest = np.where(np.isfinite(heights), heights, np.inf).min(1)
    return float(np.percentile(lowest[np.isfinite(lowest)], _LOW_PERCENT))


def _heights(one: Person) -> np.ndarray:
    """(T, N) heights of all joints or keypoints that are known."""
    if one.keypoints is None:
        assert one.poses is not None
        return forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)[0][..., 1]
    known = [place for place, name in enumerate(one.keypoints.canonical) if name]
    return one.keypoints.positions[:, known, 1]


def _soles(one: Person) -> np.ndarray | None:
    """(T, N, 3) points under the feet, NaN where missing.

    From the keypoints where they have feet, for they show the person's own size; else from the poses.
    """
    seen = None if one.keypoints is None else _soles_seen(one.keypoints)
    if seen is None and one.poses is not None:
        joints, turned = forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)
        return np.asarray(soles(joints, turned, REST_OFFSETS)).reshape(len(joints), -1, 3)
    return seen


def _soles_seen(keypoints: Keypoints) -> np.ndarray | None:
    positions, canonical = keypoints.positions, keypoints.canonical
    for heights in _OVER_SOLES:
        over = {f"{side}_{part}": height for part, height in heights.items() for side in _SIDES}
        held = [name for name in over if name in canonical]
        if held:
            # The lowest of them tells for all: brought to one level, noise would choose among more.
            down = np.array([0.0, min(over[name] for name in held), 0.0])
            return positions[:, [canonical.index(name) for name in held]] - down
    return None


_SIDES = ("left", "right")
