"""What the controls promise: how far, how smooth, which joints, which frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from addon import formats
from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.motion import Motion
from addon.recording import Person, Poses
from addon.refiner import PARTS, Controls, RefineError, refine

from .motion import Truth

BALANCING = Path(__file__).parents[2] / (
    "bundled_model/samples/pose2sim/S00_P00_T01_BalancingTrial_0-100.trc"
)
LEGS = [JOINT_NAMES.index(joint) for part in ("left_leg", "right_leg") for joint in PARTS[part]]
WRISTS = [JOINT_NAMES.index(f"{side}_wrist") for side in ("left", "right")]


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(0)


@pytest.fixture(scope="module")
def noisy(truth: Truth) -> Person:
    return truth.person("smpl24", 0.02)


@pytest.fixture(scope="module")
def estimated(truth: Truth) -> Person:
    return truth.person("smpl24", 0.01, poses=truth.estimate(12.0))


def run(person: Person, **controls: object) -> Motion:
    return refine(person, controls=Controls(**controls), engine="numpy")  # type: ignore[arg-type]


def initial(person: Person) -> Poses:
    assert person.poses is not None
    return person.poses


def degrees(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.degrees(geodesic_angle(first, second))


def joints(motion: Motion) -> np.ndarray:
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0])


def jerkiness(motion: Motion) -> float:
    return float(np.linalg.norm(np.diff(joints(motion), 2, axis=0), axis=-1).mean())


def test_the_parts_are_the_whole_body_once() -> None:
    assert sorted(joint for part in PARTS.values() for joint in part) == sorted(JOINT_NAMES)


@pytest.mark.parametrize("kind", ["noisy", "estimated"])
def test_the_defaults_change_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(kind)
    plain, controlled = refine(person, engine="numpy"), run(person)
    np.testing.assert_array_equal(plain.rotations, controlled.rotations)
    np.testing.assert_array_equal(plain.pelvis, controlled.pelvis)


def test_strength_zero_is_the_initial_pose_itself(estimated: Person) -> None:
    motion = run(estimated, strength=0.0)
    np.testing.assert_array_equal(motion.rotations, initial(estimated).rotations)
    np.testing.assert_array_equal(motion.pelvis, initial(estimated).pelvis)
    assert np.isnan(motion.uncertainty_deg).all()


def test_half_the_strength_is_half_the_way(estimated: Person) -> None:
    start, end = initial(estimated).rotations, refine(estimated, engine="numpy").rotations
    half = run(estimated, strength=0.5).rotations
    np.testing.assert_allclose(degrees(start, half), degrees(start, end) / 2, atol=1e-3)
    np.testing.assert_allclose(degrees(half, end), degrees(start, end) / 2, atol=1e-3)


@pytest.mark.parametrize("kind", ["noisy", "estimated"])
def test_more_strength_brings_the_body_closer_to_the_keypoints(
    kind: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(kind)
    fits = [float(run(person, strength=s).fit_error_mm.mean()) for s in (0.0, 0.5, 1.0, 1.5, 2.0)]
    assert fits == sorted(fits, reverse=True) and fits[0] > fits[2] > fits[4]


def test_the_most_strength_does_not_twist_a_real_performer() -> None:
    person = formats.read(BALANCING).people[0]
    plain, strong = refine(person, engine="numpy"), run(person, strength=2.0)
    assert strong.fit_error_mm.mean() < plain.fit_error_mm.mean()
    assert degrees(strong.rotations, plain.rotations).mean() < 5.0


def test_without_an_initial_pose_the_weakest_is_still_the_performers_pose(truth: Truth) -> None:
    motion = run(truth.person("smpl24"), strength=0.0)
    assert 1000 * np.linalg.norm(joints(motion) - truth.joints, axis=-1).mean() < 40.0


def test_smoothness_goes_from_as_observed_to_slow(noisy: Person, truth: Truth) -> None:
    kinds = [jerkiness(run(noisy, smoothness=s)) for s in (0.0, 1.0, 2.0)]
    assert kinds[0] > 1.5 * kinds[1] and kinds[1] > 1.2 * kinds[2]


def test_without_smoothing_the_keypoints_are_taken_as_observed(noisy: Person) -> None:
    fits = [float(run(noisy, smoothness=s, strength=2.0).fit_error_mm.mean()) for s in (0.0, 1.0, 2.0)]
    assert fits == sorted(fits) and fits[0] < 0.9 * fits[1]


def test_other_parts_keep_the_initial_pose(estimated: Person) -> None:
    arms = frozenset({"left_arm", "right_arm"})
    motion = run(estimated, parts=arms)
    chosen = Controls(parts=arms).joints
    np.testing.assert_array_equal(motion.rotations[:, ~chosen], initial(estimated).rotations[:, ~chosen])
    np.testing.assert_array_equal(motion.pelvis, initial(estimated).pelvis)
    assert np.isnan(motion.uncertainty_deg[:, ~chosen]).all()
    assert np.isfinite(motion.uncertainty_deg[:, chosen]).all()


def test_a_limb_refined_alone_reaches_its_keypoints_from_the_kept_body(truth: Truth) -> None:
    person = truth.person("smpl24", poses=truth.estimate(12.0))
    arms = frozenset({"left_arm", "right_arm"})
    found = joints(run(person, parts=arms))[:, WRISTS]
    before = forward(initial(person).rotations, initial(person).pelvis, truth.bones)[0][:, WRISTS]
    wanted = truth.joints[:, WRISTS]
    assert (
        np.linalg.norm(found - wanted, axis=-1).mean()
        < 0.25 * np.linalg.norm(before - wanted, axis=-1).mean()
    )
    turns = degrees(run(person, parts=arms).rotations, truth.rotations)[:, Controls(parts=arms).joints]
    assert turns.max() < 45.0


def test_keypoints_alone_leave_other_parts_at_rest(truth: Truth) -> None:
    upper = frozenset(PARTS) - {"root", "left_leg", "right_leg"}
    motion = run(truth.person("smpl24"), parts=upper)
    np.testing.assert_array_equal(
        motion.rotations[:, LEGS], np.broadcast_to(np.eye(3), (90, len(LEGS), 3, 3))
    )
    assert np.ptp(motion.pelvis, axis=0).max() == 0.0
    np.testing.assert_allclose(motion.rotations[:, 0, 1], np.broadcast_to([0, 1, 0], (90, 3)), atol=1e-9)


def test_other_frames_keep_the_initial_pose_and_nothing_pops(truth: Truth) -> None:
    person = truth.person("smpl24", poses=truth.estimate(12.0))
    motion = run(person, frames=(30, 59))
    outside = np.r_[0:30, 60:90]
    np.testing.assert_array_equal(motion.rotations[outside], initial(person).rotations[outside])
    np.testing.assert_array_equal(motion.pelvis[outside], initial(person).pelvis[outside])
    whole = refine(person, engine="numpy")
    np.testing.assert_allclose(motion.rotations[36:54], whole.rotations[36:54], atol=0.02)
    steps = np.linalg.norm(np.diff(joints(motion) - truth.joints, axis=0), axis=-1).max(1)
    assert steps[29:60].max() < 0.5 * np.linalg.norm(joints(motion) - truth.joints, axis=-1)[outside].max()


def test_at_the_recordings_own_ends_nothing_is_blended(truth: Truth) -> None:
    person = truth.person("smpl24", poses=truth.estimate(12.0))
    whole, start = refine(person, engine="numpy"), run(person, frames=(-5, 59))
    np.testing.assert_allclose(start.rotations[:50], whole.rotations[:50], atol=0.02)


def test_keypoints_alone_cover_the_range_only(truth: Truth) -> None:
    person = replace(truth.person("smpl24"), frame_ids=np.arange(90) + 1000)
    motion, whole = run(person, frames=(1030, 1059)), refine(person, engine="numpy")
    np.testing.assert_array_equal(motion.frame_ids, np.arange(1030, 1060))
    np.testing.assert_array_equal(motion.bone_offsets, whole.bone_offsets)
    assert degrees(motion.rotations, whole.rotations[30:60]).mean() < 0.5
    assert len(motion.fit_error_mm) == len(motion.filled) == 30


def test_a_range_across_a_long_gap_takes_both_sides(truth: Truth) -> None:
    ids = np.concatenate([np.arange(40), np.arange(500, 550)])
    motion = run(replace(truth.person("smpl24"), frame_ids=ids), frames=(20, 520))
    np.testing.assert_array_equal(motion.frame_ids, np.r_[20:40, 500:521])
    assert motion.away.tolist() == [[19, 20]]


def test_kept_poses_of_another_world_are_brought_to_the_keypoints(truth: Truth) -> None:
    poses = truth.estimate(5.0)
    turn = matrix_from_axis_angle(np.array([2.6, 0.3, 0.4]))
    turned = np.concatenate([turn @ poses.rotations[:, :1], poses.rotations[:, 1:]], 1)
    elsewhere = Poses(turned, poses.pelvis @ turn.T + [5.0, 2.0, -9.0])
    motion = run(truth.person("smpl24", poses=elsewhere), strength=0.0)
    np.testing.assert_array_equal(motion.rotations[:, 1:], poses.rotations[:, 1:])
    assert 1000 * np.linalg.norm(joints(motion) - truth.joints, axis=-1).mean() < 80.0


def test_frames_without_keypoints_are_marked_as_filled(truth: Truth) -> None:
    person = truth.person("smpl24")
    keypoints = person.keypoints
    assert keypoints is not None
    positions = keypoints.positions.copy()
    positions[40:46] = np.nan
    motion = refine(replace(person, keypoints=replace(keypoints, positions=positions)), engine="numpy")
    np.testing.assert_array_equal(np.flatnonzero(motion.is_filled), np.arange(40, 46))
    assert not len(motion.away)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"strength": 2.5}, "strength 2.5 is not between 0 and 2"),
        ({"smoothness": float("nan")}, "smoothness nan is not between"),
        ({"parts": frozenset({"tail"})}, "no body part 'tail'"),
        ({"parts": frozenset()}, "No body part is chosen"),
        ({"frames": (9, 3)}, "first frame 9 lies after the last frame 3"),
        ({"frames": (900, 950)}, "is in frames 0 to 89, but not in frames 900 to 950"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(wrong: dict, words: str, truth: Truth) -> None:
    with pytest.raises(RefineError, match=words) as refusal:
        run(truth.person(), **wrong)
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)


def test_a_person_can_cancel_while_parts_are_joined(estimated: Person) -> None:
    from addon.refiner import Cancelled

    messages: list[str] = []
    with pytest.raises(Cancelled):
        refine(
            estimated,
            controls=Controls(parts=frozenset({"head"})),
            engine="numpy",
            progress=lambda share, message: messages.append(message),
            cancelled=lambda: "Joining" in messages,
        )
