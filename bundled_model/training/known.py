"""What the refiner knows of a window before it fits any pose: as a part of a long clip, or as a short one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from addon.body.layouts import Layout
from addon.body.rotations import geodesic_angle
from addon.body.skeleton import MIRROR_JOINTS
from addon.recording import Keypoints
from addon.refiner.evidence.smoothing import FEWEST_SMOOTHED, smooth
from addon.refiner.evidence.targets import definition_deviation, targets_from_keypoints
from addon.refiner.start.closed_form import INITIAL_DEVIATIONS
from addon.refiner.start.solver import Prior
from addon.refiner.whole_clip.judge import judge

from .augment import FPS
from .synthesis import Faults

KNOWN_SHARE = 0.2
"""How often a skeleton is not measured but known."""


@dataclass
class Known:
    """Of B windows of T frames and K points: positions, detail (B, T, K, 3) metres, precision (B, T, K) in
    1/m^2; bones (B, 24, 3) and offsets (B, K, 3) in metres as far as they are known; initial_deviation,
    root_deviation (B,) in radians as they are judged."""

    positions: Tensor
    detail: Tensor
    precision: Tensor
    bones: Tensor
    offsets: Tensor
    initial_deviation: Tensor
    root_deviation: Tensor


def in_long_clips(
    keypoints: Tensor,
    names: list[str],
    layout: Layout,
    faults: list[Faults],
    bones: Tensor,
    errors: Tensor,
    chance: np.random.Generator,
) -> Known:
    """Windows (B, T, K, 3) of clips so long that they tell bones, definitions and wandering well: their
    estimates are drawn around the truth, bones (B, 24, 3). errors (B,): of the initial poses, in radians."""
    batch, frames, count = keypoints.shape[:3]
    columns = keypoints.movedim(0, 1).reshape(frames, batch * count, 3).double().numpy()
    usable = np.isfinite(columns).all(-1)
    smoothed = smooth(columns, usable.astype(float), FPS, bodies=np.repeat(np.arange(batch), count))
    guesses = np.exp(0.25 * chance.standard_normal((2, batch)))
    left = np.clip([fault.definition for fault in faults] * guesses[0], 0.2, 1.0)
    definition = left[:, None] * [definition_deviation(name, layout.name) for name in names]
    hidden = [
        np.hypot(np.hypot(fault.wander, 1.5 * fault.camera), fault.white * (frames < FEWEST_SMOOTHED))
        for fault in faults
    ]
    wander = np.repeat(hidden * guesses[1], count)
    variance = smoothed.error**2 + definition.ravel() ** 2 + wander**2
    precision = smoothed.support * usable.any(0) / variance

    def back(values: np.ndarray) -> Tensor:
        shaped = values.reshape(frames, batch, count, *values.shape[2:])
        return torch.as_tensor(np.moveaxis(shaped, 0, 1).copy(), dtype=torch.float32)

    # As `start.initial_deviation` tells it, which does not see turns about bones.
    off = (1.2 * errors / 3**0.5).clamp(*INITIAL_DEVIATIONS)
    same_world = torch.as_tensor(chance.random(batch) < 0.5)
    root = torch.where(same_world, 1.2 * off, torch.inf)
    evidence = back(smoothed.positions), back(smoothed.detail), back(precision)
    return Known(*evidence, _measured(bones, chance), torch.zeros(batch, count, 3), off, root)


def judge_short_clips(
    known: Known,
    rows: np.ndarray,
    keypoints: Tensor,
    indices: np.ndarray,
    layout: Layout,
    initial: Tensor,
    has_initial: Tensor,
    pelvis: Tensor,
    prior: Prior,
) -> None:
    """Fills in what the refiner itself finds out in these rows, were each of them a whole clip; rows of whose
    points it takes another view than indices (K,) stay as they are.

    layout: of the keypoints, as a file names them.
    initial (B, T, 24, 3, 3), pelvis (B, T, 3): estimator's poses, where has_initial (B,).
    """
    names = tuple(name for name in layout.canonical if name is not None)
    plain = Prior(prior.reference.numpy(), prior.precision.numpy())
    for row in rows:
        points = keypoints[row].double().numpy()
        seen = np.isfinite(points).all(-1).astype(float)
        targets = targets_from_keypoints(Keypoints(points, seen, names, names, layout.name), FPS)
        given = None
        if has_initial[row]:
            given = initial[row].double().numpy(), pelvis[row].double().numpy()
        clip = judge(targets, given, plain, FPS)
        if not np.array_equal(clip.targets.indices, indices):
            continue
        found = (
            clip.targets.positions, clip.targets.detail, clip.targets.precision, clip.bones, clip.offsets,
            clip.initial_deviation, clip.root_deviation,
        )  # fmt: skip
        for name, value in zip(Known.__dataclass_fields__, found, strict=True):
            getattr(known, name)[row] = torch.as_tensor(value, dtype=torch.float32)


def errors_of(initial: Tensor, truth: Tensor) -> Tensor:
    """(B,) root mean square error in radians of initial poses (B, T, 24, 3, 3)."""
    return geodesic_angle(initial, truth).square().mean((1, 2)).sqrt()


def errors_together(errors: Tensor, kind: Tensor) -> Tensor:
    """(B,) root mean square of the errors (B,) of each one's kind (B,): what is judged of frames that
    belong to one recording."""
    same = (kind[:, None] == kind).float()
    return ((same @ errors.square()) / same.sum(1)).sqrt()


def _measured(bones: Tensor, chance: np.random.Generator) -> Tensor:
    """Bones (B, 24, 3) as measured on keypoints: a few percent off, left and right alike; or as they are."""
    count = len(bones)
    spread = chance.uniform(0.003, 0.025, (count, 1)) * (chance.random((count, 1)) >= KNOWN_SHARE)
    error = chance.standard_normal((count, 24)) * spread
    first = [min(joint, mirror) for joint, mirror in enumerate(MIRROR_JOINTS)]
    return bones * torch.as_tensor(1.0 + error[:, first], dtype=torch.float32)[..., None]
