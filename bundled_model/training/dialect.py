"""Dialects: how the same places of joints are turned into rotations, by tools and people.

The captured motion speaks its converter's own dialect. Here it is re-expressed: `mean` is how fits of SMPL to
real people turn their joints, `draw` gives every clip a dialect of its own about it, as wide as results of
real tools differ between clips and inside one. Sources of all numbers: measurements on public results of
AMASS, GVHMR, TRAM, PHALP, HybrIK, AIST++, GLAMR and others (table in data/DATASHEET.md).

Turning a limb about its own bone, with the joints below turned back, leaves every joint in its place; so do
the shares of spine and collar in a bend, but for the joints between. Constants of a body's own build move
joints a little.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from addon.body.rotations import axis_angle_from_matrix, matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, MIRROR_JOINTS

from .augment import bone_axes, smooth_noise

_LIMBS = tuple(
    tuple(JOINT_NAMES.index(f"{side}_{joint}") for joint in chain)
    for chain in (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
    for side in ("left", "right")
)
"""Upper joint, hinge and end of each leg and arm; the left one first."""
_COLLARS = tuple(
    (JOINT_NAMES.index(f"{side}_collar"), JOINT_NAMES.index(f"{side}_shoulder")) for side in ("left", "right")
)
_SPINE = [JOINT_NAMES.index(f"spine{k}") for k in (1, 2, 3)]
_ONE_SIDE = (1.0, 1.0, 1.0), (1.0, -1.0, -1.0)
"""How a rotation vector of the left side is written on the left and on the right."""

MEAN_CONSTANTS = {
    "spine1": (8.0, 0.0, 0.0), "spine2": (-7.0, 0.0, 0.0), "spine3": (5.0, 0.0, 0.0),
    "neck": (-5.0, 0.0, 0.0), "head": (2.0, 0.0, 0.0),
    "left_hip": (0.0, 0.0, 4.0), "left_knee": (1.0, -3.0, -9.0), "left_ankle": (-2.0, 3.0, 1.5),
    "left_collar": (-3.0, 2.0, 0.0), "left_elbow": (0.0, -2.0, -5.0), "left_wrist": (-10.0, 0.0, -5.0),
}  # fmt: skip
"""Degrees about each joint's own axes, mirrored on the right."""
GAUGES = (6.0, 7.0, 4.0), (-15.0, 16.0, 9.0)
"""Of legs and arms: mean, spread between clips and inside a clip of the turn about the upper bone, in
degrees."""
COLLAR_SHARE = (0.16, 0.08)
"""Mean and spread of the share of the upper arm's swing that goes over to the collar."""
CONSTANT_DEGREES = 5.0
"""Spread between clips of a constant about every axis of every joint."""
TOGETHER, APART = 0.8, 0.6
"""How much of a spread left and right have in common, and how much is their own."""


@dataclass(frozen=True)
class Dialect:
    """Dialects of B clips of T frames.

    gauges (B, T, 4): turn about the upper bone of left and right leg, left and right arm, radians, as the
    left side counts it; handed (B, 1, 4): the share of it that the lower bone takes over. collars (B, 1, 2):
    share of the arm's swing that goes to the collar. spine (B, 3): shares of the three joints in the trunk's
    bend where reshare (B,) is 1. constants (B, 1, 24, 3): radians.
    """

    gauges: Tensor
    handed: Tensor
    collars: Tensor
    spine: Tensor
    reshare: Tensor
    constants: Tensor

    def rows(self, clips: slice) -> Dialect:
        """The dialects of some of the clips."""
        return Dialect(*(getattr(self, each.name)[clips] for each in fields(self)))


def mean(batch: int, frames: int) -> Dialect:
    """The mean dialect for every clip."""
    gauges = torch.tensor([GAUGES[0][0], GAUGES[0][0], GAUGES[1][0], GAUGES[1][0]])
    return Dialect(
        torch.deg2rad(gauges).expand(batch, frames, 4),
        torch.ones(batch, 1, 4),
        torch.full((batch, 1, 2), COLLAR_SHARE[0]),
        torch.full((batch, 3), 1 / 3),
        torch.zeros(batch),
        _mean_constants().expand(batch, 1, 24, 3),
    )


