"""Feet that stay where they bear: the whole clip at once, from finished motion and its contacts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.kinematics import forward
from ...body.rotations import matrix_from_axis_angle
from ...body.soles import ANKLES, FEET, undersides
from ...motion import Floor
from ...steps import FRAMES, Stepped, Steps, in_chunks
from .clip import Clip, Precision
from .floor import levels_under
from .legs import HIPS, KNEES, leaning_with, reach, reached
from .moves import followed, low_by, moved, turned
from .places import chances, flatness, places_under, toes_up

PASSES = 3
"""How often legs reach for their places; in between the body follows feet that miss them."""
SUNK = 0.003
"""Metres below the floor from which toes bend that are there since their leg does not reach."""
LEGS_AT_ONCE = 4 * FRAMES
"""Frames of two legs that reach in some milliseconds."""


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
    precision = precision.of_frames(len(pelvis))
    joints, world = yield from in_chunks(
        lambda rows: forward(rotations[rows], pelvis[rows], bones), len(pelvis)
    )
    sure = np.zeros((len(pelvis), 2), bool) if sure is None else sure
    places = places_under(joints, world, bones)
    flat = flatness(contacts, places, precision.foot)
    clip = Clip(fps, contacts, chances(contacts, places), flat, floor, precision, sure)
    if floor is not None:
        clip = replace(clip, levels=levels_under(floor, places, clip.bears, fps))
    yield None
    stand = yield from _standing(clip, rotations, joints, world, bones)
    yield None
    places = places_under(stand.hung, stand.shown, bones)
    clip = replace(clip, chances=chances(contacts, places))
    steps = yield from moved(clip, places, undersides(stand.hung, stand.shown, bones))
    target = stand.ankles + steps[:, 1:]
    path, low = yield from _followed(clip, stand, steps[:, 0], target)

    told = 1.0 - clip.precision.untold

    def legs(rows: slice) -> np.ndarray:
        there = stand.joints[rows] + path[rows, None]
        whole, world = rotations[rows], stand.world[rows]
        return reach(whole, world, there, target[rows], stand.feet[rows], low[rows], told[rows])

    found = yield from in_chunks(legs, len(pelvis), LEGS_AT_ONCE)
    yield None
    toes = _toes_out(clip, stand, found, path, bones)
    found[:, list(FEET)] = np.swapaxes(stand.feet, -1, -2) @ toes
    return found, pelvis + path


@dataclass(frozen=True)
class _Standing:
    """A body whose feet are turned as they are to stand, and whose legs do not reach them yet.

    joints (T, 24, 3), world (T, 24, 3, 3): of the legs, turned about themselves as the feet ask for. feet
    (T, 2, 3, 3), ankles (T, 2, 3): of the feet. hung, shown: joints and world with these feet.
    """

    joints: np.ndarray
    world: np.ndarray
    feet: np.ndarray
    ankles: np.ndarray
    hung: np.ndarray
    shown: np.ndarray


def _standing(
    clip: Clip, rotations: np.ndarray, joints: np.ndarray, world: np.ndarray, bones: np.ndarray
) -> Steps[_Standing]:
    feet = world[:, list(ANKLES)]
    turns = yield from turned(clip, feet)
    feet = matrix_from_axis_angle(turns) @ feet
    # Where an ankle is keypoints tell, however its leg turns about itself.
    untold = clip.precision.untold[..., None]
    ankles = (1.0 - untold) * joints[:, list(ANKLES)]
    joints, world = leaning_with(turns, clip.precision.untold, joints, world, bones)
    ankles = ankles + untold * joints[:, list(ANKLES)]
    shown = world.copy()
    shown[:, list(ANKLES)], shown[:, list(FEET)] = feet, feet @ rotations[:, list(FEET)]
    # The toes hang on a foot that turns about its ankle.
    hung = joints.copy()
    hung[:, list(ANKLES)] = ankles
    hung[:, list(FEET)] = ankles + (feet @ bones[list(FEET)][..., None])[..., 0]
    if clip.floor is not None:
        straight, toes = shown[:, list(FEET)], clip.contacts.reshape(-1, 2, 2)[..., 1]
        shown[:, list(FEET)] = toes_up(clip.floor, hung, shown, straight, bones, toes, clip.fps, clip.levels)
    return _Standing(joints, world, feet, ankles, hung, shown)


def _toes_out(
    clip: Clip, stand: _Standing, legs: np.ndarray, path: np.ndarray, bones: np.ndarray
) -> np.ndarray:
    """(T, 2, 3, 3) turns in the world of toes that bend where they alone are in the floor: a leg at full
    stretch misses its place rather than that its knee gives way.

    legs (T, 24, 3, 3): local rotations that reach as far as they do; path (T, 3) metres: of the body.
    """
    toes = stand.shown[:, list(FEET)]
    if clip.floor is None:
        return toes
    thigh = stand.world[:, [0, 0]] @ legs[:, HIPS]
    shin = thigh @ legs[:, KNEES]
    ends = (thigh @ bones[KNEES][..., None] + shin @ bones[list(ANKLES)][..., None])[..., 0]
    joints = stand.hung.copy()
    joints[:, list(ANKLES)] = stand.joints[:, HIPS] + path[:, None] + ends
    joints[:, list(FEET)] = joints[:, list(ANKLES)] + (stand.feet @ bones[list(FEET)][..., None])[..., 0]
    none = np.zeros(toes.shape[:2])
    return toes_up(clip.floor, joints, stand.shown, toes, bones, none, clip.fps, clip.levels, SUNK)


def _followed(
    clip: Clip, stand: _Standing, path: np.ndarray, target: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """The body's path (T, 3) once it has followed feet that do not reach their targets (T, 2, 3), and metres
    (T, 2) by which these still lie lower."""
    left = target - stand.joints[:, list(ANKLES)] - path[:, None]
    low, told = low_by(clip, left), 1.0 - clip.precision.untold
    for _ in range(PASSES - 1):

        def ends(rows: slice, path: np.ndarray = path, low: np.ndarray = low) -> np.ndarray:
            there = stand.joints[rows] + path[rows, None]
            return reached(stand.world[rows], there, target[rows], low[rows], told[rows])

        left = target - (yield from in_chunks(ends, len(path), LEGS_AT_ONCE))
        low = low_by(clip, left)
        path = path + (yield from followed(clip, left, low))
    return path, low
