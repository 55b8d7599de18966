"""How a hand moves: 21 angles about anatomical axes, their ranges, and which of them go together.

Knuckles bend and spread, the other joints of a finger are hinges. The thumb's root bends, moves away from the
palm and rolls; its other joints are hinges. Ranges are those of the American Academy of Orthopaedic Surgeons
(Joint Motion: Method of Measuring and Recording, 1965; Greene and Heckman, 1994), a little widened, counted
from SMPL's flat hand. Everything is a left hand's; the right one is its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.hands import DIRECTIONS, FINGER_COUNT, FINGERS, HINGES, JOINTS_PER_FINGER, RELAXED_BENDS

AXES_PER_JOINT = 3
_LONG_FINGERS = range(len(FINGERS) - 1)
_THUMB = JOINTS_PER_FINGER * (len(FINGERS) - 1)


@dataclass(frozen=True)
class Turn:
    """One way a joint turns: which joint, which of its axes in order, the axis (3,) at rest, its range, its
    usual angle and how far it is usually from that, all in degrees."""

    joint: int
    slot: int
    axis: np.ndarray
    low: float
    high: float
    usual: float
    spread: float


def _turns() -> list[Turn]:
    bends = np.degrees(RELAXED_BENDS)
    found = []
    for finger in _LONG_FINGERS:
        first = finger * JOINTS_PER_FINGER
        away = np.cross(HINGES[first], DIRECTIONS[first])
        found += [
            Turn(first, 0, HINGES[first], -35.0, 95.0, bends[first], 30.0),
            Turn(first, 1, away, -25.0, 25.0, 0.0, 8.0),
            Turn(first + 1, 0, HINGES[first + 1], -6.0, 112.0, bends[first + 1], 32.0),
            Turn(first + 2, 0, HINGES[first + 2], -8.0, 85.0, bends[first + 2], 20.0),
        ]
    across = np.cross(HINGES[_THUMB], DIRECTIONS[_THUMB])
    return [
        *found,
        Turn(_THUMB, 0, HINGES[_THUMB], -25.0, 45.0, bends[_THUMB], 15.0),
        Turn(_THUMB, 1, across, -45.0, 45.0, 0.0, 18.0),
        Turn(_THUMB, 2, DIRECTIONS[_THUMB], -25.0, 25.0, 0.0, 8.0),
        Turn(_THUMB + 1, 0, HINGES[_THUMB + 1], -12.0, 62.0, bends[_THUMB + 1], 18.0),
        Turn(_THUMB + 2, 0, HINGES[_THUMB + 2], -18.0, 88.0, bends[_THUMB + 2], 25.0),
    ]


TURNS = _turns()
COUNT = len(TURNS)
JOINTS = np.array([turn.joint for turn in TURNS])
SLOTS = np.array([turn.slot for turn in TURNS])
AXES = np.array([turn.axis for turn in TURNS])
LOW, HIGH, USUAL, SPREAD = (
    np.radians([getattr(turn, name) for turn in TURNS]) for name in ("low", "high", "usual", "spread")
)
"""(21) radians each."""
_ALONG_FINGER = np.array(
    [[1.0, 0.0, 0.35, 0.25], [0.0, 1.0, 0.0, 0.0], [0.35, 0.0, 1.0, 0.75], [0.25, 0.0, 0.75, 1.0]]
)
"""How the four angles of a finger go together: its outer joints share a tendon."""
_ACROSS = np.array(
    [[1.0, 0.6, 0.35, 0.45], [0.6, 1.0, 0.6, 0.8], [0.35, 0.6, 1.0, 0.8], [0.45, 0.8, 0.8, 1.0]]
)
"""How index, middle, little and ring finger go together, as they grasp."""


def _precision() -> np.ndarray:
    together = np.eye(COUNT)
    long = 4 * len(_LONG_FINGERS)
    together[:long, :long] = np.kron(_ACROSS, _ALONG_FINGER)
    return np.asarray(np.linalg.inv(together * np.outer(SPREAD, SPREAD)))


PRECISION = _precision()
"""(21, 21) in 1/rad^2: what is known of a hand that is not seen."""


_ACROSS_AXES = np.stack([np.cross(AXES, unit) for unit in np.eye(3)], axis=-1)
_FLAT = _ACROSS_AXES @ _ACROSS_AXES
"""(21, 3, 3) what the sine of each angle, and one less its cosine, add to the identity (Rodrigues)."""


def slots_of(angles: np.ndarray) -> np.ndarray:
    """(..., 15, 3, 3, 3) the turn about each axis of each joint, the identity for axes that a joint has not,
    from angles (..., 21) in radians."""
    turned = np.zeros((*angles.shape[:-1], FINGER_COUNT, AXES_PER_JOINT, 3, 3), angles.dtype)
    turned[...] = np.eye(3)
    angles = angles[..., None, None]
    across, flat = _ACROSS_AXES.astype(angles.dtype), _FLAT.astype(angles.dtype)
    turned[..., JOINTS, SLOTS, :, :] += np.sin(angles) * across + (1.0 - np.cos(angles)) * flat
    return turned


def rotations_of(angles: np.ndarray) -> np.ndarray:
    """(..., 15, 3, 3) local rotations of a left hand's joints from angles (..., 21) in radians."""
    slots = slots_of(angles)
    return np.asarray(slots[..., 0, :, :] @ slots[..., 1, :, :] @ slots[..., 2, :, :])
