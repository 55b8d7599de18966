"""Twist does not jump where an elbow or knee is straight, and quick twist of bent or turning limbs stays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon import refiner
from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person, Poses
from addon.refiner.result.carried_twist import carried_twist

FPS, FRAMES = 60.0, 240
CENTRES = [
    name
    for name in JOINT_NAMES
    if not any(part in name for part in ("spine1", "spine2", "collar", "hand", "foot"))
]
LIMBS = [(f"{side}_{up}", f"{side}_{low}") for side in ("left", "right") for up, low in
         (("hip", "knee"), ("shoulder", "elbow"))]  # fmt: skip


def _place(name: str) -> int:
    return JOINT_NAMES.index(name)


def _axis(lower: str) -> np.ndarray:
    offset = REST_OFFSETS[_place(lower)]
    return offset / np.linalg.norm(offset)


def _twist(rotations: np.ndarray, upper: str, lower: str) -> np.ndarray:
    """(T,) degrees of the upper joint's rotation about its bone."""
    turns = Rotation.from_matrix(rotations[:, _place(upper)]).as_quat()
    return np.degrees(2 * np.unwrap(np.arctan2(turns[:, :3] @ _axis(lower), turns[:, 3]), period=np.pi))


def _largest_step(rotations: np.ndarray) -> float:
    return max(float(np.abs(np.diff(_twist(rotations, *limb))).max()) for limb in LIMBS)


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """(T, 24, 3, 3) arms and legs that bend by up to 70 degrees, stretch, stay so for more than a second at 0
    to 2 degrees, and bend again, while they swing."""
    times = np.arange(FRAMES) / FPS
    bend = np.clip(1.1 * np.cos(2 * np.pi * times / 3) + 0.1, 0, None) + 0.02 * (1 + np.sin(4 * times))
    rotations = np.tile(np.eye(3), (FRAMES, 24, 1, 1))
    none = np.zeros(FRAMES)

    def put(name: str, *columns: np.ndarray) -> None:
        rotations[:, _place(name)] = Rotation.from_rotvec(np.stack(columns, -1)).as_matrix()

    for side, sign in (("left", 1.0), ("right", -1.0)):
        put(f"{side}_knee", bend, none, none)
        put(f"{side}_elbow", none, -sign * bend, none)
        put(f"{side}_hip", 0.3 * np.sin(times + sign) - 0.5 * bend, 0.3 * np.sin(times), none)
        put(f"{side}_shoulder", 0.4 * np.sin(times), none, -sign * (1 - 0.3 * np.sin(times)))
    return rotations


