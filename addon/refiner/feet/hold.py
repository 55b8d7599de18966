"""Feet that stay where they bear: the whole clip at once, from finished motion and its contacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.kinematics import forward
from ...body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from ...body.soles import ANKLES, FEET, HEEL, INNER, OUTER, TOE, sole_offsets, soles
from ...motion import Floor
from ...steps import Stepped, Steps, in_chunks
from .bands import ORDER, Bands
from .legs import reach

CORRELATED = 0.25
"""Seconds over which errors of a place are alike."""
SLIDE, TURN = 0.01, 0.03
"""Metres, and radians, that a bearing foot may stray within a second."""
ON_FLOOR, FLAT = 0.004, 0.05
"""Metres by which a bearing place may miss the floor, radians by which a flat sole may lean on it."""
LEAST_EASED = 1e-6
"""Share of that smoothness which is left where a foot bears."""
UNDER, OVER, LEANING = 0.001, 0.002, 0.02
"""Metres that bearing places may lie under and over the floor, and radians that a flat sole may lean on it:
feet and soles of a file are not quite ours."""
LOOK, MOVES = 0.05, 0.3
"""Seconds around a frame in which a foot's mean speed is looked at, and m/s at which it hardly bears."""
EASE = 0.25
"""Seconds over which what moves a foot comes and goes."""
FREE_PATH = 1e-4
"""Weight of the measured place of a path that is rebuilt from steps."""
HARD = 20.0
"""How much more a sole below the floor counts than the floor under others."""
PASSES, FOLLOWING = 3, 0.02
"""How often legs reach for their places, and metres that the pelvis follows them in between."""
BENT = np.radians(60.0)
TIP = 0.012
"""Metres by which the tip of the toes must lie below the ball to be what bears."""


@dataclass(frozen=True)
class Precision:
    """How far the motion is thought to be off: foot (2,) metres and turn (2,) radians of the left and right
    foot, path metres of the body's own place; infinite for a path that the steps are to tell."""

    foot: np.ndarray
    turn: np.ndarray
    path: float


