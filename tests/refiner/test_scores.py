"""Scores that flicker shake nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.evidence.scores import score_of_places

from .motion import Truth

SCORES = {
    "some low": lambda rng, shape: np.where(rng.random(shape) < 0.3, 0.1, 1.0),
    "any": lambda rng, shape: rng.random(shape),
}


def jitter(joints: np.ndarray) -> float:
    """Mean length of second differences of joints (T, 24, 3)."""
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean())


def joints(person: Person) -> np.ndarray:
    motion = refine(person, controls=Controls(feet=0.0), engine="numpy")
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0])


@pytest.mark.parametrize("clip", [0, 8])
@pytest.mark.parametrize("kind", SCORES)
def test_scores_that_flicker_shake_nobody(kind: str, clip: int) -> None:
    truth = Truth(clip, 120)
    person = truth.person("coco17", noise=0.02)
    assert person.keypoints is not None
    scores = SCORES[kind](np.random.default_rng(clip), person.keypoints.confidence.shape)
    found = joints(replace(person, keypoints=replace(person.keypoints, confidence=scores)))
    assert jitter(found) < 1.2 * jitter(truth.joints)
    assert jitter(found) < 1.5 * jitter(joints(person))


def test_a_smoothed_place_is_as_sure_as_its_neighbours_and_one_as_seen_as_its_own_frame() -> None:
    scores = np.array([1.0, 1.0, 0.1, 1.0, 1.0])[:, None].repeat(2, axis=1)
    found = score_of_places(scores, scores > 0, np.array([0.0, 1.0]), 30.0)
    assert found[2, 0] == pytest.approx(0.82)
    np.testing.assert_allclose(found[:, 1], scores[:, 1])


def test_who_is_not_seen_is_as_sure_as_who_is_seen_beside() -> None:
    scores = np.array([0.5, 0.5, 0.0, 0.5])[:, None]
    np.testing.assert_allclose(score_of_places(scores, scores > 0, np.ones(1), 30.0), 0.5)
