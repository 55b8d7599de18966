"""Training examples: windows of motion, their evidence, and the closed-form start, as the refiner meets them.

No initial pose inside a window comes from the truth of another of its frames: an earlier ("stale") pose lies
before the window and serves all of it; an estimator-like pose errs on its own frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor

from addon.body.layouts import Layout
from addon.body.points import MIRROR_POINTS, POINT_INDEX
from addon.body.rotations import axis_angle_from_matrix, geodesic_angle, matrix_from_axis_angle
from addon.body.skeleton import MIRROR_JOINTS
from addon.refiner.evidence import definition_deviation
from addon.refiner.smoothing import FEWEST_SMOOTHED, smooth
from addon.refiner.solver import Evidence, Prior, information, solve
from addon.refiner.start import (
    ANCHOR_STRIDE,
    FROM_NEIGHBOURS,
    INITIAL_DEVIATIONS,
    OUTLIER_SCALE,
    initial_prior,
    move_to,
    start_from_initial,
    start_from_keypoints,
)
from addon.refiner.timeline import interpolate, interpolate_rotations

from .augment import FPS, augment, proportions, sample_windows
from .motion_data import Clip
from .synthesis import Faults, draw_faults, draw_layout, estimator_like, observe, scatter_points

INITIAL_SHARES = {"none": 0.4, "estimator": 0.4, "stale": 0.2}
LONGEST_STRIDE = 10


@dataclass
class Pool:
    """N windows of T frames. Rotations as rotation vectors (N, T, 24, 3); places in metres.

    truth, start, initial: rotations. pelvis, start_pelvis (N, T, 3). bones: true, seen_bones: assumed (N,
    24, 3).
    positions, detail (N, T, 71, 3), precision (N, T, 71), information (N, T, 24, 3): evidence, as in
    `features.Seen`. has_initial (N,).
    """

    truth: Tensor
    pelvis: Tensor
    bones: Tensor
    seen_bones: Tensor
    positions: Tensor
    detail: Tensor
    precision: Tensor
    information: Tensor
    start: Tensor
    start_pelvis: Tensor
    initial: Tensor
    has_initial: Tensor

    def to(self, device: torch.device) -> Pool:
        """The same on a device."""
        return Pool(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def reversed(self) -> Pool:
        """The same windows played backwards."""
        still = ("bones", "seen_bones", "has_initial")
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Pool(**{name: v if name in still else v.flip(1) for name, v in values.items()})

    def mirrored(self) -> Pool:
        """The same windows with left and right exchanged."""
        flip, turn = torch.tensor([-1.0, 1.0, 1.0]), torch.tensor([1.0, -1.0, -1.0])
        joints, points = list(MIRROR_JOINTS), list(MIRROR_POINTS)
        changes = {name: getattr(self, name)[..., joints, :] * turn for name in ("truth", "start", "initial")}
        changes |= {name: getattr(self, name)[..., joints, :] * flip for name in ("bones", "seen_bones")}
        changes |= {name: getattr(self, name)[..., points, :] * flip for name in ("positions", "detail")}
        changes |= {name: getattr(self, name) * flip for name in ("pelvis", "start_pelvis")}
        return Pool(
            **changes,
            precision=self.precision[..., points],
            information=self.information[..., joints, :],
            has_initial=self.has_initial,
        )


def joined(parts: Iterable[Pool]) -> Pool:
    """Pools of one window length as one."""
    parts = list(parts)
    return Pool(**{f.name: torch.cat([getattr(part, f.name) for part in parts]) for f in fields(Pool)})


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
    keypoints = observe(rotations, pelvis, bones, layout, faults, rng)[:, before:]
    names = [name for name in layout.canonical if name is not None]
    positions, detail, precision = prepare(keypoints, names, layout, faults, chance)
    stride = torch.randint(1, before + 1, (count,), generator=rng)
    stale = rotations[torch.arange(count), before - stride][:, None].expand(-1, frames, -1, -1, -1)
    rotations, pelvis = rotations[:, before:], pelvis[:, before:]
    kinds = chance.choice(len(INITIAL_SHARES), count, p=list(INITIAL_SHARES.values()))
    degrees = torch.as_tensor(chance.uniform(3.0, 20.0, count), dtype=torch.float32)
    guess = estimator_like(rotations, degrees, rng)
    initial = torch.where(torch.as_tensor(kinds)[:, None, None, None, None] == 2, stale, guess)
    known = torch.as_tensor(kinds) > 0
    seen = _assumed_bones(bones, chance)
    indices = np.array([POINT_INDEX[name] for name in names])
    start, start_pelvis = _starts(positions, precision, indices, seen, prior, initial, known, rotations)
    evidence = Evidence(indices, positions.flatten(0, 1), precision.flatten(0, 1))
    told = information(start.flatten(0, 1), start_pelvis.flatten(0, 1), _each_frame(seen, frames), evidence)
    full = torch.as_tensor(
        scatter_points(np.concatenate([positions, detail, precision[..., None]], -1), list(indices))
    )
    return Pool(
        axis_angle_from_matrix(rotations),
        pelvis,
        bones,
        seen,
        full[..., :3].contiguous(),
        full[..., 3:6].contiguous(),
        full[..., 6].contiguous(),
        told.unflatten(0, (count, frames)),
        axis_angle_from_matrix(start),
        start_pelvis,
        axis_angle_from_matrix(initial),
        known,
    )


def prepare(
    keypoints: Tensor, names: list[str], layout: Layout, faults: list[Faults], chance: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """What `evidence.targets_from_keypoints` makes of each window (B, T, K, 3): positions, detail, precision.

    What a whole clip tells of definitions and wandering, and a window hardly, is drawn around the truth.
    """
    batch, frames, count = keypoints.shape[:3]
    columns = keypoints.movedim(0, 1).reshape(frames, batch * count, 3).double().numpy()
    usable = np.isfinite(columns).all(-1)
    smoothed = smooth(columns, usable.astype(float), FPS)
    guesses = np.exp(0.25 * chance.standard_normal((2, batch)))
    left = np.clip([fault.definition for fault in faults] * guesses[0], 0.2, 1.0)
    definition = left[:, None] * [definition_deviation(name, layout.name) for name in names]
    hidden = [np.hypot(fault.wander, fault.white * (frames < FEWEST_SMOOTHED)) for fault in faults]
    wander = np.repeat(hidden * guesses[1], count)
    variance = smoothed.error**2 + definition.ravel() ** 2 + wander**2
    precision = smoothed.support * usable.any(0) / variance

    def back(values: np.ndarray) -> Tensor:
        shaped = values.reshape(frames, batch, count, *values.shape[2:])
        return torch.as_tensor(np.moveaxis(shaped, 0, 1).copy(), dtype=torch.float32)

    return back(smoothed.positions), back(smoothed.detail), back(precision)


def _assumed_bones(bones: Tensor, chance: np.random.Generator) -> Tensor:
    """Bones (B, 24, 3) as measured on keypoints: a few percent off, left and right alike."""
    count = len(bones)
    error = chance.standard_normal((count, 24)) * chance.uniform(0.003, 0.025, (count, 1))
    first = [min(joint, mirror) for joint, mirror in enumerate(MIRROR_JOINTS)]
    return bones * torch.as_tensor(1.0 + error[:, first], dtype=torch.float32)[..., None]


def _each_frame(bones: Tensor, frames: int) -> Tensor:
    return bones[:, None].expand(-1, frames, -1, -1).flatten(0, 1)


def _starts(
    positions: Tensor,
    precision: Tensor,
    indices: np.ndarray,
    bones: Tensor,
    prior: Prior,
    initial: Tensor,
    has_initial: Tensor,
    truth: Tensor,
) -> tuple[Tensor, Tensor]:
    """The refiner's closed-form start of every window: rotations and pelvis."""
    count, frames = positions.shape[:2]
    rotations, pelvis = torch.empty(count, frames, 24, 3, 3), torch.empty(count, frames, 3)
    for group, with_initial in ((has_initial, True), (~has_initial, False)):
        if not group.any():
            continue
        place, trust, own = positions[group], precision[group], bones[group]
        evidence = Evidence(indices, place.flatten(0, 1), trust.flatten(0, 1))
        offsets = _each_frame(own, frames)
        if with_initial:
            begin = initial[group].flatten(0, 1)
            there = move_to(begin, evidence, offsets)
            known_so = _guessed_deviation(begin, truth[group].flatten(0, 1), frames)
            priors = (prior, initial_prior(begin, known_so))
            result = start_from_initial(begin, there, evidence, offsets, priors)
        else:
            near = _between_anchors(place, trust, indices, own, prior)
            result = solve(*near, offsets, evidence, (prior,), FROM_NEIGHBOURS, OUTLIER_SCALE)
        rotations[group] = result[0].unflatten(0, (-1, frames))
        pelvis[group] = result[1].unflatten(0, (-1, frames))
    return rotations, pelvis


