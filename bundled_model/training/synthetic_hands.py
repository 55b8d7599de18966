"""Hands with a known truth: drawn within anatomical ranges, with fingers that go together as in grasps and
gestures, and moving from one such pose to the next. Nothing of any dataset is in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from addon.body.hands import (
    HAND_OFFSETS,
    HAND_POINTS,
    MIRROR,
    SIDES,
    WRISTS,
    hand_forward,
    mirrored,
    tip_offsets,
)
from addon.body.kinematics import forward
from addon.body.layouts import find_layout
from addon.body.points import POINT_INDEX, point_positions
from addon.recording import Keypoints, Person
from addon.refiner.hands.anatomy import COUNT, HIGH, LOW, rotations_of

LAYOUT = "coco_wholebody133"
SECONDS = 0.6
"""Between one pose of a hand and the next."""


def hand_angles(count: int, random: np.random.Generator) -> np.ndarray:
    """(count, 21) radians: open hands, fists, points and pinches, and what lies between."""
    angles = np.zeros((count, COUNT))
    together, alone = random.beta(0.8, 1.2, (count, 1)), random.beta(0.8, 1.2, (count, 4))
    share = random.uniform(0, 1, (count, 1))
    curl = share * together + (1 - share) * alone
    for finger in range(4):
        first = 4 * finger
        angles[:, first] = curl[:, finger] * 80 - 10 + random.normal(0, 8, count)
        angles[:, first + 1] = random.normal(0, 7, count)
        angles[:, first + 2] = curl[:, finger] * 95 + random.normal(0, 10, count)
        angles[:, first + 3] = 0.6 * angles[:, first + 2] + random.normal(0, 8, count)
    thumb = [(8.0, 12.0), (0.0, 15.0), (0.0, 6.0), (22.0, 18.0), (30.0, 22.0)]
    for column, (mean, spread) in enumerate(thumb, start=16):
        angles[:, column] = random.normal(mean, spread, count)
    return np.clip(np.radians(angles), LOW, HIGH)


@dataclass(frozen=True)
class HandClip:
    """A body whose hands move. rotations (T, 24, 3, 3), pelvis (T, 3), bones (24, 3), hands (T, 2, 15, 3, 3),
    offsets (2, 15, 3)."""

    rotations: np.ndarray
    pelvis: np.ndarray
    bones: np.ndarray
    hands: np.ndarray
    offsets: np.ndarray
    fps: float = 30.0

    def points(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Joints (T, 24, 3), their turns (T, 24, 3, 3), and the points of the hands (T, 2, 21, 3)."""
        joints, world = forward(self.rotations, self.pelvis, self.bones)
        sides = [
            hand_points(self.hands[:, side], joints[:, wrist], world[:, wrist], self.offsets[side], side)
            for side, wrist in enumerate(WRISTS)
        ]
        return joints, world, np.stack(sides, axis=1)

    def person(
        self, noise: float, missing: float, random: np.random.Generator, *, hands: bool = True
    ) -> Person:
        """What a whole-body detector sees: white noise (metres per axis), and points of hands missing."""
        joints, world, hand = self.points()
        layout = find_layout(LAYOUT)
        places = np.full((len(joints), len(layout.keypoints), 3), np.nan)
        for k, (point, of_hand) in enumerate(zip(layout.canonical, layout.hand_points, strict=True)):
            if of_hand:
                places[:, k] = hand.reshape(len(hand), -1, 3)[:, HAND_POINTS.index(of_hand)]
            elif point:
                places[:, k] = point_positions(joints, world, self.bones, [POINT_INDEX[point]])[:, 0]
        places += random.normal(size=places.shape) * noise
        gone = random.uniform(size=places.shape[:2]) < missing
        of_hands = np.array([point is not None for point in layout.hand_points])
        places[gone & of_hands] = np.nan
        if not hands:
            places = places[:, : of_hands.argmax()]
            layout = find_layout("coco23")
            places = places[:, : len(layout.keypoints)]
        seen = np.isfinite(places).all(-1).astype(float)
        keypoints = Keypoints(
            places, seen, layout.keypoints, layout.canonical, layout.name, layout.hand_points
        )
        return Person("0", np.arange(len(places)), self.fps, keypoints)


def hand_points(
    rotations: np.ndarray, wrist: np.ndarray, turn: np.ndarray, offsets: np.ndarray, side: int
) -> np.ndarray:
    """(T, 21, 3) the points of one hand."""
    joints, world = hand_forward(rotations, wrist, turn, offsets)
    tips = tip_offsets(offsets) * (MIRROR if side else 1.0)
    ends = joints[:, 2::3] + (world[:, 2::3] @ tips[..., None])[..., 0]
    chains = np.concatenate([joints.reshape(len(joints), 5, 3, 3), ends[:, :, None]], axis=2)
    return np.concatenate([wrist[:, None], chains.reshape(len(joints), 20, 3)], axis=1)


def hand_clip(
    rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray, seed: int, fps: float = 30.0
) -> HandClip:
    """A body's motion with hands that move from pose to pose, of a size of their own."""
    random = np.random.default_rng(seed)
    frames = len(rotations)
    knots = int(np.ceil(frames / (SECONDS * fps))) + 2
    at = np.arange(frames) / (SECONDS * fps)
    before, share = at.astype(int), at % 1.0
    share = (share**2 * (3 - 2 * share))[:, None]
    sides = []
    for side in range(len(SIDES)):
        poses = hand_angles(knots, random)
        turned = rotations_of(poses[before] * (1 - share) + poses[before + 1] * share)
        sides.append(mirrored(turned) if side else turned)
    grown = random.uniform(0.88, 1.12) * (1 + random.normal(0, 0.04, (15, 1)))
    return HandClip(rotations, pelvis, bones, np.stack(sides, axis=1), HAND_OFFSETS * grown, fps)
