"""Paths that drift and floors that lean, as cameras make them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from addon.body.rotations import matrix_from_axis_angle

from ..augment import smooth_noise, turn_world
from ..motion_data import FPS

DRIFTS, LEANS = 0.3, 0.25
"""Shares of clips whose path drifts, and whose world leans."""
DRIFT, SWAY = 0.08, 0.15
"""m/s at which the worst paths drift, and metres by which they sway."""
LEVEL = torch.tensor([1.0, 0.15, 1.0])
"""A path drifts along the floor rather than up or down."""
LEAN = math.radians(3.5)


def led_astray(rotations: Tensor, pelvis: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """A clip (1, T, 24, 3, 3) with its path (1, T, 3) in metres, as a camera sees it that moves or leans."""
    drifts, leans = torch.rand(2, generator=rng).tolist()
    if drifts < DRIFTS:
        seconds = torch.arange(pelvis.shape[1])[None, :, None] / FPS
        way = torch.randn(3, generator=rng) * DRIFT
        sway = smooth_noise((1, 3), pelvis.shape[1], 0.03, 0.3, rng) * SWAY
        pelvis = pelvis + (seconds * way + sway) * LEVEL
    if leans < LEANS:
        about = torch.randn((1, 3), generator=rng) * torch.tensor([1.0, 0.0, 1.0])
        rotations, pelvis = turn_world(rotations, pelvis, matrix_from_axis_angle(about * LEAN).double())
    return rotations, pelvis
