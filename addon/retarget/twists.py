"""The turn of a limb about itself, shared out among its twist bones."""

from __future__ import annotations

import numpy as np

from ..body.directions import unit
from ..body.rotations import quaternion_from_matrix
from .geometry import about, applied, then
from .pose import Pose
from .target import Target

_ABOVE = {"shoulder": "collar", "hip": "pelvis"}
_BELOW = {"elbow": "wrist", "knee": "ankle"}
_ENDS = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle"}


def share_twists(pose: Pose, corrections: dict[int, np.ndarray]) -> None:
    """Turn the twist bones of all limbs, as the limbs stand; corrections (3, 3) by bone, as `rest` gives
    them."""
    for twist in pose.target.twists:
        main = pose.target.joints.get(twist.limb)
        turned = _twist(pose, twist.limb, corrections)
        if main is None or turned is None:
            continue
        angle, axis = turned
        upper = twist.limb.rpartition("_")[2] in _ABOVE
        # An upper bone has all of its turn at its far end already, a lower one none.
        share = twist.share - 1.0 if upper else twist.share
        pose.turns[twist.bone] = about(axis, share * angle) @ pose.turn(main)
    for limb in carriers(pose.target):
        bone, turned = pose.target.joints[limb], _twist(pose, limb, corrections)
        if turned is not None:
            pose.turns[bone] = about(turned[1], -turned[0]) @ pose.turn(bone)


def carriers(target: Target) -> dict[str, int]:
    """Upper limbs whose bone ends in a twist bone, which carries the lower one, and that twist bone: the
    limb's own bone bends and does not turn."""
    found = {}
    for twist in target.twists:
        part = twist.limb.rpartition("_")[2]
        below = target.joints.get(twist.limb.replace(part, _ENDS[part]))
        if part in _ABOVE and below is not None and twist.share == 1.0:
            found[twist.limb] = twist.bone
    return found


def _twist(pose: Pose, limb: str, corrections: dict[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray] | None:
    """Radians (T,) by which a limb turns about itself from its start to its end, without jumps, and its
    direction (T, 3) in the world. None where bones are missing."""
    side, _, part = limb.rpartition("_")
    joints = pose.target.joints
    pair = (f"{side}_{_ABOVE[part]}", limb) if part in _ABOVE else (limb, f"{side}_{_BELOW[part]}")
    pair = ("pelvis", limb) if part == "hip" else pair
    end = f"{side}_{_ENDS[part]}"
    if limb not in joints or end not in joints or pair[1] not in joints:
        return None
    main = joints[limb]
    above = joints.get(pair[0], pose.target.parents[joints[pair[1]]])
    first, second = (_as_smpl(pose, bone, corrections) for bone in (above, joints[pair[1]]))
    along = unit(corrections[main] @ pose.target.along(limb, end))
    quaternion = quaternion_from_matrix(np.swapaxes(first, -1, -2) @ second)
    angle = 2.0 * np.arctan2(quaternion[:, 1:] @ along, quaternion[:, 0])
    world = applied(_as_smpl(pose, main, corrections), along)
    return np.unwrap(angle), world


def _as_smpl(pose: Pose, bone: int, corrections: dict[int, np.ndarray]) -> np.ndarray:
    """(T, 3, 3) the turn of SMPL's joint that a bone turns as."""
    own = corrections.get(bone, np.eye(3)) @ pose.target.facing
    return then(own.T, pose.turn(bone))