@Stepped
def hold_feet(
    rotations: np.ndarray,
    pelvis: np.ndarray,
    bones: np.ndarray,
    fps: float,
    contacts: np.ndarray,
    floor: Floor | None,
    precision: Precision,
    sure: np.ndarray | None = None,
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Rotations (T, 24, 3, 3) and pelvis (T, 3) whose bearing feet stay.

    contacts (T, 4): probabilities, in the order of `contacts.NAMES`; bones (24, 3); frames are evenly spaced.
    sure (T, 2): where a foot's contacts hold however fast it moves, for somebody has set them.
    """
    joints, world = yield from in_chunks(
        lambda rows: forward(rotations[rows], pelvis[rows], bones), len(pelvis)
    )
    sure = np.zeros((len(pelvis), 2), bool) if sure is None else sure
    clip = _Clip(fps, contacts, chances(contacts, places_under(joints, world, bones)), floor, precision, sure)
    yield None
    feet = world[:, list(ANKLES)]
    turns = yield from _turned(clip, feet)
    feet = matrix_from_axis_angle(turns) @ feet
    shown = world.copy()
    shown[:, list(ANKLES)], shown[:, list(FEET)] = feet, feet @ rotations[:, list(FEET)]
    # The toes hang on a foot that turns about its ankle.
    hung = joints.copy()
    hung[:, list(FEET)] = joints[:, list(ANKLES)] + (feet @ bones[list(FEET)][..., None])[..., 0]
    flat = shown[:, list(FEET)]
    if floor is not None:
        shown[:, list(FEET)] = _toes_up(floor, hung, shown, flat, bones)
    path = yield from _path(clip, places_under(hung, shown, bones))
    if floor is not None:
        shown[:, list(FEET)] = _toes_up(floor, hung + path[:, None], shown, flat, bones)
    places = places_under(hung, shown, bones)
    depth = (
        0.0 if floor is None else floor.over(soles(hung, shown, bones)).min(-1) - floor.over(places).min(-1)
    )
    steps = yield from _moved(clip, places + path[:, None, None], depth)
    target = joints[:, list(ANKLES)] + path[:, None] + steps
    found = rotations
    for number in range(PASSES):
        if number:
            path = path + (yield from _follow(clip, found, pelvis + path, bones, target))

        def legs(rows: slice, path: np.ndarray = path) -> np.ndarray:
            there = joints[rows] + path[rows, None]
            return reach(rotations[rows], world[rows], there, target[rows], feet[rows])

        found = yield from in_chunks(legs, len(pelvis))
    found[:, list(FEET)] = np.swapaxes(feet, -1, -2) @ shown[:, list(FEET)]
    return found, pelvis + path


def _follow(
    clip: _Clip, rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, target: np.ndarray
) -> Steps[np.ndarray]:
    """(T, 3) metres by which the pelvis follows feet that do not reach their places (T, 2, 3)."""
    joints, _ = yield from in_chunks(lambda rows: forward(rotations[rows], pelvis[rows], bones), len(pelvis))
    left = target - joints[:, list(ANKLES)]
    # Rather the foot that misses its place: the other one's leg gives way.
    shares = (np.square(clip.bears) * np.linalg.norm(left, axis=-1))[..., None] + 1e-9
    mean = (left * shares).sum(1) / shares.sum(1)
    weights = np.square(clip.bears.max(-1, keepdims=True))
    bands = Bands(len(pelvis), 3, 1)
    bands.near(np.full_like(weights, clip.measured(FOLLOWING)))
    bands.near(weights * clip.measured(ON_FLOOR), mean[..., None])
    bands.smooth(
        np.full_like(weights[ORDER:], clip.measured(ON_FLOOR) * (EASE * clip.fps / 2.0) ** (2 * ORDER))
    )
    return (yield from bands.solve())[..., 0]


@dataclass(frozen=True)
class _Clip:
    """What all steps share; contacts (T, 4): of heels and toes, chances (T, 2, 3): of the places under the
    feet."""

    fps: float
    contacts: np.ndarray
    chances: np.ndarray
    floor: Floor | None
    precision: Precision
    sure: np.ndarray

    @property
    def bears(self) -> np.ndarray:
        """(T, 2) probability that any of a foot bears."""
        return np.asarray(self.contacts.reshape(-1, 2, 2).max(-1))

    def measured(self, deviation: np.ndarray | float) -> np.ndarray | float:
        """Weight of one frame of what is off by so many metres or radians."""
        return 1.0 / (self.fps * CORRELATED * np.square(deviation))

    def still(
        self, chance: np.ndarray, strays: float, steps: np.ndarray, spread: np.ndarray | float = 0.0
    ) -> np.ndarray:
        """(T - 1, K) weights of no step between frames that bear with these chances (T, K), less where the
        steps (T - 1, C, K) are surely those of a foot that moves."""
        sure = self.sure if chance.shape[1] == 2 else self.sure.any(1, keepdims=True)
        speed = np.linalg.norm(_around(steps, round(LOOK * self.fps)), axis=1) * self.fps
        released = np.square(1.0 + np.square(speed / (MOVES * strays / SLIDE)))
        both = np.square(chance[:-1] * chance[1:]) / np.where(sure[1:], 1.0, released)
        return np.asarray(both / (strays**2 / self.fps + 2.0 * np.square(spread) / (CORRELATED * self.fps)))

    def eased(self, weights: np.ndarray | float, chance: np.ndarray) -> np.ndarray:
        """(T - 3, K) weights of smoothness beside these of the places, less where a foot bears."""
        lifted = np.square(1.0 - chance)
        spans = np.lib.stride_tricks.sliding_window_view(lifted, ORDER + 1, axis=0).min(-1)
        return np.asarray(weights * (EASE * self.fps) ** (2 * ORDER) * (spans + LEAST_EASED))


def places_under(joints: np.ndarray, world: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """(T, 2, 3, 3) metres, heel, middle of the ball and tip of the toes under each foot."""
    four = np.asarray(soles(joints, world, bones))
    ball = (four[..., INNER, :] + four[..., OUTER, :]) / 2.0
    return np.stack([four[..., HEEL, :], ball, four[..., TOE, :]], axis=2)


def chances(contacts: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(T, 2, 3) probabilities that these places (T, 2, 3, 3) bear, from those of heels and toes (T, 4): on
    the tip of the toes alone the ball is in the air."""
    heels_and_toes = contacts.reshape(-1, 2, 2)
    tip = np.clip((places[..., 1, 1] - places[..., 2, 1]) / TIP - 1.0, 0.0, 1.0)
    toes = heels_and_toes[..., 1]
    return np.stack([heels_and_toes[..., 0], toes * (1.0 - tip), toes * tip], axis=-1)


def _toes_up(
    floor: Floor, joints: np.ndarray, world: np.ndarray, toes: np.ndarray, bones: np.ndarray
) -> np.ndarray:
    """(T, 2, 3, 3) turns in the world of such toes, bent up where their tip alone is below the floor."""
    straight = world.copy()
    straight[:, list(FEET)] = toes
    over = floor.over(np.asarray(soles(joints, straight, bones)))
    ball = np.minimum(over[..., INNER], over[..., OUTER])
    drop = np.minimum(ball, 0.0) - over[..., TOE]
    length = np.linalg.norm(sole_offsets(bones)[:, TOE], axis=-1)
    angle = np.minimum(np.arcsin(np.clip(drop / length, 0.0, 1.0)), BENT)
    across = world[:, list(ANKLES)][..., 0]
    return np.asarray(matrix_from_axis_angle(-across * angle[..., None]) @ toes)


def _turned(clip: _Clip, feet: np.ndarray) -> Steps[np.ndarray]:
    """(T, 2, 3) turns in the world that keep a foot that is flat on the floor from turning and leaning; feet
    (T, 2, 3, 3)."""
    flat = clip.contacts.reshape(-1, 2, 2).prod(-1)
    weights = np.broadcast_to(clip.measured(clip.precision.turn), flat.shape)
    bands = Bands(len(feet), 3, 2)
    bands.near(weights)
    between = axis_angle_from_matrix(feet[1:] @ np.swapaxes(feet[:-1], -1, -2))
    between = np.swapaxes(between, 1, 2)
    bands.steps_near(clip.still(flat, TURN, between), -between)
    bands.smooth(clip.eased(weights[: len(feet) - ORDER], flat))
    if clip.floor is not None:
        lean = np.cross(feet[..., 1], clip.floor.normal)
        lean *= 1.0 - np.minimum(LEANING / (np.linalg.norm(lean, axis=-1, keepdims=True) + 1e-9), 1.0)
        bands.near(np.square(flat) * clip.measured(FLAT), np.swapaxes(lean, 1, 2))
    found = yield from bands.solve()
    return np.swapaxes(found, 1, 2)


def _path(clip: _Clip, places: np.ndarray) -> Steps[np.ndarray]:
    """(T, 3) metres by which the whole body moves, for its bearing feet to slide less."""
    bears, free = clip.bears, not np.isfinite(clip.precision.path)
    any_bears = bears.max(-1)[:, None]
    weight = FREE_PATH if free else clip.measured(clip.precision.path)
    weights = np.full_like(any_bears, weight)
    spread = float(clip.precision.foot.mean())
    bands = Bands(len(places), 3, 1)
    bands.near(weights)
    slide = _mean_step(places.reshape(len(places), -1, 3), clip.chances.reshape(len(places), -1))
    bands.steps_near(clip.still(any_bears, SLIDE, slide[..., None], spread), -slide[..., None])
    bands.smooth(clip.eased(clip.measured(spread), any_bears))
    found = yield from bands.solve()
    found = found[..., 0]
    if clip.floor is not None:
        found += yield from _path_up(clip, places + found[:, None, None], weights, spread)
    return found


def _path_up(clip: _Clip, places: np.ndarray, weights: np.ndarray, spread: float) -> Steps[np.ndarray]:
    """(T, 3) metres by which the whole body comes up or down to the floor."""
    assert clip.floor is not None
    shares = np.square(clip.bears)
    mean = (shares * _off_floor(clip.floor.over(places).min(-1))).sum(-1) / (shares.sum(-1) + 1e-9)
    bands = Bands(len(places), 1, 1)
    bands.near(weights)
    bands.near(
        np.square(clip.bears.max(-1))[:, None] * clip.measured(np.hypot(spread, ON_FLOOR)),
        -mean[:, None, None],
    )
    bands.smooth(clip.eased(clip.measured(spread), np.zeros_like(weights)))
    found = yield from bands.solve()
    return found[..., 0] * clip.floor.normal


def _moved(clip: _Clip, places: np.ndarray, depth: np.ndarray | float) -> Steps[np.ndarray]:
    """(T, 2, 3) metres by which each foot moves so that it stays, on the floor and never below; depth (T, 2):
    how far a sole's lowest place lies over the lower of `places`, negative for below."""
    bears = clip.bears
    weights = np.broadcast_to(clip.measured(clip.precision.foot), bears.shape)
    bands = Bands(len(places), 3, 2)
    bands.near(weights)
    slide = np.stack([_mean_step(places[:, foot], clip.chances[:, foot]) for foot in (0, 1)], -1)
    bands.steps_near(clip.still(bears, SLIDE, slide), -slide)
    bands.smooth(clip.eased(weights[: len(places) - ORDER], bears))
    found = np.swapaxes((yield from bands.solve()), 1, 2)
    if clip.floor is None:
        return found
    up = yield from _up(clip, clip.floor.over(places + found[:, :, None]), depth, weights)
    return np.asarray(found + up[..., None] * clip.floor.normal)


def _up(clip: _Clip, over: np.ndarray, depth: np.ndarray | float, weights: np.ndarray) -> Steps[np.ndarray]:
    """(T, 2) metres up that put bearing feet on the floor and lift those that are below; over (T, 2, 2)."""
    lowest = over.min(-1) + depth
    bands = Bands(len(over), 1, 2)
    bands.near(weights)
    bands.near(np.square(clip.bears) * clip.measured(ON_FLOOR), -_off_floor(lowest)[:, None])
    bands.smooth(clip.eased(weights[: len(over) - ORDER], clip.bears))
    found = (yield from bands.solve())[:, 0]
    sunk = lowest + found < -UNDER
    if sunk.any():
        bands.near(np.where(sunk, HARD * clip.measured(ON_FLOOR), 0.0), -UNDER - lowest[:, None])
        found = (yield from bands.solve())[:, 0]
    return np.asarray(found)


def _off_floor(over: np.ndarray) -> np.ndarray:
    """Metres by which what bears is too high, or below zero too low, from its height over the floor."""
    return np.asarray(over - np.clip(over, -UNDER, OVER))


def _mean_step(places: np.ndarray, contacts: np.ndarray) -> np.ndarray:
    """(T - 1, 3) metres that bearing places (T, P, 3) move from frame to frame, by their chances (T, P)."""
    shares = np.square(contacts[:-1] * contacts[1:])[..., None] + 1e-9
    return np.asarray((np.diff(places, axis=0) * shares).sum(1) / shares.sum(1))


def _around(steps: np.ndarray, reach: int) -> np.ndarray:
    """(T, …) means of steps over so many frames to either side."""
    padded = np.pad(steps, ((reach, reach), *[(0, 0)] * (steps.ndim - 1)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(-1))
