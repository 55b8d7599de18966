"""How poses change in a few frames, as one Gaussian: the prior of a solver that starts from an old pose."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from addon.body.rotations import axis_angle_from_matrix

from ..augment import augment, sample_windows
from ..motion_data import load_split

WINDOWS = 4000
EXTRA_DEGREES = 0.3
"""Independent deviation added to every axis and frame."""


@lru_cache(maxsize=8)
def change_precision(stride: int, full: bool) -> np.ndarray:
    """Precision in 1/rad^2 of log(R_t^T R_{t+stride}) over all joints, the root included, fitted on the same
    augmented training motion as everything else: (72, 72) float32, or (24, 3) of its axes alone."""
    rng = torch.Generator().manual_seed(stride)
    rotations, pelvis = sample_windows(load_split("train"), WINDOWS, stride + 1, rng)
    rotations, _ = augment(rotations, pelvis, rng)
    change = axis_angle_from_matrix(rotations[:, 0].mT @ rotations[:, -1]).reshape(-1, 72).double().numpy()
    covariance = change.T @ change / len(change) + np.eye(72) * np.deg2rad(EXTRA_DEGREES) ** 2
    if full:
        return np.linalg.inv(covariance).astype(np.float32)
    return (1.0 / np.diag(covariance)).reshape(24, 3).astype(np.float32)
