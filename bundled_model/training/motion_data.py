"""The training motion in this folder (CMU mocap on SMPL's joints, `data/DATASHEET.md`), and AMASS folders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.refiner.timeline import interpolate, interpolate_rotations
from addon.safe_read import FormatError

DATA = Path(__file__).resolve().parent / "data"
FPS = 30.0
UNIT = 1e-4
"""Poses and paths are stored as whole multiples of this (radians, metres)."""


@dataclass(frozen=True)
class Clip:
    """One uninterrupted piece of motion: axis-angle poses (T, 24, 3), pelvis (T, 3) metres, Y up; share: how
    often its frames are met in training, beside those of other clips."""

    name: str
    subject: str
    poses: np.ndarray
    pelvis: np.ndarray
    fps: float
    share: float = 1.0

    def rotations(self) -> np.ndarray:
        """(T, 24, 3, 3)."""
        return matrix_from_axis_angle(self.poses.astype(float))

    def part(self, frames: int) -> Clip:
        """Its first frames."""
        return replace(self, poses=self.poses[:frames], pelvis=self.pelvis[:frames])

    def at_pace(self, pace: float) -> Clip:
        """The same so many times as fast."""
        times = np.arange(0.0, len(self.poses) - 1.0 + 1e-6, pace)
        poses = axis_angle_from_matrix(interpolate_rotations(self.rotations(), times))
        return replace(self, poses=poses.astype(np.float32), pelvis=interpolate(self.pelvis, times))


def load_split(split: str, source: str = "cmu") -> list[Clip]:
    """The clips of "train", "val" or "test" (separate subjects) of one source, "*" for all."""
    found = [clip for path in sorted(DATA.glob(f"{source}_{split}.npz")) for clip in _stored(path)]
    if not found:
        raise FileNotFoundError(f"There is no training motion {source}_{split}.npz in {DATA.name}.")
    return found


SHARES = {"reactidle": 0.3}
"""People who stand still, by source: they are many minutes of few poses."""


def _stored(path: Path) -> list[Clip]:
    share = SHARES.get(path.name.split("_")[0], 1.0)
    with np.load(path) as archive:
        poses = archive["poses_1e4"].astype(np.float32).reshape(-1, 24, 3) * UNIT
        pelvis = archive["trans_1e4"].astype(np.float32) * UNIT
        fps = float(archive["mocap_frame_rate"])
        rows = zip(archive["starts"], archive["lengths"], archive["clip"], archive["subject"], strict=True)
        return [
            Clip(str(clip), str(subject).rstrip("?"), poses[s : s + n], pelvis[s : s + n], fps, share)
            for s, n, clip, subject in rows
        ]


def load_motion(folder: Path) -> list[Clip]:
    """The motion of a folder of AMASS files (or others that hold SMPL poses), at 30 frames a second.

    Files without poses are left out. Raises FileNotFoundError when nothing is left.
    """
    clips = []
    for path in sorted(folder.rglob("*.np*")):
        try:
            recording = formats.read(path)
        except FormatError:
            continue
        for person in recording.people:
            if person.poses is not None and person.frames > 1:
                times = np.arange(0.0, person.frames - 1, person.fps / FPS)
                rotations = interpolate_rotations(person.poses.rotations, times)
                clips.append(
                    Clip(
                        path.stem,
                        path.parent.name,
                        axis_angle_from_matrix(rotations).astype(np.float32),
                        interpolate(person.poses.pelvis, times).astype(np.float32),
                        FPS,
                    )
                )
    if not clips:
        raise FileNotFoundError(f"No file in {folder} holds SMPL poses.")
    return clips