def _with_jumps(truth: np.ndarray, kind: str, follows: bool) -> np.ndarray:
    """Poses whose straight limbs jump by 50 degrees of twist; follows: the lower bone with the upper one."""
    random, found = np.random.default_rng(1), truth.copy()
    for upper, lower in LIMBS:
        bend = np.degrees(Rotation.from_matrix(truth[:, _place(lower)]).magnitude())
        rows = np.flatnonzero(bend < 5)
        rows = rows[: np.flatnonzero(np.diff(rows, append=np.inf) > 1)[0] + 1]
        degrees = np.zeros(FRAMES)
        if kind == "frame":
            degrees[rows[len(rows) // 2]] = 50
        elif kind == "stretch":
            degrees[rows[len(rows) // 4 : len(rows) // 2]] = -50
        else:
            degrees[rows] = np.repeat(random.choice([-25.0, 25.0], 9), len(rows) // 9 + 1)[: len(rows)]
        turn = Rotation.from_rotvec(np.radians(degrees)[:, None] * _axis(lower))
        found[:, _place(upper)] = (Rotation.from_matrix(truth[:, _place(upper)]) * turn).as_matrix()
        if not follows:
            own = Rotation.from_matrix(truth[:, _place(lower)])
            found[:, _place(lower)] = (turn.inv() * own).as_matrix()
    return found


def _person(rotations: np.ndarray, truth: np.ndarray, targets: bool) -> Person:
    joints = np.asarray(forward(truth, np.tile([0.0, 0.95, 0.0], (FRAMES, 1)), REST_OFFSETS)[0])
    seen = joints[:, [_place(name) for name in CENTRES]]
    seen = seen + np.random.default_rng(2).normal(0, 0.004, seen.shape)
    ones = np.ones(seen.shape[:2])
    keypoints = Keypoints(seen, ones, tuple(CENTRES), tuple(CENTRES)) if targets else None
    return Person("1", np.arange(FRAMES), FPS, keypoints, Poses(rotations, joints[:, 0]))


@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize("kind", ["frame", "stretch"])
def test_jumps_that_come_back_leave_what_was_there_before(truth, kind, follows):
    given = _with_jumps(truth, kind, follows)
    assert _largest_step(given) > 45
    found = carried_twist(given)
    turned = Rotation.from_matrix((np.swapaxes(found, -1, -2) @ truth).reshape(-1, 3, 3)).magnitude()
    assert np.degrees(turned).max() < 1.0


def test_jumps_that_leave_something_are_spread_over_the_stretch(truth):
    found = carried_twist(_with_jumps(truth, "wander", True))
    assert _largest_step(found) < 5
    for upper, lower in LIMBS:
        bent = np.degrees(Rotation.from_matrix(truth[:, _place(lower)]).magnitude()) > 16
        np.testing.assert_allclose(found[bent][:, _place(upper)], truth[bent][:, _place(upper)], atol=1e-6)


def test_joints_stay_where_they_are(truth):
    given = _with_jumps(truth, "stretch", False)
    origin = np.zeros((FRAMES, 3))
    places = [np.asarray(forward(one, origin, REST_OFFSETS)[0]) for one in (given, carried_twist(given))]
    assert np.linalg.norm(places[0] - places[1], axis=-1).max() < 0.02


def test_a_motion_without_jumps_is_given_back_as_it_is(truth):
    assert carried_twist(truth) is truth


def test_quick_twist_of_a_straight_arm_is_no_jump():
    """Back and forth by 90 degrees in a tenth of a second, at 30 frames a second."""
    times = np.arange(60) / 30.0
    rotations = np.tile(np.eye(3), (60, 24, 1, 1))
    angles = np.pi / 4 * np.sin(2 * np.pi * 2.5 * times)
    turn = Rotation.from_rotvec(angles[:, None] * _axis("left_elbow")).as_matrix()
    rotations[:, _place("left_shoulder")] = turn
    assert np.degrees(np.abs(np.diff(angles))).max() > 20
    assert carried_twist(rotations) is rotations


def test_a_jump_of_a_bent_arm_is_left_to_others(truth):
    given = truth.copy()
    row = 2  # bent by 60 degrees
    turn = Rotation.from_rotvec(np.radians(50) * _axis("left_elbow")).as_matrix()
    given[row, _place("left_shoulder")] = given[row, _place("left_shoulder")] @ turn
    assert carried_twist(given) is given


@pytest.mark.parametrize("targets", [True, False])
@pytest.mark.parametrize("kind", ["frame", "stretch", "wander"])
def test_no_run_hands_out_jumps(truth, kind, targets):
    given = _with_jumps(truth, kind, True)
    motion = refiner.refine(_person(given, truth, targets), engine="numpy")
    assert _largest_step(motion.rotations) < 8


def test_keypoints_alone_do_not_twist_straight_limbs(truth):
    person = _person(truth, truth, True)
    motion = refiner.refine(person, mode="sequence", engine="numpy")
    assert _largest_step(motion.rotations) < 8


def test_what_is_only_converted_stays_as_the_file_has_it(truth):
    given = _with_jumps(truth, "frame", True)
    motion = refiner.refine(_person(given, truth, False), mode="none", engine="numpy")
    np.testing.assert_allclose(motion.rotations, given, atol=1e-9)
