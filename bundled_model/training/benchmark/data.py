"""Other people's motion for the benchmark: a folder of AMASS-style files, 3DPW, EMDB, whatever opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from addon import formats
from addon.body.rotations import axis_angle_from_matrix
from addon.recording import Person
from addon.safe_read import FormatError

from ..augment import FPS, at_times
from ..motion_data import Clip

SHORTEST = 30


def clips_from(folder: Path) -> list[Clip]:
    """Every person with poses in the files below a folder, at 30 frames a second; the subject is the name of
    the folder a file lies in (AMASS). Files that don't open as motion are left out.

    Raises FormatError when none does.
    """
    clips: list[Clip] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            people = formats.read(path).people
        except FormatError as problem:
            print(f"{path.name}: left out. {problem}")
            continue
        clips += [clip for person in people if (clip := _clip(path, person)) is not None]
    if not clips:
        raise FormatError(
            f"No file in {folder} holds SMPL poses; give a folder of AMASS, 3DPW or EMDB files."
        )
    return clips


def _clip(path: Path, person: Person) -> Clip | None:
    poses = person.poses
    if poses is None:
        return None
    vectors = axis_angle_from_matrix(poses.rotations).astype(np.float32)
    given = Clip(f"{path.stem} {person.id}", path.parent.name, vectors, poses.pelvis, person.fps)
    times = torch.arange(0.0, len(vectors) - 1, person.fps / FPS)
    if len(times) < SHORTEST:
        return None
    rotations = axis_angle_from_matrix(at_times(given, times)).numpy()
    every = np.arange(len(vectors))
    pelvis = np.stack([np.interp(times.numpy(), every, poses.pelvis[:, k]) for k in range(3)], -1)
    return Clip(given.name, given.subject, rotations, pelvis.astype(np.float32), FPS)
