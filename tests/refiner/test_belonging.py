"""Poses beside keypoints that show another body, another moment, or a mirror image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.hands import mirrored
from addon.body.kinematics import forward
from addon.body.skeleton import MIRROR_JOINTS
from addon.motion import Motion
from addon.recording import Person, Poses
from addon.refiner import Controls, refine
from addon.refiner.evidence.targets import targets_from_keypoints
from addon.refiner.timeline import pieces
from addon.refiner.whole_clip.belonging import Belonging, belonging
from bundled_model.training.motion_data import load_split

from .motion import Truth

FRAMES = 180
CLIPS = [number for number, clip in enumerate(load_split("val")) if len(clip.poses) >= FRAMES]
FREE = Controls(feet=0.0)


def estimate(number: int = 0, degrees: float = 8.0) -> tuple[Truth, Person]:
    """Captured motion, noisy keypoints of it and an estimator's poses."""
    truth = Truth(CLIPS[number], FRAMES)
    return truth, truth.person("coco17", 0.015, poses=truth.estimate(degrees))


def with_poses(person: Person, rotations: np.ndarray) -> Person:
    assert person.poses is not None
    return replace(person, poses=Poses(rotations, person.poses.pelvis))


def late(person: Person, frames: int) -> Person:
    """The person with poses that show what was so many frames ago."""
    assert person.poses is not None
    return with_poses(person, person.poses.rotations[(np.arange(FRAMES) - frames).clip(0, FRAMES - 1)])


def mirror_image(person: Person) -> Person:
    assert person.poses is not None
    return with_poses(person, mirrored(person.poses.rotations[:, list(MIRROR_JOINTS)]))


def of_another(person: Person, other: Person, rows: slice = slice(None)) -> Person:
    """The person with poses of somebody else in these rows."""
    assert person.poses is not None and other.poses is not None
    rotations = person.poses.rotations.copy()
    rotations[rows] = other.poses.rotations[rows]
    return with_poses(person, rotations)


def found_in(person: Person) -> Belonging:
    assert person.poses is not None and person.keypoints is not None
    targets = targets_from_keypoints(person.keypoints, person.fps)
    poses = person.poses.rotations, person.poses.pelvis
    return belonging(person, poses, targets, pieces(person.frame_ids, person.fps), person.fps)


def joint_error(truth: Truth, motion: Motion, rows: slice = slice(None)) -> float:
    """Mean millimetres in these rows, pelvis on pelvis."""
    joints = forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0]
    apart = (joints - joints[:, :1]) - (truth.joints - truth.joints[:, :1])
    return float(1000.0 * np.linalg.norm(apart[rows], axis=-1).mean())


@pytest.mark.parametrize("degrees", [4.0, 12.0])
def test_an_estimators_own_poses_stay(degrees: float) -> None:
    for number in range(0, len(CLIPS), 3):
        found = found_in(estimate(number, degrees)[1])
        assert found.frames == 0 and not found.foreign.any() and not found.mirrored


@pytest.mark.parametrize("frames", [-4, 2, 6])
def test_late_poses_are_taken_when_they_show(frames: int) -> None:
    truth, person = estimate()
    assert found_in(late(person, frames)).frames == frames
    motion = refine(late(person, frames), controls=FREE, engine="numpy")
    assert (
        joint_error(truth, motion) < joint_error(truth, refine(person, controls=FREE, engine="numpy")) + 1.5
    )
    said = any("were brought together" in told for told in motion.warnings)
    assert said == (abs(frames) > 2)


@pytest.mark.parametrize("number", [0, 5, 10])
def test_poses_of_somebody_else_are_left_out_and_told(number: int) -> None:
    truth, person = estimate(number)
    wrong = of_another(person, estimate(number + 1)[1])
    motion = refine(wrong, controls=FREE, engine="numpy")
    alone = refine(replace(person, poses=None), controls=FREE, engine="numpy")
    assert joint_error(truth, motion) < joint_error(truth, alone) + 0.5
    assert any("do not move as the keypoints do, as somebody else's" in told for told in motion.warnings)


def test_mirror_images_are_left_out_and_told() -> None:
    truth, person = estimate()
    motion = refine(mirror_image(person), controls=FREE, engine="numpy")
    alone = refine(replace(person, poses=None), controls=FREE, engine="numpy")
    assert joint_error(truth, motion) < joint_error(truth, alone) + 0.5
    assert any("are mirror images of the keypoints" in told for told in motion.warnings)


@pytest.mark.parametrize("rows", [slice(60, 100), slice(90, None)])
def test_a_track_that_is_with_somebody_else_for_a_while_counts_elsewhere(rows: slice) -> None:
    truth, person = estimate()
    wrong = of_another(person, estimate(1)[1], rows)
    assert np.array_equal(np.flatnonzero(found_in(wrong).foreign), np.arange(FRAMES)[rows])
    motion = refine(wrong, controls=FREE, engine="numpy")
    right = refine(person, controls=FREE, engine="numpy")
    assert joint_error(truth, motion, rows) < joint_error(truth, right, rows) + 6.0
    assert any(f"({rows.start} to " in told for told in motion.warnings)


@pytest.mark.parametrize("number", [0, 5])
def test_poses_that_are_held_while_somebody_moves_are_left_out(number: int) -> None:
    truth, person = estimate(number)
    assert person.poses is not None
    held = np.arange(FRAMES)
    held[70:110] = 70
    wrong, rows = with_poses(person, person.poses.rotations[held]), slice(72, 108)
    motion, right = (refine(one, controls=FREE, engine="numpy") for one in (wrong, person))
    assert joint_error(truth, motion, rows) < joint_error(truth, right, rows) + 8.0
    assert any("(71 to 109)" in told for told in motion.warnings)


def test_what_is_kept_is_as_it_was_given() -> None:
    _, person = estimate()
    wrong = late(person, 6)
    assert wrong.poses is not None
    kept = refine(wrong, controls=Controls(strength=0.0, feet=0.0), engine="numpy")
    assert np.allclose(kept.rotations, wrong.poses.rotations)


def test_a_still_body_tells_nothing() -> None:
    _, person = estimate()
    assert person.keypoints is not None
    still = replace(person, keypoints=person.keypoints.rows(np.zeros(FRAMES, int)))
    assert not found_in(still).foreign.any()
