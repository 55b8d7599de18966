"""Feet that are longer than the person's slide no more where they turn or rise while they bear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.body.soles import HEEL
from addon.motion import Motion
from addon.retarget import carry, followed
from addon.retarget.slides import Slide
from addon.retarget.source import source_of
from tests.retarget import stepping
from tests.retarget.characters import Build, character
from tests.retarget.soles import soles
from tests.retarget.stepping import FRAMES

GIANT = Build(legs=1.8, trunk=1.8, arms=1.8, shoulders=1.8, feet=1.8)


def test_a_longer_foot_that_turns_while_it_bears_shares_its_slide_between_heel_and_ball():
    more = _slides_more(_turning_about_the_left_ball(0.5, 1.2))
    assert abs(more[0] - more[1]) < 0.1 and max(more) < 1.6


def test_a_longer_foot_that_turns_by_some_degrees_while_it_bears_slides_no_more_and_its_leg_points_the_same():
    turns = _turning_about_the_left_ball(0.1, 6.0)
    assert max(_slides_more(turns)) < 0.5
    there, source = followed(carry(turns, character(GIANT)).pose, turns), source_of(turns)
    leg = [JOINT_NAMES.index(f"left_{joint}") for joint in ("hip", "knee", "ankle")]
    ours, theirs = (np.diff(one.joints[:, leg], axis=1) for one in (source, there))
    cosine = (ours * theirs).sum(-1) / np.linalg.norm(ours, axis=-1) / np.linalg.norm(theirs, axis=-1)
    assert cosine.min() > np.cos(np.radians(0.5))


def test_what_is_about_to_leave_gives_way_to_what_stands_firm():
    ours = np.zeros((2, 4, 3))
    ours[1, :, 0] = [0.003, 0.0, 0.0, -0.003]
    left = []
    for tip in (0.25, 1.0):
        weights = np.array([[0.5 * 0.25, 0.0, 0.0, tip / 6]])
        shift = Slide.of(np.zeros((2, 4, 3)), ours, weights, 1.8).shifts()[0, 0]
        left.append((abs(0.003 + shift), abs(-0.003 + shift)))
    assert left[0][1] > 2 * left[0][0], "a heel counts as much as all that lies before it"
    assert left[1][1] < 0.45 * left[1][0]


def test_a_longer_foot_that_turns_a_little_while_it_bears_turns_less_and_slides_no_more():
    wavers = _turning_about_the_left_ball(0.02, 15.0)
    assert max(_slides_more(wavers)) < 0.5
    there = followed(carry(wavers, character(GIANT)).pose, wavers)
    feet = [JOINT_NAMES.index(f"left_{joint}") for joint in ("ankle", "foot")]
    assert np.degrees(geodesic_angle(there.worlds, source_of(wavers).worlds)[:, feet]).max() < 1.01


def test_places_that_rise_while_they_bear_slide_no_more_over_the_floor():
    ours = np.zeros((2, 4, 3))
    ours[1] = [0.002, 0.005, 0.0]
    shift = Slide.of(1.8 * ours, 1.8 * ours, np.full((1, 4), 0.25), 1.8).shifts()[0]
    assert 1.8 * ours[1, 0, 0] + shift[0] < 0.0025


def _slides_more(turns: Motion) -> list[float]:
    """Millimetres a frame by which heel and ball of a giant's left foot slide more than the person's."""
    source, target = source_of(turns), character(GIANT)
    places = soles(source, target, carry(turns, target).pose, "left")
    more = []
    for parts in (slice(HEEL, HEEL + 1), slice(HEEL + 1, None)):
        before, after = (
            np.linalg.norm(np.diff(one[:, parts].mean(1), axis=0), axis=-1)
            for one in (source.soles[:, 0], places)
        )
        more.append(1000 * float((after - before).max()))
    return more


def _turning_about_the_left_ball(reach: float, pace: float) -> Motion:
    """By so many radians to both sides, at so many radians a second of its wave."""
    stands = stepping.stand()
    ball = source_of(stands).soles[0, 0, HEEL + 1 :].mean(0)
    angles = reach * np.sin(np.arange(FRAMES) * pace / stands.fps)
    turns = np.asarray(matrix_from_axis_angle(angles[:, None] * np.array([0.0, 1.0, 0.0])))
    rotations, contacts = stands.rotations.copy(), stands.contacts.copy()
    rotations[:, 0] = turns @ rotations[:, 0]
    contacts[:, 2:] = 0.0
    pelvis = (turns @ (stands.pelvis - ball)[..., None])[..., 0] + ball
    return replace(stands, rotations=rotations, pelvis=pelvis, contacts=contacts)