def _guessed_deviation(initial: Tensor, truth: Tensor, frames: int) -> Tensor:
    """(N, 1, 1) radians about each axis: how far initial poses (N, 24, 3, 3) are off, as
    `start.initial_deviation` would tell it for windows of so many frames."""
    error = geodesic_angle(initial, truth).square().unflatten(0, (-1, frames)).mean((1, 2))
    return (1.2 * (error / 3).sqrt()).clamp(*INITIAL_DEVIATIONS).repeat_interleave(frames)[:, None, None]


def _between_anchors(
    positions: Tensor, precision: Tensor, indices: np.ndarray, bones: Tensor, prior: Prior
) -> tuple[Tensor, Tensor]:
    """Every few frames fitted from nothing, the others in between: rotations, pelvis, windows flattened."""
    count, frames = positions.shape[:2]
    anchors = np.unique([*range(0, frames, ANCHOR_STRIDE), frames - 1])
    evidence = Evidence(indices, positions[:, anchors].flatten(0, 1), precision[:, anchors].flatten(0, 1))
    fitted = start_from_keypoints(evidence, _each_frame(bones, len(anchors)), prior)
    turns, places = (value.unflatten(0, (count, -1)).movedim(1, 0) for value in fitted)
    times = np.interp(np.arange(frames), anchors, np.arange(len(anchors)))
    rotations, pelvis = interpolate_rotations(turns, times), interpolate(places, times)
    return rotations.movedim(0, 1).flatten(0, 1), pelvis.movedim(0, 1).flatten(0, 1)


def unpack(vectors: Tensor) -> Tensor:
    """Rotation vectors (..., 3) of a pool as matrices."""
    return matrix_from_axis_angle(vectors.float())
