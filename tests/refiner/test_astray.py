"""A network that turns a body away from its points is not followed there."""

from __future__ import annotations

import numpy as np

from addon.body.rotations import matrix_from_axis_angle
from addon.refiner.astray import not_astray
from addon.refiner.evidence.targets import targets_from_keypoints
from addon.refiner.network.engine import choose_engine
from addon.steps import finish

from .motion import Truth

QUARTER = np.array([0.0, np.pi / 2.0, 0.0])
WRONG = slice(30, 34)


def followed(start: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Turns (60, 24, 3) of a body whose roots begin so (60, 3, 3), as far as they are followed."""
    truth = Truth(frames=60)
    known = targets_from_keypoints(truth.person("coco17").keypoints, 30.0)
    rotations = truth.rotations.copy()
    rotations[:, 0] = rotations[:, 0] @ start
    engine = choose_engine("numpy", "cpu")
    return finish(not_astray(engine, truth.bones, known, (rotations, truth.pelvis), turns))


def test_turns_away_from_the_points_are_those_of_the_frames_around():
    turns = np.full((60, 24, 3), 0.02)
    turns[WRONG, 0] = QUARTER
    found = followed(np.tile(np.eye(3), (60, 1, 1)), turns)
    np.testing.assert_allclose(found, 0.02)


def test_turns_towards_the_points_are_followed_however_far():
    start, turns = np.tile(np.eye(3), (60, 1, 1)), np.zeros((60, 24, 3))
    start[WRONG], turns[WRONG, 0] = matrix_from_axis_angle(-QUARTER), QUARTER
    np.testing.assert_array_equal(followed(start, turns), turns)
