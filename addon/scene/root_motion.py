"""Where a moving body is on the floor, and where it heads: pure arithmetic in Blender's frame, no bpy."""

from __future__ import annotations

import numpy as np

from ..retarget.root import headings


def in_place(posed: np.ndarray, hips: int) -> np.ndarray:
    """World matrices (T, B, 4, 4) of bones, moved in every frame so that the hips stay above the origin."""
    held = posed.copy()
    held[..., :2, 3] -= posed[:, hips, None, :2, 3]
    return held


def root_matrices(hips: np.ndarray, rest: np.ndarray, rate: float) -> np.ndarray:
    """(T, 4, 4) of a root on the floor below the hips, turned to where they head.

    hips: (T, 4, 4) in the world, at `rate` frames per second; rest: (4, 4) of the hips facing ahead.
    """
    angles = headings(hips[:, :3, :3] @ rest[:3, :3].T, rate, up=2)
    roots = np.tile(np.eye(4), (len(hips), 1, 1))
    roots[:, 0, 0], roots[:, 0, 1] = np.cos(angles), -np.sin(angles)
    roots[:, 1, 0], roots[:, 1, 1] = np.sin(angles), np.cos(angles)
    roots[:, :2, 3] = hips[:, :2, 3]
    return roots
