"""From SMPL's frame (Y up, facing +Z) to Blender's (Z up, facing -Y); the only place that turns an axis."""

from __future__ import annotations

import numpy as np

SMPL_TO_BLENDER = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""(3, 3) a quarter turn about X: up +Y becomes +Z, the front +Z becomes -Y, left stays +X."""


def positions_to_blender(positions: np.ndarray) -> np.ndarray:
    """Positions or directions (..., 3) in Blender's frame."""
    return np.asarray(positions) @ SMPL_TO_BLENDER.T


def positions_to_smpl(positions: np.ndarray) -> np.ndarray:
    """Positions or directions (..., 3) of Blender's frame in SMPL's."""
    return np.asarray(positions) @ SMPL_TO_BLENDER
