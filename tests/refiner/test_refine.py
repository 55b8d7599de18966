"""Refine Pose as a person would judge it: the body does what the performer did."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from addon.body.hands import SIDES
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES
from addon.motion import Motion
from addon.recording import Keypoints, Person, Poses
from addon.refiner import Cancelled, RefineError, refine
from bundled_model.training.metrics import ROTATION_JOINTS, Posed

from .motion import Truth


def rotation_error(truth: np.ndarray, found: np.ndarray) -> float:
    """Mean degrees over the joints that headline figures use."""
    return float(np.degrees(geodesic_angle(truth, found))[:, ROTATION_JOINTS].mean())


def joint_error(truth: Truth, motion: Motion) -> float:
    """Mean mm, not aligned: translation counts."""
    joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
    return 1000 * float(np.linalg.norm(joints - truth.joints, axis=-1).mean())


def shaking(joints: np.ndarray) -> float:
    """Mean second difference of joints (T, 24, 3)."""
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean())


def keypoints_where(person: Person, seen: np.ndarray) -> Person:
    """The person with only these keypoints (T, K) left."""
    keypoints = person.keypoints
    assert keypoints is not None
    positions = np.where(seen[..., None], keypoints.positions, np.nan)
    return replace(person, keypoints=replace(keypoints, positions=positions, confidence=seen.astype(float)))


@pytest.mark.parametrize(
    ("layout", "allowed"),
    [
        ("smpl24", 3.0),
        ("humanml22", 3.0),
        ("coco17", 14.0),
        ("mediapipe33", 12.0),
        ("h36m17", 14.0),
        ("halpe26", 12.0),
        ("lsp14", 16.0),
    ],
)
def test_clean_keypoints_alone_give_the_performers_joints(layout: str, allowed: float) -> None:
    truth = Truth(0)
    motion = refine(truth.person(layout), engine="numpy")
    assert joint_error(truth, motion) < allowed


def test_noise_comes_out_smaller_than_it_went_in() -> None:
    truth = Truth(0)
    person = truth.person("smpl24", noise=0.02)
    motion = refine(person, engine="numpy")
    assert person.keypoints is not None
    given = 1000 * np.linalg.norm(person.keypoints.positions - truth.joints, axis=-1).mean()
    assert joint_error(truth, motion) < 0.65 * given


def test_where_a_recording_is_cut_changes_little_of_the_rest() -> None:
    person = Truth(8, 180).person("coco17", noise=0.02)
    whole, rest = refine(person, engine="numpy"), refine(person.rows(np.arange(7, 180)), engine="numpy")
    apart = np.degrees(geodesic_angle(whole.rotations[67:], rest.rotations[60:]))
    assert apart[:, ROTATION_JOINTS].mean() < 0.4


@pytest.mark.parametrize(
    "seen", ["half of the frames", "half of the points", "every second frame", "every frame twice"]
)
def test_who_is_seen_now_and_then_does_not_shake_for_it(seen: str) -> None:
    truth, chance = Truth(0), np.random.default_rng(1)
    person = truth.person("coco17", noise=0.02)
    if seen == "half of the points":
        person = keypoints_where(person, chance.uniform(size=(90, 17)) < 0.5)
    elif seen == "half of the frames":
        person = keypoints_where(person, np.repeat(chance.uniform(size=(90, 1)) < 0.5, 17, axis=1))
    elif seen == "every second frame":
        person = person.rows(np.arange(0, 90, 2))
    else:
        person = replace(person.rows(np.arange(90) // 2 * 2), frame_ids=np.arange(90))
    motion = refine(person, engine="numpy")
    joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
    assert shaking(joints) < 1.2 * shaking(truth.joints[motion.frame_ids])


@pytest.mark.parametrize("tool", ["a filter at 10 Hz", "between every second frame"])
def test_noise_that_a_tool_has_filtered_is_noise_all_the_same(tool: str) -> None:
    truth = Truth(0)
    person = truth.person("coco17", noise=0.02)
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    if tool == "a filter at 10 Hz":
        response = 1.0 / (1.0 + (np.fft.rfftfreq(90, 1 / 30) / 10.0) ** 4)
        positions = np.fft.irfft(response[:, None, None] * np.fft.rfft(positions, axis=0), 90, axis=0)
    else:
        positions[1:-1:2] = (positions[:-2:2] + positions[2::2]) / 2.0
    given = replace(person, keypoints=replace(person.keypoints, positions=positions))
    motion = refine(given, engine="numpy")
    joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
    assert shaking(joints[5:-5]) < 1.2 * shaking(truth.joints[5:-5])


def test_a_detector_whose_scores_are_all_low_is_believed_as_much() -> None:
    truth = Truth(0)
    person = truth.person("coco17", noise=0.02)
    assert person.keypoints is not None
    doubtful = replace(person.keypoints, confidence=np.full((90, 17), 0.3))
    sure, unsure = (refine(replace(person, keypoints=k)) for k in (person.keypoints, doubtful))
    np.testing.assert_allclose(unsure.rotations, sure.rotations, atol=1e-6)


def test_points_that_are_less_sure_than_others_count_less() -> None:
    truth = Truth(0)
    person = truth.person("coco17")
    keypoints = person.keypoints
    assert keypoints is not None
    positions, place = keypoints.positions.copy(), keypoints.names.index("left_wrist")
    positions[30:60, place] += 0.15
    off = []
    for score in (0.6, 0.03):
        confidence = np.full((90, 17), 0.6)
        confidence[30:60, place] = score
        motion = refine(
            replace(person, keypoints=replace(keypoints, positions=positions, confidence=confidence))
        )
        joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
        wrist = JOINT_NAMES.index("left_wrist")
        off.append(np.linalg.norm(joints - truth.joints, axis=-1)[30:60, wrist].mean())
    assert off[1] < 0.8 * off[0]


@pytest.mark.parametrize("frames", [8, 12])
def test_noisy_points_that_begin_and_end_within_a_short_clip_do_not_shake_it(frames: int) -> None:
    truth = Truth(0, frames)
    seen = np.random.default_rng(1).uniform(size=(frames, 17)) > 0.15
    motion = refine(keypoints_where(truth.person("coco17", noise=0.02), seen), engine="numpy")
    joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
    assert shaking(joints) < 1.2 * shaking(truth.joints)


def test_a_body_seen_from_the_chest_up_does_not_roll_about_its_shoulders() -> None:
    truth = Truth(4)
    person = truth.person("body25", noise=0.005)
    assert person.keypoints is not None
    below = ("hip", "knee", "ankle", "toe", "heel")
    seen = [not any(word in name for word in below) for name in person.keypoints.names]
    motion = refine(keypoints_where(person, np.tile(seen, (person.frames, 1))), engine="numpy")
    joints = Posed(motion.rotations, motion.pelvis, motion.bone_offsets).joints()
    assert shaking(joints) < 1.2 * shaking(truth.joints)
    arms = [JOINT_NAMES.index(f"{side}_{joint}") for side in SIDES for joint in ("elbow", "wrist")]
    assert 1000 * np.linalg.norm(joints - truth.joints, axis=-1)[:, arms].mean() < 15.0


def test_an_estimators_pose_is_improved_in_joints_and_rotations() -> None:
    truth = Truth(0)
    poses = truth.estimate(12.0)
    motion = refine(truth.person("smpl24", 0.01, poses=poses), engine="numpy")
    assert rotation_error(truth.rotations, motion.rotations) < 0.7 * rotation_error(
        truth.rotations, poses.rotations
    )
    assert joint_error(truth, motion) < 25.0


def test_an_estimator_in_another_world_is_brought_to_the_keypoints() -> None:
    truth = Truth(0)
    turn = matrix_from_axis_angle(np.array([2.6, 0.3, 0.4]))
    poses = truth.estimate(8.0)
    rotations = np.concatenate([turn @ poses.rotations[:, :1], poses.rotations[:, 1:]], 1)
    elsewhere = Poses(rotations, poses.pelvis @ turn.T + np.array([5.0, 2.0, -9.0]))
    motion = refine(truth.person("smpl24", 0.005, poses=elsewhere), engine="numpy")
    assert joint_error(truth, motion) < 20.0


def test_heading_tilt_and_place_of_the_world_do_not_matter() -> None:
    truth = Truth(0, 40)
    turn, move = matrix_from_axis_angle(np.array([1.5, 2.0, -0.4])), np.array([3.0, 5.0, -7.0])
    person = truth.person("body25")
    keypoints = person.keypoints
    assert keypoints is not None
    turned = replace(person, keypoints=replace(keypoints, positions=keypoints.positions @ turn.T + move))
    here, there = refine(person, engine="numpy"), refine(turned, engine="numpy")
    back = np.concatenate([turn.T @ there.rotations[:, :1], there.rotations[:, 1:]], 1)
    assert np.degrees(geodesic_angle(here.rotations, back)).mean() < 0.2
    np.testing.assert_allclose((there.pelvis - move) @ turn, here.pelvis, atol=0.005)


@pytest.mark.parametrize("rate", [60, 120])
def test_any_frame_rate_gives_the_same_poses(rate: int) -> None:
    truth = Truth(0, 60)
    slow = truth.person("smpl24")
    keypoints = slow.keypoints
    assert keypoints is not None
    step = rate // 30
    times = np.arange((slow.frames - 1) * step + 1) / step
    first = np.minimum(times.astype(int), slow.frames - 2)
    share = (times - first)[:, None, None]
    points = (1 - share) * keypoints.positions[first] + share * keypoints.positions[first + 1]
    fast = Person(
        "0",
        np.arange(len(points)),
        float(rate),
        replace(keypoints, positions=points, confidence=np.ones(points.shape[:2])),
    )
    slow_motion, fast_motion = refine(slow, engine="numpy"), refine(fast, engine="numpy")
    assert fast_motion.fps == rate and fast_motion.frames == fast.frames
    angle = np.degrees(geodesic_angle(slow_motion.rotations, fast_motion.rotations[::step]))
    assert angle[:, ROTATION_JOINTS].mean() < 1.0


def test_one_frame_works() -> None:
    truth = Truth(0, 1)
    motion = refine(truth.person("body25"), engine="numpy")
    assert motion.frames == 1 and np.isfinite(motion.rotations).all()
    assert joint_error(truth, motion) < 60.0


def test_a_limb_missing_for_a_second_stays_plausible_and_comes_back() -> None:
    truth = Truth(0)
    person = truth.person("smpl24")
    seen = np.ones((90, 24), bool)
    seen[30:60, [16, 18, 20, 22]] = False
    whole, gappy = refine(person, engine="numpy"), refine(keypoints_where(person, seen), engine="numpy")
    after = slice(75, None)
    gap, clean = (rotation_error(truth.rotations[after], m.rotations[after]) for m in (gappy, whole))
    assert gap < clean + 1.0
    steps = np.degrees(geodesic_angle(gappy.rotations[1:], gappy.rotations[:-1]))
    assert steps.max() < 60.0


def test_frames_without_any_keypoint_are_bridged() -> None:
    truth = Truth(0)
    seen = np.ones((90, 24), bool)
    seen[40:46] = False
    motion = refine(keypoints_where(truth.person("smpl24"), seen), engine="numpy")
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.pelvis).all()
    assert np.isnan(motion.fit_error_mm[42])
    assert np.linalg.norm(motion.pelvis[42] - truth.pelvis[42]) < 0.1


@pytest.mark.parametrize("clip", [0, 3, 8])
def test_no_joint_jumps_where_evidence_ends_or_begins(clip: int) -> None:
    truth = Truth(clip, 150)
    seen = np.ones((150, 24), bool)
    seen[60:90] = False
    motion = refine(keypoints_where(truth.person(noise=0.005), seen))
    performed, found = (
        np.degrees(geodesic_angle(r[:-1], r[1:])).max(1) for r in (truth.rotations, motion.rotations)
    )
    assert found[50:100].max() < 1.2 * performed.max()


def test_outliers_do_not_pull_the_body_along() -> None:
    truth = Truth(0)
    person = truth.person("smpl24", 0.005)
    keypoints = person.keypoints
    assert keypoints is not None
    rng = np.random.default_rng(3)
    thrown = rng.uniform(size=(90, 24)) < 0.1
    offset = rng.normal(size=(90, 24, 3)) * 0.2 / 1.6
    positions = keypoints.positions + np.where(thrown[..., None], offset, 0.0)
    motion = refine(replace(person, keypoints=replace(keypoints, positions=positions)), engine="numpy")
    assert joint_error(truth, motion) < 20.0


def test_a_late_start_and_a_long_gap_keep_their_frame_numbers() -> None:
    truth = Truth(0, 80)
    person = truth.person("smpl24")
    ids = np.concatenate([np.arange(100, 140), np.arange(400, 440)])
    motion = refine(replace(person, frame_ids=ids), engine="numpy")
    np.testing.assert_array_equal(motion.frame_ids, ids)
    assert joint_error(truth, motion) < 10.0


def test_targets_from_another_file_are_taken_at_their_own_times() -> None:
    truth = Truth(0, 80)
    poses = Person("0", np.arange(80), 30.0, None, truth.estimate(10.0))
    targets = replace(truth.person("smpl24"), frame_ids=np.arange(80) + 60)
    motion = refine(poses, targets=targets, targets_offset=-2.0, engine="numpy")
    assert joint_error(truth, motion) < 10.0
    with pytest.raises(RefineError, match="share no time"):
        refine(poses, targets=targets, targets_offset=30.0, engine="numpy")


def test_a_stretch_without_keypoints_after_a_long_gap_holds_the_last_pose() -> None:
    truth = Truth(0, 60)
    person = truth.person("smpl24")
    ids = np.concatenate([np.arange(40), np.arange(500, 520)])
    seen = np.ones((60, 24), bool)
    seen[40:] = False
    motion = refine(replace(keypoints_where(person, seen), frame_ids=ids), engine="numpy")
    assert np.degrees(geodesic_angle(motion.rotations[50], motion.rotations[39])).max() < 0.1


@pytest.mark.parametrize("points", [[15, 20, 21, 0], [0, 3, 6, 9], [4, 5, 7, 8, 10]])
def test_a_few_points_in_a_line_or_on_one_limb_give_a_finite_body(points: list[int]) -> None:
    truth = Truth(0, 30)
    seen = np.zeros((30, 24), bool)
    seen[:, points] = True
    motion = refine(keypoints_where(truth.person("smpl24"), seen), engine="numpy")
    assert np.isfinite(motion.rotations).all() and np.isfinite(motion.pelvis).all()
    assert np.nanmean(motion.fit_error_mm) < 60.0


def test_too_few_points_for_a_body_are_refused() -> None:
    seen = np.zeros((10, 24), bool)
    seen[:, [15, 20]] = True
    with pytest.raises(RefineError, match="enough keypoints"):
        refine(keypoints_where(Truth(0, 10).person("smpl24"), seen), engine="numpy")


def test_mode_none_converts_and_reports_the_fit() -> None:
    truth = Truth(0, 20)
    poses = truth.estimate(10.0)
    motion = refine(truth.person("smpl24", poses=poses), mode="none")
    np.testing.assert_array_equal(motion.rotations, poses.rotations)
    assert np.isnan(motion.uncertainty_deg).all() and np.nanmean(motion.fit_error_mm) > 20.0


def test_uncertainty_is_larger_where_nothing_was_seen() -> None:
    truth = Truth(0)
    seen = np.ones((90, 24), bool)
    seen[:, [5, 8, 11]] = False
    motion = refine(keypoints_where(truth.person("smpl24"), seen), engine="numpy")
    assert motion.uncertainty_deg[:, 2].mean() > motion.uncertainty_deg[:, 1].mean()


def test_cancelling_stops_at_the_next_step() -> None:
    asked = iter([False, False, True])
    with pytest.raises(Cancelled):
        refine(Truth(0).person(), engine="numpy", cancelled=lambda: next(asked))


def test_progress_grows_to_one() -> None:
    seen: list[float] = []
    refine(Truth(0).person(), engine="numpy", progress=lambda share, message: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1.0


def unusable() -> list[tuple[Person, dict[str, Any], str]]:
    truth = Truth(0, 5)
    person = truth.person()
    keypoints = person.keypoints
    assert keypoints is not None
    nothing = replace(keypoints, positions=np.full_like(keypoints.positions, np.nan))
    nameless = Keypoints(keypoints.positions, keypoints.confidence, keypoints.names, (None,) * 24)
    empty = Person("0", np.arange(0), 30.0, None, None)
    return [
        (empty, {}, "no frames"),
        (replace(person, keypoints=nothing), {}, "missing"),
        (replace(person, keypoints=nameless), {}, "counterpart"),
        (person, {"mode": "plugin"}, "no poses"),
        (person, {"mode": "fast"}, "no mode"),
        (person, {"engine": "abacus"}, "no engine"),
        (person, {"engine": "numpy", "device": "cuda"}, "CPU"),
    ]


@pytest.mark.parametrize("case", range(7))
def test_what_cannot_be_refined_is_refused_in_a_sentence(case: int) -> None:
    person, choices, words = unusable()[case]
    with pytest.raises(RefineError, match=words) as refusal:
        refine(person, **choices)
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)
