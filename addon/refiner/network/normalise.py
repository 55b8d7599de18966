"""Human-centric normalisation: a frame of reference built from a pose itself.

Whatever is expressed in it is the same for a person anywhere in the world, facing anywhere, lying or
upside down: the network never sees world heading, tilt or place (Learnable SMPLify, section 3.2).
"""

from __future__ import annotations

from typing import Any

from ...body.arrays import array_namespace
from ...body.skeleton import JOINT_NAMES

_LEFT_HIP, _RIGHT_HIP = JOINT_NAMES.index("left_hip"), JOINT_NAMES.index("right_hip")
_NECK = JOINT_NAMES.index("neck")


def human_frame(joints: Any) -> tuple[Any, Any]:
    """The frame of posed joints (..., 24, 3): its axes as columns (..., 3, 3) and its origin, the pelvis
    (..., 3).

    x points from the right hip to the left, y up the trunk to the neck, z to the front.
    """
    xp = array_namespace(joints)
    origin = joints[..., 0, :]
    side = _unit(joints[..., _LEFT_HIP, :] - joints[..., _RIGHT_HIP, :])
    trunk = joints[..., _NECK, :] - origin
    up = _unit(trunk - xp.sum(trunk * side, axis=-1, keepdims=True) * side)
    # The cross product: a library's own takes longer than all else here.
    front = side[..., [1, 2, 0]] * up[..., [2, 0, 1]] - side[..., [2, 0, 1]] * up[..., [1, 2, 0]]
    return xp.stack([side, up, front], axis=-1), origin


def to_human(points: Any, axes: Any, origin: Any) -> Any:
    """Points (..., P, 3) of the world in the human frame."""
    return (points - origin[..., None, :]) @ axes


def _unit(vectors: Any) -> Any:
    xp = array_namespace(vectors)
    return vectors / xp.sqrt(xp.sum(vectors**2, axis=-1, keepdims=True) + 1e-12)
