"""Body parts that are followed, smoothed and trusted more or less than the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ..body.points import POINT_INDEX, POINT_WEIGHTS
from ..body.skeleton import JOINT_NAMES
from ..recording import Keypoints
from .errors import RefineError

PARTS: dict[str, tuple[str, ...]] = {
    "root": ("pelvis",),
    "spine": ("spine1", "spine2", "spine3"),
    "head": ("neck", "head"),
    "left_arm": ("left_collar", "left_shoulder", "left_elbow", "left_wrist", "left_hand"),
    "right_arm": ("right_collar", "right_shoulder", "right_elbow", "right_wrist", "right_hand"),
    "left_leg": ("left_hip", "left_knee", "left_ankle", "left_foot"),
    "right_leg": ("right_hip", "right_knee", "right_ankle", "right_foot"),
}
"""Body parts and their joints. The root is where the body is and how it is turned."""
LEGS = ("root", "left_leg", "right_leg")
"""The parts that feet hang on."""
FULL = 2.0
"""The upper end of strength and smoothness; 1 is what the data themselves call for."""
_JOINT_PARTS = [next(part for part, joints in PARTS.items() if name in joints) for name in JOINT_NAMES]
_POINT_PARTS = [_JOINT_PARTS[joint] for joint in POINT_WEIGHTS.argmax(1)]


@dataclass(frozen=True)
class Limb:
    """Factors of one body part: on the strength and smoothness of the whole (0..2 each, the product at most
    2), and 0..1 on the confidence of its keypoints, where 0 does not look at them."""

    strength: float = 1.0
    smoothness: float = 1.0
    trust: float = 1.0


Limbs = Mapping[str, Limb]
USUAL = Limb()


def check(limbs: Limbs) -> None:
    """Raises RefineError with a sentence about the first value that makes no sense."""
    for part, limb in limbs.items():
        if part not in PARTS:
            raise RefineError(f"There is no body part {part!r}; choose from {', '.join(PARTS)}.")
        for name, value, most in (
            ("strength", limb.strength, FULL), ("smoothness", limb.smoothness, FULL), ("trust", limb.trust,
            1.0),
        ):  # fmt: skip
            if not 0.0 <= value <= most:
                raise RefineError(
                    f"The {name} {value:g} of {part} is not between 0 and {most:g}; choose one that is."
                )


def of_joints(limbs: Limbs, name: str, whole: float) -> np.ndarray:
    """(24,) a factor of each joint's part times that of the whole, at most FULL."""
    factors = np.array([getattr(limbs.get(part, USUAL), name) for part in _JOINT_PARTS])
    return np.minimum(factors * whole, FULL)


def of_points(limbs: Limbs, name: str, whole: float, names: list[str]) -> np.ndarray:
    """(P,) the same of canonical points by their names."""
    parts = [_POINT_PARTS[POINT_INDEX[point]] for point in names]
    factors = np.array([getattr(limbs.get(part, USUAL), name) for part in parts])
    return np.minimum(factors * whole, FULL)


def is_usual(limbs: Limbs, name: str) -> bool:
    """Whether no part differs from the whole in this."""
    return all(getattr(limb, name) == 1.0 for limb in limbs.values())


def trusted(keypoints: Keypoints, limbs: Limbs) -> Keypoints:
    """The keypoints with the confidence that is left to them."""
    if is_usual(limbs, "trust"):
        return keypoints
    factors = np.ones(len(keypoints.canonical))
    for place, name in enumerate(keypoints.canonical):
        if name is not None:
            factors[place] = limbs.get(_POINT_PARTS[POINT_INDEX[name]], USUAL).trust
    for place, name in enumerate(keypoints.hand_points):
        if name is not None and keypoints.canonical[place] is None:
            factors[place] = limbs.get(f"{name.partition('_')[0]}_arm", USUAL).trust
    return replace(keypoints, confidence=keypoints.confidence * factors)
