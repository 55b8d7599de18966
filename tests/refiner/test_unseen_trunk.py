"""Who is seen from the chest up stands or sits as they did, and does not lean away."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.recording import Person
from addon.refiner import Controls, refine

from .motion import SEATED, Truth

LOWER = ("hip", "knee", "ankle", "heel", "toe", "foot")
SECOND, ALWAYS = slice(45, 90), slice(0, None)
NECK = 12


def from_chest_up(person: Person, rows: slice) -> Person:
    """The person of whom nothing below the shoulders is seen in these frames."""
    keypoints = person.keypoints
    assert keypoints is not None
    positions, confidence = keypoints.positions.copy(), keypoints.confidence.copy()
    lower = [k for k, name in enumerate(keypoints.names) if any(word in name for word in LOWER)]
    positions[rows, lower], confidence[rows, lower] = np.nan, 0.0
    return replace(person, keypoints=replace(keypoints, positions=positions, confidence=confidence))


def upward(joints: np.ndarray) -> np.ndarray:
    """(T, 3) from pelvis to neck, of length 1."""
    trunk = joints[:, NECK] - joints[:, 0]
    return np.asarray(trunk / np.linalg.norm(trunk, axis=-1, keepdims=True))


def refined(person: Person) -> tuple[np.ndarray, tuple[str, ...]]:
    """(T, 24, 3) joints of the refined person, and what is told of it."""
    motion = refine(person, controls=Controls(feet=0.0), engine="numpy")
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]), motion.warnings


def leaning(truth: Truth, layout: str, rows: slice) -> np.ndarray:
    """(N,) degrees by which the trunk leans beside the truth's in the frames without hips and legs."""
    found, _ = refined(from_chest_up(truth.person(layout, 0.02), rows))
    cosine = (upward(found) * upward(truth.joints)).sum(-1)[rows]
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


@pytest.mark.parametrize("clip", [1, 5, 7])
@pytest.mark.parametrize("layout", ["coco17", "mediapipe33"])
def test_nobody_leans_away_whose_hips_are_out_of_the_picture_for_a_while(layout: str, clip: int) -> None:
    assert leaning(Truth(clip, 150), layout, SECOND).max() < 18.0


@pytest.mark.parametrize("clip", [0, 8])
def test_who_sits_at_a_desk_sits_upright(clip: int) -> None:
    found = leaning(Truth(clip, 120).bent(SEATED), "coco17", ALWAYS)
    assert found.mean() < 8.0 and found.max() < 20.0


def test_what_was_not_seen_is_told() -> None:
    person = Truth(8, 120).person("coco17", 0.01)
    _, told = refined(from_chest_up(person, SECOND))
    (sentence,) = [each for each in told if "chest" in each]
    assert sentence.endswith("the trunk was put below the shoulders there, and the legs are guessed.")


def test_hips_that_are_lost_for_some_frames_or_seen_all_along_are_no_matter() -> None:
    person = Truth(8, 120).person("coco17", 0.01)
    for seen in (person, from_chest_up(person, slice(40, 43))):
        assert not any("chest" in each for each in refined(seen)[1])


def test_who_lies_is_not_put_upright() -> None:
    truth = Truth(8, 90)
    down = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    person = from_chest_up(truth.person("coco17", 0.01), ALWAYS)
    assert person.keypoints is not None
    lying = replace(person.keypoints, positions=person.keypoints.positions @ down.T)
    found, told = refined(replace(person, keypoints=lying))
    assert np.abs(upward(found)[:, 1]).mean() < 0.5
    assert not any("chest" in each for each in told)
