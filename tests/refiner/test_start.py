"""How far an initial pose is trusted is told by the keypoints."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.refiner import refine
from addon.refiner.evidence.targets import targets_from_keypoints
from addon.refiner.network.model import load_model
from addon.refiner.start.closed_form import (
    INITIAL_DEVIATIONS,
    as_evidence,
    initial_deviation,
    initial_prior,
    start_from_keypoints,
)

from .motion import KNEELING, SEATED, Truth

KNEES = [JOINT_NAMES.index("left_knee"), JOINT_NAMES.index("right_knee")]


def found_degrees(off: float, layout: str = "smpl24", noise: float = 0.0) -> float:
    truth = Truth(0)
    person = truth.person(layout, noise)
    assert person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, 30.0)
    poses = truth.estimate(off)
    return float(np.degrees(initial_deviation(poses.rotations, truth.pelvis, targets, truth.bones)))


@pytest.mark.parametrize("layout", ["smpl24", "body25", "coco17"])
def test_a_worse_initial_pose_is_held_to_less(layout: str) -> None:
    found = [found_degrees(off, layout, 0.01) for off in (1.0, 5.0, 9.0)]
    assert found[0] < found[1] < found[2]


def test_what_is_found_stays_within_what_is_possible() -> None:
    least, most = np.degrees(INITIAL_DEVIATIONS)
    assert found_degrees(0.0) == pytest.approx(least)
    assert found_degrees(60.0) == pytest.approx(most)


def test_the_root_follows_the_evidence_alone_unless_something_is_known_of_it() -> None:
    rotations = Truth(0, 3).rotations
    assert (initial_prior(rotations, 0.1).precision[..., 0, :] == 0).all()
    np.testing.assert_allclose(
        initial_prior(rotations, 0.1, 0.2).precision[..., :2, :], [[25.0] * 3, [100.0] * 3]
    )


def test_a_nearly_right_pose_is_not_spoiled_by_noisy_keypoints() -> None:
    truth = Truth(0)
    poses = truth.estimate(1.5)
    motion = refine(truth.person("smpl24", 0.02, poses=poses), engine="numpy")
    joints = slice(1, None)
    error = np.degrees(geodesic_angle(truth.rotations, motion.rotations))[:, joints].mean()
    assert error < 3.0


@pytest.mark.parametrize(("posture", "clip"), [(KNEELING, 0), (KNEELING, 8), (SEATED, 37)])
def test_feet_that_lie_far_off_pull_the_knees_round(posture: dict[str, float], clip: int) -> None:
    """Half a metre off at first, they counted as outliers until it was too late."""
    truth = Truth(clip).bent(posture)
    keypoints = truth.person("body25").keypoints
    assert keypoints is not None
    evidence = as_evidence(targets_from_keypoints(keypoints, 30.0), truth.bones)
    found, _ = start_from_keypoints(evidence, truth.bones, load_model().prior)
    off = np.degrees(geodesic_angle(truth.rotations, found))[:, KNEES].max(1)
    assert (off > 45.0).mean() < 0.1


@pytest.mark.parametrize("layout", ["coco17", "body25", "smpl24"])
def test_who_spins_by_half_a_turn_between_two_anchors_is_not_left_facing_backwards(layout: str) -> None:
    """The start of the frames in between lay the other way round; from there no step led to their points."""
    truth = Truth(frames=60)
    turns = np.zeros((60, 3))
    turns[20:45, 1] = np.radians(37.0) * np.arange(25)
    turns[45:, 1] = turns[44, 1]
    truth.rotations[:, 0] = matrix_from_axis_angle(turns) @ truth.rotations[:, 0]
    truth.joints, truth.world = forward(truth.rotations, truth.pelvis, truth.bones)
    found = refine(truth.person(layout))
    off = np.degrees(geodesic_angle(found.rotations[:, 0], truth.rotations[:, 0]))
    assert off.max() < 60.0 and np.percentile(off, 90) < 35.0


@pytest.mark.parametrize(("clip", "frames"), [(9, 298), (11, 169), (13, 421)])
def test_who_spins_under_noise_is_not_turned_away_from_the_keypoints(clip: int, frames: int) -> None:
    """The start lay on them, and the network turned the body by up to 100 degrees."""
    truth = Truth(clip, frames)
    found = refine(truth.person("coco17", 0.02), engine="numpy")
    off = np.degrees(geodesic_angle(found.rotations[:, 0], truth.rotations[:, 0]))
    assert off.max() < 50.0
