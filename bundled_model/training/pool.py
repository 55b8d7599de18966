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

from addon.body.kinematics import forward
from addon.body.points import MIRROR_POINTS, POINT_INDEX, POINT_WEIGHTS
from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import MIRROR_JOINTS, REST_OFFSETS
from addon.refiner.evidence.own_evidence import steady
from addon.refiner.network.proposals import constant_turn
from addon.refiner.start.closed_form import (
    ANCHOR_STRIDE,
    FROM_NEIGHBOURS,
    OUTLIER_SCALE,
    initial_prior,
    move_to,
    start_from_initial,
    start_from_keypoints,
)
from addon.refiner.start.jacobian import information
from addon.refiner.start.solver import Evidence, Prior, solve
from addon.refiner.timeline import interpolate, interpolate_rotations

from .augment import FPS, augment, proportions, sample_windows
from .dialect import draw, mean, speak
from .known import Known, errors_of, errors_together, in_long_clips, judge_short_clips
from .motion_data import Clip
from .synthesis import (
    JOINTS_SHARE,
    draw_faults,
    draw_layout,
    observe,
    scatter_points,
    some_estimator,
    with_joints,
)

INITIAL_SHARES = {
    "window": {"none": 0.33, "estimator": 0.37, "stale": 0.1, "alone": 0.2},
    "single": {"none": 0.25, "estimator": 0.25, "stale": 0.5, "alone": 0.0},
}
"""How often each kind of initial pose is met. The paper's pairs are stale single frames; an estimator's poses
alone come without keypoints."""
CLEAN_SHARE = 0.12
"""How often an estimator's poses are right."""
LONGEST_STRIDE = 10
SHORT_SHARE = 0.5
"""How often a window is a whole clip, of which the refiner itself has to find out what it can."""


