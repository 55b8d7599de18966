"""The training motion in this folder (CMU mocap on SMPL's joints, `data/DATASHEET.md`), and AMASS folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent / "data"
UNIT = 1e-4
"""Poses and paths are stored as whole multiples of this (radians, metres)."""


@dataclass(frozen=True)
class Clip:
    """One uninterrupted piece of motion: axis-angle poses (T, 24, 3), pelvis (T, 3) metres, Y up."""

    name: str
    subject: str
    poses: np.ndarray
    pelvis: np.ndarray
    fps: float


def load_split(split: str) -> list[Clip]:
    """The clips of "train", "val" or "test" (separate subjects)."""
    with np.load(DATA / f"cmu_{split}.npz") as archive:
        poses = archive["poses_1e4"].astype(np.float32).reshape(-1, 24, 3) * UNIT
        pelvis = archive["trans_1e4"].astype(np.float32) * UNIT
        fps = float(archive["mocap_frame_rate"])
        rows = zip(archive["starts"], archive["lengths"], archive["clip"], archive["subject"], strict=True)
        return [
            Clip(str(clip), str(subject).rstrip("?"), poses[s : s + n], pelvis[s : s + n], fps)
            for s, n, clip, subject in rows
        ]
