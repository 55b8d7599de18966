"""Poses that an estimator gave the other way round for a while."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.recording import Person, Poses
from addon.refiner import Controls, refine
from addon.refiner.evidence.turned_roots import with_roots_turned_back

from .motion import Truth

HALF = matrix_from_axis_angle(np.array([0.0, np.radians(165.0), 0.0]))
STRETCHES = [slice(30, 34), slice(30, 60), slice(10, 85)]


def turned(rotations: np.ndarray, rows: slice) -> np.ndarray:
    """Rotations (T, 24, 3, 3) with the body the other way round in these rows."""
    found = rotations.copy()
    found[rows, 0] = HALF @ found[rows, 0]
    return found


def estimate(clip: int = 8) -> tuple[Truth, Person]:
    """Captured motion, and an estimator's poses of it with keypoints."""
    truth = Truth(clip, 120)
    return truth, truth.person("coco17", 0.01, poses=truth.estimate(5.0))


def degrees_apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(one, other))


@pytest.mark.parametrize("clip", [0, 8, 14])
@pytest.mark.parametrize("rows", STRETCHES)
def test_a_body_that_is_turned_about_is_turned_back_and_told(rows: slice, clip: int) -> None:
    _, person = estimate(clip)
    assert person.poses is not None
    given = person.poses.rotations
    wrong = replace(person, poses=replace(person.poses, rotations=turned(given, rows)))
    found, told = with_roots_turned_back(wrong)
    assert found.poses is not None
    assert degrees_apart(found.poses.rotations, given).max() < 15.0
    assert len(told) == 1 and f"({rows.start} to {rows.stop - 1})" in told[0]


@pytest.mark.parametrize("degrees", [60.0, 90.0, -120.0])
def test_another_heading_for_a_while_is_turned_back(degrees: float) -> None:
    _, person = estimate()
    assert person.poses is not None
    given, wrong = person.poses.rotations, person.poses.rotations.copy()
    turn = matrix_from_axis_angle(np.array([0.0, np.radians(degrees), 0.0]))
    wrong[30:60, 0] = turn @ wrong[30:60, 0]
    found, told = with_roots_turned_back(replace(person, poses=replace(person.poses, rotations=wrong)))
    assert found.poses is not None and len(told) == 1
    assert degrees_apart(found.poses.rotations, given).max() < 15.0


def test_each_of_several_stretches_is_turned_back_and_nothing_between() -> None:
    _, person = estimate()
    assert person.poses is not None
    given, wrong = person.poses.rotations, person.poses.rotations
    stretches = [slice(20, 21), slice(40, 44), slice(70, 95)]
    for rows in stretches:
        wrong = turned(wrong, rows)
    found, told = with_roots_turned_back(replace(person, poses=replace(person.poses, rotations=wrong)))
    assert found.poses is not None
    assert degrees_apart(found.poses.rotations, given).max() < 15.0
    assert "in 30 frames (20 to 94)" in told[0]


@pytest.mark.parametrize("keypoints", [True, False])
def test_it_is_refined_as_if_it_had_never_been_turned(keypoints: bool) -> None:
    _, person = estimate()
    person = person if keypoints else replace(person, keypoints=None)
    assert person.poses is not None
    wrong = turned(person.poses.rotations, slice(40, 70))
    right, found = (
        refine(replace(person, poses=replace(person.poses, rotations=each)), controls=Controls(feet=0.0))
        for each in (person.poses.rotations, wrong)
    )
    assert degrees_apart(found.rotations, right.rotations).mean() < 1.0
    assert any("the other way round in 30 frames (40 to 69)" in told for told in found.warnings)


def test_who_turns_on_the_spot_is_left() -> None:
    for clip in range(16):
        truth = Truth(clip, 240)
        for step in (1, 3):
            poses = Poses(truth.rotations[::step], truth.pelvis[::step])
            person = Person("0", np.arange(len(poses.pelvis)), 30.0 / step, None, poses)
            assert with_roots_turned_back(person) == (person, ())


def test_who_is_turned_for_good_is_left() -> None:
    _, person = estimate()
    assert person.poses is not None
    rotations = turned(person.poses.rotations, slice(40, None))
    wrong = replace(person, poses=replace(person.poses, rotations=rotations))
    assert with_roots_turned_back(wrong)[1] == ()
