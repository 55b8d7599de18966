"""When soles of captured motion bear: from their speed and height, without knowing the floor."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_COUNT
from addon.body.soles import CARRIERS, HEEL, soles

STILL, SHARE = 0.25, 0.15
"""m/s below which a place under the foot stands, or this share of the pelvis' own speed: where capture
was put on another skeleton feet slide, and runners' the more."""
NEAR = 0.045
"""Metres above the body's lowest sole, at some moment of its stand, for a place to carry somebody."""
LIFTED = 0.03
"""Metres above its lowest height of a stand at which a place has left the floor."""
SPAN = 1.0 / 30.0
"""Seconds to either side of a moment over which a speed is measured."""
SHORTEST = 0.1
"""Seconds; what stands or moves for less is a shake."""
ABOVE_BODY = 0.12
"""Metres that the lowest sole may lie above the lowest other joint: feet of people who lie or stand on their
hands may bear nothing."""
_OTHERS = [joint for joint in range(JOINT_COUNT) if joint not in CARRIERS]


def bearing(rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2, 2) bool, whether heel and toes (ball or tip) of the left and the right foot bear.

    rotations (T, 24, 3, 3) local, pelvis (T, 3) metres, bones (24, 3): clean motion.
    """
    joints, world = forward(rotations, pelvis, bones)
    places = np.asarray(soles(joints, world, bones))
    still = _speed(places, fps) < np.maximum(STILL, SHARE * _speed(pelvis, fps))[:, None, None]
    found = _places(places, _steady(still, fps), np.asarray(joints)[:, _OTHERS, 1].min(1), fps)
    return np.stack([found[..., HEEL], found[..., HEEL + 1 :].any(-1)], axis=-1)


def _places(places: np.ndarray, still: np.ndarray, lowest_other: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2, 4) bool of the places (T, 2, 4, 3) under the feet, of which some stand still."""
    height = places[..., 1]
    lowest = height.reshape(len(height), -1).min(1)
    flat_still, flat_height = still.reshape(len(still), -1), height.reshape(len(height), -1)
    carries = flat_still[np.arange(len(lowest)), flat_height.argmin(1)] & (lowest < lowest_other + ABOVE_BODY)
    result = np.zeros(flat_still.shape, bool)
    for place in range(result.shape[1]):
        for first, last in runs(flat_still[:, place]):
            rows = slice(first, last)
            near = flat_height[rows, place] < lowest[rows] + NEAR
            if (near & carries[rows]).any():
                own = flat_height[rows, place]
                result[rows, place] = own < own.min() + LIFTED
    return _steady(result, fps).reshape(still.shape)


def _speed(places: np.ndarray, fps: float) -> np.ndarray:
    """(T, …) m/s, over what three frames span at 30 a second, whatever the rate."""
    frames, step = np.arange(len(places)), max(round(fps * SPAN), 1)
    before, after = np.maximum(frames - step, 0), np.minimum(frames + step, len(frames) - 1)
    seconds = np.maximum(after - before, 1) / fps
    speed = np.linalg.norm(places[after] - places[before], axis=-1).T / seconds
    return np.asarray((speed[..., before] + 2.0 * speed + speed[..., after]) / 4.0).T


def _steady(states: np.ndarray, fps: float) -> np.ndarray:
    """States (T, …) bool without those that are shorter than a shake, gaps first."""
    shortest = SHORTEST * fps
    result = states.copy()
    flat = result.reshape(len(states), -1)
    for column in flat.T:
        for value in (False, True):
            for first, last in runs(column == value):
                inside = first > 0 and last < len(column)
                if last - first < shortest and inside:
                    column[first:last] = not value
    return result


def runs(states: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last row of each stretch of True in (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], states, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
