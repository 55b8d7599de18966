"""Floors that move are no floors to hold feet on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.motion import Floor
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.feet.trust import carried as carried_by
from addon.refiner.feet.trust import trust
from tests.refiner.motion import Truth


@pytest.fixture(scope="module")
def carried() -> Person:
    """Somebody on what rises and sinks by 20 cm."""
    person = Truth().person(noise=0.02)
    keypoints = person.keypoints
    up = 0.2 * np.cos(np.pi / 2.0 * person.times)[:, None, None] * np.array([0.0, 1.0, 0.0])
    return replace(person, keypoints=replace(keypoints, positions=keypoints.positions + up))


def test_who_stands_on_what_moves_is_left_as_seen_and_told(carried):
    held, free = (refine(carried, engine="numpy", controls=Controls(feet=feet)) for feet in (1.0, 0.0))
    np.testing.assert_array_equal(held.rotations, free.rotations)
    np.testing.assert_array_equal(held.pelvis, free.pelvis)
    assert held.free is None and held.floor is None and held.contacts.max() == 0.0
    (told,) = held.warnings
    assert "floor under person 0 seems to move in 90 of 90 frames (0 to 89)" in told


def test_a_floor_that_somebody_states_is_trusted(carried):
    held = refine(carried, engine="numpy", controls=Controls(feet=1.0, floor=0.0))
    assert held.warnings == () and held.free is not None


def test_a_floor_is_not_trusted_around_where_it_takes_the_body_away():
    up = np.where(np.arange(90) < 80, 0.02, 0.2)
    trusted = trust(up, 0.01, 30.0)
    assert (trusted[:41] == 1.0).all() and (trusted[50:] == 0.0).all()
    assert np.abs(np.diff(trusted)).max() < 0.2
    assert (trust(up, 0.1, 30.0) == 1.0).all()


@pytest.mark.parametrize("height", [0.2, 0.4])
def test_who_bears_between_two_heights_is_carried(height: float):
    """Up a step within a second, on feet that bear; not who stands on either, nor who is beside a level
    floor."""
    low = np.clip(np.arange(90) / 30.0 - 1.0, 0.0, 1.0) * height * 1.5
    places = np.zeros((90, 2, 3, 3))
    places[..., 1] = low[:, None, None]
    bears, up = np.ones((90, 2)), np.array([0.0, 1.0, 0.0])
    wrong = carried_by(Floor(up, np.array([0.0, 1.5 * height])), places, bears, 30.0)
    assert wrong[30:60].any() and not wrong[:28].any() and not wrong[62:].any()
    assert not carried_by(Floor(up, np.array([0.0])), places, bears, 30.0).any()
