"""Floors that rise and sink slowly, as a camera that moves shows them, are put where they stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.formats import read
from addon.motion import Motion
from addon.recording import Person
from addon.refiner import Controls, hold_again, refine
from addon.refiner.feet.floor import floor_under
from addon.refiner.feet.places import chances, places_under
from addon.refiner.feet.rise import rise_of
from addon.refiner.timeline import pieces
from addon.steps import Steps, finish
from dev.benchmarks.against import clip_file
from tests.refiner.motion import Truth

FPS = 30.0
UP = np.array([0.0, 1.0, 0.0])


def lifted(person: Person, rise: np.ndarray) -> Person:
    """The same, seen higher by so many metres (T,)."""
    keypoints = person.keypoints
    up = rise[:, None, None] * UP
    return replace(person, keypoints=replace(keypoints, positions=keypoints.positions + up))


def held(person: Person, **controls: object) -> Motion:
    return refine(person, engine="numpy", controls=Controls(feet=1.0, **controls))  # type: ignore[arg-type]


def apart(one: Motion, other: Motion) -> np.ndarray:
    """(T,) metres that one is higher than the other, but for what it is in the middle."""
    up = one.pelvis[:, 1] - other.pelvis[:, 1]
    return np.asarray(np.abs(up - np.median(up)))


@pytest.fixture(scope="module")
def standing() -> Person:
    return Truth(0, frames=180).person(noise=0.01)


@pytest.fixture(scope="module", params=["bobs", "drifts"])
def moving(request, standing) -> Person:
    """By 4 cm up and down within 4 s, or by 10 cm in 6 s."""
    rise = {"bobs": 0.04 * np.sin(np.pi / 2.0 * standing.times), "drifts": 0.1 * standing.times / 6.0}
    return lifted(standing, rise[request.param])


def test_a_floor_that_moves_slowly_is_put_where_it_stays(standing, moving):
    still, found = held(standing), held(moving)
    assert apart(found, still).mean() < 0.006 and apart(refine(moving), still).mean() > 0.02
    assert found.floor.heights.shape == (1,) and found.floor.normal[1] == 1.0
    (told,) = found.warnings
    assert "seen to rise and sink by" in told and still.warnings == ()


def test_contacts_are_told_as_on_a_floor_that_stays(standing, moving):
    still, found = (motion.contacts > 0.5 for motion in (held(standing), held(moving)))
    assert (still == found).mean() > 0.97


def test_free_feet_stay_as_they_were_seen(moving):
    found, free = held(moving), refine(moving, engine="numpy")
    np.testing.assert_array_equal(found.free[1], free.pelvis)


def test_holding_again_puts_it_there_again(moving):
    found = held(moving)
    bears = (found.contacts >= 0.5).astype(float)
    free = replace(found, rotations=found.free[0], pelvis=found.free[1], free=None, contacts=bears)
    again = finish(hold_again(replace(free, found=(found.contacts, found.floor))))
    np.testing.assert_allclose(again.pelvis, found.pelvis, atol=1e-3)


def test_a_floor_that_stays_is_left_alone(standing):
    assert not held(standing).legs.rise.any()


def steps(heights: np.ndarray, falls: np.ndarray, carried: bool = False) -> np.ndarray:
    """(T,) what `rise_of` says of feet that stand for half a second by turns at these heights (N,), on a
    floor that is seen higher (T,); carried: by more than the feet."""
    frames = np.arange(15 * len(heights))
    posed = forward(
        np.tile(np.eye(3), (len(frames), 24, 1, 1)), np.zeros((len(frames), 3)), np.zeros((24, 3))
    )
    places = np.zeros_like(places_under(*posed, np.zeros((24, 3))))
    stand = frames // 15
    places[..., 1] = (heights[stand] + falls)[:, None, None]
    places[..., 2] = (0.4 * stand)[:, None, None]
    contacts = np.repeat(np.stack([stand % 2 == 0, stand % 2 == 1], -1), 2, -1).astype(float)
    floor, on_feet = floor_under(places, chances(contacts, places), FPS), np.full(len(frames), not carried)

    def as_they_are(rise: np.ndarray) -> Steps[np.ndarray]:
        yield None
        return contacts

    return finish(rise_of(places, contacts, on_feet, floor, pieces(frames, FPS), FPS, 0.01, as_they_are))


@pytest.mark.parametrize("rise", [0.03, 0.06, 0.17])
def test_uneven_ground_and_stairs_are_no_floor_that_moves(rise: float):
    none, rng = np.zeros(15 * 16), np.random.default_rng(0)
    assert not steps(rise * np.arange(16), none).any()
    assert not steps(rise * np.abs(np.arange(16) - 8), none).any()
    assert not steps(rise * rng.uniform(-1.0, 1.0, 16), none).any()


def test_a_level_way_on_a_floor_that_moves_is_one():
    falls = 0.04 * np.sin(2.0 * np.pi / 5.0 * np.arange(15 * 16) / FPS)
    found = steps(np.zeros(16), falls)
    np.testing.assert_allclose(found - np.median(found), falls - np.median(falls), atol=0.008)


def test_what_carries_somebody_far_and_quickly_is_no_error_of_a_camera():
    falls = 0.3 * np.sin(2.0 * np.pi / 5.0 * np.arange(15 * 16) / FPS)
    assert not steps(np.zeros(16), falls).any()


def test_feet_of_who_lies_or_kneels_tell_of_no_floor_that_moves():
    falls = 0.04 * np.sin(2.0 * np.pi / 5.0 * np.arange(15 * 16) / FPS)
    assert not steps(np.zeros(16), falls, carried=True).any()


def test_a_moment_in_which_feet_are_taken_for_lower_tells_of_no_floor_that_moves(tmp_path: Path):
    """Somebody who crouches in the last of 33 seconds, whose feet no keypoint tells then."""
    (person,) = read(clip_file(tmp_path / "crouches.npz", 1000)).people
    assert not held(person).legs.rise.any()
