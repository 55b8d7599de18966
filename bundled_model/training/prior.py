"""The absolute pose prior: what poses are likely at all, as one Gaussian over all joints' rotations."""

from __future__ import annotations

import numpy as np
import torch

from addon.body.rotations import axis_angle_from_matrix

from .augment import augment, sample_windows
from .dialect import draw, speak
from .motion_data import Clip

EXTRA_DEGREES = 3.0
"""Independent deviation added to every axis: other people have other habits than the captured ones."""


def fit_prior(clips: list[Clip], seed: int = 0, windows: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Mean rotations (24, 3, 3) and precision (72, 72) in 1/rad^2 of deviations log(mean^T R); the root is
    free."""
    rng = torch.Generator().manual_seed(seed)
    rotations, pelvis = sample_windows(clips, windows, 4, rng)
    rotations, _ = augment(rotations, pelvis, rng)
    rotations = speak(rotations, draw(windows, rotations.shape[1], rng))
    flat = rotations.reshape(-1, 24, 3, 3).double()
    mean = _mean_rotation(flat)
    mean[0] = torch.eye(3)
    deviation = axis_angle_from_matrix(mean.mT @ flat).reshape(-1, 72)[:, 3:]
    deviation -= deviation.mean(0)
    covariance = deviation.T @ deviation / len(deviation) + torch.eye(69) * np.deg2rad(EXTRA_DEGREES) ** 2
    precision = torch.zeros(72, 72, dtype=torch.float64)
    precision[3:, 3:] = torch.linalg.inv(covariance)
    return mean.numpy(), precision.numpy()


def _mean_rotation(rotations: torch.Tensor) -> torch.Tensor:
    """Chordal mean over the first axis, made symmetric between left and right by the mirrored half."""
    u, _, vt = torch.linalg.svd(rotations.mean(0))
    sign = torch.det(u @ vt)
    u = torch.cat([u[..., :2], u[..., 2:] * sign[:, None, None]], -1)
    return u @ vt
