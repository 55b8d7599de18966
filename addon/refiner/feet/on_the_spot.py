"""Somebody who walks on the spot, as keypoints about the hips and treadmills show it, comes along.

Steps can only be told from feet that stay, and here none does. So a first way is told by what is lowest,
which is what mostly bears; on it feet are held and contacts found anew, some times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ...body.kinematics import forward
from ...motion import Motion
from ...steps import Steps, in_chunks
from .places import places_under

SPOT, AWAY = 0.15, 0.5
"""Metres from its middle place within which a pelvis is on the spot, and those that somebody must come along
there by the first way."""
LOWEST = 0.02
"""Metres over the lowest place under the feet at which another tells of the way a third as much."""
UPRIGHT = 0.7
"""Share of the legs' length that the pelvis is over what is lowest, of who goes on feet."""
ROUNDS = 3
"""How often the way is told anew from where feet bear on it."""
LONG = 1.0 / 3.0
"""Seconds between two frames over which nothing is told of the way."""
_LEG = ((1, 4, 7), (2, 5, 8))
_LEVEL = np.array([1.0, 0.0, 1.0])

Hold = Callable[[Motion], Steps[Motion]]


def on_its_way(motion: Motion, hold: Hold) -> Steps[Motion]:
    """A motion whose feet `hold` holds, its path told by the steps, with the way of somebody who steps on the
    spot; else as `hold` gives it."""
    way = yield from _first_way(motion)
    if way is None:
        return (yield from hold(motion))
    for _ in range(ROUNDS):
        found = yield from hold(replace(motion, pelvis=motion.pelvis + way))
        if found.free is None:
            return (yield from hold(motion))
        way = (found.pelvis - motion.pelvis) * _LEVEL
    return replace(found, free=(motion.rotations, motion.pelvis))


def _first_way(motion: Motion) -> Steps[np.ndarray | None]:
    """(T, 3) metres over the floor from where the pelvis is, about their mean; None of who is not on the spot
    or does not get far by it."""
    level = motion.pelvis[:, [0, 2]]
    if np.linalg.norm(level - np.median(level, axis=0), axis=1).max() > SPOT:
        return None
    places = yield from in_chunks(lambda rows: _places(motion, rows), motion.frames)
    way = np.zeros_like(motion.pelvis)
    way[1:] = np.cumsum(_steps(motion, places), axis=0)
    if not len(way) or np.linalg.norm(way - way[0], axis=1).max() < AWAY:
        return None
    return way - way.mean(0)


def _places(motion: Motion, rows: slice) -> np.ndarray:
    """(N, 6, 3) metres, the places under both feet."""
    posed = forward(motion.rotations[rows], motion.pelvis[rows], motion.bone_offsets)
    under = places_under(*posed, motion.bone_offsets)
    return under.reshape(len(under), -1, 3)


def _steps(motion: Motion, places: np.ndarray) -> np.ndarray:
    """(T - 1, 3) metres over the floor between frames, for the lowest of places (T, P, 3) to stay."""
    heights = (places[1:, :, 1] + places[:-1, :, 1]) / 2.0
    lowest = heights.min(1)
    weights = np.exp((lowest[:, None] - heights) / LOWEST)
    steps = -(np.diff(places, axis=0) * weights[..., None]).sum(1) / weights.sum(1)[:, None] * _LEVEL
    legs = np.linalg.norm(motion.bone_offsets[list(_LEG)], axis=-1)[:, 1:].sum(1).mean()
    upright = motion.pelvis[:-1, 1] - lowest > UPRIGHT * legs
    near = np.diff(motion.frame_ids) <= LONG * motion.fps
    return np.asarray(np.where((upright & near)[:, None], steps, 0.0))
