"""Feet bear, and are held, where something tells of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.motion import Motion
from addon.recording import Keypoints, Person, Poses
from addon.refiner import Controls, refine
from bundled_model.training.motion_data import Clip, load_split

LEGS, FEET = (
    [joint for joint, name in enumerate(JOINT_NAMES) if any(part in name for part in parts)]
    for parts in (("knee", "ankle", "foot"), ("ankle", "foot"))
)
LEFT = [joint for joint in LEGS if "left" in JOINT_NAMES[joint]]
GAP = slice(40, 85)


@pytest.fixture(scope="module")
def walk() -> Clip:
    return next(clip for clip in load_split("test") if clip.name == "39_03").part(120)


def seen(clip: Clip, lost: list[int], frames: slice = slice(None), noise: float = 0.01) -> Person:
    """The clip's joints with white noise (metres per axis), some of them lost in some frames."""
    joints, _ = forward(clip.rotations(), clip.pelvis.astype(float), REST_OFFSETS)
    points = joints + np.random.default_rng(0).normal(0.0, noise, joints.shape)
    points[frames, lost] = np.nan
    confidence = np.isfinite(points).all(-1).astype(float)
    keypoints = Keypoints(points, confidence, JOINT_NAMES, JOINT_NAMES, "smpl24")
    return Person("0", np.arange(len(points)), clip.fps, keypoints)


def held(person: Person) -> Motion:
    return refine(person, engine="numpy", controls=Controls(feet=1.0))


def step(motion: Motion) -> np.ndarray:
    """(T, 3) metres by which the hold moves the body."""
    assert motion.free is not None
    return motion.pelvis - motion.free[1]


def moved(motion: Motion) -> np.ndarray:
    """(T,) the same, how far."""
    return np.linalg.norm(step(motion), axis=-1)


@pytest.mark.parametrize("lost", [LEGS, FEET], ids=["legs", "feet"])
def test_whose_feet_are_never_seen_is_not_held(walk, lost):
    motion = held(seen(walk, lost))
    assert motion.contacts.max() == 0.0 and motion.floor is None
    assert moved(motion).max() == 0.0


def test_a_leg_that_is_never_seen_leaves_the_body_to_the_other(walk):
    whole, motion = held(seen(walk, [])), held(seen(walk, LEFT))
    assert motion.contacts[:, :2].max() == 0.0 and motion.contacts[:, 2:].max() > 0.9
    assert moved(motion).mean() < moved(whole).mean() + 0.005


def test_legs_that_are_lost_for_some_seconds_do_not_take_the_body_along(walk):
    whole, motion = held(seen(walk, [])), held(seen(walk, LEGS, GAP))
    assert np.linalg.norm(step(motion) - step(whole), axis=-1)[GAP].mean() < 0.01


def test_feet_bear_less_the_longer_ago_they_were_seen(walk):
    person = seen(walk, LEGS, slice(10, None))
    still = np.tile(person.keypoints.positions[:1], (len(walk.poses), 1, 1))
    still[10:, LEGS] = np.nan
    stands = held(replace(person, keypoints=replace(person.keypoints, positions=still)))
    assert stands.contacts[:30].max(1).min() > 0.5 and stands.contacts[90:].max() < 0.1


def test_poses_tell_of_feet_that_are_not_seen(walk):
    poses = Poses(walk.rotations(), walk.pelvis.astype(float))
    motion = held(replace(seen(walk, LEGS), poses=poses))
    assert motion.contacts.max() > 0.9 and motion.floor is not None
    assert moved(motion).mean() < 0.01
