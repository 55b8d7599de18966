"""Bones and a detector's own idea of its points come from the whole clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.points import POINT_INDEX, POINT_WEIGHTS
from addon.body.skeleton import MIRROR_JOINTS, REST_OFFSETS
from addon.refiner.evidence.smoothing import FEWEST_SMOOTHED
from addon.refiner.evidence.targets import Targets, targets_from_keypoints
from addon.refiner.network.model import load_model
from addon.refiner.whole_clip import calibration
from addon.refiner.whole_clip.bones import estimate_bone_offsets
from addon.refiner.whole_clip.calibration import Calibration, calibrate, known_better, without_offsets

from .motion import KNEELING, SEATED, Truth


def performer() -> np.ndarray:
    """Someone with long legs and short arms."""
    ratio = np.full(24, 1.0)
    ratio[[4, 5, 7, 8]], ratio[[18, 19, 20, 21]] = 1.12, 0.92
    return REST_OFFSETS * ratio[:, None]


def detected(
    layout: str, offset: float, noise: float = 0.0, frames: int = 240
) -> tuple[Truth, Targets, np.ndarray]:
    """Targets of a detector whose points lie `offset` metres off on average, and these offsets (P, 3)."""
    truth = Truth(0, frames, performer())
    person = truth.person(layout, noise)
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    offsets = np.random.default_rng(1).normal(size=(len(targets.indices), 3)) * offset / 1.6
    carriers = POINT_WEIGHTS[targets.indices].argmax(1)
    moved = (truth.world[:, carriers] @ offsets[..., None])[..., 0]
    return truth, replace(targets, positions=targets.positions + moved, raw=targets.raw + moved), offsets


def calibrated(targets: Targets) -> Calibration:
    return calibrate(targets, estimate_bone_offsets(targets), load_model().prior, 30.0)


def apart(first: np.ndarray, second: np.ndarray) -> float:
    return 1000 * float(np.linalg.norm(first - second, axis=-1).mean())


@pytest.mark.parametrize(("layout", "left"), [("body25", 0.8), ("coco17", 0.95)])
def test_offsets_are_smaller_after_than_before(layout: str, left: float) -> None:
    truth, targets, offsets = detected(layout, 0.025)
    found = calibrated(targets)
    assert apart(found.offsets, offsets) < left * apart(np.zeros_like(offsets), offsets)
    there = without_offsets(targets, found.offsets, truth.rotations)
    exact = without_offsets(targets, offsets, truth.rotations)
    assert apart(there.positions, exact.positions) < left * apart(targets.positions, exact.positions)


def test_bones_are_found_better_than_by_measuring_between_keypoints() -> None:
    truth, targets, _ = detected("body25", 0.02, 0.005)

    def error(bones: np.ndarray) -> float:
        lengths, true = (np.linalg.norm(b, axis=-1)[1:] for b in (bones, truth.bones))
        return float(np.abs(lengths / true - 1.0).mean())

    assert error(calibrated(targets).bones) < 0.9 * error(estimate_bone_offsets(targets))


def test_left_and_right_bones_are_equal_and_joints_of_smpl_have_no_offset() -> None:
    _, targets, _ = detected("smpl24", 0.0, 0.01)
    found = calibrated(targets)
    ratio = np.linalg.norm(found.bones, axis=-1)[1:] / np.linalg.norm(REST_OFFSETS, axis=-1)[1:]
    np.testing.assert_allclose(ratio, ratio[np.array(MIRROR_JOINTS)[1:] - 1])
    assert apart(found.offsets, np.zeros_like(found.offsets)) < 3.0


def test_known_offsets_make_the_evidence_sharper_but_never_exact() -> None:
    _, targets, _ = detected("body25", 0.02)
    found = calibrated(targets)
    better = known_better(targets, found)
    assert (better.precision >= 0.999 * targets.precision).all()
    assert (found.left > 0.2 * targets.definition).all() and (found.left <= targets.definition).all()


def test_nothing_depends_on_where_the_person_stands() -> None:
    _, targets, _ = detected("body25", 0.02, 0.005)
    far = np.array([1000.0, -700.0, 100.0])
    away = replace(targets, positions=targets.positions + far, raw=targets.raw + far)
    bones, prior = estimate_bone_offsets(targets), load_model().prior
    here, there = (calibrate(some, bones, prior, 30.0) for some in (targets, away))
    np.testing.assert_allclose(there.bones, here.bones, atol=5e-5)
    np.testing.assert_allclose(there.offsets, here.offsets, atol=1e-4)


def test_points_of_the_palm_tell_nothing_of_the_body() -> None:
    _, targets, _ = detected("mediapipe33", 0.02)
    palm = np.isin(targets.indices, [index for name, index in POINT_INDEX.items() if "knuckle" in name])
    assert palm.sum() == 6
    bones, prior = estimate_bone_offsets(targets), load_model().prior
    found, without = (calibrate(some, bones, prior, 30.0) for some in (targets, targets.points(~palm)))
    assert np.array_equal(found.bones, without.bones)
    assert np.array_equal(found.offsets[~palm], without.offsets)
    assert not found.offsets[palm].any()
    assert np.array_equal(found.left[palm], targets.definition[palm])


def test_the_fewest_frames_whose_noise_is_known_tell_bones_and_offsets() -> None:
    truth, targets, offsets = detected("body25", 0.025, frames=FEWEST_SMOOTHED)
    found = calibrated(targets)
    assert apart(found.offsets, offsets) < apart(np.zeros_like(offsets), offsets)
    assert apart(found.bones, truth.bones) < apart(estimate_bone_offsets(targets), truth.bones)


def test_a_few_frames_tell_nothing() -> None:
    person = Truth(0, 4).person("body25")
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    bones = estimate_bone_offsets(targets)
    found = calibrated(targets)
    np.testing.assert_array_equal(found.bones, bones)
    np.testing.assert_array_equal(found.offsets, 0.0)


@pytest.mark.parametrize("layout", ["coco17", "mediapipe33"])
def test_a_clean_clip_is_looked_at_until_nothing_changes(
    layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, targets, _ = detected(layout, 0.03)
    found = calibrated(targets)
    monkeypatch.setattr(calibration, "MOST_STEPS", 12)
    monkeypatch.setattr(calibration, "SETTLED", (0.0, 0.0))
    assert apart(found.offsets, calibrated(targets).offsets) < 1.3


@pytest.mark.parametrize(("posture", "most"), [(KNEELING, 3.0), (SEATED, 4.0)])
def test_who_never_straightens_is_looked_at_longer(
    posture: dict[str, float], most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    keypoints = Truth(37, 120).bent(posture).person("coco17").keypoints
    assert keypoints is not None
    targets = targets_from_keypoints(keypoints, 30.0)
    found = calibrated(targets)
    monkeypatch.setattr(calibration, "MOST_STEPS", 25)
    monkeypatch.setattr(calibration, "SETTLED", (0.0, 0.0))
    assert apart(found.offsets, calibrated(targets).offsets) < most
