"""In which frames poses are those of somebody: arrays have a row also for frames in which nobody was seen."""

from __future__ import annotations

import numpy as np

from ..recording import Poses
from ..safe_read import FormatError


def seen_poses(poses: Poses) -> np.ndarray:
    """(T,) whether frames hold numbers, and others than zeros: SMPL's rest pose in the place of none, as rows
    that were never filled have. A file of nothing else stays. Raises FormatError without any numbers."""
    rotations, pelvis = poses.rotations, poses.pelvis
    finite = np.isfinite(rotations).all((1, 2, 3)) & np.isfinite(pelvis).all(1)
    if not finite.any():
        raise FormatError("The poses or translations are not finite numbers; export the motion again.")
    origin = 0.0 if poses.rest_pelvis is None else poses.rest_pelvis
    at_rest = (rotations == np.eye(3)).all((1, 2, 3)) & (pelvis == origin).all(1)
    unfilled = at_rest | (rotations[:, 0] == 0).all((1, 2))
    return finite & ~unfilled if (finite & ~unfilled).any() else finite
