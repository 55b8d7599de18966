"""A made-up performance for tests of what happens around refining."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import REST_OFFSETS


def joints_of_a_wave(frames: int, fps: float, shift: float = 0.0) -> np.ndarray:
    """(T, 24, 3) joints of somebody who sways and waves an arm."""
    seconds = np.arange(frames) / fps
    angles = np.zeros((frames, 24, 3))
    angles[:, 0, 1] = 0.3 * np.sin(seconds + shift)
    angles[:, 16, 2] = -1.0 + 0.3 * np.sin(3.0 * seconds)
    angles[:, 17, 2] = 1.0
    angles[:, 18, 1] = -0.8 * (1.0 + np.sin(5.0 * seconds))
    pelvis = np.stack([0.2 * seconds + shift, np.full(frames, 0.95), 0.05 * np.sin(seconds)], axis=-1)
    joints, _ = forward(matrix_from_axis_angle(angles), pelvis, REST_OFFSETS)
    return np.asarray(joints)
