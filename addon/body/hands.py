"""The joints of a hand below the wrist, as SMPL-H and SMPL-X have them, and how they rest.

The mean rest joints of the left hand are the four-digit values that open skeleton files of SMPL-X publish
(MJCF); metres, in the body's rest pose: left arm along +X, palm down, thumb to the front. The right hand is
its mirror image. No SMPL file is needed or contained.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import array_namespace
from .skeleton import JOINT_NAMES

Array = Any
"""A NumPy array or a torch tensor."""
SIDES = ("left", "right")
"""The order of the two hands wherever both are in one array."""
FINGERS = ("index", "middle", "pinky", "ring", "thumb")
"""SMPL-H's order."""
JOINTS_PER_FINGER = 3
FINGER_NAMES = tuple(f"{finger}{number}" for finger in FINGERS for number in (1, 2, 3))
"""(15) names of a hand's joints, from the knuckle outwards, as `smplx` names them."""
FINGER_COUNT = len(FINGER_NAMES)
FINGER_PARENTS = tuple(joint - 1 if joint % JOINTS_PER_FINGER else -1 for joint in range(FINGER_COUNT))
"""For each joint the one above it in the same hand, -1 for the wrist."""
WRISTS = tuple(JOINT_NAMES.index(f"{side}_wrist") for side in SIDES)
"""SMPL's joints that the two hands hang on."""
MIRROR = np.array([-1.0, 1.0, 1.0])
"""What takes places of one hand to the other, and turns with `mirrored`."""

REST_FINGERS = np.array(
    [
        [0.1009, -0.0102, 0.0195], [0.0319, 0.0022, 0.0030], [0.0225, -0.0024, 0.0001],
        [0.1084, -0.0078, -0.0038], [0.0306, 0.0008, -0.0040], [0.0235, -0.0020, -0.0041],
        [0.0830, -0.0161, -0.0436], [0.0155, -0.0011, -0.0120], [0.0155, -0.0017, -0.0112],
        [0.0964, -0.0108, -0.0272], [0.0280, 0.0015, -0.0053], [0.0228, -0.0015, -0.0071],
        [0.0396, -0.0195, 0.0258], [0.0170, 0.0010, 0.0250], [0.0205, -0.0052, 0.0155],
    ]
)  # fmt: skip
"""(15, 3) each joint of the left hand relative to its parent, the wrist for the knuckles."""
REST_TIPS = np.array(
    [
        [0.0245, -0.0004, 0.0020], [0.0255, 0.0000, -0.0021], [0.0175, 0.0004, -0.0092],
        [0.0249, 0.0005, -0.0051], [0.0225, -0.0031, 0.0175],
    ]
)  # fmt: skip
"""(5, 3) the tips of the left hand's fingers relative to their last joints."""
HAND_OFFSETS = np.stack([REST_FINGERS, REST_FINGERS * MIRROR])
"""(2, 15, 3) of both hands."""


def _directions() -> np.ndarray:
    """(15, 3) where each bone of the left hand points at rest: at the next joint, or the tip."""
    bones = REST_FINGERS.reshape(len(FINGERS), JOINTS_PER_FINGER, 3)
    ends = np.concatenate([bones[:, 1:], REST_TIPS[:, None]], axis=1).reshape(-1, 3)
    return np.asarray(ends / np.linalg.norm(ends, axis=-1, keepdims=True))


def _hinges() -> np.ndarray:
    """(15, 3) axes about which the left hand's joints bend: a finger's lie across it in the palm's plane; the
    thumb's, across the plane in which it rests bent."""
    along = _directions()
    finger = along.reshape(len(FINGERS), JOINTS_PER_FINGER, 3).sum(1)
    across = np.cross(finger, [0.0, -1.0, 0.0])
    across[-1] = np.cross(along[-3], along[-2])
    across = np.repeat(across, JOINTS_PER_FINGER, axis=0)
    across -= (across * along).sum(-1, keepdims=True) * along
    return np.asarray(across / np.linalg.norm(across, axis=-1, keepdims=True))


DIRECTIONS = _directions()
HINGES = _hinges()

RELAXED_BENDS = np.radians([25.0, 32.0, 16.0] * 4 + [8.0, 14.0, 18.0])
"""(15) radians by which the joints of a hand at ease are bent."""
RELAXED = np.stack([HINGES * RELAXED_BENDS[:, None], -MIRROR * HINGES * RELAXED_BENDS[:, None]])
"""(2, 15, 3) rotation vectors of both hands at ease."""

POINT_NAMES = ("wrist", *(f"{finger}{end}" for finger in FINGERS for end in ("1", "2", "3", "_tip")))
"""(21) points of a hand: the wrist, and three joints and the tip of each finger."""
HAND_POINTS = tuple(f"{side}_hand_{name}" for side in SIDES for name in POINT_NAMES)
"""(42) canonical points of both hands, left first."""


def mirrored(rotations: Array) -> Array:
    """Rotations (..., 3, 3) of one hand's joints as those of the other one's."""
    xp = array_namespace(rotations)
    flip = xp.asarray(np.outer(MIRROR, MIRROR), dtype=rotations.dtype)
    return rotations * flip


def tip_offsets(offsets: np.ndarray) -> np.ndarray:
    """(..., 5, 3) metres: tips of the left hand whose last bones stand to the mean ones as these offsets
    (..., 15, 3) do."""
    last = slice(JOINTS_PER_FINGER - 1, None, JOINTS_PER_FINGER)
    mean = np.linalg.norm(REST_FINGERS[last], axis=-1)
    ratio = np.linalg.norm(offsets[..., last, :], axis=-1) / mean
    return np.asarray(REST_TIPS * ratio[..., None])


def hand_forward(
    rotations: np.ndarray, wrist: np.ndarray, turn: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places (..., 15, 3) and global rotations (..., 15, 3, 3) of one hand's joints.

    rotations (..., 15, 3, 3) local; wrist (..., 3) metres and turn (..., 3, 3): where the wrist is and its
    global rotation; offsets (15, 3) metres, at rest.
    """
    lead = rotations.shape[:-3]
    local = rotations.reshape(*lead, len(FINGERS), JOINTS_PER_FINGER, 3, 3)
    bones = offsets.reshape(len(FINGERS), JOINTS_PER_FINGER, 3)
    place, world = wrist[..., None, :], turn[..., None, :, :]
    places, worlds = [], []
    for level in range(JOINTS_PER_FINGER):
        place = place + (world @ bones[:, level, :, None])[..., 0]
        world = world @ local[..., level, :, :]
        places.append(place)
        worlds.append(world)
    joints = np.stack(places, axis=-2).reshape(*lead, FINGER_COUNT, 3)
    return joints, np.stack(worlds, axis=-3).reshape(*lead, FINGER_COUNT, 3, 3)