@dataclass
class Pool:
    """N windows of T frames. Rotations as rotation vectors (N, T, 24, 3); places in metres.

    truth, start, initial: rotations. pelvis, start_pelvis (N, T, 3). bones: true, seen_bones: assumed (N,
    24, 3). constant, shake: as in `features.Seen`.
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
    constant: Tensor
    shake: Tensor

    def to(self, device: torch.device) -> Pool:
        """The same on a device."""
        return Pool(**{f.name: getattr(self, f.name).to(device) for f in fields(self)})

    def reversed(self) -> Pool:
        """The same windows played backwards."""
        still = ("bones", "seen_bones", "has_initial", "constant", "shake")
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return Pool(**{name: v if name in still else v.flip(1) for name, v in values.items()})

    def mirrored(self) -> Pool:
        """The same windows with left and right exchanged."""
        flip, turn = torch.tensor([[-1.0, 1.0, 1.0], [1.0, -1.0, -1.0]], device=self.truth.device)
        joints, points = list(MIRROR_JOINTS), list(MIRROR_POINTS)
        changes = {name: getattr(self, name)[..., joints, :] * turn for name in _TURNS}
        changes |= {name: getattr(self, name)[..., joints, :] * flip for name in ("bones", "seen_bones")}
        changes |= {name: getattr(self, name)[..., points, :] * flip for name in ("positions", "detail")}
        changes |= {name: getattr(self, name) * flip for name in ("pelvis", "start_pelvis")}
        return Pool(
            **changes,
            precision=self.precision[..., points],
            information=self.information[..., joints, :],
            has_initial=self.has_initial,
            shake=self.shake[..., joints],
        )


_TURNS = ("truth", "start", "initial", "constant")


def joined(parts: Iterable[Pool]) -> Pool:
    """Pools of one window length as one."""
    parts = list(parts)
    return Pool(**{f.name: torch.cat([getattr(part, f.name) for part in parts]) for f in fields(Pool)})


def make_batch(
    clips: list[Clip],
    count: int,
    frames: int,
    prior: Prior,
    seed: int,
    stale_too: bool = True,
    dialects: bool = True,
) -> Pool:
    """`count` windows with one layout, each with its own faults, initial pose and dialect; stale_too: whether
    some initial poses are sampled in time; dialects: whether each window has its own, or all the mean one."""
    rng, chance = torch.Generator().manual_seed(seed), np.random.default_rng(seed)
    named = draw_layout(chance)
    fitted = with_joints(named) if chance.random() < JOINTS_SHARE else None
    layout = fitted or named
    short = chance.random(count) < SHORT_SHARE
    faults = [draw_faults(chance, layout, told=not own, joints=fitted is not None) for own in short]
    before = LONGEST_STRIDE
    rotations, pelvis = sample_windows(clips, count, frames + before, rng)
    if chance.random() < 0.5:  # the paper plays half of the pairs backwards
        rotations, pelvis = rotations.flip(1), pelvis.flip(1)
    rotations, pelvis = augment(rotations, pelvis, rng)
    length = rotations.shape[1]
    rotations = speak(rotations, draw(count, length, rng) if dialects else mean(count, length))
    bones = proportions(count, rng)
    keypoints = observe(rotations, pelvis, bones, layout, faults, rng)[:, before:]
    names = [name for name in layout.canonical if name is not None]
    indices = np.array([POINT_INDEX[name] for name in names])
    stride = torch.randint(1, before + 1, (count,), generator=rng)
    stale = rotations[torch.arange(count), before - stride][:, None].expand(-1, frames, -1, -1, -1)
    rotations, pelvis = rotations[:, before:], pelvis[:, before:]
    shares = np.array(list(INITIAL_SHARES["window" if frames > 1 else "single"].values()))
    shares[2] *= stale_too
    kinds = chance.choice(len(shares), count, p=shares / shares.sum())
    degrees = chance.uniform(1.0, 20.0, count) * (chance.random(count) >= CLEAN_SHARE)
    guess = some_estimator(rotations, torch.as_tensor(degrees, dtype=torch.float32), rng)
    initial = torch.where(torch.as_tensor(kinds)[:, None, None, None, None] == 2, stale, guess)
    given, alone = torch.as_tensor(kinds) > 0, torch.as_tensor(kinds) == 3
    initial, shake = _steadied(initial)
    errors = errors_of(initial, rotations)
    if frames == 1:  # every second earlier pose was judged beside others of its recording
        beside = torch.as_tensor((kinds == 2) & (chance.random(count) < 0.5))
        errors = torch.where(beside, errors_together(errors, torch.where(beside, stride, 0)), errors)
    known = in_long_clips(keypoints, names, layout, faults, bones, errors, chance)
    if frames > 1:
        judge_short_clips(
            known,
            np.flatnonzero(short & (kinds != 3)),
            keypoints,
            indices,
            named,
            initial,
            given,
            pelvis,
            prior,
        )
    known.precision[alone] = 0.0
    known.bones[alone] = torch.as_tensor(REST_OFFSETS, dtype=torch.float32)
    start, start_pelvis = _starts(known, indices, prior, initial, given & ~alone, ~given)
    start[alone], start_pelvis[alone] = initial[alone], pelvis[alone]
    known.positions = without_offsets(known.positions, known.offsets, indices, start)
    pose = start.flatten(0, 1), start_pelvis.flatten(0, 1)
    told = information(*pose, _each_frame(known.bones, frames), indices, known.precision.flatten(0, 1))
    columns = np.concatenate([known.positions, known.detail, known.precision[..., None]], -1)
    full = torch.as_tensor(scatter_points(columns, list(indices)))
    return Pool(
        axis_angle_from_matrix(rotations),
        pelvis,
        bones,
        known.bones,
        full[..., :3].contiguous(),
        full[..., 3:6].contiguous(),
        full[..., 6].contiguous(),
        told.unflatten(0, (count, frames)),
        axis_angle_from_matrix(start),
        start_pelvis,
        axis_angle_from_matrix(initial),
        given,
        constant_turn(start, initial) * given[:, None, None],
        shake,
    )


def _steadied(initial: Tensor) -> tuple[Tensor, Tensor]:
    """Initial poses (B, T, 24, 3, 3) as the refiner steadies them, and how much they shook (B, 24)."""
    batch, frames = initial.shape[:2]
    rows = initial.movedim(0, 1).reshape(frames, batch * 24, 3, 3).double().numpy()
    found = steady(rows, FPS, bodies=np.repeat(np.arange(batch), 24))
    poses = torch.as_tensor(found.rotations, dtype=torch.float32).reshape(frames, batch, 24, 3, 3)
    return poses.movedim(0, 1).contiguous(), torch.as_tensor(found.shake, dtype=torch.float32).reshape(
        batch, 24
    )


def _each_frame(bones: Tensor, frames: int) -> Tensor:
    return bones[:, None].expand(-1, frames, -1, -1).flatten(0, 1)


def _starts(
    known: Known, indices: np.ndarray, prior: Prior, initial: Tensor, given: Tensor, without: Tensor
) -> tuple[Tensor, Tensor]:
    """The refiner's closed-form start of the windows given an initial pose and of those without: rotations
    and pelvis, whatever in others."""
    count, frames = known.positions.shape[:2]
    rotations, pelvis = torch.empty(count, frames, 24, 3, 3), torch.empty(count, frames, 3)
    for group, with_initial in ((given, True), (without, False)):
        if not group.any():
            continue
        own = Known(*(getattr(known, field.name)[group] for field in fields(Known)))
        offsets = _each_frame(own.bones, frames)
        near = None if with_initial else _between_anchors(own, indices, prior)
        about = initial[group] if near is None else near[0]
        place = without_offsets(own.positions, own.offsets, indices, about)
        evidence = Evidence(indices, place.flatten(0, 1), own.precision.flatten(0, 1))
        begin = about.flatten(0, 1)
        if near is None:
            deviation = own.initial_deviation.repeat_interleave(frames)[:, None, None]
            held = initial_prior(begin, deviation, own.root_deviation.repeat_interleave(frames)[:, None])
            there = move_to(begin, evidence, offsets)
            result = start_from_initial(begin, there, evidence, offsets, (prior, held))
        else:
            where = near[1].flatten(0, 1)
            result = solve(begin, where, offsets, evidence, (prior,), FROM_NEIGHBOURS, OUTLIER_SCALE)
        rotations[group] = result[0].unflatten(0, (-1, frames))
        pelvis[group] = result[1].unflatten(0, (-1, frames))
    return rotations, pelvis


def without_offsets(positions: Tensor, offsets: Tensor, indices: np.ndarray, rotations: Tensor) -> Tensor:
    """Positions (B, T, K, 3) less offsets (B, K, 3) as poses (B, T, 24, 3, 3) near the truth carry them."""
    _, world = forward(rotations, torch.zeros_like(rotations[..., 0, 0, :]), torch.zeros(24, 3))
    carrier = torch.as_tensor(POINT_WEIGHTS[indices].argmax(1))
    return positions - (world[:, :, carrier] @ offsets[:, None, ..., None])[..., 0]


def _between_anchors(own: Known, indices: np.ndarray, prior: Prior) -> tuple[Tensor, Tensor]:
    """Every few frames fitted from nothing, the others in between: rotations and pelvis."""
    count, frames = own.positions.shape[:2]
    anchors = np.unique([*range(0, frames, ANCHOR_STRIDE), frames - 1])
    place, precision = own.positions[:, anchors], own.precision[:, anchors]
    evidence = Evidence(indices, place.flatten(0, 1), precision.flatten(0, 1))
    fitted = start_from_keypoints(evidence, _each_frame(own.bones, len(anchors)), prior)
    turns, places = (value.unflatten(0, (count, -1)).movedim(1, 0) for value in fitted)
    times = np.interp(np.arange(frames), anchors, np.arange(len(anchors)))
    rotations, pelvis = interpolate_rotations(turns, times), interpolate(places, times)
    return rotations.movedim(0, 1), pelvis.movedim(0, 1)


def unpack(vectors: Tensor) -> Tensor:
    """Rotation vectors (..., 3) of a pool as matrices."""
    return matrix_from_axis_angle(vectors.float())
