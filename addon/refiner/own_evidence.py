"""What a clip of poses tells of its own noise: the same poses without what shakes, and how much that was.

Rotations are smoothed as keypoints are (`smoothing`), each as the first two columns of its matrix, so that a
clean capture passes untouched and single frames that jump are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.rotations import matrix_from_six_d, six_d_from_matrix
from .smoothing import FEWEST_SMOOTHED, Tick, smooth


@dataclass(frozen=True)
class Steady:
    """rotations (T, 24, 3, 3) without what shakes, and the standard deviation per axis (24,) in radians of
    what was taken away."""

    rotations: np.ndarray
    shake: np.ndarray


def steady(
    rotations: np.ndarray,
    fps: float,
    tick: Tick = lambda: None,
    smoothness: float = 1.0,
    bodies: np.ndarray | None = None,
) -> Steady:
    """Poses (T, J, 3, 3) of frames one after the other, without their noise; smoothness and bodies (J,) as
    `smoothing.smooth` takes them. Few frames are left as they are."""
    frames, joints = rotations.shape[:2]
    if frames < FEWEST_SMOOTHED:
        return Steady(rotations, np.zeros(joints))
    found = smooth(six_d_from_matrix(rotations), np.ones((frames, joints)), fps, tick, smoothness, bodies)
    # Of six numbers three are free, so each axis has twice the variance of one number.
    return Steady(matrix_from_six_d(found.positions), np.sqrt(2.0) * found.deviation)


def steady_path(
    pelvis: np.ndarray, fps: float, tick: Tick = lambda: None, smoothness: float = 1.0
) -> np.ndarray:
    """A path (T, 3) without its noise, each axis by itself: one camera's depth shakes more than the rest."""
    frames = len(pelvis)
    if frames < FEWEST_SMOOTHED:
        return pelvis
    found = smooth(pelvis[..., None], np.ones((frames, 3)), fps, tick, smoothness, np.arange(3))
    return found.positions[..., 0]
