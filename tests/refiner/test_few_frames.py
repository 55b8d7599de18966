"""Clips of a few frames are as calm as longer ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from addon.body.kinematics import forward
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.recording import Person, Poses
from addon.refiner import Controls, refine

from .motion import Truth

FEW = [4, 5, 6, 7]
CLIPS = (0, 3, 8, 14)


def parts(frames: int) -> list[tuple[Truth, np.ndarray]]:
    """Stretches of so many frames of several clips."""
    starts = (10, 40)
    return [(Truth(clip, 90), np.arange(first, first + frames)) for clip in CLIPS for first in starts]


def jitter(joints: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1).mean())


def joints(person: Person) -> np.ndarray:
    motion = refine(person, controls=Controls(feet=0.0), engine="numpy")
    return np.asarray(forward(motion.rotations, motion.pelvis, motion.bone_offsets)[0])


def shaken(truth: Truth, seed: int) -> Poses:
    """Poses that are 5 degrees off in every joint and frame, and 1 cm in place."""
    rng = np.random.default_rng(seed)
    turn = matrix_from_axis_angle(rng.normal(size=(*truth.rotations.shape[:2], 3)) * np.radians(5.0))
    return Poses(truth.rotations @ turn, truth.pelvis + rng.normal(size=truth.pelvis.shape) * 0.01)


@pytest.mark.parametrize("frames", FEW)
@pytest.mark.parametrize(("kind", "most"), [("keypoints", 1.2), ("plug-in", 1.2), ("poses", 2.5)])
def test_few_noisy_frames_do_not_shake(frames: int, kind: str, most: float) -> None:
    found, wanted = [], []
    for number, (truth, rows) in enumerate(parts(frames)):
        poses = None if kind == "keypoints" else shaken(truth, number)
        person = truth.person("coco17", 0.02, number, poses).rows(rows)
        person = replace(person, keypoints=None) if kind == "poses" else person
        found.append(jitter(joints(person)))
        wanted.append(jitter(truth.joints[rows]))
    assert np.mean(found) < most * np.mean(wanted)


@pytest.mark.parametrize("frames", FEW)
def test_few_noisy_frames_are_nearer_to_the_truth_than_each_for_itself(frames: int) -> None:
    together: list[float] = []
    apart: list[float] = []
    for number, (truth, rows) in enumerate(parts(frames)):
        person = truth.person("smpl24", 0.02, number).rows(rows)
        found = joints(person)
        single = np.concatenate([joints(person.rows(np.array([k]))) for k in range(frames)])
        for errors, places in ((together, found), (apart, single)):
            errors.append(float(np.linalg.norm(places - truth.joints[rows], axis=-1).mean()))
    assert np.mean(together) < 0.75 * np.mean(apart)


@pytest.mark.parametrize("frames", FEW)
def test_few_frames_of_a_clean_capture_pass(frames: int) -> None:
    for truth, rows in parts(frames):
        poses = Poses(truth.rotations, truth.pelvis)
        person = replace(truth.person(poses=poses).rows(rows), keypoints=None)
        motion = refine(person, controls=Controls(feet=0.0), engine="numpy")
        off = np.degrees(geodesic_angle(motion.rotations, truth.rotations[rows]))
        assert off[:, :22].mean() < 0.5
        assert np.abs(motion.pelvis - truth.pelvis[rows]).max() < 0.01
