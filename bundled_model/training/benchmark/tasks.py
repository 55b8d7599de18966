"""From a case and a clip to what a method gets, and the truth that it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from addon.body.points import POINT_INDEX
from addon.body.rotations import axis_angle_from_matrix
from addon.formats.marker_names import canonical_names
from addon.recording import Person, Poses
from addon.refiner.evidence.targets import definition_deviation, targets_from_keypoints
from addon.refiner.whole_clip.bones import estimate_bone_offsets, with_wander

from ..augment import at_times, proportions
from ..dialect import Dialect, draw, mean
from ..examples import make_example
from ..metrics import Example, Figures, Posed, Surface, compare, open_surface
from ..motion_data import Clip, load_split
from .cases import Case

ROLL_OUT_FRAMES = 300
APART = 100
"""Frame numbers between frames that are scored on their own: more than a second, so that nothing of one
frame can reach another."""
EVERY = 5
MISFIT = 0.002
"""Metres by which even clean keypoints of known layout are taken to be off."""


@dataclass(frozen=True)
class Problem:
    """What a method gets.

    person: keypoints, and in `poses` the initial pose where the case has one. bones (24, 3): the performer's,
    measured on the keypoints unless bones_known. indices (P,), points (T, P, 3): the keypoints that have a
    canonical point, NaN where missing. deviation (P,): standard deviation per axis in metres with which
    wandering and definition put them off; white: that of white noise. Solvers are told both. initial_degrees:
    mean error of an estimator's pose; stride: age of a stale one in frames.
    """

    person: Person
    bones: np.ndarray
    bones_known: bool
    indices: np.ndarray
    points: np.ndarray
    deviation: np.ndarray
    white: float
    initial_degrees: float | None
    stride: int | None

    @property
    def apart(self) -> bool:
        """Whether frames are on their own."""
        return self.stride is not None


@dataclass(frozen=True)
class Task:
    """A problem and its answer; surface: on whose body the surface error is measured."""

    problem: Problem
    truth: Posed
    surface: Surface = field(default_factory=open_surface)

    @cached_property
    def true_points(self) -> np.ndarray:
        """(T, S, 3) the surface in its true poses."""
        return self.truth.surface(self.surface)

    def score(self, found: Posed, apart: bool = False) -> Figures:
        """The figures of what a method found; apart: whatever the problem is, frames were on their own."""
        apart = apart or self.problem.apart
        return compare(self.truth, found, apart, self.surface, self.true_points)

    def sampled(self, count: int) -> Task:
        """So many frames of it, evenly spread."""
        rows = np.linspace(0, len(self.truth.pelvis) - 1, count + 2).round().astype(int)[1:-1]
        problem = self.problem
        person, points = frames_of(problem.person, rows), problem.points[rows]
        return replace(
            self, problem=replace(problem, person=person, points=points), truth=self.truth.rows(rows)
        )


def evaluation_clips(split: str, frames: int, extra: list[Clip] | None = None) -> list[Clip]:
    """The longest clip of each subject, cut to this many frames; of `extra` clips instead where given."""
    longest: dict[str, Clip] = {}
    for clip in load_split(split) if extra is None else extra:
        if len(clip.poses) > len(longest.get(clip.subject, clip).poses) or clip.subject not in longest:
            longest[clip.subject] = clip
    return [clip.part(frames) for clip in longest.values()]


DIALECTS, WIDER, DIALECT_SEED = 5, 1.4, 90_000
"""Fixed dialects of the headline: how many, from a family so many times as wide as training draws from, and
from seeds that training never uses."""


def in_five_dialects(number: int, frames: int) -> Dialect:
    """The headline's dialect of the clip with this number."""
    rng = torch.Generator().manual_seed(DIALECT_SEED + number % DIALECTS)
    return draw(1, frames, rng, WIDER)


SPOKEN: dict[str, Callable[[int, int], Dialect | None]] = {
    "dialects": in_five_dialects,
    "mean": lambda number, frames: mean(1, frames),
    "captured": lambda number, frames: None,
}
"""Motion by name, the headline first: in which dialect a clip is re-expressed, by its number and length."""


