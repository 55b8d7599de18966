"""Left and right of a limb that a detector put on the same leg or arm."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.layouts import LAYOUTS
from addon.recording import Person
from addon.refiner.evidence.doubled import doubled
from addon.refiner.evidence.strays import without_strays
from addon.steps import finish

from .motion import Truth

COCO = LAYOUTS["coco17"].keypoints
ROWS = slice(30, 70)
LIMBS = {"leg": ("knee", "ankle"), "arm": ("elbow", "wrist")}


def on_the_other(person: Person, side: str, other: str, limb: str) -> Person:
    """The person whose limb of a side lies on that of the other side in some frames."""
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    for number, joint in enumerate(LIMBS[limb]):
        noise = np.random.default_rng(number).normal(size=(40, 3)) * 0.01
        there = positions[ROWS, COCO.index(f"{other}_{joint}")]
        positions[ROWS, COCO.index(f"{side}_{joint}")] = there + noise
    return replace(person, keypoints=replace(person.keypoints, positions=positions))


@pytest.mark.parametrize("clip", [0, 3, 14])
@pytest.mark.parametrize(("side", "other"), [("left", "right"), ("right", "left")])
@pytest.mark.parametrize("limb", LIMBS)
def test_a_limb_that_lies_on_the_other_is_left_out_and_told(limb, side, other, clip) -> None:
    person = on_the_other(Truth(clip, 120).person("coco17", 0.015), side, other, limb)
    assert person.keypoints is not None
    known, told = finish(without_strays(person, person.keypoints))
    for joint in LIMBS[limb]:
        assert np.isnan(known.positions[ROWS, COCO.index(f"{side}_{joint}"), 0]).mean() > 0.8
        assert np.isfinite(known.positions[ROWS, COCO.index(f"{other}_{joint}"), 0]).all()
    assert f"{side}_{LIMBS[limb][1]}" in told[0]


@pytest.mark.parametrize("layout", ["coco17", "body25"])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_legs_that_pass_one_another_and_hands_that_meet_are_two(layout, noise) -> None:
    for clip in range(16):
        person = Truth(clip, 240).person(layout, noise, clip)
        assert person.keypoints is not None
        names = [str(name) for name in person.keypoints.canonical]
        assert not doubled(person.keypoints.positions, names).any()


def test_feet_that_stand_together_are_two() -> None:
    """Both legs of who steps together for a second, slowly."""
    person = Truth(8, 120).person("coco17", 0.005)
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    share = np.clip(np.minimum(np.arange(120) - 10, 110 - np.arange(120)) / 30.0, 0.0, 1.0)[:, None]
    for joint in LIMBS["leg"]:
        left, right = (COCO.index(f"{side}_{joint}") for side in ("left", "right"))
        between = positions[:, right] - positions[:, left]
        positions[:, left] += 0.48 * share * between
        positions[:, right] -= 0.48 * share * between
    assert not doubled(positions, list(COCO)).any()