def draw(batch: int, frames: int, rng: torch.Generator, wide: float = 1.0) -> Dialect:
    """A dialect for each clip; wide: factor on all spreads."""
    usual = mean(batch, frames)
    steady = torch.tensor([GAUGES[0][1], GAUGES[0][1], GAUGES[1][1], GAUGES[1][1]])
    moving = torch.tensor([GAUGES[0][2], GAUGES[0][2], GAUGES[1][2], GAUGES[1][2]])
    own = _paired((batch, 1, 2, 2), rng).flatten(2) * steady
    wander = smooth_noise((batch, 4), frames, 0.05, 0.8, rng) * moving
    wander = wander * 2.0 * torch.rand((batch, 1, 1), generator=rng)
    constants = torch.randn((batch, 1, 24, 3), generator=rng)
    mirrored = constants[:, :, list(MIRROR_JOINTS)] * torch.tensor(_ONE_SIDE[1])
    constants = math.sqrt(2) * (
        0.5 * (constants + mirrored) * TOGETHER + 0.5 * (constants - mirrored) * APART
    )
    size = torch.exp(0.4 * torch.randn((batch, 1, 1, 1), generator=rng))
    shares = torch.softmax(torch.randn((batch, 3), generator=rng) * 0.8 * wide, -1)
    return Dialect(
        usual.gauges + torch.deg2rad(wide * (own + wander)),
        (1.0 + 0.5 * wide * torch.randn((batch, 1, 4), generator=rng)).clamp(-0.5, 2.0),
        COLLAR_SHARE[0] + wide * COLLAR_SHARE[1] * _paired((batch, 1, 1, 2), rng).flatten(2),
        shares,
        (torch.rand(batch, generator=rng) < 0.5).float(),
        usual.constants + math.radians(CONSTANT_DEGREES) * wide * size * constants,
    )


def speak(rotations: Tensor, dialect: Dialect) -> Tensor:
    """Poses (B, T, 24, 3, 3) in a dialect."""
    result = rotations.clone()
    _share_spine(result, dialect)
    for side, (collar, shoulder) in enumerate(_COLLARS):
        _share_collar(result, collar, shoulder, dialect.collars[..., side])
    axes = bone_axes()
    for limb, (upper, hinge, end) in enumerate(_LIMBS):
        # Mirrored, a turn about a bone changes its sense.
        first = (1.0, -1.0)[limb % 2] * dialect.gauges[..., limb, None]
        turn = matrix_from_axis_angle(first * axes[upper])
        handed = matrix_from_axis_angle(first * dialect.handed[..., limb, None] * axes[hinge])
        result[:, :, upper] = result[:, :, upper] @ turn
        result[:, :, hinge] = turn.mT @ result[:, :, hinge] @ handed
        result[:, :, end] = handed.mT @ result[:, :, end]
    return result @ matrix_from_axis_angle(dialect.constants)


def _share_collar(rotations: Tensor, collar: int, shoulder: int, share: Tensor) -> None:
    """Moves a share (B, 1) of the upper arm's swing to the collar, in place; the arm keeps its direction."""
    both = rotations[:, :, collar] @ rotations[:, :, shoulder]
    bone = bone_axes()[shoulder]
    swing = _swing(rotations[:, :, shoulder], bone)
    moved = rotations[:, :, collar] @ matrix_from_axis_angle(swing * share[..., None])
    rotations[:, :, collar] = moved
    rotations[:, :, shoulder] = moved.mT @ both


def _swing(rotations: Tensor, bone: Tensor) -> Tensor:
    """(..., 3) the shortest turn that takes a bone (3,) where rotations (..., 3, 3) take it."""
    pointing = (rotations @ bone[:, None])[..., 0]
    across = torch.linalg.cross(bone.expand_as(pointing), pointing)
    sine, cosine = across.norm(dim=-1, keepdim=True), (pointing * bone).sum(-1, keepdim=True)
    return across / sine.clamp(min=1e-6) * torch.atan2(sine, cosine)


def _share_spine(rotations: Tensor, dialect: Dialect) -> None:
    """Shares the trunk's bend anew between its three joints, in place; the chest keeps its direction."""
    first, second, third = (rotations[:, :, joint] for joint in _SPINE)
    bend = axis_angle_from_matrix(first @ second @ third)
    anew = [matrix_from_axis_angle(bend * dialect.spine[:, None, k, None]) for k in range(2)]
    anew.append((anew[0] @ anew[1]).mT @ first @ second @ third)
    chosen = dialect.reshare[:, None, None, None] > 0
    for joint, new in zip(_SPINE, anew, strict=True):
        rotations[:, :, joint] = torch.where(chosen, new, rotations[:, :, joint])


def _mean_constants() -> Tensor:
    """(24, 3) radians."""
    table = torch.zeros(24, 3)
    for name, degrees in MEAN_CONSTANTS.items():
        joint = JOINT_NAMES.index(name)
        table[joint] = torch.tensor(degrees)
        if MIRROR_JOINTS[joint] != joint:
            table[MIRROR_JOINTS[joint]] = torch.tensor(degrees) * torch.tensor(_ONE_SIDE[1])
    return torch.deg2rad(table)


def _paired(shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    """Normal numbers whose last axis is left and right, alike in part."""
    common = torch.randn((*shape[:-1], 1), generator=rng)
    return TOGETHER * common + APART * torch.randn(shape, generator=rng)
