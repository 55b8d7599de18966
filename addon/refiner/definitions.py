"""What a detector means by a point: constant offsets between its keypoints and the canonical ones.

A detector's hip is not SMPL's hip. Over a clip, the mean distance of a keypoint from its canonical point,
seen
from the bone it hangs on, is that offset, as far as it exceeds what noise and pose explain.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.kinematics import forward
from ..body.points import POINT_WEIGHTS, point_positions
from .evidence import Targets

INDEPENDENT = 2.0
"""Poses a second that count as independent observations of an offset."""
CLOSEST = 0.005


def without_offsets(
    targets: Targets, rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, fps: float
) -> Targets:
    """The targets with each point moved by its offset onto the canonical point, given poses near the truth.

    rotations (T, 24, 3, 3), pelvis (T, 3): the closed-form start. Raw observations stay as they are.
    """
    joints, world = forward(rotations, pelvis, bones)
    points = point_positions(joints, world, bones, targets.indices)
    carriers = POINT_WEIGHTS[targets.indices].argmax(1)
    axes = world[:, carriers]  # (T, P, 3, 3)
    local = (np.swapaxes(axes, -1, -2) @ (targets.positions - points)[..., None])[..., 0]
    offset = _steady_offset(local, targets.precision > 0, targets.definition, fps)
    moved = targets.positions - (axes @ offset[None, ..., None])[..., 0]
    return replace(targets, positions=moved)


def _steady_offset(local: np.ndarray, known: np.ndarray, definition: np.ndarray, fps: float) -> np.ndarray:
    """(P, 3) robust mean of local residuals (T, P, 3), shrunk by how well a clip of this length tells it."""
    weights = known.astype(float)
    total = np.maximum(weights.sum(0), 1e-9)
    mean = (local * weights[..., None]).sum(0) / total[:, None]
    apart = np.linalg.norm(local - mean, axis=-1)
    typical = np.maximum((apart * weights).sum(0) / total, CLOSEST)
    weights = weights / (1.0 + (apart / (3.0 * typical)) ** 2)
    total = np.maximum(weights.sum(0), 1e-9)
    mean = (local * weights[..., None]).sum(0) / total[:, None]
    variance = (((local - mean) ** 2).sum(-1) * weights).sum(0) / (3.0 * total)
    observations = np.maximum(total / fps * INDEPENDENT, 1.0)
    return mean * (definition**2 / (definition**2 + variance / observations))[:, None]
