"""By how much body and feet move for what bears to stay on its floor: the whole clip at once.

The body's path and both feet's are solved for together. A leg that changes costs what its keypoints'
precision says, and a body that moves slowly little: so the legs change no more than they must.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np

from ...body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ...body.soles import BALL_ACROSS, SOLE_UP
from ...steps import Steps
from .bands import Bands
from .clip import Clip

SLIDE, TURN = 0.0047, 0.01
"""Metres, and radians, that a bearing foot may stray within a second."""
MOVES, SPINS = 0.45, 1.5
"""m/s, and radians a second, at which a foot hardly bears."""
ON_FLOOR, FLAT, ROLLED = 0.003, 0.025, 0.03
"""Metres by which a bearing sole may miss the floor, radians by which a flat one may lean on it, and by which
a ball whose heel may be up leans to a side."""
UNDER, LEANING, ROLLING = 0.001, 0.025, 0.12
"""Metres that bearing soles are pressed into the floor, and radians that flat ones may lean on it and balls
to a side for nothing: feet and soles of a file are not quite ours."""
EDGE = 0.5
"""Radians to a side from which a foot stands on its edge rather than on its ball."""
EVEN = 0.5
"""Chance from which something rather bears."""
HARD, SUNK_PASSES, HARDLY = 100.0, 3, 0.0002
"""How much more a sole below the floor counts than the floor under others, how often such are sought, and
metres that are not worth another time."""
DOUBTED, MORE = 3, 1.5
"""How often feet are held, the contacts that took them away doubted in between, and how many times more than
before, or it ends."""
FREE_PATH = 1e-4
"""Weight of the measured place of a path that is rebuilt from steps."""
DRIFTS = 0.1
"""m/s by which such a path is thought to drift: in the air nothing else tells of it."""
ROLLING_TELLS, STEPPED = 0.1, 0.01
"""How far a foot that rolls tells of such a path beside one that lies flat, for what it rolls on is not quite
where it is thought to be; and metres by which the path is off then."""
LEAST_UP = 0.01
"""Metres by which a body's height over its floor is off at least: a leg that changes instead would show."""
EASE_BODY = 0.15
"""Seconds over which what moves the body comes and goes."""
LOW, LIFTED = 0.001, 20.0
"""Metres by which a foot lies lower than it is to, from which the body follows it so many times rather than
the other."""
FOLLOWING, EASE_FOLLOWING = 0.02, 0.08
"""Metres that the body follows feet that do not reach their places, and seconds over which it does."""

