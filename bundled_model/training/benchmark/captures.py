"""Real recordings, where no truth is known: how near the body comes to the keypoints, how much less it
shakes, and how much the limbs of the keypoints change their length."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.kinematics import forward
from addon.body.points import POINT_INDEX, point_positions
from addon.motion import Motion
from addon.recording import Keypoints, Person
from addon.refiner import refine

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RECORDINGS = (
    "pose2sim/S00_P00_T01_BalancingTrial_0-100.trc",
    "pose2sim/S00_P00_T01_BalancingTrial_0-100_filt_butterworth_LSTM.trc",
    "pose2sim/S00_P01_T02_Participants1-2_P1_0-100.trc",
    "bodypose3d/kpts_3d.dat",
)
"""Those of the bundled recordings that hold joints or a detector's keypoints of a moving person."""
LIMBS = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))


@dataclass(frozen=True)
class Capture:
    """One person of a recording. residual: mean distance of the body from the keypoints, mm; acceleration:
    mean of the keypoints before and of the same points of the body after, m/s^2; limb_variation: standard
    deviation of limb lengths before and after, mm."""

    name: str
    frames: int
    residual: float
    acceleration: tuple[float, float]
    limb_variation: tuple[float, float]
    steepest: float
    """Largest turn of a joint between two frames, degrees."""


def captures() -> list[Capture]:
    """Every person of the bundled recordings."""
    found = []
    for recording in RECORDINGS:
        for person in formats.read(SAMPLES / recording).people:
            if person.keypoints is not None:
                found.append(capture(Path(recording).stem[:44], person))
    return found


def capture(name: str, person: Person) -> Capture:
    """Refines one person from the keypoints alone."""
    keypoints = person.keypoints
    assert keypoints is not None
    motion = refine(person, mode="sequence")
    before, after = _before(keypoints), _after(keypoints, motion)
    after = np.where(np.isfinite(before), after, np.nan)
    names = [name for name in keypoints.canonical if name is not None]
    steps = motion.rotations[:-1].swapaxes(-1, -2) @ motion.rotations[1:]
    angles = np.degrees(np.arccos(np.clip((np.trace(steps, axis1=-2, axis2=-1) - 1) / 2, -1, 1)))
    return Capture(
        name,
        person.frames,
        float(np.nanmean(motion.fit_error_mm)),
        (acceleration(before, person.fps), acceleration(after, person.fps)),
        (limb_variation(before, names), limb_variation(after, names)),
        float(angles.max(initial=0.0)),
    )


def acceleration(points: np.ndarray, fps: float) -> float:
    """Mean size in m/s^2 over points (T, P, 3), NaN where missing; NaN without three frames in a row."""
    size = np.linalg.norm(np.diff(points, 2, axis=0), axis=-1) * fps**2
    return float(np.nanmean(size)) if np.isfinite(size).any() else float("nan")


def limb_variation(points: np.ndarray, names: list[str]) -> float:
    """Mean over limbs of the standard deviation in mm of the distance of their ends, NaN without any."""
    deviations = []
    for first, second in LIMBS:
        for side in ("left", "right"):
            ends = [_column(names, f"{side}_{part}") for part in (first, second)]
            if None not in ends:
                length = np.linalg.norm(points[:, ends[0]] - points[:, ends[1]], axis=-1)
                deviations.append(1000 * float(np.nanstd(length)))
    return float(np.mean(deviations)) if deviations else float("nan")


def _column(names: list[str], part: str) -> int | None:
    """Where a joint, or what a detector means by it, stands among canonical names."""
    for name in (part, f"coco_{part}", f"h36m_{part}"):
        if name in names:
            return names.index(name)
    return None


def _before(keypoints: Keypoints) -> np.ndarray:
    columns = [k for k, name in enumerate(keypoints.canonical) if name is not None]
    seen = keypoints.confidence[:, columns] > 0
    return np.where(seen[..., None], keypoints.positions[:, columns], np.nan)


def _after(keypoints: Keypoints, motion: Motion) -> np.ndarray:
    indices = [POINT_INDEX[name] for name in keypoints.canonical if name is not None]
    joints, world = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return point_positions(joints, world, motion.bone_offsets, indices)