def tasks_of(
    case: Case, split: str, frames: int, seeds: int, motion: str, extra: list[Clip] | None = None
) -> list[Task]:
    """All clips and seeds of a case. motion: how the capture is re-expressed, one of SPOKEN; clips of other
    people's files speak for themselves."""
    motion = motion if extra is None else "captured"
    clips = evaluation_clips(split, frames, extra)
    if case.roll_out:
        long = evaluation_clips(split, max(frames, ROLL_OUT_FRAMES), extra)
        clips = [clip for clip in long if len(clip.poses) >= ROLL_OUT_FRAMES]
    # A draw of its own for every clip: equal proportions, offsets and noise would count as one person.
    tasks = [
        make_task(case, clip, seed * len(clips) + number, motion)
        for seed in range(seeds)
        for number, clip in enumerate(clips)
    ]
    # Played backwards as well, so that drift is what grows with time, not which part of a clip is harder.
    return tasks + [_backwards(task) for task in tasks] if case.roll_out else tasks


def make_task(case: Case, clip: Clip, seed: int, motion: str = "captured") -> Task:
    """One clip with one draw of proportions, dialect and faults."""
    clip = slowed(clip, case.slow)
    rng = torch.Generator().manual_seed(1000 + seed)
    true_bones = proportions(1, rng)[0].double().numpy()
    example = make_example(
        clip, case.layout, case.faults, case.estimator, bones=true_bones, seed=seed,
        spoken=SPOKEN[motion](seed, len(clip.poses)),
    )  # fmt: skip
    if not case.named:
        example = _unnamed(example)
    if case.stride is not None:
        example = _pairs(example, case.stride)
    return Task(_problem(case, example), example.truth)


def slowed(clip: Clip, times: float) -> Clip:
    """The beginning of a clip so many times as slow, in as many frames."""
    if times == 1.0:
        return clip
    when = torch.arange(len(clip.poses)) / times
    poses = axis_angle_from_matrix(at_times(clip, when)).numpy()
    every = np.arange(len(clip.poses))
    pelvis = np.stack([np.interp(when.numpy(), every, clip.pelvis[:, k]) for k in range(3)], -1)
    return replace(clip, poses=poses, pelvis=pelvis.astype(np.float32))


def frames_of(person: Person, rows: slice | np.ndarray) -> Person:
    """Some frames of a person."""
    keypoints, poses = person.keypoints, person.poses
    if keypoints is not None:
        keypoints = replace(
            keypoints, positions=keypoints.positions[rows], confidence=keypoints.confidence[rows]
        )
    if poses is not None:
        poses = replace(poses, rotations=poses.rotations[rows], pelvis=poses.pelvis[rows])
    return replace(person, frame_ids=person.frame_ids[rows], keypoints=keypoints, poses=poses)


def _problem(case: Case, example: Example) -> Problem:
    person, keypoints = example.person, example.person.keypoints
    assert keypoints is not None
    names = [name for name in dict.fromkeys(keypoints.canonical) if name is not None]
    columns = [keypoints.canonical.index(name) for name in names]
    definition = np.array([definition_deviation(name, case.layout) for name in names])
    wander = np.hypot(case.faults.wander, MISFIT)
    if case.alone:
        person = replace(person, keypoints=None)
        bones = example.truth.bones
    elif case.bones_known:
        bones = example.truth.bones
    else:
        bones = estimate_bone_offsets(with_wander(targets_from_keypoints(keypoints, person.fps)))
    return Problem(
        person=person,
        bones=bones,
        bones_known=case.bones_known,
        indices=np.array([POINT_INDEX[name] for name in names]),
        points=keypoints.positions[:, columns],
        deviation=np.hypot(wander, case.faults.definition * definition),
        white=case.faults.white,
        initial_degrees=case.estimator,
        stride=case.stride,
    )


def _unnamed(example: Example) -> Example:
    """Keypoints as a file without a layout gives them: names alone, mapped as the readers map them."""
    keypoints = example.person.keypoints
    assert keypoints is not None
    free = replace(keypoints, canonical=canonical_names(keypoints.names), layout=None)
    return replace(example, person=replace(example.person, keypoints=free))


def _pairs(example: Example, stride: int) -> Example:
    """Some frames, each on its own, with the true pose `stride` frames earlier as the initial pose."""
    truth, person = example.truth, example.person
    rows = np.arange(stride, len(truth.pelvis), EVERY)
    poses = Poses(truth.rotations[rows - stride], truth.pelvis[rows - stride])
    alone = replace(frames_of(person, rows), frame_ids=np.arange(len(rows)) * APART, poses=poses)
    return Example(alone, truth.rows(rows))


def _backwards(task: Task) -> Task:
    rows = slice(None, None, -1)
    problem = task.problem
    person = replace(frames_of(problem.person, rows), frame_ids=problem.person.frame_ids)
    return replace(
        task,
        problem=replace(problem, person=person, points=problem.points[rows]),
        truth=task.truth.rows(rows),
    )