BODY = (1.0, 0.0, 0.0)
FEET = ((0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
LEGS = ((-1.0, 1.0, 0.0), (-1.0, 0.0, 1.0))
"""Shares of the three paths in what is weighed: the body's place, each foot's, and each's beside the body."""


def turned(clip: Clip, feet: np.ndarray) -> Steps[np.ndarray]:
    """(T, 2, 3) turns in the world that keep a foot that is flat on the floor from turning and leaning, and
    one that stands on its ball from leaning to a side; feet (T, 2, 3, 3)."""
    bands = Bands(len(feet), 3, 2)
    between = axis_angle_from_matrix(feet[1:] @ np.swapaxes(feet[:-1], -1, -2))
    for foot, own in enumerate(np.eye(2)):
        flat, steps = clip.flat[:, foot], between[:, foot]
        weights = clip.measured(clip.precision.turn[:, foot])
        bands.near(own, weights)
        bands.steps_near(own, clip.still(foot, flat, steps, TURN, SPINS), -steps)
        bands.smooth(own, clip.eased(weights, flat))
        if clip.floor is not None:
            lean = _beyond(LEANING, np.cross(feet[:, foot] @ SOLE_UP[foot], clip.floor.normal))
            bands.near(own, pressing(flat) * clip.measured(FLAT), lean)
    found = np.swapaxes((yield from bands.solve()), 1, 2)
    if clip.floor is None:
        return found
    for foot, own in enumerate(np.eye(2)):
        roll = _roll(clip.floor.normal, matrix_from_axis_angle(found[:, foot]) @ feet[:, foot], foot)
        balls = pressing(clip.chances[:, foot, 1]) * np.exp(-((np.linalg.norm(roll, axis=-1) / EDGE) ** 4))
        bands.near(own, balls * clip.measured(ROLLED), found[:, foot] + _beyond(ROLLING, roll))
    return np.swapaxes((yield from bands.solve()), 1, 2)


def pressing(chances: np.ndarray) -> np.ndarray:
    """0..1, how much the floor under what bears with these chances counts: as its squares on average, but
    less of what rather does not bear, which may well pass by at some height."""
    return np.minimum(chances, np.square(chances) / EVEN)


def _roll(normal: np.ndarray, feet: np.ndarray, foot: int) -> np.ndarray:
    """(T, 3) turns in the world of this foot (T, 3, 3) that bring both sides of its ball to one level."""
    across = feet @ BALL_ACROSS[foot]
    about = np.cross(across, normal)
    return np.asarray(-(across @ normal)[:, None] * about / (np.square(about).sum(-1, keepdims=True) + 1e-9))


def _beyond(most: float, turns: np.ndarray) -> np.ndarray:
    """What of turns (T, 3) is more than so many radians."""
    angles = np.linalg.norm(turns, axis=-1, keepdims=True)
    return np.asarray(turns * (1.0 - np.minimum(most / (angles + 1e-9), 1.0)))


def moved(clip: Clip, places: np.ndarray, under: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3, 3) metres that the body, the left and the right foot (second axis) move.

    places (T, 2, 3, 3): heel, ball and toes' front; under (T, 2, P, 3): all that may be below the floor.
    """
    level = yield from _level(clip, places)
    if clip.floor is None:
        return level
    normal = clip.floor.normal
    level = level - (level @ normal)[..., None] * normal
    up = yield from _up(clip, clip.over(under + level[:, 1:, None]).min(-1))
    return level + up[..., None] * normal


def _level(clip: Clip, places: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3, 3) metres, for bearing feet to stay: beside a path that their steps have told first, where it is
    not measured."""
    if np.isfinite(clip.precision.path):
        return (yield from _undoubted(clip, places, clip.bears))
    flat = clip.bears * (ROLLING_TELLS + (1.0 - ROLLING_TELLS) * clip.flat)
    path = (yield from _undoubted(clip, places, flat))[:, :1]
    # Steps do not tell where a path as a whole lies.
    path = path - path.mean(0)
    told = replace(clip, precision=replace(clip.precision, path=STEPPED))
    return path + (yield from _undoubted(told, places + path[:, :, None], clip.bears))


def _undoubted(clip: Clip, places: np.ndarray, bears: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3, 3) metres, for feet that bear (T, 2) to stay, but those that this would take away from where
    they are."""
    free, doubts = _together(clip, 3, clip.precision.path), np.ones(bears.shape)
    for _ in range(DOUBTED):
        found = yield from _stayed(clip, deepcopy(free), places, bears, doubts)
        further = clip.doubts(np.linalg.norm(found[:, 1:] - found[:, :1], axis=-1))
        if (further < MORE * doubts).all():
            break
        doubts = np.maximum(doubts, further)
    return found


def _stayed(
    clip: Clip, bands: Bands, places: np.ndarray, bears: np.ndarray, doubts: np.ndarray
) -> Steps[np.ndarray]:
    """(T, 3, 3) metres, for feet to stay as far as they bear (T, 2) and are not doubted (T, 2), and else as
    these bands say."""
    for foot in (0, 1):
        slide = _mean_step(places[:, foot], clip.chances[:, foot])
        still = clip.still(foot, bears[:, foot], slide, SLIDE, MOVES, doubts[:, foot])
        bands.steps_near(FEET[foot], still, -slide)
    return np.swapaxes((yield from bands.solve()), 1, 2)


def _up(clip: Clip, lowest: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3) metres up that put bearing feet on the floor and lift those that are below; lowest (T, 2): of
    either foot's sole, over the floor."""
    bands = _together(clip, 1, float(np.hypot(clip.precision.path, LEAST_UP)))
    pressed = -UNDER - lowest[..., None]
    bears = pressing(clip.bears) * clip.measured(ON_FLOOR)[:, None]
    for foot in (0, 1):
        bands.near(FEET[foot], bears[:, foot], pressed[:, foot])
    found = (yield from bands.solve())[:, 0]
    for _ in range(SUNK_PASSES):
        sunk = lowest + found[:, 1:] < -UNDER - HARDLY
        if not sunk.any():
            break
        for foot in (0, 1):
            weights = np.where(sunk[:, foot], HARD * clip.measured(ON_FLOOR), 0.0)
            bands.near(FEET[foot], weights, pressed[:, foot])
        found = (yield from bands.solve())[:, 0]
    return found


def _together(clip: Clip, numbers: int, path: float) -> Bands:
    """The body's path, off by so many metres, and both feet's, near where they were measured and smooth."""
    bands = Bands(len(clip.contacts), numbers, 3)
    if np.isfinite(path):
        bands.near(BODY, clip.measured(path))
    else:
        bands.near(BODY, np.full(len(clip.contacts), FREE_PATH))
        bands.steps_near(BODY, clip.drifts(DRIFTS), np.zeros((len(clip.contacts) - 1, numbers)))
    bands.smooth(BODY, clip.smooth(clip.measured(clip.precision.body), EASE_BODY))
    for foot in (0, 1):
        weights = clip.measured(clip.precision.foot[:, foot])
        bands.near(LEGS[foot], weights)
        bands.smooth(LEGS[foot], clip.eased(weights, clip.bears[:, foot]))
    return bands


def low_by(clip: Clip, left: np.ndarray) -> np.ndarray:
    """(T, 2) metres by which feet lie lower than they are to, by what is left (T, 2, 3) to their places."""
    if clip.floor is None:
        return np.zeros(left.shape[:2])
    return np.maximum(left @ clip.floor.normal, 0.0)


def followed(clip: Clip, left: np.ndarray, low: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3) metres by which the body follows feet that do not reach their places: what is left (T, 2, 3) to
    these, and by how much (T, 2) they lie too low."""
    # Rather the foot that misses its place, and that below the floor: the other one's leg gives way.
    shares = np.square(clip.bears) * np.linalg.norm(left, axis=-1) * np.where(low > LOW, LIFTED, 1.0)
    shares = shares[..., None] + 1e-9
    mean = (left * shares).sum(1) / shares.sum(1)
    bands = Bands(len(left), 3, 1)
    missed = clip.measured(ON_FLOOR)
    bands.near((1.0,), clip.measured(FOLLOWING))
    bands.near((1.0,), np.square(clip.bears.max(-1)) * missed, mean)
    bands.smooth((1.0,), clip.smooth(missed, EASE_FOLLOWING))
    return (yield from bands.solve())[..., 0]


def _mean_step(places: np.ndarray, chances: np.ndarray) -> np.ndarray:
    """(T - 1, 3) metres that bearing places (T, P, 3) move from frame to frame, by their chances (T, P)."""
    shares = np.square(chances[:-1] * chances[1:])[..., None] + 1e-9
    return np.asarray((np.diff(places, axis=0) * shares).sum(1) / shares.sum(1))
