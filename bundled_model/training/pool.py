"""Training examples, made once and stored: windows of motion, their evidence, and the closed-form start.

The start costs more than a training step, so examples are prepared by this module and drawn from memory.
No initial pose inside a window comes from the truth of another of its frames: an earlier ("stale") pose lies
before the window and serves all of it; an estimator-like pose errs on its own frame.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from addon.body.points import POINT_INDEX
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.refiner.definitions import without_offsets
from addon.refiner.evidence import Targets, definition_deviation
from addon.refiner.smoothing import smooth
from addon.refiner.solver import Evidence, Prior, solve
from addon.refiner.start import (
    OUTLIER_SCALE,
    initial_prior,
    move_to,
    start_from_initial,
    start_from_keypoints,
)

from .augment import FPS, augment, proportions, sample_windows
from .motion_data import Clip
from .synthesis import draw_faults, draw_layout, estimator_like, observe, scatter_points

INITIAL_SHARES = {"none": 0.4, "estimator": 0.4, "stale": 0.2}
LONGEST_STRIDE = 10


@dataclass
class Pool:
    """N windows of T frames. Rotations as rotation vectors (N, T, 24, 3) float16-safe; places in metres.

    truth, start, initial: rotations. pelvis, start_pelvis (N, T, 3). bones: true, seen_bones: assumed (N,
    24, 3).
    positions (N, T, 71, 3), precision (N, T, 71): evidence. has_initial (N,).
    """

    truth: Tensor
    pelvis: Tensor
    bones: Tensor
    seen_bones: Tensor
    positions: Tensor
    precision: Tensor
    start: Tensor
    start_pelvis: Tensor
    initial: Tensor
    has_initial: Tensor

    def save(self, path: Path) -> None:
        """Writes the pool in half precision; rotations and places relative to the pelvis keep 0.1 mm."""
        torch.save({f.name: getattr(self, f.name) for f in fields(self)}, path)


def load_pool(paths: list[Path]) -> Pool:
    """Pools of one window length as one."""
    parts = [torch.load(path, weights_only=True) for path in paths]
    return Pool(**{f.name: torch.cat([part[f.name] for part in parts]) for f in fields(Pool)})


def make_batch(clips: list[Clip], count: int, frames: int, prior: Prior, seed: int) -> Pool:
    """`count` windows with one layout, each with its own faults and initial pose."""
    rng, chance = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    layout = draw_layout(chance)
    faults = [draw_faults(chance, layout) for _ in range(count)]
    before = LONGEST_STRIDE
    rotations, pelvis = sample_windows(clips, count, frames + before, rng)
    if chance.random() < 0.5:  # the paper plays half of the pairs backwards
        rotations, pelvis = rotations.flip(1), pelvis.flip(1)
    rotations, pelvis = augment(rotations, pelvis, rng)
    bones = proportions(count, rng)
    keypoints = observe(rotations, pelvis, bones, layout, faults, rng)
    names = [name for name in layout.canonical if name is not None]
    positions, precision = prepare(keypoints, names, layout.name)
    stride = torch.randint(1, before + 1, (count,), generator=rng)
    stale = rotations[torch.arange(count), before - stride][:, None].expand(-1, frames, -1, -1, -1)
    rotations, pelvis, positions, precision = (
        x[:, before:] for x in (rotations, pelvis, positions, precision)
    )
    kinds = chance.choice(len(INITIAL_SHARES), count, p=list(INITIAL_SHARES.values()))
    degrees = torch.as_tensor(chance.uniform(3.0, 20.0, count), dtype=torch.float32)
    guess = estimator_like(rotations, degrees, rng)
    kind = torch.as_tensor(kinds)[:, None, None, None, None]
    initial = torch.where(kind == 2, stale, guess)
    seen = bones * (
        1 + torch.randn((count, 24, 1), generator=rng) * (0.006 if layout.name == "smpl24" else 0.02)
    )
    known = torch.as_tensor(kinds) > 0
    layout_deviation = np.array([definition_deviation(name, layout.name) for name in names])
    start, start_pelvis, positions = _starts(
        positions, precision, names, layout_deviation, seen, prior, initial, known
    )
    full = scatter_points(
        np.concatenate([positions, precision[..., None]], -1), [POINT_INDEX[n] for n in names]
    )
    full = torch.as_tensor(full)
    return Pool(
        axis_angle_from_matrix(rotations), pelvis, bones, seen, full[..., :3].contiguous(), full[...,
        3].contiguous(),
        axis_angle_from_matrix(start), start_pelvis, axis_angle_from_matrix(initial),
        known,
    )  # fmt: skip


def prepare(keypoints: Tensor, names: list[str], layout: str) -> tuple[Tensor, Tensor]:
    """What `evidence.targets_from_keypoints` makes of each window (B, T, K, 3): positions and precision."""
    batch, frames, count = keypoints.shape[:3]
    columns = keypoints.movedim(0, 1).reshape(frames, batch * count, 3).double().numpy()
    usable = np.isfinite(columns).all(-1)
    smoothed = smooth(columns, usable.astype(float), FPS)
    definition = np.tile([definition_deviation(name, layout) for name in names], batch)
    precision = smoothed.support * usable.any(0) / (smoothed.error**2 + definition**2)

    def back(values: np.ndarray) -> Tensor:
        shaped = values.reshape(frames, batch, count, *values.shape[2:])
        return torch.as_tensor(np.moveaxis(shaped, 0, 1).copy(), dtype=torch.float32)

    return back(smoothed.positions), back(precision)


def _starts(
    positions: Tensor,
    precision: Tensor,
    names: list[str],
    definition: np.ndarray,
    bones: Tensor,
    prior: Prior,
    initial: Tensor,
    has_initial: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """The refiner's closed-form start of every window: rotations, pelvis, and the targets without offsets."""
    batch, frames = positions.shape[:2]
    indices = np.array([POINT_INDEX[name] for name in names])
    rotations, pelvis = torch.empty(batch, frames, 24, 3, 3), torch.empty(batch, frames, 3)
    moved = positions.clone()
    for group, with_initial in ((has_initial, True), (~has_initial, False)):
        if not group.any():
            continue
        evidence = Evidence(indices, positions[group].flatten(0, 1), precision[group].flatten(0, 1))
        offsets = bones[group][:, None].expand(-1, frames, -1, -1).flatten(0, 1)
        begin = initial[group].flatten(0, 1)
        priors: tuple[Prior, ...] = (prior,)
        if with_initial:
            priors += (initial_prior(begin),)
            place = move_to(begin, evidence, offsets)
            result = start_from_initial(begin, place, evidence, offsets, priors)
        else:
            result = start_from_keypoints(evidence, offsets, prior)
        moved[group] = _without_offsets(
            positions[group], precision[group], indices, definition, result, bones[group]
        )
        evidence = Evidence(indices, moved[group].flatten(0, 1), evidence.precision)
        result = solve(*result, offsets, evidence, priors, (0.0,), OUTLIER_SCALE)
        rotations[group] = result[0].unflatten(0, (-1, frames))
        pelvis[group] = result[1].unflatten(0, (-1, frames))
    return rotations, pelvis, moved


def _without_offsets(
    positions: Tensor,
    precision: Tensor,
    indices: np.ndarray,
    definition: np.ndarray,
    start: tuple[Tensor, Tensor],
    bones: Tensor,
) -> Tensor:
    """`definitions.without_offsets` for each window (B, T, P, 3) on its own."""
    count, frames = positions.shape[:2]
    rotations, pelvis = (x.unflatten(0, (count, frames)).double().numpy() for x in start)
    noise = np.zeros(len(indices))
    moved = []
    for k in range(count):
        place, weight = positions[k].double().numpy(), precision[k].double().numpy()
        targets = Targets(indices, place, place, weight, noise, definition)
        bone = bones[k].double().numpy()
        moved.append(without_offsets(targets, rotations[k], pelvis[k], bone, FPS).positions)
    return torch.as_tensor(np.stack(moved), dtype=torch.float32)


def unpack(vectors: Tensor) -> Tensor:
    """Rotation vectors (..., 3) of a pool as matrices."""
    return matrix_from_axis_angle(vectors.float())
