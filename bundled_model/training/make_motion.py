"""From skeleton files of open motion captures to the training motion in `data/`:

    python -m bundled_model.training.make_motion FOLDER

FOLDER holds BVH and ASF/AMC files (data/DATASHEET.md says which and from where). They are read by the
extension's own readers, resampled to 30 frames a second, cut where the capture is at fault, and brought to one
dialect: hinge axes and collars as in the first conversion of CMU's motion (`dialect.py` starts from there).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle
from addon.body.skeleton import JOINT_NAMES
from addon.recording import Person
from addon.refiner.timeline import interpolate, interpolate_rotations
from addon.safe_read import FormatError

from .dialect import Dialect, mean, speak
from .dialect_table import hinge_axes
from .motion_data import DATA, FPS, UNIT, Clip, load_split

HINGES = {"left_knee": 7.5, "right_knee": -8.5, "left_elbow": -26.5, "right_elbow": 27.0}
"""Degrees: where hinge axes lie in the first conversion (`dialect_table.hinge_axes`)."""
COLLAR = 0.15
LARGEST_STEP = 70.0
"""Degrees that a joint may turn in one frame; more is a fault of the capture."""
SHORTEST = 30
SPLIT_OF = {
    "02": "test", "05": "test", "32": "test", "49": "val", "127": "val", "Male1": "test",
}  # fmt: skip
"""Of subjects that do not go to training."""
KEPT_FOR_REVIEW = ("06", "135")


@dataclass(frozen=True)
class Source:
    """Files by name, the subject in it, and what the stored file is called."""

    name: str
    pattern: str


SOURCES = (
    Source("cmu_more", r"(?P<subject>\d+)_\d+\.(amc|bvh)$"),
    Source("accad", r"(?P<subject>Female1|Male1)_.*\.bvh$"),
    Source("reactidle", r"(?P<subject>\d+)_(acted|genuine)\.bvh$"),
)


def main(folder: Path) -> None:
    """Writes data/<source>_<split>.npz for everything that the folder holds."""
    known = {clip.name for split in ("train", "val", "test") for clip in load_split(split)}
    for source in SOURCES:
        found: dict[str, list[Clip]] = {}
        for clip in read_source(source, folder):
            if clip.name not in known:
                found.setdefault(SPLIT_OF.get(clip.subject, "train"), []).append(clip)
        for split, clips in found.items():
            clips = one_dialect(clips)
            store(DATA / f"{source.name}_{split}.npz", clips)
            minutes = sum(len(clip.poses) for clip in clips) / FPS / 60.0
            print(f"{source.name} {split}: {len(clips)} clips, {minutes:.1f} minutes")


def read_source(source: Source, folder: Path) -> Iterator[Clip]:
    """All uninterrupted pieces of all files of a source."""
    for path in sorted(folder.rglob("*")):
        match = re.match(source.pattern, path.name)
        if match is None or match["subject"] in KEPT_FOR_REVIEW:
            continue
        try:
            person = formats.read(path).people[0]
        except FormatError as problem:
            print(f"{path.name}: {problem}")
            continue
        if person.poses is None:
            print(f"{path.name}: no rotations")
            continue
        subject = match["subject"]
        yield from pieces(person, path.stem, f"{source.name}_{subject}" if source.name == "reactidle" else subject)


def pieces(person: Person, name: str, subject: str) -> Iterator[Clip]:
    """The person's poses at 30 frames a second, without the faults of the capture."""
    assert person.poses is not None
    times = np.arange(0.0, person.frames - 1, person.fps / FPS)
    rotations = interpolate_rotations(person.poses.rotations, times)
    pelvis = interpolate(person.poses.pelvis, times)
    steps = np.degrees(geodesic_angle(rotations[1:], rotations[:-1])).max(1)
    ends = [-1, *np.flatnonzero(steps > LARGEST_STEP), len(rotations) - 1]
    for number, (before, last) in enumerate(zip(ends[:-1], ends[1:], strict=True)):
        rows = slice(before + 1, last + 1)
        if last - before >= SHORTEST:
            poses = axis_angle_from_matrix(rotations[rows]).astype(np.float32)
            piece = name if len(ends) == 2 else f"{name}_{number}"
            yield Clip(piece, subject, poses, pelvis[rows].astype(np.float32), FPS)


def one_dialect(clips: list[Clip]) -> list[Clip]:
    """Clips with their subjects' hinge axes and collars as in the first conversion."""
    result = []
    for subject in dict.fromkeys(clip.subject for clip in clips):
        own = [clip for clip in clips if clip.subject == subject]
        together = np.concatenate([clip.rotations() for clip in own])
        off = {name: middle - HINGES[name] for name, (middle, _) in hinge_axes(together).items()}
        result += [_turned(clip, off) for clip in own]
    return result


def _turned(clip: Clip, off: dict[str, float]) -> Clip:
    """off: joint -> degrees by which its axis lies away from where it should."""
    rotations = torch.as_tensor(clip.rotations())[None].float()
    plain = mean(1, len(clip.poses))
    turn = [off.get(name, 0.0) * side for name, side in zip(HINGES, (1.0, -1.0, 1.0, -1.0), strict=True)]
    gauges = torch.deg2rad(torch.tensor(turn)).expand_as(plain.gauges)
    bare = clip.rotations()[:, [JOINT_NAMES.index("left_collar"), JOINT_NAMES.index("right_collar")]]
    share = COLLAR if np.allclose(bare, np.eye(3)) else 0.0
    dialect = Dialect(
        gauges, plain.handed, torch.full_like(plain.collars, share), plain.spine, plain.reshare,
        torch.zeros_like(plain.constants),
    )  # fmt: skip
    poses = axis_angle_from_matrix(speak(rotations, dialect)[0].double().numpy())
    return Clip(clip.name, clip.subject, poses.astype(np.float32), clip.pelvis, clip.fps)


def store(path: Path, clips: list[Clip]) -> None:
    """Writes clips as `motion_data` reads them."""
    lengths = np.array([len(clip.poses) for clip in clips])
    np.savez_compressed(
        path,
        poses_1e4=(np.concatenate([clip.poses.reshape(-1, 72) for clip in clips]) / UNIT).round().astype(np.int16),
        trans_1e4=(np.concatenate([clip.pelvis for clip in clips]) / UNIT).round().astype(np.int32),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        clip=np.array([clip.name for clip in clips]),
        subject=np.array([clip.subject for clip in clips]),
        mocap_frame_rate=FPS,
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
