"""The person who is followed: joints in the world, what bears, and the floor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..body.hands import SIDES, WRISTS, hand_forward
from ..body.kinematics import forward
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS, rest_joints
from ..body.soles import CARRIERS, HEEL, PLACES, sole_offsets
from ..motion import Motion

_BEARS = 0.5
_STILL, _LOW = 0.15, 0.03
"""Metres a second and metres over the lowest below which a sole of the mean body bears where a motion
does not say."""
_LOWEST = 2.0
"""Percentile of the heights of soles that is the floor of a motion that knows none."""


@dataclass(frozen=True)
class Source:
    """A motion of T frames with its forward kinematics.

    joints (T, 24, 3) metres; worlds (T, 24, 3, 3) global rotations. sole_offsets (2, 4, 3) metres: the places
    under both feet at rest, from the joints that carry them.
    """

    motion: Motion
    joints: np.ndarray
    worlds: np.ndarray
    sole_offsets: np.ndarray

    def place(self, joint: str) -> np.ndarray:
        """(T, 3) metres."""
        return np.asarray(self.joints[:, JOINT_NAMES.index(joint)])

    def world(self, joint: str) -> np.ndarray:
        """(T, 3, 3) global rotations."""
        return np.asarray(self.worlds[:, JOINT_NAMES.index(joint)])

    @cached_property
    def rest(self) -> np.ndarray:
        """(24, 3) metres, joints at rest with the pelvis at the origin."""
        return rest_joints(self.motion.bone_offsets)

    @cached_property
    def size(self) -> float:
        """How many times as long as the mean body's legs are."""
        bones = [JOINT_NAMES.index(f"{side}_{joint}") for side in SIDES for joint in ("knee", "ankle")]
        offsets = np.stack([self.motion.bone_offsets[bones], REST_OFFSETS[bones]])
        ours, mean = np.linalg.norm(offsets, axis=-1).sum(1)
        return float(ours / mean)

    @cached_property
    def soles(self) -> np.ndarray:
        """(T, 2, 4, 3) metres, the places under both feet."""
        turned = self.worlds[:, CARRIERS] @ self.sole_offsets[..., None]
        return np.asarray(self.joints[:, CARRIERS] + turned[..., 0])

    @cached_property
    def floor(self) -> float:
        """Metres: the height of the floor below the origin, of several the lowest."""
        known = self.motion.floor
        if known is not None and known.normal[1] > 0.1:
            return float(known.heights[0] / known.normal[1])
        return float(np.percentile(self.soles[..., 1].min((1, 2)), _LOWEST))

    @cached_property
    def bears(self) -> np.ndarray:
        """(T, 2, 4) bool, which of `soles` bear."""
        if len(self.motion.contacts):
            parts = self.motion.contacts.reshape(-1, len(SIDES), 2) >= _BEARS
            return np.asarray(parts[..., [int(place != HEEL) for place in range(len(PLACES))]])
        places = self.soles
        if len(places) < 2:
            return np.ones(places.shape[:3], bool)
        speed = np.linalg.norm(np.gradient(places, axis=0), axis=-1) * self.motion.fps
        still, low = self.size * _STILL, self.size * _LOW
        return np.asarray((speed < still) & (places[..., 1] < self.floor + low))

    @cached_property
    def fingers(self) -> np.ndarray | None:
        """(T, 2, 15, 3, 3) global rotations of the fingers; None where nothing tells of any."""
        hands = self.motion.hands
        if hands is None:
            return None
        turned = [
            hand_forward(
                hands.rotations[:, side], self.joints[:, wrist], self.worlds[:, wrist], hands.offsets[side]
            )[1]
            for side, wrist in enumerate(WRISTS)
        ]
        return np.stack(turned, axis=1)


def source_of(motion: Motion) -> Source:
    """A motion's forward kinematics."""
    joints, worlds = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return Source(motion, np.asarray(joints), np.asarray(worlds), sole_offsets(motion.bone_offsets))
