"""Turns MakeHuman's A-pose into the T-pose of SMPL's rest skeleton.

Every part turns as a whole; the rig's own skin weights blend them. Only the left side is described, the
right one is its mirror image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from addon.body.skeleton import JOINT_NAMES

from .source import Source

MIRROR = np.array([-1.0, 1.0, 1.0])

# Shares of the upper arm's turn that the shoulder girdle takes when the arms are raised.
CLAVICLE_SHARE = 0.05
SHOULDER_SHARE = 0.25

# MakeHuman's hip lies this far outside SMPL's, the knees do not (metres).
HIP_OUTSIDE = np.array([0.04, 0.0, 0.0])

# Share of the way to a flat, straight hand that the relaxed fingers go.
STRAIGHTENED = 0.6


@dataclass(frozen=True)
class Part:
    """A group of the rig's bones that turns as one about the joint cube `pivot`."""

    name: str
    parent: str
    pivot: str
    bones: tuple[str, ...]


def _fingers() -> tuple[Part, ...]:
    parts = []
    for finger in range(2, 6):
        for phalanx in range(1, 4):
            parent = "hand" if phalanx == 1 else f"finger{finger}-{phalanx - 1}"
            name = f"finger{finger}-{phalanx}"
            parts.append(Part(name, parent, f"joint-l-finger-{finger}-{phalanx}", (name,)))
    return tuple(parts)


PARTS = (
    Part("clavicle", "trunk", "joint-l-clavicle", ("clavicle",)),
    Part("shoulder", "clavicle", "joint-l-scapula", ("shoulder01",)),
    Part("upper_arm", "shoulder", "joint-l-shoulder", ("upperarm01", "upperarm02")),
    Part("forearm", "upper_arm", "joint-l-elbow", ("lowerarm01",)),
    Part("lower_forearm", "forearm", "joint-l-elbow", ("lowerarm02",)),
    Part("hand", "lower_forearm", "joint-l-hand", ("wrist", "metacarpal", "finger1")),
    *_fingers(),
    Part("thigh", "trunk", "joint-l-upper-leg", ("upperleg",)),
    Part("shank", "thigh", "joint-l-knee", ("lowerleg",)),
    Part("foot", "shank", "joint-l-ankle", ("foot", "toe")),
)


