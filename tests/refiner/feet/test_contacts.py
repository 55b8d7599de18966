"""Who bears when, and on what."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import MIRROR_JOINTS, REST_OFFSETS
from addon.refiner import Controls, refine
from addon.refiner.feet.contacts import contacts_of
from addon.refiner.feet.floor import floor_under
from addon.refiner.feet.places import chances, places_under
from addon.refiner.timeline import interpolate, interpolate_rotations
from bundled_model.training.feet.labels import bearing
from bundled_model.training.motion_data import Clip, load_split

WALKS = ("39_03", "39_09", "12_01", "02_01", "13_14", "38_01")


def clips(names: tuple[str, ...]) -> list[Clip]:
    return [clip for clip in load_split("test") if clip.name.split("_0")[0] in names or clip.name in names]


def told(clip: Clip) -> np.ndarray:
    return contacts_of(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)


def f1(found: np.ndarray, true: np.ndarray) -> float:
    return float(2 * (found & true).sum() / (found.sum() + true.sum()))


def test_contacts_are_those_of_speed_and_height():
    found, true = [], []
    for clip in clips(WALKS):
        found.append(told(clip) > 0.5)
        true.append(
            bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps).reshape(-1, 4)
        )
    assert len(found) > 3
    assert f1(np.concatenate(found), np.concatenate(true)) > 0.92


def refined(clip: Clip, white: float, degrees: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Contacts (T, 4) of a clip refined from its joints with noise in metres, or from an estimator's poses
    alone that are so many degrees off, and (T, 4) bool, which truly bear."""
    pytest.importorskip("torch")
    from bundled_model.training import examples, synthesis

    faults = synthesis.Faults(white=white)
    person = examples.make_example(clip, faults=faults, estimator_degrees=degrees, seed=1).person
    if degrees is not None:
        person = replace(person, keypoints=None)
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
    return refine(person, engine="numpy", controls=Controls(feet=1.0)).contacts, bears.reshape(-1, 4)


@pytest.mark.parametrize(
    ("white", "degrees", "least", "most"),
    [(0.02, None, 0.935, 0.145), (0.0, 10.0, 0.85, 0.3)],
    ids=["20 mm of noise", "poses alone"],
)
def test_contacts_of_what_is_refined_are_right_and_as_likely_as_they_say(white, degrees, least, most):
    """A skip, a dance, walks; the surprise, in nats a place, of who believes these probabilities."""
    right, surprise = [], []
    for clip in clips((*WALKS, "13_29", "05_12", "38_02", "12_02")):
        chances, bears = refined(clip.part(120), white, degrees)
        right.append(f1(chances > 0.5, bears))
        believed = np.clip(np.where(bears, chances, 1.0 - chances), 1e-4, 1.0)
        surprise.append(-np.log(believed).mean())
    assert np.mean(right) > least
    assert np.mean(surprise) < most


def test_a_walk_is_heel_then_flat_then_toes():
    """In each stance the heel comes down no later than the toes, and leaves no later."""
    clip = clips(("39_03",))[0]
    heel, toe = told(clip)[:, 0] > 0.5, told(clip)[:, 1] > 0.5
    ups = [np.flatnonzero(np.diff(side.astype(int)) > 0) for side in (heel, toe)]
    downs = [np.flatnonzero(np.diff(side.astype(int)) < 0) for side in (heel, toe)]
    for first, second in (ups, downs):
        assert len(first) >= 2
        for event in first[1:-1]:
            assert second[np.abs(second - event).argmin()] >= event - 1


def test_left_and_right_are_one_network():
    clip = clips(("39_03",))[0]
    flip = np.array([1.0, -1.0, -1.0])
    poses = clip.poses[:, list(MIRROR_JOINTS)] * flip
    pelvis = clip.pelvis.astype(float) * [-1.0, 1.0, 1.0]
    bones = REST_OFFSETS[list(MIRROR_JOINTS)] * [-1.0, 1.0, 1.0]
    mirrored = contacts_of(matrix_from_axis_angle(poses.astype(float)), pelvis, bones, clip.fps)
    np.testing.assert_allclose(mirrored[:, [2, 3, 0, 1]], told(clip), atol=0.05)


@pytest.mark.parametrize("rate", [60.0, 120.0, 24.0])
def test_any_rate_tells_the_same(rate):
    clip = clips(("39_03",))[0]
    times = np.arange(0.0, len(clip.pelvis) - 1, 30.0 / rate)
    rotations, pelvis = (
        interpolate_rotations(clip.rotations(), times),
        interpolate(clip.pelvis.astype(float), times),
    )
    fast = contacts_of(rotations, pelvis, REST_OFFSETS, rate)
    assert len(fast) == len(times)
    assert f1(interpolate(told(clip), times) > 0.5, fast > 0.5) > 0.96


