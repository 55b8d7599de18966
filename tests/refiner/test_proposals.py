"""What the network may choose from: steadied starts and initial poses."""

from __future__ import annotations

import numpy as np

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.refiner.network.proposals import PROPOSALS, WIDTHS, constant_turn, proposals, steadied, weighed

from .motion import Truth


def shaken(rotations: np.ndarray, degrees: float) -> np.ndarray:
    turn = np.random.default_rng(0).normal(size=(*rotations.shape[:-2], 3)) * np.radians(degrees)
    return rotations @ matrix_from_axis_angle(turn)


def error(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.degrees(geodesic_angle(first, second)).mean())


def test_steadying_takes_away_shaking_and_keeps_slow_motion() -> None:
    truth = Truth(0).rotations
    noisy = shaken(truth, 5.0)
    assert error(steadied(weighed(noisy, np.ones((90, 24, 1))), 5), truth) < 0.6 * error(noisy, truth)


def test_a_single_frame_and_a_still_person_are_left_as_they_are() -> None:
    for rotations in (Truth(0, 1).rotations, np.repeat(Truth(0, 1).rotations, 50, 0)):
        calm = steadied(weighed(rotations, np.ones((len(rotations), 24, 1))), WIDTHS[-1])
        np.testing.assert_allclose(calm, rotations, atol=1e-9)


def test_frames_that_the_evidence_says_nothing_of_hardly_count() -> None:
    rotations = np.repeat(Truth(0, 1).rotations, 60, 0)
    weights = np.ones((60, 24, 1))
    weights[20:40] = 1e-3
    wrong = rotations.copy()
    wrong[20:40] = wrong[20:40] @ matrix_from_axis_angle(np.array([0.0, 0.0, 1.0]))
    assert error(steadied(weighed(wrong, weights), WIDTHS[-1])[20:40], rotations[20:40]) < 2.0


def test_proposals_turn_the_start_into_the_initial_pose_where_there_is_one() -> None:
    truth, guess = Truth(0, 20), Truth(0, 20).estimate(10.0)
    given = np.array([1.0] * 10 + [0.0] * 10)
    constant = constant_turn(truth.rotations, guess.rotations)
    turns = proposals(truth.rotations, np.ones((20, 24, 3)), guess.rotations, given, constant)
    assert turns.shape == (20, PROPOSALS, 24, 3)
    there = truth.rotations @ matrix_from_axis_angle(turns[:, len(WIDTHS)])
    np.testing.assert_allclose(there[:10], guess.rotations[:10], atol=1e-9)
    np.testing.assert_allclose(turns[10:, len(WIDTHS) :], 0.0)
