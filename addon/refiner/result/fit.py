"""How far a posed body is from the keypoints."""

from __future__ import annotations

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, point_positions
from ...motion import Motion
from ...recording import Keypoints
from ...steps import Steps, in_chunks


def fit_error(
    rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, keypoints: Keypoints
) -> np.ndarray:
    """(T,) mean distance in mm between posed canonical points and the keypoints as observed, NaN without
    any."""
    columns = [k for k, name in enumerate(keypoints.canonical) if name is not None]
    indices = [POINT_INDEX[str(keypoints.canonical[k])] for k in columns]
    joints, world = forward(rotations, pelvis, bones)
    distance = np.linalg.norm(
        point_positions(joints, world, bones, indices) - keypoints.positions[:, columns], axis=-1
    )
    seen = np.isfinite(distance) & (keypoints.confidence[:, columns] > 0)
    total = np.where(seen, distance, 0.0).sum(1)
    return 1000.0 * np.where(seen.any(1), total / np.maximum(seen.sum(1), 1), np.nan)


def fit_of(motion: Motion, keypoints: Keypoints) -> Steps[np.ndarray]:
    """(T,) mm by which a motion misses these keypoints, as many frames: `fit_error` in steps, about a way
    over the floor that the steps tell."""
    measured = motion.pelvis - motion.led
    return (yield from fit_of_poses(motion.rotations, measured, motion.bone_offsets, keypoints))


def fit_of_poses(
    rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, keypoints: Keypoints
) -> Steps[np.ndarray]:
    """The same of poses (T, 24, 3, 3), pelvis (T, 3) and bones (24, 3)."""

    def off(rows: slice) -> np.ndarray:
        return fit_error(rotations[rows], pelvis[rows], bones, keypoints.rows(rows))

    return (yield from in_chunks(off, len(pelvis)))
