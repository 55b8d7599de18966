"""A limb whose keypoint is lost goes to where it is thought to be, and does not jump there."""

from __future__ import annotations

import numpy as np

from addon.body.points import POINT_INDEX
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.refiner.result.seams import reach_of_seams, without_seams
from addon.steps import finish

WRIST, SHOULDER, ELBOW = (JOINT_NAMES.index(f"left_{name}") for name in ("wrist", "shoulder", "elbow"))
LOST = slice(20, 50)


def lost(fps: float = 30.0) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (70, 24, 3, 3) of an arm that turns slowly and 40 degrees off while its wrist is lost, and
    those without the jumps."""
    angle = np.radians(np.linspace(0.0, 30.0, 70))
    angle[LOST] += np.radians(40.0)
    rotations = np.tile(np.eye(3), (70, 24, 1, 1))
    rotations[:, [SHOULDER, ELBOW]] = matrix_from_axis_angle(angle[:, None, None] * np.array([1.0, 0.0, 0.0]))
    precision = np.ones((70, 1))
    precision[LOST] = 0.0
    return rotations, finish(without_seams(rotations, precision, np.array([POINT_INDEX["left_wrist"]]), fps))


def test_a_limb_that_is_lost_does_not_jump_and_keeps_to_its_keypoints() -> None:
    before, after = lost()
    steps = np.degrees(geodesic_angle(after[1:], after[:-1]))
    assert np.degrees(geodesic_angle(before[1:], before[:-1])).max() > 40.0
    assert steps[:, [SHOULDER, ELBOW]].max() < 14.0
    told = np.ones(70, bool)
    told[LOST] = False
    np.testing.assert_array_equal(after[told], before[told])


def test_in_the_middle_of_a_long_gap_nothing_changes() -> None:
    before, after = lost()
    reach = reach_of_seams(30.0)
    np.testing.assert_array_equal(after[20 + reach : 50 - reach], before[20 + reach : 50 - reach])


def test_other_limbs_stay_as_they_are() -> None:
    before, after = lost()
    others = [joint for joint in range(24) if joint not in (SHOULDER, ELBOW)]
    np.testing.assert_array_equal(after[:, others], before[:, others])


def test_at_a_high_rate_a_jump_of_several_frames_is_none_either() -> None:
    """At 120 frames a second the limb goes over while the point still counts a little."""
    angle = np.radians(np.linspace(0.0, 30.0, 200))
    angle[60:140] += np.radians(40.0)
    angle[56:60] += np.radians([10.0, 20.0, 30.0, 35.0])
    rotations = np.tile(np.eye(3), (200, 24, 1, 1))
    rotations[:, [SHOULDER, ELBOW]] = matrix_from_axis_angle(angle[:, None, None] * np.array([1.0, 0.0, 0.0]))
    precision = np.ones((200, 1))
    precision[56:60] = 0.05
    precision[60:140] = 0.0
    after = finish(without_seams(rotations, precision, np.array([POINT_INDEX["left_wrist"]]), 120.0))
    steps = np.degrees(geodesic_angle(after[1:], after[:-1]))[:, ELBOW]
    assert steps[50:100].max() < 4.0
    np.testing.assert_array_equal(after[:56], rotations[:56])
