"""The joints of a hand below the wrist, as SMPL-H and SMPL-X have them."""

from __future__ import annotations

FINGERS = ("index", "middle", "pinky", "ring", "thumb")
"""SMPL-H's order."""
JOINTS_PER_FINGER = 3
FINGER_NAMES = tuple(f"{finger}{number}" for finger in FINGERS for number in (1, 2, 3))
"""(15) names of a hand's joints, from the knuckle outwards, as `smplx` names them."""
FINGER_COUNT = len(FINGER_NAMES)
FINGER_PARENTS = tuple(joint - 1 if joint % JOINTS_PER_FINGER else -1 for joint in range(FINGER_COUNT))
"""For each joint the one above it in the same hand, -1 for the wrist."""