@pytest.mark.parametrize("rate", [60.0, 120.0])
def test_what_bears_by_speed_and_height_does_so_at_any_rate(rate):
    """Also with a tremor of 6 mm at 10 Hz, which is fast for a moment and goes nowhere."""
    clip, frames = clips(("39_03",))[0], 120
    found = {}
    for fps in (30.0, rate):
        times = np.arange(0.0, frames - 1, 30.0 / fps)
        pelvis = interpolate(clip.pelvis[:frames].astype(float), times)
        pelvis[:, 0] += 0.006 * np.sin(2.0 * np.pi * 10.0 * times / 30.0)
        rotations = interpolate_rotations(clip.rotations()[:frames], times)
        bears = bearing(rotations, pelvis, REST_OFFSETS, fps)
        found[fps] = bears[:: round(fps / 30.0)].reshape(-1, 4)
    assert f1(found[rate], found[30.0]) > 0.97


def test_a_heading_and_a_place_change_nothing():
    clip = clips(("39_03",))[0]
    turn = matrix_from_axis_angle(np.array([0.0, 2.0, 0.0]))
    rotations = clip.rotations()
    rotations[:, 0] = turn @ rotations[:, 0]
    pelvis = clip.pelvis @ turn.T + [5.0, 1.0, -3.0]
    np.testing.assert_allclose(contacts_of(rotations, pelvis, REST_OFFSETS, clip.fps), told(clip), atol=1e-3)


def test_who_flies_bears_nothing():
    clip = clips(("39_03",))[0]
    pelvis = clip.pelvis.astype(float)
    pelvis[:, 1] += 1.0 - 4.9 * (np.arange(len(pelvis)) / 30.0 - 0.5) ** 2
    fall = slice(5, 40)
    assert (contacts_of(clip.rotations(), pelvis, REST_OFFSETS, clip.fps)[fall] > 0.5).mean() < 0.05


def floor_of(clip: Clip, turn: np.ndarray, steps: float = 0.0):
    """Found under a clip whose world is turned, and that goes up by so many metres half way."""
    pelvis = clip.pelvis.astype(float)
    pelvis = pelvis + steps * (np.arange(len(pelvis)) > len(pelvis) / 2)[:, None] * [0.0, 1.0, 0.0]
    places = places_under(*forward(clip.rotations(), pelvis, REST_OFFSETS), REST_OFFSETS)
    bears = bearing(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS, clip.fps)
    return floor_under(places @ turn.T, chances(bears.reshape(-1, 4).astype(float), places), clip.fps)


def test_a_level_floor_is_level():
    for clip in clips(WALKS):
        floor = floor_of(clip, np.eye(3))
        assert floor is not None
        np.testing.assert_array_equal(floor.normal, [0.0, 1.0, 0.0])


def test_a_platform_is_a_height_of_its_own():
    clip = clips(("02_01",))[0]
    floor = floor_of(clip, np.eye(3), steps=0.3)
    assert floor is not None and len(floor.heights) == 2
    assert np.diff(floor.heights)[0] == pytest.approx(0.3, abs=0.03)


def test_a_raised_heel_that_is_said_to_bear_is_no_platform():
    """Somebody on the toes of the right foot, between ball and tip, whose heel is still, says the network."""
    places = np.zeros((60, 2, 3, 3))
    places[:, 1, :, 1] = [0.08, 0.018, 0.0]
    contacts = np.tile([[1.0, 1.0, 0.0], [1.0, 0.5, 0.5]], (60, 1, 1))
    floor = floor_under(places, contacts, 30.0)
    assert floor is not None
    np.testing.assert_allclose(floor.heights, [0.0], atol=1e-9)


def test_a_slope_that_somebody_walks_over_is_found():
    """Stands over a square of 4 m, on a plane of 8 degrees."""
    rng = np.random.default_rng(0)
    turn = matrix_from_axis_angle(np.array([np.radians(8.0), 0.0, 0.0]))
    stands = rng.uniform(-2.0, 2.0, (40, 3)) * [1.0, 0.0, 1.0]
    places = np.repeat(stands, 8, axis=0) + rng.normal(0.0, 0.008, (320, 3))
    contacts = np.tile([0.0, *[1.0] * 7], 40)[:, None]
    floor = floor_under((places @ turn.T)[:, None], contacts, 30.0)
    assert floor is not None
    assert np.degrees(np.arccos(floor.normal @ (turn @ [0.0, 1.0, 0.0]))) < 1.0


def test_a_known_height_is_taken():
    clip = clips(("39_03",))[0]
    places = places_under(*forward(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS), REST_OFFSETS)
    floor = floor_under(places, np.zeros(places.shape[:3]), clip.fps, 0.25)
    assert floor is not None and floor.heights.tolist() == [0.25]
    assert floor_under(places, np.zeros(places.shape[:3]), clip.fps) is None
