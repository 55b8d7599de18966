"""Feet that stay where they bear: the whole clip at once, from finished motion and its contacts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...body.kinematics import forward
from ...body.rotations import matrix_from_axis_angle
from ...body.soles import ANKLES, FEET, undersides
from ...motion import Floor
from ...steps import FRAMES, Stepped, Steps, in_chunks
from .clip import Clip, Precision
from .legs import leaning_with, reach, reached
from .moves import followed, low_by, moved, turned
from .places import chances, flatness, places_under, toes_up

PASSES = 3
"""How often legs reach for their places; in between the body follows feet that miss them."""
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
    yield None
    feet = world[:, list(ANKLES)]
    turns = yield from turned(clip, feet)
    feet = matrix_from_axis_angle(turns) @ feet
    # Where an ankle is keypoints tell, however its leg turns about itself.
    untold = precision.untold[..., None]
    ankles = (1.0 - untold) * joints[:, list(ANKLES)]
    joints, world = leaning_with(turns, precision.untold, joints, world, bones)
    ankles = ankles + untold * joints[:, list(ANKLES)]
    shown = world.copy()
    shown[:, list(ANKLES)], shown[:, list(FEET)] = feet, feet @ rotations[:, list(FEET)]
    # The toes hang on a foot that turns about its ankle.
    hung = joints.copy()
    hung[:, list(ANKLES)], hung[:, list(FEET)] = (
        ankles,
        ankles + (feet @ bones[list(FEET)][..., None])[..., 0],
    )
    straight, toes = shown[:, list(FEET)], contacts.reshape(-1, 2, 2)[..., 1]
    if floor is not None:
        shown[:, list(FEET)] = toes_up(floor, hung, shown, straight, bones, toes, fps)
    yield None
    places = places_under(hung, shown, bones)
    clip = replace(clip, chances=chances(contacts, places))
    steps = yield from moved(clip, places, undersides(hung, shown, bones))
    path, target = steps[:, 0], ankles + steps[:, 1:]
    left = target - joints[:, list(ANKLES)] - path[:, None]
    low = low_by(clip, left)
    for _ in range(PASSES - 1):

        def ends(rows: slice, path: np.ndarray = path, low: np.ndarray = low) -> np.ndarray:
            return reached(world[rows], joints[rows] + path[rows, None], target[rows], low[rows])

        left = target - (yield from in_chunks(ends, len(pelvis), LEGS_AT_ONCE))
        low = low_by(clip, left)
        path = path + (yield from followed(clip, left, low))

    def legs(rows: slice) -> np.ndarray:
        there = joints[rows] + path[rows, None]
        return reach(rotations[rows], world[rows], there, target[rows], feet[rows], low[rows])

    found = yield from in_chunks(legs, len(pelvis), LEGS_AT_ONCE)
    found[:, list(FEET)] = np.swapaxes(feet, -1, -2) @ shown[:, list(FEET)]
    return found, pelvis + path
