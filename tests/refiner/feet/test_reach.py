"""Paths that steps tell, and legs that reach for their places."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.body.soles import ANKLES
from addon.refiner.feet.clip import Clip as Standing
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.legs import reach
from addon.refiner.feet.moves import moved
from addon.refiner.feet.places import chances, places_under
from addon.steps import finish

HIPS, KNEES = (
    [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("hip", "knee")
)


def test_a_path_told_by_steps_does_not_fly_away_in_the_air():
    """Feet that shake, of somebody who touches the floor twice for a moment at 120 frames a second."""
    times = np.arange(0.0, 4.0, 1.0 / 120.0)
    contacts = np.zeros((len(times), 4))
    contacts[np.abs(times - 1.0) < 0.1] = contacts[np.abs(times - 3.0) < 0.1] = 1.0
    posed = forward(np.tile(np.eye(3), (len(times), 24, 1, 1)), np.zeros((len(times), 3)), REST_OFFSETS)
    places = places_under(*posed, REST_OFFSETS)
    places[..., 0] += 0.03 * np.sin(2.0 * np.pi * times)[:, None, None]
    no, off = np.zeros((len(times), 2)), Precision(np.full(2, 0.008), np.full(2, 0.1), np.inf, np.zeros(2))
    standing = Standing(
        120.0, contacts, chances(contacts, places), no, None, off.of_frames(len(no)), no > 0.0
    )
    body = finish(moved(standing, places, places))[:, 0]
    assert np.abs(body).max() < 0.1
    np.testing.assert_allclose(body.mean(0), 0.0, atol=1e-9)


def test_feet_that_roll_do_not_shorten_a_path_told_by_steps():
    """Somebody who stays on the spot with one flat foot, while the other bears and goes 40 cm ahead as if it
    rolled: the flat one tells more of where the body is."""
    times = np.arange(0.0, 4.0, 1.0 / 30.0)
    contacts = np.ones((len(times), 4))
    posed = forward(np.tile(np.eye(3), (len(times), 24, 1, 1)), np.zeros((len(times), 3)), REST_OFFSETS)
    places = places_under(*posed, REST_OFFSETS)
    places[:, 1, :, 2] += 0.1 * times[:, None]
    off = Precision(np.full(2, 0.008), np.full(2, 0.1), np.inf, np.zeros(2)).of_frames(len(times))
    flat = np.tile([1.0, 0.0], (len(times), 1))
    never = np.zeros((len(times), 2), bool)
    standing = Standing(30.0, contacts, chances(contacts, places), flat, None, off, never)
    path = finish(moved(standing, places, places))[:, 0, 2]
    assert abs(path[-1] - path[0]) < 0.13


def lifted_legs(bent: float, told: float) -> tuple[float, float]:
    """Degrees by which knees that are bent by this much bend further for feet that are to be 2 cm higher, and
    metres that these miss that by; told: as in `reach`."""
    turns = np.tile(np.eye(3), (1, 24, 1, 1))
    about_x = np.array([1.0, 0.0, 0.0])
    turns[:, HIPS] = matrix_from_axis_angle(-np.radians(bent / 2.0) * about_x)
    turns[:, KNEES] = matrix_from_axis_angle(np.radians(bent) * about_x)
    joints, world = forward(turns, np.zeros((1, 3)), REST_OFFSETS)
    ankles = joints[:, list(ANKLES)] + np.array([0.0, 0.02, 0.0])
    stiff = np.full((1, 2), told)
    found = reach(turns, world, joints, ankles, world[:, list(ANKLES)], None, stiff)
    after, _ = forward(found, np.zeros((1, 3)), REST_OFFSETS)
    further = np.degrees(geodesic_angle(found, turns))[0, KNEES].max()
    return float(further), float(np.linalg.norm(after[:, list(ANKLES)] - ankles, axis=-1).max())


def test_told_knees_at_full_stretch_do_not_snap():
    """They bend by a sixth less, and feet miss their places by some millimetres; bent ones reach."""
    (free, _), (stiff, missed) = lifted_legs(4.0, 0.0), lifted_legs(4.0, 1.0)
    assert free > 10.0 and stiff < 0.85 * free and missed < 0.014
    (free, _), (stiff, missed) = lifted_legs(60.0, 0.0), lifted_legs(60.0, 1.0)
    assert stiff > 0.95 * free and missed < 0.003
