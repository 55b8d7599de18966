"""A body whose keypoints are lost moves calmly, and goes without a jump to where it is told again."""

from __future__ import annotations

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.layouts import LAYOUTS
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person
from addon.refiner import Controls, refine
from addon.refiner.evidence.calm import calmed, reach_of_calm, told_by
from addon.steps import finish

WRIST, SHOULDER, ELBOW = (JOINT_NAMES.index(f"left_{name}") for name in ("wrist", "shoulder", "elbow"))
LOST = slice(20, 50)
USUAL = np.full((70, 24, 3), 0.2)


def swinging(fps: float = 30.0, precision: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotations (70, 24, 3, 3) of an arm that turns slowly, and 40 degrees off while its wrist is lost; the
    same calmed, and the wrist's precision (70, 1)."""
    angle = np.radians(np.linspace(0.0, 30.0, 70))
    angle[LOST] += np.radians(40.0)
    rotations = np.tile(np.eye(3), (70, 24, 1, 1))
    rotations[:, [SHOULDER, ELBOW]] = matrix_from_axis_angle(angle[:, None, None] * np.array([1.0, 0.0, 0.0]))
    known = np.ones((70, 1))
    known[LOST] = precision
    told = told_by(known, np.array([POINT_INDEX["left_wrist"]]))
    return rotations, finish(calmed(rotations, np.zeros((70, 3)), told, USUAL, fps))[0], known


def degrees(rotations: np.ndarray) -> np.ndarray:
    """(T-1, J) by which joints turn from frame to frame."""
    return np.degrees(geodesic_angle(rotations[1:], rotations[:-1]))


@pytest.mark.parametrize("precision", [0.0, 0.02])
def test_a_limb_that_is_lost_does_not_jump_and_keeps_to_its_keypoints(precision: float) -> None:
    before, after, known = swinging(precision=precision)
    assert degrees(before).max() > 40.0
    assert degrees(after)[:, [SHOULDER, ELBOW]].max() < 14.0
    np.testing.assert_array_equal(after[known[:, 0] == 1.0], before[known[:, 0] == 1.0])


def test_in_the_middle_of_a_long_gap_a_calm_limb_stays_where_it_is_thought_to_be() -> None:
    before, after, _ = swinging()
    assert np.degrees(geodesic_angle(after, before))[35].max() < 4.0


def test_a_limb_that_is_lost_does_not_shake() -> None:
    before, _, known = swinging()
    shake = np.radians(5.0) * np.random.default_rng(0).normal(size=(70, 3))
    before[:, ELBOW] = before[:, ELBOW] @ matrix_from_axis_angle(shake)
    told = told_by(known, np.array([POINT_INDEX["left_wrist"]]))
    after, _ = finish(calmed(before, np.zeros((70, 3)), told, USUAL, 30.0))
    assert degrees(after)[24:45, ELBOW].mean() < 0.4 * degrees(before)[24:45, ELBOW].mean()
    sure, _ = finish(calmed(before, np.zeros((70, 3)), told, 0.01 * USUAL, 30.0))
    assert degrees(sure)[24:45, ELBOW].mean() > 0.8 * degrees(before)[24:45, ELBOW].mean()


def test_other_limbs_stay_as_they_are() -> None:
    before, after, _ = swinging()
    arm = (JOINT_NAMES.index("left_collar"), SHOULDER, ELBOW)
    others = [joint for joint in range(24) if joint not in arm]
    np.testing.assert_array_equal(after[:, others], before[:, others])


def test_what_no_frame_tells_and_what_every_frame_tells_stays_as_it_is() -> None:
    before, _, known = swinging()
    for told in (told_by(0.0 * known, np.array([0])), told_by(known**0, np.array([0]))):
        assert not told.lost.any()
        assert finish(calmed(before, np.zeros((70, 3)), told, USUAL, 30.0))[0] is before


@pytest.mark.parametrize("frames", [1, 5, 9, 30])
def test_clips_of_any_length_come_back_whole(frames: int) -> None:
    before, _, known = swinging()
    before, known = before[10 : 10 + frames], known[10 : 10 + frames].copy()
    known[frames // 2] = 0.0
    told = told_by(known, np.array([POINT_INDEX["left_wrist"]]))
    after, path = finish(calmed(before, np.zeros((frames, 3)), told, USUAL[:frames], 240.0))
    assert after.shape == before.shape and path.shape == (frames, 3)
    assert np.isfinite(after).all() and np.isfinite(path).all()


def test_the_same_gap_is_calmed_alike_at_any_rate() -> None:
    before, after, known = swinging()
    often = np.repeat(before, 4, axis=0)
    told = told_by(np.repeat(known, 4, axis=0), np.array([POINT_INDEX["left_wrist"]]))
    dense, _ = finish(calmed(often, np.zeros((280, 3)), told, np.repeat(USUAL, 4, axis=0), 120.0))
    assert np.degrees(geodesic_angle(dense[2::4], after)).max() < 6.0
    assert reach_of_calm(120.0) == 4 * reach_of_calm(30.0)


def test_a_body_that_is_not_seen_for_a_while_does_not_stop_dead() -> None:
    path = np.linspace(0.0, 2.0, 70)[:, None] * np.array([1.0, 0.0, 0.0])
    stops = path.copy()
    stops[20:50] = path[20]
    rotations, known = np.tile(np.eye(3), (70, 24, 1, 1)), np.ones((70, 2))
    known[20:50] = 0.0
    points = np.array([POINT_INDEX["left_hip"], POINT_INDEX["right_hip"]])
    _, calm = finish(calmed(rotations, stops, told_by(known, points), USUAL, 30.0))
    np.testing.assert_array_equal(calm[:20], stops[:20])
    assert np.linalg.norm(np.diff(calm, 2, axis=0), axis=-1).max() < 0.2 * 0.87


def walked() -> tuple[np.ndarray, Keypoints]:
    """Joints (90, 24, 3) of somebody who turns and walks on, and the keypoints."""
    time = np.arange(90) / 30.0
    rotations = np.tile(np.eye(3), (90, 24, 1, 1))
    turn = np.zeros((90, 24, 3))
    turn[:, 0, 1] = 0.6 * np.sin(1.5 * time)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turn[:, JOINT_NAMES.index(f"{side}_hip"), 0] = -0.35 * sign * np.sin(6.0 * time)
        turn[:, JOINT_NAMES.index(f"{side}_knee"), 0] = 0.35 - 0.3 * sign * np.cos(6.0 * time)
        turn[:, JOINT_NAMES.index(f"{side}_shoulder"), 2] = -1.2 * sign
    rotations = rotations @ matrix_from_axis_angle(turn)
    pelvis = np.stack([0.0 * time, 0.95 + 0.0 * time, 1.2 * time], axis=-1)
    joints, turns = forward(rotations, pelvis, REST_OFFSETS)
    names = LAYOUTS["coco17"].canonical
    places = point_positions(joints, turns, REST_OFFSETS, [POINT_INDEX[str(name)] for name in names])
    return joints, Keypoints(places, np.ones(places.shape[:2]), LAYOUTS["coco17"].keypoints, names)


@pytest.mark.parametrize("lost", [("knee", "ankle"), ("",)])
def test_legs_or_a_body_out_of_the_picture_come_back_without_a_jump(lost: tuple[str, ...]) -> None:
    joints, keypoints = walked()
    columns = [place for place, name in enumerate(keypoints.names) if any(part in name for part in lost)]
    positions = keypoints.positions.copy()
    positions[30:55, columns] = np.nan
    seen = np.isfinite(positions).all(-1).astype(float)
    partly = Keypoints(positions, seen, keypoints.names, keypoints.canonical, "coco17")
    found = refine(Person("0", np.arange(90), 30.0, partly, None), controls=Controls(feet=0.0))
    after, _ = forward(found.rotations, found.pelvis, found.bone_offsets)
    quick = np.linalg.norm(np.diff(after, 2, axis=0), axis=-1)[26:58].max()
    assert quick < 3.8 * np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).max()
