"""What tells dialects apart, in degrees: hinge axes of knees and elbows, twist about bones, size of turns."""

from __future__ import annotations

import numpy as np

from addon.body.rotations import axis_angle_from_matrix
from addon.body.skeleton import JOINT_NAMES

from .augment import bone_axes

BENT = 30.0
"""Degrees from which a joint tells its hinge axis."""
_HINGES = {
    "left_knee": ((1, 0, 0), (0, -1, 0)), "right_knee": ((1, 0, 0), (0, -1, 0)),
    "left_elbow": ((0, -1, 0), (1, 0, 0)), "right_elbow": ((0, 1, 0), (-1, 0, 0)),
}  # fmt: skip
"""Joint -> the direction from which its axis is counted, and the limb about which."""


def hinge_axes(rotations: np.ndarray) -> dict[str, tuple[float, float]]:
    """Joint -> mean and spread over time of the direction of its axis about the limb, in poses (T, 24, 3, 3);
    joints that hardly bend are left out. Right joints are counted in the same sense as left ones, seen from
    outside the body."""
    found = {}
    for name, (zero, limb) in _HINGES.items():
        turns = np.degrees(axis_angle_from_matrix(rotations[:, JOINT_NAMES.index(name)]))
        turns = turns[np.linalg.norm(turns, axis=-1) > BENT]
        if len(turns) < 30:
            continue
        across = np.cross(limb, zero)
        angle = np.degrees(np.arctan2(turns @ across, turns @ np.asarray(zero, float)))
        middle = np.degrees(np.angle(np.exp(1j * np.radians(angle)).mean()))
        apart = (angle - middle + 180.0) % 360.0 - 180.0
        found[name] = (float(middle), float(apart.std()))
    return found


def twists(rotations: np.ndarray) -> np.ndarray:
    """(T, 24) each joint's turn about its own bone (swing and twist taken apart)."""
    axes = bone_axes().numpy()
    axes[~axes.any(1)] = [0.0, 1.0, 0.0]
    skewed = np.stack([rotations[..., b, a] - rotations[..., a, b] for a, b in ((1, 2), (2, 0), (0, 1))], -1)
    trace = np.trace(rotations, axis1=-2, axis2=-1)
    return np.degrees(2.0 * np.arctan2((skewed * axes).sum(-1), 1.0 + trace))


def sizes(rotations: np.ndarray) -> np.ndarray:
    """(24,) mean angle of each joint's rotation."""
    return np.degrees(np.linalg.norm(axis_angle_from_matrix(rotations), axis=-1)).mean(0)
