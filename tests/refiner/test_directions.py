"""One camera is vaguer along its view; the clip itself tells which way that is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.points import point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_JOINTS, REST_OFFSETS
from addon.refiner.evidence.targets import Targets, targets_from_keypoints
from addon.refiner.network.model import load_model
from addon.refiner.start.solver import Evidence, linearise
from addon.refiner.whole_clip.bones import estimate_bone_offsets
from addon.refiner.whole_clip.calibration import calibrate, known_better

from .motion import Truth, wandering


def seen(view: np.ndarray, deeper: float, frames: int = 240, seed: int = 0) -> Targets:
    """Targets off by 12 mm across a view, and so many times as far along it."""
    person = Truth(0, frames).person("body25", 0.0)
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    noise = 0.012 * wandering(frames, len(targets.indices), seed)
    noise += (deeper - 1.0) * (noise @ view)[..., None] * view
    return replace(targets, positions=targets.positions + noise, raw=targets.raw + noise)


def metric(targets: Targets) -> np.ndarray:
    found = calibrate(targets, estimate_bone_offsets(targets), load_model().prior, 30.0)
    better = known_better(targets, found).metric
    assert better is not None and better is found.metric
    return np.asarray(better)


@pytest.mark.parametrize("view", [(0.0, 0.0, 1.0), (0.8, 0.0, 0.6), (0.6, -0.5, 0.62)])
def test_the_direction_of_the_view_counts_least(view: tuple[float, float, float]) -> None:
    along = np.array(view) / np.linalg.norm(view)
    values, axes = np.linalg.eigh(metric(seen(along, 2.5)))
    assert abs(axes[:, 0] @ along) > np.cos(np.deg2rad(15.0))
    assert values[0] < 0.9 * values[1]
    assert np.prod(values) == pytest.approx(1.0, abs=0.05)


def test_noise_alike_along_all_axes_weighs_them_alike_and_little_is_believed_of_a_moment() -> None:
    values = np.linalg.eigvalsh(metric(seen(np.array([0.0, 0.0, 1.0]), 1.0)))
    assert (abs(values - 1.0) < 0.2).all()
    short = np.linalg.eigvalsh(metric(seen(np.array([0.0, 0.0, 1.0]), 2.5, frames=20)))
    assert (abs(short - 1.0) < 0.12).all()


def test_a_metric_weighs_what_points_are_off() -> None:
    model, indices = load_model(), np.arange(12)
    prior = model.prior
    rotations, pelvis = np.eye(3)[None, None].repeat(24, 1), REST_JOINTS[:1]
    joints, world = REST_JOINTS[None], rotations
    points = point_positions(joints, world, REST_OFFSETS, indices) + np.array([0.0, 0.02, 0.05])
    plain = Evidence(indices, points, np.full((1, 12), 1e4))

    def pull(evidence: Evidence) -> np.ndarray:
        return np.asarray(linearise(rotations, pelvis, REST_OFFSETS, evidence, (prior,)).vector[0, -3:])

    shallow = pull(replace(plain, metric=np.diag([1.0, 1.0, 0.5])))
    np.testing.assert_allclose(shallow, pull(plain) * [1.0, 1.0, 0.25], atol=1e-6)
    some = np.array([[1.1, 0.2, 0.0], [0.2, 0.9, -0.1], [0.0, -0.1, 1.2]])
    posed = rotations @ matrix_from_axis_angle(np.random.default_rng(0).normal(size=(1, 24, 3)))
    moves = linearise(posed, pelvis, REST_OFFSETS, plain, (prior,)).rows.reshape(1, -1, 3, 12)
    weighed = linearise(posed, pelvis, REST_OFFSETS, replace(plain, metric=some), (prior,)).rows
    np.testing.assert_allclose(weighed.reshape(moves.shape), some @ moves, atol=1e-9)
    twice = pull(replace(plain, metric=2.0 * np.eye(3)))
    np.testing.assert_allclose(twice, pull(replace(plain, precision=4.0 * plain.precision)), rtol=1e-6)
