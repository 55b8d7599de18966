"""Where soles meet the floor: four places under each foot, as the open body has them.

Heel and ball (its inner and outer side) move with the ankle joint, the toes' tip with the foot joint.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import array_namespace, device
from .skeleton import JOINT_NAMES, REST_OFFSETS

_OFFSETS = (
    ("ankle", (-0.001, -0.0665, -0.042)),
    ("ankle", (-0.004, -0.0695, 0.114)),
    ("ankle", (0.060, -0.0695, 0.098)),
    ("foot", (-0.010, -0.0165, 0.049)),
)
"""Metres from the joint that carries each place on the mean skeleton's left foot: heel, inner and outer ball,
toe tip."""
PLACES = ("heel", "inner_ball", "outer_ball", "toe")
HEEL, INNER, OUTER, TOE = range(len(PLACES))
FRONT = len(PLACES)
"""Beside these in `undersides`: the toes' front."""
SIDES = ("left", "right")
ANKLES = tuple(JOINT_NAMES.index(f"{side}_ankle") for side in SIDES)
FEET = tuple(JOINT_NAMES.index(f"{side}_foot") for side in SIDES)
CARRIERS = np.array([[JOINT_NAMES.index(f"{side}_{joint}") for joint, _ in _OFFSETS] for side in SIDES])
"""(2, 4) the joint that carries each place."""
_FRONT = np.array([(-0.007 * sign, -0.004, 0.073) for sign in (1, -1)])
"""(2, 3) the same for the toes' front, which is lower where a foot points down."""
_MEAN = np.array([[np.multiply(offset, (sign, 1, 1)) for _, offset in _OFFSETS] for sign in (1, -1)])
_ACROSS = np.cross(_MEAN[:, INNER] - _MEAN[:, HEEL], _MEAN[:, OUTER] - _MEAN[:, HEEL])
SOLE_UP = _ACROSS * (np.sign(_ACROSS[:, 1]) / np.linalg.norm(_ACROSS, axis=-1))[:, None]
"""(2, 3) what is up in a foot's own axes where heel and both sides of the ball lie on one level."""
BALL_ACROSS = _MEAN[:, OUTER] - _MEAN[:, INNER]
"""(2, 3) metres in a foot's own axes from the inner to the outer side of its ball."""
_MEAN_FEET = np.linalg.norm(REST_OFFSETS[list(FEET)], axis=-1)


def sole_offsets(bone_offsets: np.ndarray) -> np.ndarray:
    """(2, 4, 3) metres from the carrying joints at rest for bones (24, 3)."""
    return np.asarray(_grown(bone_offsets)[:, None, None] * _MEAN)


def soles(joints: Any, global_rotations: Any, bone_offsets: np.ndarray) -> Any:
    """(..., 2, 4, 3) metres, the places under the left and the right foot.

    joints (..., 24, 3), global_rotations (..., 24, 3, 3): as `kinematics.forward` gives them, NumPy or torch;
    bone_offsets (24, 3) metres.
    """
    xp = array_namespace(joints)
    offsets = xp.asarray(sole_offsets(bone_offsets), dtype=joints.dtype, device=device(joints))
    carried = CARRIERS.reshape(-1)
    turned = xp.matmul(global_rotations[..., carried, :, :], xp.reshape(offsets, (-1, 3, 1)))[..., 0]
    places = joints[..., carried, :] + turned
    return xp.reshape(places, (*places.shape[:-2], *CARRIERS.shape, 3))


def undersides(joints: np.ndarray, global_rotations: np.ndarray, bone_offsets: np.ndarray) -> np.ndarray:
    """(..., 2, 5, 3) metres, what may lie below a floor: the places under each foot and its toes' front."""
    feet = list(FEET)
    fronts = (_grown(bone_offsets)[:, None] * _FRONT)[..., None]
    front = joints[..., feet, :] + (global_rotations[..., feet, :, :] @ fronts)[..., 0]
    under = np.asarray(soles(joints, global_rotations, bone_offsets))
    return np.concatenate([under, front[..., None, :]], axis=-2)


def _grown(bone_offsets: np.ndarray) -> np.ndarray:
    """(2,) size of the left and the right foot for bones (24, 3): feet grow with their own bone."""
    return np.asarray(np.linalg.norm(np.asarray(bone_offsets)[list(FEET)], axis=-1) / _MEAN_FEET)
