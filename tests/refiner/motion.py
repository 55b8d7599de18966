"""Captured motion as recordings with a known truth, for the tests of the refiner."""

from __future__ import annotations

import numpy as np

from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.body.rotations import matrix_from_axis_angle
from addon.body.skeleton import JOINT_NAMES, REST_OFFSETS
from addon.recording import Keypoints, Person, Poses
from bundled_model.training.motion_data import load_split

KNEELING = {"left_knee": 90.0, "right_knee": 90.0}
SEATED = {"left_hip": -75.0, "right_hip": -75.0, "left_knee": 75.0, "right_knee": 75.0, "spine1": 15.0}
"""Degrees by which joints are bent, for `Truth.bent`."""


def wandering(frames: int, points: int, seed: int = 0) -> np.ndarray:
    """(T, P, 3) noise of deviation 1 that keeps for half a second."""
    white = np.random.default_rng(seed).normal(size=(frames + 60, points, 3))
    slow = np.apply_along_axis(np.convolve, 0, white, np.hanning(31), "valid")[:frames]
    return np.asarray(slow / slow.std())


class Truth:
    """A stretch of captured motion: rotations, pelvis, bones, joints."""

    def __init__(self, clip: int = 8, frames: int = 90, bones: np.ndarray = REST_OFFSETS) -> None:
        motion = load_split("val")[clip]
        self.rotations = matrix_from_axis_angle(motion.poses[:frames].astype(float))
        self.pelvis = motion.pelvis[:frames].astype(float)
        self.bones = bones
        self.joints, self.world = forward(self.rotations, self.pelvis, bones)

    def bent(self, degrees: dict[str, float]) -> Truth:
        """The same stretch with these joints bent all through, about an axis to the left."""
        for joint, angle in degrees.items():
            turn = matrix_from_axis_angle(np.array([np.radians(angle), 0.0, 0.0]))
            place = JOINT_NAMES.index(joint)
            self.rotations[:, place] = turn @ self.rotations[:, place]
        self.joints, self.world = forward(self.rotations, self.pelvis, self.bones)
        return self

    def person(
        self, layout: str = "smpl24", noise: float = 0.0, seed: int = 0, poses: Poses | None = None
    ) -> Person:
        """Its keypoints in a layout, with white noise of this standard deviation per axis (metres)."""
        order = find_layout(layout)
        points = point_positions(
            self.joints, self.world, self.bones, [POINT_INDEX[str(n)] for n in order.canonical]
        )
        points = points + np.random.default_rng(seed).normal(size=points.shape) * noise
        keypoints = Keypoints(points, np.ones(points.shape[:2]), order.keypoints, order.canonical, layout)
        return Person("0", np.arange(len(points)), 30.0, keypoints, poses)

    def estimate(self, degrees: float = 10.0, seed: int = 0) -> Poses:
        """Poses with a constant error in every joint."""
        turn = np.random.default_rng(seed).normal(size=(1, 24, 3))
        turn *= np.radians(degrees) / np.linalg.norm(turn, axis=-1, keepdims=True)
        return Poses(self.rotations @ matrix_from_axis_angle(turn), self.pelvis + 0.05)
