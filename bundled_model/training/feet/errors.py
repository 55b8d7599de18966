"""Errors that feet have in finished motion, whatever made it: shaking, wandering and constant ones of every
joint, paths that shake, drift or lean."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from addon.body.rotations import matrix_from_axis_angle

from ..augment import smooth_noise, turn_world
from ..synthesis import USUAL_ERROR, erring

LARGEST_DEGREES = 10.0
"""Mean error of all joints of the worst clips."""
SHAKE, WANDER, DRIFT = 0.006, 0.03, 0.08
"""Metres by which the worst paths shake from frame to frame and wander; m/s at which they drift."""
LEAN = math.radians(5.0)


def with_errors(rotations: Tensor, pelvis: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """A clip (1, T, 24, 3, 3), pelvis (1, T, 3), seen with random errors; one in five without."""
    frames = pelvis.shape[1]
    clean, bad, shaky, drifts, leans = torch.rand(5, generator=rng).tolist()
    if clean < 0.2:
        return rotations, pelvis
    shares = torch.tensor(USUAL_ERROR) * torch.exp(0.7 * torch.randn((1, 3), generator=rng))
    shares = shares / shares.norm(dim=-1, keepdim=True)
    degrees = torch.tensor([LARGEST_DEGREES * bad])
    rotations = erring(rotations.float(), degrees, shares, 1.0 + 4.0 * shaky, rng).double()
    slow = smooth_noise((1, 3), frames, 0.1, 2.0, rng) * WANDER * bad * shaky
    fast = torch.randn(pelvis.shape, generator=rng) * SHAKE * shaky * bad
    pelvis = pelvis + slow + fast
    if drifts < 0.35:
        way = torch.randn(3, generator=rng) * torch.tensor([1.0, 0.2, 1.0]) * DRIFT
        sway = smooth_noise((1, 3), frames, 0.03, 0.3, rng) * 0.15
        pelvis = (
            pelvis + torch.arange(frames)[None, :, None] / 30.0 * way + sway * torch.tensor([1.0, 0.1, 1.0])
        )
    if leans < 0.3:
        lean = matrix_from_axis_angle(
            torch.randn((1, 3), generator=rng) * torch.tensor([1.0, 0.0, 1.0]) * LEAN / 1.5
        )
        rotations, pelvis = turn_world(rotations, pelvis, lean.double())
    return rotations, pelvis
