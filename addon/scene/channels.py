"""What an animation does with the pose bones, as arrays. No bpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Channels:
    """Values of the pose bones at N frames.

    turns: (N, 24, 4) quaternions wxyz. places: (N, 3) location of the pelvis bone.
    """

    turns: np.ndarray
    places: np.ndarray
