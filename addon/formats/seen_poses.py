"""In which frames poses are those of somebody: arrays have a row also for frames in which nobody was seen."""

from __future__ import annotations

import numpy as np

from ..body.rotations import geodesic_angle
from ..body.runs import runs
from ..body.skeleton import JOINT_NAMES
from ..recording import Poses
from ..safe_read import FormatError

BODY = JOINT_NAMES.index("left_hand")
SNAP = float(np.radians(10.0))
"""Radians by which joints turn at once, in their mean, into SMPL's rest pose in the place of none, and out of
it."""


def seen_poses(poses: Poses, alone: bool = True) -> np.ndarray:
    """(T,) whether frames hold numbers, and others than zeros: SMPL's rest pose in the place of none, as rows
    that were never filled have; alone: whether nothing else tells of the body, so that it may rest, too, at a
    place of its own. A file of nothing else stays. Raises FormatError without any numbers."""
    rotations, pelvis = poses.rotations, poses.pelvis
    finite = np.isfinite(rotations).all((1, 2, 3)) & np.isfinite(pelvis).all(1)
    if not finite.any():
        raise FormatError("The poses or translations are not finite numbers; export the motion again.")
    origin = 0.0 if poses.rest_pelvis is None else poses.rest_pelvis
    at_rest = (rotations == np.eye(3)).all((1, 2, 3)) & (pelvis == origin).all(1)
    unfilled = at_rest | (rotations[:, 0] == 0).all((1, 2))
    if alone:
        unfilled |= _snapped_to_rest(rotations[:, 1:BODY])
    return finite & ~unfilled if (finite & ~unfilled).any() else finite


def _snapped_to_rest(rotations: np.ndarray) -> np.ndarray:
    """(T,) in which joints (T, N, 3, 3) all rest to the last digit, though they come from elsewhere and go
    there in a frame each."""
    found = (np.diagonal(rotations, axis1=-2, axis2=-1) == 1.0).all((1, 2))
    for first, last in runs(found):
        beside = rotations[[first - 1, last + 1]] if first > 0 and last + 1 < len(found) else rotations[:0]
        turns = geodesic_angle(beside, np.broadcast_to(np.eye(3), beside.shape)).mean(1)
        found[first : last + 1] = len(turns) == 2 and turns.min() > SNAP
    return found
