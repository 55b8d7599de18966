"""From skeleton files of open motion captures to the training motion in `data/`:

    python -m bundled_model.training.make_motion FOLDER

FOLDER holds BVH and ASF/AMC files (data/DATASHEET.md says which and from where). They are read by the
extension's own readers, resampled to 30 frames a second, cut where the capture is at fault, and brought to
one dialect: hinge axes and collars as in the first conversion of CMU's motion (`dialect.py` starts there).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from addon import formats
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
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
_ENDS = [JOINT_NAMES.index(f"{side}_{joint}") for side in ("left", "right") for joint in ("wrist", "ankle")]
USUAL = {
    JOINT_NAMES.index(name): degrees
    for name, degrees in {
        "neck": (7, 0, 0), "head": (7, 0, 0), "left_wrist": (-10, 3, 5), "right_wrist": (-10, -3, -5),
        "left_ankle": (-7, 3, 0), "right_ankle": (-7, -3, 0),
    }.items()
}  # fmt: skip
"""Degrees: mean rotation vectors of the first conversion, left and right alike."""
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
    """What the stored file is called, the names of the files with the subject in them, and their rate where
    they do not say it or say another one."""

    name: str
    pattern: str
    fps: float | None = None


SOURCES = (
    Source("cmu_more", r"(?P<subject>\d+)_\d+\.(amc|bvh)$", 60.0),
    Source("accad", r"(?P<subject>Female1|Male1)_.*\.bvh$"),
    Source("reactidle", r"(?P<subject>\d+)_(acted|genuine)\.bvh$"),
)


def main(folder: Path) -> None:
    """Writes data/<source>_<split>.npz for everything that the folder holds.

    A trial that the first conversion of CMU's motion holds too is taken from here, where wrists and toes are
    measured; but for the test subjects, whose clips stay what they were.
    """
    tested = {trial_of(clip) for clip in load_split("test", "cmu")}
    for source in SOURCES:
        found: dict[str, list[Clip]] = {}
        for clip in read_source(source, folder):
            if trial_of(clip) not in tested:
                found.setdefault(SPLIT_OF.get(clip.subject, "train"), []).append(clip)
        for split, clips in found.items():
            store(DATA / f"{source.name}_{split}.npz", one_dialect(clips))
            print(f"{source.name} {split}: {len(clips)} clips, {_minutes(clips):.1f} minutes")
    raw = {trial_of(clip) for split in ("train", "val") for clip in load_split(split, "cmu_more")}
    for split in ("train", "val"):
        first = [clip for clip in load_split(split, "cmu") if trial_of(clip) not in raw]
        store(DATA / f"cmu_{split}.npz", first)
        print(f"cmu {split}: {len(first)} clips left, {_minutes(first):.1f} minutes")


def _minutes(clips: list[Clip]) -> float:
    return sum(len(clip.poses) for clip in clips) / FPS / 60.0


def trial_of(clip: Clip) -> str:
    """ "05_20" of its piece "05_20_1"."""
    return "_".join(clip.name.split("_")[:2])


def read_source(source: Source, folder: Path) -> Iterator[Clip]:
    """All uninterrupted pieces of all files of a source."""
    for path in sorted(folder.rglob("*")):
        match = re.match(source.pattern, path.name)
        if match is None or match["subject"] in KEPT_FOR_REVIEW:
            continue
        try:
            person = formats.read(path, fps=source.fps).people[0]
        except FormatError as problem:
            print(f"{path.name}: {problem}")
            continue
        if person.poses is None:
            print(f"{path.name}: no rotations")
            continue
        subject = match["subject"]
        yield from pieces(
            person, path.stem, f"{source.name}_{subject}" if source.name == "reactidle" else subject
        )


def pieces(person: Person, name: str, subject: str) -> Iterator[Clip]:
    """The person's poses at 30 frames a second, without the faults of the capture."""
    assert person.poses is not None
    times = np.arange(0.0, person.frames - 1, person.fps / FPS)
    rotations = interpolate_rotations(person.poses.rotations, times)
    pelvis = interpolate(person.poses.pelvis, times)
    steps = np.degrees(geodesic_angle(rotations[1:], rotations[:-1])).max(1)
    ends = [-1, *np.flatnonzero(steps > LARGEST_STEP), len(rotations) - 1]
    for number, (before, last) in enumerate(pairwise(ends)):
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
        own = [_turned(clip, off) for clip in own]
        bias = {
            joint: _bias(joint, own) for joint in USUAL if any(clip.poses[:, joint].any() for clip in own)
        }
        result += [_unbiased(clip, bias) for clip in own]
    return result


def _bias(joint: int, clips: list[Clip]) -> np.ndarray:
    """(3, 3) the turn that brings a joint's mean rotation to where the first conversion has it: solvers leave
    constants of 5 to 40 degrees at the ends of limbs, another for each subject."""
    mean_turn = np.concatenate([clip.poses[:, joint] for clip in clips]).mean(0)
    usual = np.radians(np.array(USUAL[joint]))
    return matrix_from_axis_angle(-mean_turn.astype(float)) @ matrix_from_axis_angle(usual)


def _unbiased(clip: Clip, bias: dict[int, np.ndarray]) -> Clip:
    poses = clip.poses.copy()
    for joint, turn in bias.items():
        poses[:, joint] = axis_angle_from_matrix(clip.rotations()[:, joint] @ turn)
    return replace(clip, poses=poses)


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
    # What the capture did not measure follows the bone above.
    poses[:, [joint for joint in _ENDS if not clip.poses[:, joint].any()]] = 0.0
    return Clip(clip.name, clip.subject, poses.astype(np.float32), clip.pelvis, clip.fps)


def store(path: Path, clips: list[Clip]) -> None:
    """Writes clips as `motion_data` reads them."""
    lengths = np.array([len(clip.poses) for clip in clips])
    poses = np.concatenate([clip.poses.reshape(-1, 72) for clip in clips])
    np.savez_compressed(
        path,
        poses_1e4=(poses / UNIT).round().astype(np.int16),
        trans_1e4=(np.concatenate([clip.pelvis for clip in clips]) / UNIT).round().astype(np.int32),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
        clip=np.array([clip.name for clip in clips]),
        subject=np.array([clip.subject for clip in clips]),
        mocap_frame_rate=FPS,
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
