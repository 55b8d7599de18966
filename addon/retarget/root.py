"""Who takes a character over the floor: its hips, its root bone, or nobody."""

from __future__ import annotations

import numpy as np

from ..body.rotations import matrix_from_axis_angle, quaternion_from_matrix
from .pose import Pose
from .smoothing import smoothed
from .source import Source

_SMOOTH_SECONDS = 0.25
"""Half width of the Gaussian by which the heading is smoothed, so that swaying hips do not turn the root."""


def in_place(pose: Pose) -> None:
    """Hold the hips over where they are at rest."""
    held = pose.hips.copy()
    held[:, [0, 2]] = pose.target.head("pelvis")[[0, 2]]
    pose.hips = held


def on_root(pose: Pose, source: Source) -> None:
    """Let the root bone go along the floor below the hips and turn to where they head."""
    bone = pose.target.root
    angles = headings(source.world("pelvis"), source.motion.fps)
    pelvis = pose.target.joints["pelvis"]
    turns = matrix_from_axis_angle(angles[:, None] * np.array([0.0, 1.0, 0.0]))
    away = pose.target.heads[bone] - pose.target.heads[pelvis]
    facing = pose.target.facing
    places = pose.hips + (turns @ facing @ away[:, None])[..., 0]
    places[:, 1] = source.floor + pose.target.stood[bone][1]
    pose.placed[bone], pose.turns[bone] = places, np.asarray(turns @ facing)


def headings(turns: np.ndarray, rate: float, up: int = 1) -> np.ndarray:
    """(T,) angles in radians about an axis (0 to 2; Y) of rotations (T, 3, 3), smooth in time. rate: frames
    per second.

    The twist of a quaternion about Y is the angle of w + iy; its square does not depend on the quaternion's
    sign, and its length fades where a body hangs upside down and has no heading.
    """
    quaternions = quaternion_from_matrix(turns)
    twist = (quaternions[:, 0] + 1j * quaternions[:, 1 + up]) ** 2
    trust = np.abs(twist) + 1e-6
    angles = np.unwrap(np.angle(twist)) * trust
    weighted, total = smoothed(np.stack([angles, trust], axis=-1), _SMOOTH_SECONDS * rate).T
    return np.asarray(weighted / total)
