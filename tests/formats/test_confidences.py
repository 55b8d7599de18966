"""Confidences as tools write them: shares of 1, per cent, none at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.recording import Keypoints
from addon.safe_read import FormatError
from tests.refiner.motion import Truth


def read(tmp_path: Path, confidence: np.ndarray) -> Keypoints:
    person = Truth(8, 40).person("coco17")
    assert person.keypoints is not None
    np.savez(
        tmp_path / "clip.npz", keypoints=person.keypoints.positions, confidence=confidence, layout="coco17",
        fps=30.0, up_axis="y", units="m",
    )  # fmt: skip
    found = formats.read(tmp_path / "clip.npz").people[0].keypoints
    assert found is not None
    return found


@pytest.mark.parametrize("scale", [1.0, 100.0, 255.0])
def test_a_point_is_as_sure_in_any_scale(tmp_path, scale) -> None:
    scores = np.random.default_rng(0).uniform(0.2, 1.0, (40, 17))
    found = read(tmp_path, scale * scores).confidence
    assert np.corrcoef(found.ravel(), scores.ravel())[0, 1] > 0.99
    np.testing.assert_allclose(found, scores, rtol=0.06)


def test_scores_a_little_above_1_are_shares(tmp_path) -> None:
    scores = np.full((40, 17), 0.5)
    scores[:, 0] = 1.2
    np.testing.assert_allclose(read(tmp_path, scores).confidence, np.minimum(scores, 1.0))


@pytest.mark.parametrize("nothing", [0.0, np.nan])
def test_no_confidence_in_anything_is_told_as_such(tmp_path, nothing) -> None:
    with pytest.raises(FormatError, match="confidence of every keypoint is 0 or no number"):
        read(tmp_path, np.full((40, 17), nothing))
