"""Legs that a detector guesses, as behind a desk, tell nothing of floor, sides and limbs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.layouts import LAYOUTS
from addon.recording import Recording
from tests.refiner.motion import Truth

COCO = LAYOUTS["coco17"].keypoints
LOWER = [place for place, name in enumerate(COCO) if name.endswith(("hip", "knee", "ankle"))]
GUESSED = slice(50, 110)


def read(tmp_path: Path, score: float, seed: int, rows: slice = GUESSED) -> tuple[Recording, Recording]:
    """What is read of a person whose legs are guessed in these frames with this score, and of all seen."""
    person = Truth(seed, 150).person("coco17", 0.02, seed)
    assert person.keypoints is not None
    rng = np.random.default_rng(seed)
    points, scores = person.keypoints.positions.copy(), person.keypoints.confidence.copy()
    shape = points[rows][:, LOWER].shape
    strayed = rng.normal(size=(1, *shape[1:])) * 0.15 + rng.normal(size=shape).cumsum(0) * 0.02
    points[rows, LOWER] += strayed
    scores[rows, LOWER] = score
    kinds = {"guessed": (points, scores), "seen": (person.keypoints.positions, np.ones(scores.shape))}
    for name, (places, confidence) in kinds.items():
        np.savez(
            tmp_path / f"{name}.npz", keypoints=places, confidence=confidence, layout="coco17", fps=30.0,
            up_axis="y", units="m",
        )  # fmt: skip
    return formats.read(tmp_path / "guessed.npz"), formats.read(tmp_path / "seen.npz")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("score", [0.1, 0.25])
def test_guessed_legs_move_no_floor_and_change_no_sides(tmp_path, score, seed) -> None:
    found, seen = (one.people[0].keypoints for one in read(tmp_path, score, seed))
    assert found is not None and seen is not None
    sure = found.confidence == 1.0
    assert np.abs(found.positions - seen.positions)[sure].max() < 0.03


def test_limbs_that_are_only_guessed_are_told_and_not_called_broken(tmp_path) -> None:
    found, seen = read(tmp_path, 0.1, 0, slice(0, 150))
    new = [told for told in found.warnings if told not in seen.warnings]
    assert new == [
        "The detector was hardly ever sure of the keypoints that tell the left thigh, right thigh, left shin,"
        " right shin of the person; what these do may be its guess."
    ]


@pytest.mark.parametrize("lowest", [0.4, 1.0])
def test_scores_that_are_all_alike_leave_out_nothing(tmp_path, lowest) -> None:
    found, _ = read(tmp_path, lowest, 0)
    assert not any("hardly ever sure" in told for told in found.warnings)
