"""Two recordings of one performance find their common time, or say that they can't."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from addon.recording import Keypoints, Person, Poses
from addon.refiner.whole_clip.time_alignment import SURE, align_times, surest

from .motion import Truth

BASKETBALL, WALK = 8, 18


def recorded(
    truth: Truth,
    start: float,
    end: float,
    fps: float = 30.0,
    layout: str = "smpl24",
    noise: float = 0.0,
    first: int = 0,
) -> Person:
    """Keypoints of seconds start..end of a performance by a camera of its own: clock, world and rate."""
    person = truth.person(layout)
    keypoints = person.keypoints
    assert keypoints is not None
    times = start + np.arange(int((end - start) * fps)) / fps
    flat = keypoints.positions.reshape(person.frames, -1)
    positions = np.stack([np.interp(times, person.times, column) for column in flat.T], axis=-1)
    random = np.random.default_rng(3)
    turn = Rotation.from_rotvec([0.3, 2.0, 0.1]).as_matrix()
    positions = positions.reshape(len(times), -1, 3) @ turn.T + random.normal(size=3)
    positions += random.normal(size=positions.shape) * noise
    held = replace(keypoints, positions=positions, confidence=np.ones(positions.shape[:2]))
    return Person("7", first + np.arange(len(times)), fps, held)


def estimated(truth: Truth, degrees: float) -> Person:
    """Poses alone, as an estimator gives them."""
    return Person("0", np.arange(len(truth.joints)), 30.0, None, truth.estimate(degrees))


@pytest.mark.parametrize("layout", ["smpl24", "coco17", "mediapipe33", "h36m17"])
@pytest.mark.parametrize(("fps", "start"), [(30, 0.4), (60, 2.513), (100, 1.0071)])
def test_a_late_start_is_found_to_a_fraction_of_a_frame(layout, fps, start):
    truth = Truth(BASKETBALL, 400)
    targets = recorded(truth, start, 12.0, fps, layout, noise=0.01)
    found = align_times(estimated(truth, 8.0), targets)
    assert found.offset == pytest.approx(start, abs=0.012)
    assert found.confidence > 0.99
    assert f"{found.offset:+.3f} s" in found.sentence
    assert f"({found.offset * 30:+.1f} frames)" in found.sentence


def test_clean_recordings_are_aligned_to_two_milliseconds():
    truth = Truth(BASKETBALL, 400)
    found = align_times(estimated(truth, 0.0), recorded(truth, 1.2345, 11.0, 100))
    assert found.offset == pytest.approx(1.2345, abs=0.002)


def test_the_targets_may_start_before_the_poses_and_number_their_frames_anew():
    truth = Truth(BASKETBALL, 400)
    whole = estimated(truth, 8.0)
    assert whole.poses is not None
    late = Poses(whole.poses.rotations[90:], whole.poses.pelvis[90:])
    poses = Person("0", np.arange(310), 30.0, None, late)
    targets = recorded(truth, 0.0, 9.0, 60, noise=0.01, first=600)
    assert align_times(poses, targets).offset == pytest.approx(-3.0 - 10.0, abs=0.012)


def test_files_of_the_same_clock_are_not_shifted_at_all():
    truth = Truth(BASKETBALL, 400)
    found = align_times(estimated(truth, 10.0), recorded(truth, 0.0, 13.0, 30, "coco17", 0.02))
    assert found.offset == 0.0
    assert found.confidence > 0.99
    assert found.sentence == "The two files run together, 99% sure."


def test_a_walk_whose_steps_repeat_is_resolved_or_not_trusted():
    truth = Truth(WALK, 120)
    clean = align_times(estimated(truth, 0.0), recorded(truth, 0.4, 3.5))
    assert clean.offset == pytest.approx(0.4, abs=0.012)
    for seed_degrees in (10.0, 15.0, 20.0):
        noisy = recorded(truth, 1.0, 4.0, 25, "mediapipe33", 0.03)
        found = align_times(estimated(truth, seed_degrees), noisy)
        assert found.confidence < SURE or found.offset == pytest.approx(1.0, abs=0.05)
        assert found.confidence >= SURE or found.offset == 0.0


def test_a_motion_that_repeats_exactly_is_never_shifted_and_its_rivals_are_named():
    truth = Truth(WALK, 40)
    rounds = np.concatenate([np.arange(39), np.arange(39, 0, -1)] * 6)
    walk = Truth(WALK, 40)
    for name in ("rotations", "pelvis", "joints", "world"):
        setattr(walk, name, getattr(truth, name)[rounds])
    found = align_times(estimated(walk, 5.0), recorded(walk, 2.6, 9.0, 30, noise=0.01))
    assert found.offset == 0.0
    assert found.confidence < 0.8
    assert "The motion repeats: shifts of" in found.sentence
    assert found.sentence.endswith("so the keypoints were not shifted; shift them by hand.")


@pytest.mark.parametrize("other", [0, 13, 28, 37])
def test_recordings_of_different_motions_are_not_trusted(other):
    found = align_times(estimated(Truth(BASKETBALL, 400), 5.0), recorded(Truth(other, 300), 0.0, 6.0))
    assert found.confidence < SURE
    assert found.offset == 0.0


def test_missing_keypoints_and_gaps_do_not_mislead():
    truth = Truth(BASKETBALL, 400)
    targets = recorded(truth, 1.5, 12.0, 60, "coco17", 0.01)
    keypoints = targets.keypoints
    assert keypoints is not None
    seen = np.random.default_rng(0).uniform(size=keypoints.confidence.shape) < 0.7
    seen[150:270] = False
    positions = np.where(seen[..., None], keypoints.positions, np.nan)
    holes = Keypoints(positions, seen.astype(float), keypoints.names, keypoints.canonical)
    found = align_times(estimated(truth, 8.0), replace(targets, keypoints=holes))
    assert found.offset == pytest.approx(1.5, abs=0.012)


def test_what_cannot_be_told_is_zero_with_a_sentence_that_says_why():
    truth = Truth(BASKETBALL, 100)
    poses, targets = estimated(truth, 5.0), recorded(truth, 0.0, 3.0)
    frozen = replace(poses, poses=Poses(np.repeat(truth.rotations[:1], 100, 0), truth.pelvis))
    keypoints = targets.keypoints
    assert keypoints is not None
    nameless = Keypoints(
        keypoints.positions, keypoints.confidence, keypoints.names, (None,) * len(keypoints.names)
    )
    for one, other, reason in (
        (frozen, targets, "moves too little"),
        (poses, replace(targets, keypoints=nameless), "no two parts of the body in common"),
        (poses, replace(targets, keypoints=None), "no two parts of the body in common"),
    ):
        found = align_times(one, other)
        assert (found.offset, found.confidence) == (0.0, 0.0)
        assert reason in found.sentence


def test_of_several_people_the_surest_decides():
    truth, walk = Truth(BASKETBALL, 300), Truth(WALK, 120)
    sure = align_times(estimated(truth, 5.0), recorded(truth, 1.0, 8.0))
    unsure = align_times(estimated(walk, 15.0), recorded(walk, 1.0, 3.0, noise=0.05))
    assert surest([unsure, sure]) == sure
