"""What all frames of a clip tell together, before any of them is refined."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...steps import Stepped, Steps
from ..evidence.definitions import as_smpl_joints, defined_wider, hips_of_joints, least_lead
from ..evidence.targets import Targets
from ..start.closed_form import INITIAL_DEVIATION, MODESTY, MODESTY_ALONE, Initial, initial_deviation
from ..start.solver import Prior
from .alignment import to_target_world
from .bones import estimate_bone_offsets, wander_variance, with_noise
from .calibration import Calibration, Pose, calibrate, known_better
from .proportions import Proportions

UNEXPECTED, WIDEST = 2.4, 3.0
"""Where the mean square of the offsets is by so much larger than expected, points mean something else than a
detector's usually do, and are judged again with definitions as wide as they came out, but at most so many
times as wide. On the validation subjects known definitions hardly ever come out so far off, twice as wide do
unless noise hides them."""


@dataclass(frozen=True)
class WholeClip:
    """targets: with the precision that they have now. bones (24, 3) metres: the performer's. offsets (P, 3)
    metres: of the keypoints from their canonical points. initial: rotations and pelvis in the world of the
    targets, None without. initial_deviation, root_deviation: radians, how far these are off. evidence: as in
    `calibration.Calibration`. joints: whether the points are SMPL's joints; variance: m^2 per axis by which
    they wander; wider: how many times as far as usual they may lie from what they are taken for. foreign
    (T,): where initial poses are another body's, which tell nothing of this one."""

    targets: Targets
    bones: np.ndarray
    offsets: np.ndarray
    initial: Initial | None
    initial_deviation: float
    root_deviation: float
    evidence: float
    found: Calibration
    joints: bool = False
    variance: float = 0.0
    wider: float = 1.0
    foreign: np.ndarray | None = None

    @property
    def told(self) -> Initial | None:
        """The initial poses, NaN where they are another body's."""
        if self.initial is None or self.foreign is None:
            return self.initial
        rotations, pelvis = (values.copy() for values in self.initial)
        rotations[self.foreign], pelvis[self.foreign] = np.nan, np.nan
        return rotations, pelvis

    def seen(self, targets: Targets) -> Targets:
        """Other targets made of the same keypoints, some frames or smoothed otherwise, as these are known
        now."""
        targets = defined_wider(with_noise(targets, self.variance), self.wider)
        joints = as_smpl_joints(targets) if self.joints else None
        return known_better(targets if joints is None else joints, self.found)


@Stepped
def judge(
    targets: Targets,
    initial: Initial | None,
    prior: Prior,
    fps: float,
    bones: np.ndarray | None = None,
    alone: bool = False,
    proportions: Proportions | None = None,
) -> Steps[WholeClip]:
    """What a file means by its points, how far they wander, how long bones are, and how far an estimator's
    poses (T, 24, 3, 3) and pelvis (T, 3) are off. prior: of the poses; bones (24, 3): where they
    are known; alone: whether its frames stand alone, not one after the other; proportions: what may vary of
    the bones, their lengths where none are given."""
    variance = yield from wander_variance.steps(targets)
    targets = with_noise(targets, variance)
    first = yield from _judge(targets, initial, prior, fps, bones, alone, proportions)
    # A clip too short to tell anything tells nothing of its points either.
    joints = as_smpl_joints(targets) if np.isfinite(first.evidence) else None
    if joints is not None:
        near = first.found.pose
        second = yield from _judge(joints, initial, prior, fps, bones, alone, proportions, near)
        noise = float(np.sqrt(np.median(targets.noise**2) + variance))
        ahead = second.evidence > first.evidence + least_lead(noise)
        if ahead and (bones is not None or hips_of_joints(second.bones, noise)):
            return replace(second, variance=variance, joints=True)
    if first.found.spread > UNEXPECTED:
        wider, near = min(float(np.sqrt(first.found.spread)), WIDEST), first.found.pose
        wide = defined_wider(targets, wider)
        again = yield from _judge(wide, initial, prior, fps, bones, alone, proportions, near)
        return replace(again, variance=variance, wider=wider)
    return replace(first, variance=variance) if variance else first


@Stepped
def judge_beside(
    targets: Targets,
    initial: Initial,
    foreign: np.ndarray,
    prior: Prior,
    fps: float,
    bones: np.ndarray | None = None,
    alone: bool = False,
    proportions: Proportions | None = None,
) -> Steps[WholeClip]:
    """`judge` by the frames in which initial poses are not another body's (T,) bool, or by keypoints alone
    where all are."""
    how = prior, fps, bones, alone, proportions
    if not foreign.any():
        return (yield from judge.steps(targets, initial, *how))
    parts: list[tuple[np.ndarray, Initial]] = []
    if foreign.all():
        clip = yield from judge.steps(targets, None, *how)
    else:
        own = ~foreign
        clip = yield from judge.steps(targets.rows(own), (initial[0][own], initial[1][own]), *how)
        assert clip.initial is not None
        parts.append((own, clip.initial))
    others = initial[0][foreign], initial[1][foreign]
    rotations, pelvis, _ = yield from to_target_world(*others, targets.rows(foreign), clip.bones)
    parts.append((foreign, (rotations, pelvis)))
    whole = np.empty_like(initial[0]), np.empty_like(initial[1])
    for rows, (turns, places) in parts:
        whole[0][rows], whole[1][rows] = turns, places
    return replace(clip, initial=whole, foreign=foreign)


def _judge(
    targets: Targets,
    initial: Initial | None,
    prior: Prior,
    fps: float,
    bones: np.ndarray | None,
    alone: bool,
    proportions: Proportions | None,
    near: Pose | None = None,
) -> Steps[WholeClip]:
    """The same where it is settled what the points are."""
    lengths = bones
    if lengths is None:
        lengths = yield from estimate_bone_offsets.steps(targets)
    measured = lengths
    if proportions is not None:
        lengths = proportions.bones(proportions.numbers(lengths))
        yield None
    off, root = INITIAL_DEVIATION, np.inf
    if initial is not None:
        rotations, pelvis, apart = yield from to_target_world(*initial, targets, lengths)
        initial = rotations, pelvis
        off = initial_deviation(*initial, targets, lengths, MODESTY_ALONE if alone else MODESTY)
        root = float(np.hypot(off, apart / np.sqrt(3)))
        yield None
    known = bones is not None
    found = yield from calibrate.steps(targets, measured, prior, fps, initial, known, proportions, near)
    targets = known_better(targets, found)
    return WholeClip(targets, found.bones, found.offsets, initial, off, root, found.evidence, found)
