"""Where a moving body is on the floor, and where it heads: pure arithmetic in Blender's frame, no bpy."""

from __future__ import annotations

import numpy as np

from ..body.rotations import quaternion_from_matrix

_SMOOTH_SECONDS = 0.25
"""Half width of the Gaussian by which the heading is smoothed, so that swaying hips do not turn the root."""


def in_place(posed: np.ndarray, hips: int) -> np.ndarray:
    """World matrices (T, B, 4, 4) of bones, moved in every frame so that the hips stay above the origin."""
    held = posed.copy()
    held[..., :2, 3] -= posed[:, hips, None, :2, 3]
    return held


def root_matrices(hips: np.ndarray, rest: np.ndarray, rate: float) -> np.ndarray:
    """(T, 4, 4) of a root on the floor below the hips, turned to where they head.

    hips: (T, 4, 4) in the world, at `rate` frames per second; rest: (4, 4) of the hips facing ahead.
    """
    angles = _headings(hips[:, :3, :3] @ rest[:3, :3].T, rate)
    roots = np.tile(np.eye(4), (len(hips), 1, 1))
    roots[:, 0, 0], roots[:, 0, 1] = np.cos(angles), -np.sin(angles)
    roots[:, 1, 0], roots[:, 1, 1] = np.sin(angles), np.cos(angles)
    roots[:, :2, 3] = hips[:, :2, 3]
    return roots


def _headings(turns: np.ndarray, rate: float) -> np.ndarray:
    """(T,) angles in radians about Z of rotations (T, 3, 3), smooth in time.

    The twist of a quaternion about Z is the angle of w + iz; its square does not depend on the quaternion's
    sign, and its length fades where a body hangs upside down and has no heading.
    """
    quaternions = quaternion_from_matrix(turns)
    twist = (quaternions[:, 0] + 1j * quaternions[:, 3]) ** 2
    trust = np.abs(twist) + 1e-6
    reach = max(round(3 * _SMOOTH_SECONDS * rate), 1)
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (_SMOOTH_SECONDS * rate)) ** 2)
    weighted, total = (
        np.convolve(np.pad(values, reach, "edge"), window, "valid")
        for values in (np.unwrap(np.angle(twist)) * trust, trust)
    )
    return weighted / total
