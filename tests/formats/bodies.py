"""Bodies for the format tests: a person who walks in a curve, as poses and as keypoints of any layout."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Poses, Recording

FROM_Y_UP = {
    "+y": np.eye(3),
    "-y": np.diag([1.0, -1.0, -1.0]),
    "+z": np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]),
    "-z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "+x": np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    "-x": np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
}
"""From SMPL's frame to a world with another axis up; written out here, not taken from the reader."""


@dataclass(frozen=True)
class Body:
    """A motion in Y up metres: axis_angles (T, 24, 3), pelvis (T, 3), joints (T, 24, 3), points (T, P, 3)."""

    axis_angles: np.ndarray
    rotations: np.ndarray
    pelvis: np.ndarray
    joints: np.ndarray
    points: np.ndarray

    def layout(self, name: str) -> np.ndarray:
        """(T, K, 3) keypoints of a layout; those without a canonical point lie at the pelvis."""
        names = find_layout(name).canonical
        return self.points[:, [POINT_INDEX[each] if each else 0 for each in names]]


@lru_cache(maxsize=32)
def walking(frames: int = 40, fps: float = 30.0, heading: float = 0.4) -> Body:
    """Swinging arms and legs, a slow turn, a metre per second. Arrays are shared: do not write to them."""
    phase = 2 * np.pi * np.arange(frames) / fps
    axis_angles = np.zeros((frames, 24, 3))
    axis_angles[:, 0, 1] = heading + 0.2 * np.sin(phase / 3)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        swing = sign * 0.5 * np.sin(phase)
        axis_angles[:, JOINT_NAMES.index(f"{side}_hip"), 0] = swing
        axis_angles[:, JOINT_NAMES.index(f"{side}_knee"), 0] = 0.4 - 0.3 * np.cos(phase) * sign
        axis_angles[:, JOINT_NAMES.index(f"{side}_shoulder"), 2] = -1.1 * sign
        axis_angles[:, JOINT_NAMES.index(f"{side}_shoulder"), 0] = -swing
        axis_angles[:, JOINT_NAMES.index(f"{side}_elbow"), 1] = -0.4 * sign * (1.2 + np.sin(phase))
    rotations = matrix_from_axis_angle(axis_angles)
    time = np.arange(frames)[:, None] / fps
    pelvis = np.array([0.3, 0.95, -0.2]) + time * np.array([np.sin(heading), 0.0, np.cos(heading)])
    pelvis[:, 1] += 0.02 * np.cos(2 * phase)
    joints, turned = forward(rotations, pelvis, REST_OFFSETS)
    body = Body(axis_angles, rotations, pelvis, joints, point_positions(joints, turned, REST_OFFSETS))
    for values in vars(body).values():
        values.flags.writeable = False
    return body


def on_floor(recording: Recording, positions: np.ndarray, read: np.ndarray) -> np.ndarray:
    """Positions (T, ..., 3) as high as those that were read, where the recording was put on the floor."""
    settled = any("put on the floor" in warning for warning in recording.warnings)
    shift = read.reshape(-1, 3)[0, 1] - positions.reshape(-1, 3)[0, 1] if settled else 0.0
    assert abs(shift) < 0.08  # the walking body's soles and ankles are that far from a floor at 0
    return positions + np.array([0.0, shift, 0.0])


def keypoints_of(recording: Recording, person: int = 0) -> Keypoints:
    """The keypoints of a person who must have some."""
    keypoints = recording.people[person].keypoints
    assert keypoints is not None
    return keypoints


def poses_of(recording: Recording, person: int = 0) -> Poses:
    """The poses of a person who must have some."""
    poses = recording.people[person].poses
    assert poses is not None
    return poses
