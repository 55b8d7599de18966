"""What must not change the result: where a clip is cut, its frame rate, how a person lies in the world."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS
from addon.motion import Motion
from addon.recording import Keypoints, Person
from addon.refiner import refine

from ..augment import FPS, at_times
from ..metrics import ROTATION_JOINTS, Posed
from ..motion_data import Clip
from .tasks import Task, frames_of

FASTER = (60, 120)
OVERLAP = 60
"""Frames on both sides of a cut within which nothing is compared: what lies beyond can't be known there."""
LIMB_POINTS = tuple(f"{side}_{joint}" for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
                    for side in ("left", "right"))  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Between two results for the same frames: rotation in degrees over the headline joints and joints in
    mm, as mean and as 99th percentile over frames."""

    degrees: float
    mm: float
    worst_degrees: float
    worst_mm: float


def difference(first: Posed, second: Posed) -> Difference:
    """Of two results for the same frames."""
    degrees = np.degrees(geodesic_angle(first.rotations, second.rotations))[:, ROTATION_JOINTS].mean(1)
    mm = 1000 * np.linalg.norm(first.joints() - second.joints(), axis=-1).mean(1)
    return Difference(
        float(degrees.mean()), float(mm.mean()), *(float(np.percentile(v, 99)) for v in (degrees, mm))
    )


def posed(motion: Motion) -> Posed:
    """A motion as poses."""
    return Posed(motion.rotations, motion.pelvis, motion.bone_offsets)


def seam(task: Task, cut: int) -> Difference:
    """A clip refined whole against the same without all before frame `cut`, compared from OVERLAP frames
    after the cut on. Bones, noise and offsets are measured on each for itself, as they are for a person."""
    person = task.problem.person
    whole = posed(refine(person)).rows(slice(cut + OVERLAP, None))
    rest = posed(refine(frames_of(person, slice(cut, None))))
    return difference(whole, rest.rows(slice(OVERLAP, None)))


def at_rate(clip: Clip, rate: float, layout: str, white: float = 0.0, seed: int = 0) -> tuple[Person, Posed]:
    """The same performance seen at another rate (a multiple of 30), and its truth."""
    step = FPS / rate
    times = torch.arange(0.0, len(clip.poses) - 1 + 1e-6, step)
    rotations = at_times(clip, times).double().numpy()
    every = np.arange(len(clip.poses))
    pelvis = np.stack([np.interp(times.numpy(), every, clip.pelvis[:, k]) for k in range(3)], -1)
    truth = Posed(rotations, pelvis, REST_OFFSETS)
    return _seen(truth, layout, rate, white, seed), truth


def rates(clip: Clip, layout: str) -> dict[int, Difference]:
    """Results at 60 and 120 frames a second against that at 30, on the frames that they share; clean, because
    noise that is drawn anew changes the result itself."""
    slow = posed(refine(at_rate(clip, FPS, layout)[0]))
    found = {}
    for rate in FASTER:
        fast = posed(refine(at_rate(clip, float(rate), layout)[0]))
        found[rate] = difference(slow, fast.rows(slice(None, None, round(rate / FPS))))
    return found


def errors_by_rate(clip: Clip, layout: str, white: float) -> list[float]:
    """Rotation error in degrees at 30, 60 and 120 frames a second under white noise."""
    found = []
    for rate in (FPS, *FASTER):
        person, truth = at_rate(clip, float(rate), layout, white)
        found.append(rotation_error(truth.rotations, refine(person).rotations))
    return found


def rotation_error(truth: np.ndarray, found: np.ndarray) -> float:
    """Mean degrees over the headline joints."""
    return float(np.degrees(geodesic_angle(truth, found))[:, ROTATION_JOINTS].mean())


ORIENTATIONS = {
    "standing": (0.0, 0.0, 0.0),
    "lying on the back": (-np.pi / 2, 0.0, 0.0),
    "lying on the front": (np.pi / 2, 0.0, 0.0),
    "lying on the side": (0.0, 0.0, np.pi / 2),
    "upside down": (np.pi, 0.0, 0.0),
}


def oriented(task: Task, turn: np.ndarray, limbs_only: bool) -> float:
    """Rotation error in degrees without an initial pose when the whole performance is turned; limbs_only:
    seen from the 12 joints of arms and legs."""
    matrix = matrix_from_axis_angle(np.asarray(turn, float))
    truth = task.truth
    first = matrix @ truth.rotations[:, :1]
    turned = Posed(np.concatenate([first, truth.rotations[:, 1:]], 1), truth.pelvis @ matrix.T, truth.bones)
    person = replace(task.problem.person, poses=None)
    keypoints = person.keypoints
    assert keypoints is not None
    positions = keypoints.positions @ matrix.T
    if limbs_only:
        kept = np.isin(np.array(keypoints.names), LIMB_POINTS)
        positions = np.where(kept[:, None], positions, np.nan)
    confidence = np.where(np.isfinite(positions).all(-1), keypoints.confidence, 0.0)
    person = replace(person, keypoints=replace(keypoints, positions=positions, confidence=confidence))
    rotations = refine(person).rotations
    return rotation_error(turned.rotations, rotations)


def _seen(truth: Posed, layout: str, rate: float, white: float, seed: int) -> Person:
    order = find_layout(layout)
    indices = [POINT_INDEX[str(name)] for name in order.canonical]
    joints, world = forward(truth.rotations, truth.pelvis, truth.bones)
    points = point_positions(joints, world, truth.bones, indices)
    points = points + np.random.default_rng(seed).normal(size=points.shape) * white
    keypoints = Keypoints(points, np.ones(points.shape[:2]), order.keypoints, order.canonical, layout)
    return Person("0", np.arange(len(points)), rate, keypoints)
