"""Points that lie on somebody or something else for some frames take no limb along."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.layouts import LAYOUTS
from addon.recording import Person
from addon.refiner import Controls, refine
from addon.refiner.evidence.strays import without_strays
from addon.steps import finish
from bundled_model.training.motion_data import load_split

from .motion import Truth

WRONG = slice(40, 52)
AWAY = np.array([0.9, 0.1, 0.4])
COCO = LAYOUTS["coco17"].keypoints


def moved(person: Person, names: tuple[str, ...], by: np.ndarray) -> Person:
    """The person whose points of these names are elsewhere in the wrong frames."""
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    positions[WRONG, [COCO.index(name) for name in names]] += by
    return replace(person, keypoints=replace(person.keypoints, positions=positions))


def at(person: Person, name: str, other: str) -> Person:
    """The person one of whose points lies on another in the wrong frames."""
    assert person.keypoints is not None
    points = person.keypoints.positions[WRONG]
    return moved(person, (name,), (points[:, COCO.index(other)] - points[:, COCO.index(name)])[:, None])


def exchanged(person: Person, name: str) -> Person:
    """The person whose left and right points of this name are exchanged in the wrong frames."""
    there = at(person, f"left_{name}", f"right_{name}")
    other = at(person, f"right_{name}", f"left_{name}")
    assert there.keypoints is not None and other.keypoints is not None
    positions = there.keypoints.positions.copy()
    positions[:, COCO.index(f"right_{name}")] = other.keypoints.positions[:, COCO.index(f"right_{name}")]
    return replace(there, keypoints=replace(there.keypoints, positions=positions))


FAULTS = {
    "arm of another person": lambda one: moved(one, ("left_elbow", "left_wrist"), AWAY),
    "leg of another person": lambda one: moved(one, ("left_knee", "left_ankle"), AWAY),
    "wrist far": lambda one: moved(one, ("left_wrist",), 0.4 * AWAY),
    "knee far": lambda one: moved(one, ("right_knee",), 0.4 * AWAY),
    "hip far": lambda one: moved(one, ("left_hip",), 0.4 * AWAY),
    "ear far": lambda one: moved(one, ("left_ear",), AWAY),
    "wrist on the hip": lambda one: at(one, "left_wrist", "left_hip"),
    "wrists exchanged": lambda one: exchanged(one, "wrist"),
    "another person": lambda one: moved(one, COCO, AWAY),
}


def joints(person: Person) -> np.ndarray:
    """(T, 24, 3) of the refined person."""
    motion = refine(person, controls=Controls(feet=0.0), engine="numpy")
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0])


@pytest.mark.parametrize("fault", FAULTS)
def test_points_that_lie_elsewhere_for_some_frames_take_no_limb_along(fault: str) -> None:
    person = Truth(0, 90).person("coco17", noise=0.008)
    wrong = FAULTS[fault](person)
    found, whole = joints(wrong), joints(person)
    assert np.linalg.norm(found - whole, axis=-1).max() < 0.2
    assert np.linalg.norm(found - whole, axis=-1)[WRONG].mean() < 0.03


def test_what_was_left_out_is_told() -> None:
    person = moved(Truth(0, 90).person("coco17"), ("left_elbow", "left_wrist"), AWAY)
    (told,) = refine(person, controls=Controls(feet=0.0), engine="numpy").warnings
    assert told == (
        "Keypoints of person 0 lay off the body in 12 frames (40 to 51) and were left out there:"
        " left_elbow, left_wrist."
    )


def test_points_of_little_confidence_that_wander_far_off_are_left_out() -> None:
    person = Truth(0, 90).person("coco17", noise=0.008)
    rng = np.random.default_rng(0)
    arms = tuple(name for name in COCO if "elbow" in name or "wrist" in name)
    walk = np.cumsum(0.05 * rng.normal(size=(12, 4, 3)), axis=0) + 0.3 * rng.normal(size=(1, 4, 3))
    found, whole = joints(moved(person, arms, walk)), joints(person)
    assert np.linalg.norm(found - whole, axis=-1)[WRONG].mean() < 0.04


@pytest.mark.parametrize("layout", ["smpl24", "coco17", "body25", "mediapipe33"])
@pytest.mark.parametrize(("every", "noise"), [(1, 0.0), (1, 0.02), (3, 0.0)])
def test_no_point_of_a_capture_is_left_out(layout: str, every: int, noise: float) -> None:
    rows = np.arange(0, 240, every)
    for clip in range(0, len(load_split("val")), 4):
        truth = Truth(clip, 240)
        person = truth.person(layout, noise).rows(rows[rows < len(truth.pelvis)])
        person = replace(person, frame_ids=np.arange(person.frames), fps=30.0 / every)
        assert person.keypoints is not None
        assert finish(without_strays(person, person.keypoints)) == (person.keypoints, ())


def test_hips_that_come_and_go_take_no_other_point_along() -> None:
    person = Truth(0, 90).person("coco17")
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    positions[WRONG, COCO.index("left_hip")] = np.nan
    keypoints = replace(person.keypoints, positions=positions)
    assert finish(without_strays(person, keypoints))[1] == ()


def test_a_video_that_holds_its_frames_for_a_while_has_no_strays() -> None:
    for clip in range(0, len(load_split("val")), 4):
        person = Truth(clip, 240).person("coco17")
        assert person.keypoints is not None
        keypoints = person.keypoints.rows(3 * (np.arange(person.frames) // 3))
        assert finish(without_strays(person, keypoints))[1] == ()


def test_a_target_that_somebody_moved_by_hand_is_followed() -> None:
    person = Truth(0, 90).person("coco17")
    assert person.keypoints is not None
    positions = person.keypoints.positions.copy()
    ease = np.clip(1.0 - np.abs(np.arange(90) - 45) / 15.0, 0.0, 1.0) ** 2
    positions[:, COCO.index("left_wrist")] += ease[:, None] * [0.2, 0.3, 0.2]
    keypoints = replace(person.keypoints, positions=positions)
    assert finish(without_strays(person, keypoints))[1] == ()
