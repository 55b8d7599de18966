"""Soles and toes of held feet lie on their floor."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.body.soles import ANKLES, FEET, soles
from addon.motion import Floor
from addon.refiner.feet.clip import Precision
from addon.refiner.feet.hold import hold_feet
from addon.refiner.feet.places import places_under, toes_up
from addon.steps import finish

HIPS, KNEES = (
    [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("hip", "knee")
)


def test_toes_that_the_floor_bends_do_not_snap():
    """Feet that point into the floor in a single frame: the toes come up before, and go down after."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    floor = Floor(np.array([0.0, 1.0, 0.0]), np.array([0.0]))
    posed = forward(turns, pelvis, REST_OFFSETS)
    pelvis[:, 1] = -places_under(*posed, REST_OFFSETS)[0, 0, :, 1].min() + 0.03
    turns[30, list(ANKLES)] = matrix_from_axis_angle(np.array([np.radians(50.0), 0.0, 0.0]))
    joints, world = forward(turns, pelvis, REST_OFFSETS)
    toes, air = world[:, list(FEET)], np.zeros((60, 2))
    bent = toes_up(floor, joints, world, toes, REST_OFFSETS, air, 30.0)
    angle = np.degrees(geodesic_angle(bent, toes))
    assert angle[30].min() > 40.0 and angle[:20].max() == 0.0
    assert np.abs(np.diff(angle, axis=0)).max() < 12.5


@pytest.mark.parametrize("degrees", [20.0, -20.0])
def test_toes_bend_where_a_stretched_leg_leaves_them_in_the_floor(degrees):
    """Somebody seen 12 mm too high, whose straight right leg swings with its toes down: its knee does not
    snap for the last millimetres, so the leg misses its place, but the toes come out of the floor."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    about_x = np.array([1.0, 0.0, 0.0])
    turns[:, HIPS[1]] = matrix_from_axis_angle(-np.radians(degrees) * about_x)
    turns[:, ANKLES[1]] = matrix_from_axis_angle(np.radians(35.0) * about_x)
    left = soles(*forward(turns, pelvis, REST_OFFSETS), REST_OFFSETS)[0, 0, :, 1].min()
    floor = Floor(np.array([0.0, 1.0, 0.0]), np.array([left - 0.012]))
    precision = Precision(np.full(2, 0.003), np.full(2, 0.05), 0.05, np.zeros(2))
    contacts = np.tile([1.0, 1.0, 0.0, 0.0], (60, 1))
    held, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, 30.0, contacts, floor, precision))
    over = floor.over(soles(*forward(held, path, REST_OFFSETS), REST_OFFSETS))
    assert over[30, 1].min() > -0.0035


def raised(chance: float, degrees: float) -> np.ndarray:
    """(3,) metres over the floor of heel and both sides of the ball of a right foot that is raised by 2 cm,
    its toes down by this much, and bears with this chance, once held; the left one stands."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    about_x, bent = np.array([1.0, 0.0, 0.0]), np.arccos(0.975)
    for joints, angle in ((HIPS, -bent), (KNEES, 2.0 * bent), (ANKLES, np.radians(degrees) - bent)):
        turns[:, joints[1]] = matrix_from_axis_angle(angle * about_x)
    before = soles(*forward(turns, pelvis, REST_OFFSETS), REST_OFFSETS)
    floor = Floor(np.array([0.0, 1.0, 0.0]), before[0, :1, :, 1].min(-1))
    precision = Precision(np.full(2, 0.008), np.full(2, 0.09), 0.008, np.zeros(2))
    contacts = np.tile([1.0, 1.0, chance, chance], (60, 1))
    held, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, 30.0, contacts, floor, precision))
    return np.asarray(floor.over(soles(*forward(held, path, REST_OFFSETS), REST_OFFSETS))[30, 1, :3])


def test_what_rather_bears_comes_to_the_floor_almost_as_what_surely_does():
    """And what rather does not is left where it may well pass by."""
    maybe, surely, hardly = (raised(chance, 0.0).min() for chance in (0.6, 1.0, 0.3))
    assert maybe < surely + 0.0015 and hardly > surely + 0.003
    assert raised(0.6, 9.0)[0] < raised(1.0, 9.0)[0] + 0.005


def toes_down(degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """Somebody who stands on balls of feet whose toes point down, 3 cm over the floor, once held: (2,) metres
    of the balls over the floor, and (2,) degrees by which the toes turned."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    turns[:, list(ANKLES)] = matrix_from_axis_angle(np.array([np.radians(30.0), 0.0, 0.0]))
    turns[:, list(FEET)] = matrix_from_axis_angle(np.array([np.radians(degrees - 30.0), 0.0, 0.0]))
    places = places_under(*forward(turns, pelvis, REST_OFFSETS), REST_OFFSETS)
    floor = Floor(np.array([0.0, 1.0, 0.0]), places[0, :1, 1:, 1].min(-1) - 0.03)
    contacts = np.tile([0.0, 1.0], (60, 2))
    precision = Precision(np.full(2, 0.03), np.full(2, 0.3), 0.03, np.zeros(2))
    held, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, 30.0, contacts, floor, precision))
    over = floor.over(places_under(*forward(held, path, REST_OFFSETS), REST_OFFSETS))
    return over[30, :, 1], np.degrees(geodesic_angle(held, turns))[30, list(FEET)]


@pytest.mark.parametrize("degrees", [12.0, 16.0, 20.0])
def test_bearing_toes_lie_on_the_floor_with_their_ball(degrees):
    """Never bent half way, with their tip down and the ball in the air."""
    over, turned = toes_down(degrees)
    assert over.max() < 0.012 and turned.min() > 5.0


def test_who_stands_on_the_tips_of_the_toes_stays_there():
    over, turned = toes_down(50.0)
    assert over.min() > 0.03 and turned.max() < 1.0


def on_edge(degrees: float) -> float:
    """Metres between the heights of both sides of the left ball of somebody who stands on balls of feet that
    lean outwards by this much, once held."""
    turns, pelvis = np.tile(np.eye(3), (60, 24, 1, 1)), np.zeros((60, 3))
    raised = matrix_from_axis_angle(np.array([np.radians(30.0), 0.0, 0.0]))
    turns[:, list(ANKLES)] = raised @ matrix_from_axis_angle(np.array([0.0, 0.0, np.radians(degrees)]))
    turns[:, list(FEET)] = raised.T
    places = soles(*forward(turns, pelvis, REST_OFFSETS), REST_OFFSETS)
    floor = Floor(np.array([0.0, 1.0, 0.0]), places[0, :1, 1:, 1].min(-1))
    precision = Precision(np.full(2, 0.03), np.full(2, 0.3), 0.03, np.zeros(2))
    contacts = np.tile([0.0, 1.0], (60, 2))
    held, path = finish(hold_feet.steps(turns, pelvis, REST_OFFSETS, 30.0, contacts, floor, precision))
    after = soles(*forward(held, path, REST_OFFSETS), REST_OFFSETS)
    return float(np.abs(after[30, 0, 1, 1] - after[30, 0, 2, 1]))


def test_both_sides_of_a_bearing_ball_come_to_the_floor():
    """But those of a foot that clearly stands on its edge."""
    assert max(on_edge(20.0), on_edge(-20.0)) < 0.012
    assert on_edge(-60.0) > 0.02
