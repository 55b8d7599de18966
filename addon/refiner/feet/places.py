"""The places under each foot that may bear, and with what probability."""

from __future__ import annotations

import numpy as np

from ...body.arrays import stacked
from ...body.rotations import matrix_from_axis_angle
from ...body.soles import ANKLES, FEET, FRONT, HEEL, INNER, OUTER, TOE, undersides
from ...motion import Floor

TIP = 0.012
"""Metres by which the front of the toes must lie below the ball to be what bears."""
LIES, HARDLY = 0.024, 0.006
"""The same of straight toes that come up for the ball to bear, and metres more from which they do not. In
between is little, or feet would stand on toes that are bent half way, with the ball in the air."""
RAISED = 0.04
"""Metres over the toes at which a heel that is said to bear is as likely in the air."""
BENT = np.radians(60.0)
"""By how much toes bend at most."""
BENDS = np.radians(180.0)
"""A second, by how much toes bend at most for the floor: they come up before they must and go down after."""


def places_under(joints: np.ndarray, world: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """(T, 2, 3, 3) metres, heel, middle of the ball and front of the toes under each foot."""
    under = undersides(joints, world, bones)
    ball = (under[..., INNER, :] + under[..., OUTER, :]) / 2.0
    return stacked([under[..., HEEL, :], ball, under[..., FRONT, :]], axis=2)


def chances(contacts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(T, 2, 3) probabilities that these places (T, 2, 3, 3) bear, from those of heels and toes (T, 4): on
    the tip of the toes alone the ball is in the air."""
    heels_and_toes = contacts.reshape(-1, 2, 2)
    tip = np.clip((places[..., 1, 1] - places[..., 2, 1]) / TIP - 1.0, 0.0, 1.0)
    toes = heels_and_toes[..., 1]
    return stacked([heels_and_toes[..., 0], toes * (1.0 - tip), toes * tip], axis=-1)


def flatness(contacts: np.ndarray, places: np.ndarray, off: np.ndarray) -> np.ndarray:
    """(T, 2) probabilities that heel and toes of a foot bear together, from those of heels and toes (T, 4)
    and the places (T, 2, 3, 3): less where the heel is raised by more than errors `off` (T, 2) metres
    tell."""
    raised = np.maximum(places[..., 0, 1] - places[..., 1:, 1].min(-1), 0.0) / np.hypot(RAISED, 2.0 * off)
    return np.asarray(contacts.reshape(-1, 2, 2).prod(-1) / (1.0 + raised**4))


def toes_up(
    floor: Floor,
    joints: np.ndarray,
    world: np.ndarray,
    toes: np.ndarray,
    bones: np.ndarray,
    bear: np.ndarray,
    fps: float,
    levels: np.ndarray | None = None,
    sunk: float = 0.0,
) -> np.ndarray:
    """(T, 2, 3, 3) turns in the world of such toes, bent up where they alone are more than `sunk` metres
    below the floor, and to lie on it with the ball where they bear with the chances `bear` (T, 2); never
    suddenly."""
    straight = world.copy()
    straight[:, list(FEET)] = toes
    under = undersides(joints, straight, bones)
    over = floor.over(under, None if levels is None else levels[..., None])
    ball = np.minimum(over[..., INNER], over[..., OUTER])
    below = (over[..., INNER] + over[..., OUTER]) / 2.0 - over[..., FRONT]
    lie = bear * np.clip(1.0 - (below - LIES) / HARDLY, 0.0, 1.0)
    least = lie * ball + (1.0 - lie) * np.minimum(ball, -sunk)
    drop = least[..., None] - over[..., TOE:]
    length = np.linalg.norm(under[..., TOE:, :] - joints[:, list(FEET), None], axis=-1)
    angle = np.minimum(np.arcsin(np.clip(drop / length, 0.0, 1.0)).max(-1), BENT)
    angle = _unhurried(angle, BENDS / fps)
    across = world[:, list(ANKLES)][..., 0]
    return np.asarray(matrix_from_axis_angle(-across * angle[..., None]) @ toes)


def _unhurried(angles: np.ndarray, step: float) -> np.ndarray:
    """The least angles (T, ...) that are nowhere less than these and change by no more than a step."""
    slope = step * np.arange(len(angles)).reshape(-1, *[1] * (angles.ndim - 1))
    after = np.maximum.accumulate(angles + slope) - slope
    return np.asarray((np.maximum.accumulate((after - slope)[::-1]) + slope[::-1])[::-1])
