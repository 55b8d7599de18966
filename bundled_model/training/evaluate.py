"""The table of accuracy: cases by methods, means over test subjects and seeds of noise.

Motion is captured, of subjects that training never saw, with independent twist, collar and neck motion added,
because the capture's hinges and rules flatter whoever memorises them. Performers differ in proportions,
keypoints of every layout but SMPL's own are offset by amounts drawn per clip, and bone lengths are estimated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace

import numpy as np
import torch

from addon.refiner import refine
from addon.refiner.bones import estimate_bone_offsets
from addon.refiner.evidence import targets_from_keypoints
from addon.refiner.model import load_model
from addon.refiner.piece import Recipe
from addon.refiner.solver import Prior
from addon.refiner.start import as_evidence, start_from_keypoints

from .augment import proportions
from .examples import make_example
from .metrics import Example, Figures, Posed, compare
from .motion_data import Clip, load_split
from .synthesis import Faults


@dataclass(frozen=True)
class Case:
    """A row of the table."""

    name: str
    layout: str
    faults: Faults
    estimator: float | None = None


CASES = (
    Case("smpl24, clean", "smpl24", Faults()),
    Case("smpl24, 20 mm white", "smpl24", Faults(white=0.02)),
    Case("smpl24, 20 mm wandering", "smpl24", Faults(wander=0.02)),
    Case("body25, 20 mm white", "body25", Faults(white=0.02, definition=1.0)),
    Case("coco17, clean", "coco17", Faults(definition=1.0)),
    Case("coco17, 20 mm white", "coco17", Faults(white=0.02, definition=1.0)),
    Case("mediapipe33, 20 mm wandering", "mediapipe33", Faults(wander=0.02, definition=1.0)),
    Case("smpl24, 10 % outliers", "smpl24", Faults(white=0.005, outliers=0.1)),
    Case("body25, limbs missing", "body25", Faults(white=0.01, definition=1.0, limb_gap=True)),
    Case("estimator 10°, smpl24 clean", "smpl24", Faults(), 10.0),
    Case("estimator 10°, coco17 20 mm", "coco17", Faults(white=0.02, definition=1.0), 10.0),
    Case("estimator 20°, body25 20 mm", "body25", Faults(white=0.02, definition=1.0), 20.0),
)


def initial_pose(example: Example) -> Posed | None:
    """Do nothing: the estimator's pose."""
    poses = example.person.poses
    return None if poses is None else Posed(poses.rotations, poses.pelvis, example.truth.bones)


def single_frames(example: Example) -> Posed:
    """Levenberg–Marquardt frame by frame on the keypoints as they are, under the learned absolute prior."""
    keypoints = example.person.keypoints
    assert keypoints is not None
    smooth = targets_from_keypoints(keypoints, example.person.fps)
    raw = replace(smooth, positions=np.nan_to_num(smooth.raw), precision=smooth.precision * smooth.observed)
    model = load_model()
    prior = Prior(model.prior_mean, model.prior_precision)
    bones = estimate_bone_offsets(smooth).astype(np.float32)
    rotations, pelvis = start_from_keypoints(as_evidence(raw, prior.reference), bones, prior)
    return Posed(rotations.astype(float), pelvis.astype(float), bones.astype(float))


def with_recipe(recipe: Recipe) -> Callable[[Example], Posed]:
    """The refiner, or a part of it."""

    def run(example: Example) -> Posed:
        motion = refine(example.person, recipe=recipe)
        return Posed(motion.rotations, motion.pelvis, motion.bone_offsets)

    return run


METHODS: dict[str, Callable[[Example], Posed | None]] = {
    "do nothing": initial_pose,
    "LM": single_frames,
    "smoothed LM": with_recipe(Recipe(network=False)),
    "no polish": with_recipe(Recipe(polish=False)),
    "ours": with_recipe(Recipe()),
}


def evaluation_clips(split: str, frames: int) -> list[Clip]:
    """The longest clip of each subject, cut to this many frames."""
    longest: dict[str, Clip] = {}
    for clip in load_split(split):
        if len(clip.poses) > len(longest.get(clip.subject, clip).poses) or clip.subject not in longest:
            longest[clip.subject] = clip
    return [replace(c, poses=c.poses[:frames], pelvis=c.pelvis[:frames]) for c in longest.values()]


def evaluate(
    split: str = "test", frames: int = 300, seeds: int = 3, say: Callable[[str], None] = print
) -> dict[str, dict[str, Figures]]:
    """Figures by case and method; every line is said as soon as it is known."""
    clips = evaluation_clips(split, frames)
    table: dict[str, dict[str, Figures]] = {}
    for case in CASES:
        examples = [_example(case, clip, seed) for seed in range(seeds) for clip in clips]
        table[case.name] = row = {}
        for name, method in METHODS.items():
            found = [(example.truth, method(example)) for example in examples]
            figures = [astuple(compare(truth, posed)) for truth, posed in found if posed is not None]
            if figures:
                row[name] = Figures(*np.nanmean(figures, axis=0).tolist())
                say(line(case.name, name, row[name]))
    return table


def _example(case: Case, clip: Clip, seed: int) -> Example:
    rng = torch.Generator().manual_seed(seed * 1000 + len(clip.poses))
    bones = proportions(1, rng)[0].double().numpy()
    return make_example(
        clip, case.layout, case.faults, case.estimator, independent=1.0, bones=bones, seed=seed
    )


HEADER = (
    f"{'case':<30}{'method':<14}{'MPJPE':>7}{'PVE':>7}{'abs.':>7}{'rot.':>7}{'others':>8}{'twist':>7}"
    f"{'accel.':>8}{'drift':>7}"
)


def line(case: str, method: str, figures: Figures) -> str:
    """A line of the table: mm, mm, mm, degrees, degrees, degrees, ratio, degrees."""
    f = figures
    return (
        f"{case:<30}{method:<14}{f.mpjpe:7.1f}{f.pve:7.1f}{f.absolute:7.1f}{f.rotation:7.2f}{f.other:8.2f}"
        f"{f.twist:7.2f}{f.acceleration:8.2f}{f.drift:7.2f}"
    )
