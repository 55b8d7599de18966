"""The figures measure what their names say."""

from __future__ import annotations

import numpy as np

from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from bundled_model.training.metrics import Posed, acceleration_error, compare
from tests.refiner.motion import Truth


def posed(truth: Truth) -> Posed:
    return Posed(truth.rotations, truth.pelvis, truth.bones)


def test_the_truth_has_no_error() -> None:
    figures = compare(posed(Truth(0, 30)), posed(Truth(0, 30)))
    assert max(figures.mpjpe, figures.pve, figures.absolute, figures.acceleration) < 1e-6
    assert max(figures.rotation, figures.twist, abs(figures.drift)) < 1e-3


def test_a_shift_is_absolute_error_alone() -> None:
    truth = posed(Truth(0, 30))
    moved = Posed(truth.rotations, truth.pelvis + np.array([0.0, 0.1, 0.0]), truth.bones)
    figures = compare(truth, moved)
    assert abs(figures.absolute - 100.0) < 1e-6 and figures.mpjpe < 1e-6 and figures.pve < 1e-6


def test_a_turn_about_the_upper_arm_is_twist_and_moves_the_surface() -> None:
    truth = posed(Truth(0, 30))
    joint = JOINT_NAMES.index("left_shoulder")
    bone = REST_OFFSETS[JOINT_NAMES.index("left_elbow")]
    rotations = truth.rotations.copy()
    rotations[:, joint] = rotations[:, joint] @ matrix_from_axis_angle(
        np.radians(20.0) * bone / np.linalg.norm(bone)
    )
    figures = compare(truth, Posed(rotations, truth.pelvis, truth.bones))
    assert abs(figures.twist - 20.0 / 8) < 0.01  # one of eight twisting joints
    assert abs(figures.rotation - 20.0 / 14) < 0.01  # one of fourteen joints
    assert figures.pve > 1.0


def test_acceleration_error_of_a_shaking_path_is_its_share_of_the_true_one() -> None:
    time = np.arange(60)[:, None, None] / 30.0
    true = np.concatenate([np.sin(3 * time), np.cos(3 * time), time], -1)
    assert acceleration_error(true, true) == 0.0
    assert acceleration_error(true, np.zeros_like(true)) == 1.0
    assert np.isnan(acceleration_error(true[:2], true[:2]))
