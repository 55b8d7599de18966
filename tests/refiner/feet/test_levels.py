"""Floors of several heights: each foot stands on one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.skeleton import REST_OFFSETS
from addon.motion import Floor
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.floor import levels_under
from addon.refiner.feet.hold import hold_feet
from addon.refiner.feet.places import places_under
from addon.steps import finish

FPS = 30.0
STAIRS = Floor(np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.2, 0.4]))


def levels(low: np.ndarray, bears: np.ndarray) -> np.ndarray:
    """(T,) the height under a foot at heights (T,) that bears (T,)."""
    places = np.zeros((len(low), 2, 3, 3))
    places[..., 1] = low[:, None, None]
    return levels_under(STAIRS, places, np.stack([bears, bears], -1), FPS)[:, 0]


def test_a_foot_goes_up_from_the_lower_step():
    low = np.concatenate([np.zeros(20), np.linspace(0.0, 0.25, 10), np.full(20, 0.2)])
    bears = (np.arange(50) < 20) | (np.arange(50) >= 30)
    np.testing.assert_array_equal(levels(low, bears.astype(float)), np.where(np.arange(50) < 30, 0.0, 0.2))


def test_a_foot_that_comes_down_at_the_end_is_not_put_on_the_step_before():
    low = np.concatenate([np.full(20, 0.2), np.linspace(0.2, 0.02, 10)])
    found = levels(low, (np.arange(30) < 20).astype(float))
    np.testing.assert_array_equal(found, np.where(np.arange(30) < 20, 0.2, 0.0))


def test_a_foot_that_bears_while_it_steps_up_changes_once():
    low = np.concatenate([np.zeros(20), np.linspace(0.0, 0.2, 8), np.full(20, 0.2)])
    found = levels(low, np.ones(48))
    assert set(found) == {0.0, 0.2} and (np.diff(found) != 0.0).sum() == 1


@pytest.mark.parametrize("height", [0.09, 0.11, 0.31])
def test_a_foot_that_swings_past_a_step_is_not_lifted_onto_it(height: float):
    """Somebody whose left foot hangs so high beside a stair on whose lowest step the right one stands."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    places = places_under(*forward(turns, pelvis, REST_OFFSETS), REST_OFFSETS)
    floor = Floor(STAIRS.normal, STAIRS.heights + places[0, 1, :, 1].min() - height)
    contacts = np.tile([1.0, 1.0, 0.0, 0.0], (60, 1))
    contacts[20:40, :2] = 0.0
    pelvis[:, 1] = np.where((np.arange(60) >= 20) & (np.arange(60) < 40), 0.0, -height)
    precision = Precision(np.full(2, 0.01), np.full(2, 0.1), 0.01, np.zeros(2))
    _, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, FPS, contacts, floor, precision))
    assert np.abs(path - pelvis)[25:35, 1].max() < 0.02