class TPose:
    """A posed mesh: `vertices` (V, 3), and `cube(name)` for joint cubes of the left side and the trunk."""

    def __init__(self, source: Source, vertices: np.ndarray, joints: np.ndarray) -> None:
        """vertices (V, 3) in A-pose; joints (24, 3) the rest skeleton whose directions the limbs take."""
        self._source, self._rest = source, vertices
        turns = _turns(lambda name: source.cube(vertices, name), joints)
        self._places = self._chain(turns)
        self.vertices = self._skin()

    def cube(self, name: str) -> np.ndarray:
        """(3,) where a joint cube goes with its part; cubes of trunk and head stay."""
        place = self._source.cube(self._rest, name)
        part = next((part.name for part in PARTS if part.pivot == name), "trunk")
        if name.startswith("joint-l-toe"):
            part = "foot"
        elif name.startswith("joint-l-finger-1"):
            part = "hand"
        elif name.startswith("joint-l-finger") and name.endswith("-4"):
            part = f"finger{name[-3]}-3"
        turn, shift = self._places[part]
        return turn @ place + shift

    def _chain(self, turns: dict[str, np.ndarray]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        places = {"trunk": (np.eye(3), np.zeros(3))}
        for part in PARTS:
            pivot = self._source.cube(self._rest, part.pivot)
            parent_turn, parent_shift = places[part.parent]
            places[part.name] = (
                turns[part.name],
                parent_turn @ pivot + parent_shift - turns[part.name] @ pivot,
            )
        return places

    def _skin(self) -> np.ndarray:
        moved = np.zeros_like(self._rest)
        rest_share = np.ones(len(self._rest))
        for part in PARTS:
            turn, shift = self._places[part.name]
            for side, flip in ((".L", np.ones(3)), (".R", MIRROR)):
                share = self._share(part, side)
                moved += share[:, None] * ((self._rest * flip) @ turn.T + shift) * flip
                rest_share = rest_share - share
        return moved + rest_share[:, None] * self._rest

    def _share(self, part: Part, side: str) -> np.ndarray:
        weights = self._source.bone_weights.items()
        mine = [weight for bone, weight in weights if bone.endswith(side) and bone.startswith(part.bones)]
        return np.sum(mine, axis=0)


def _turns(cube: Callable[[str], np.ndarray], joints: np.ndarray) -> dict[str, np.ndarray]:
    """Global rotation of each part of the left side."""

    def target(start: str, end: str) -> np.ndarray:
        return joints[JOINT_NAMES.index(f"left_{end}")] - joints[JOINT_NAMES.index(f"left_{start}")]

    def along(start: str, end: str) -> np.ndarray:
        return cube(f"joint-l-{end}") - cube(f"joint-l-{start}")

    arm, forearm, hand = along("shoulder", "elbow"), along("elbow", "hand"), along("hand", "finger-3-1")
    # Elbows flex forward about the vertical, palms face down.
    up, forward = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    axis = np.cross(forearm, arm)
    upper = _frame(target("shoulder", "elbow"), up) @ _frame(arm, axis).T
    middle = _frame(target("elbow", "wrist"), up) @ _frame(forearm, axis).T
    flat = _frame(target("wrist", "hand"), forward) @ _frame(hand, along("finger-5-1", "finger-2-1")).T
    wrist_end = (
        _frame(target("elbow", "wrist"), forward) @ _frame(forearm, along("finger-5-1", "finger-2-1")).T
    )
    turns = {
        "clavicle": _part_way(upper, CLAVICLE_SHARE),
        "shoulder": _part_way(upper, SHOULDER_SHARE),
        "upper_arm": upper,
        "forearm": middle,
        "lower_forearm": _between(middle, wrist_end, 0.6),
        "hand": flat,
        "thigh": _swing(along("upper-leg", "knee"), target("hip", "knee") - HIP_OUTSIDE),
        "shank": _swing(along("knee", "ankle"), target("knee", "ankle")),
        "foot": _yaw(along("ankle", "toe-2-1"), target("ankle", "foot")),
    }
    for finger in range(2, 6):
        for phalanx in range(1, 4):
            end = f"finger-{finger}-{min(phalanx + 1, 3)}"
            start = f"finger-{finger}-{min(phalanx, 2)}"
            bone = flat @ along(start, end)
            swing = _swing(bone, bone * [1.0, 0.0, 1.0])
            turns[f"finger{finger}-{phalanx}"] = _part_way(swing, STRAIGHTENED) @ flat
    return turns


def _frame(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(3, 3) columns: along `first`, the part of `second` across it, and their normal."""
    along = first / np.linalg.norm(first)
    across = second - along * (along @ second)
    across = across / np.linalg.norm(across)
    return np.stack([along, across, np.cross(along, across)], axis=1)


def _swing(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The shortest rotation from one direction to another."""
    axis = np.cross(old, new)
    angle = np.arctan2(np.linalg.norm(axis), old @ new)
    return Rotation.from_rotvec(axis / max(np.linalg.norm(axis), 1e-12) * angle).as_matrix()


def _yaw(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """The rotation about the vertical that does the same: soles stay flat."""
    angle = np.arctan2(new[0], new[2]) - np.arctan2(old[0], old[2])
    return Rotation.from_euler("y", angle).as_matrix()


def _part_way(turn: np.ndarray, share: float) -> np.ndarray:
    return _between(np.eye(3), turn, share)


def _between(first: np.ndarray, second: np.ndarray, share: float) -> np.ndarray:
    return Slerp([0, 1], Rotation.from_matrix([first, second]))(share).as_matrix()
