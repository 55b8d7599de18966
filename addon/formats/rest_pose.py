"""From a skeleton that rests in a pose of its own to SMPL's rotations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_NAMES, REST_JOINTS
from ..recording import Poses
from .segments import pelvis_between, segment_poses

_NEEDED = {f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle")} | {
    "pelvis", "spine3", "left_shoulder", "right_shoulder",
}  # fmt: skip
_BONES = {
    "hip": (("hip", "knee"),),
    "knee": (("knee", "ankle"),),
    "shoulder": (("shoulder", "elbow"),),
    "elbow": (("elbow", "wrist"), ("shoulder", "elbow")),
    "wrist": (("elbow", "wrist"), ("shoulder", "elbow")),
}
"""Joint -> the bone by whose direction at rest it is known, the best first."""
_NEARLY_STRAIGHT = np.cos(np.radians(20.0))
_DOWN = -0.5


def poses_from_skeleton(
    roles: Mapping[str, int], positions: np.ndarray, turns: np.ndarray, rest: np.ndarray
) -> Poses | None:
    """Poses of a skeleton, None when its rest pose is no standing body.

    roles: SMPL's joint name -> index of the skeleton's joint. positions: (T, J, 3) and turns: (T, J, 3, 3)
    of its joints in the world, the turns relative to the rest pose, in which they lie at rest (J, 3).
    """
    frame = body_frame(roles, rest)
    if frame is None:
        return None
    found = {}
    for joint, place in roles.items():
        swing = rest_swing(joint, roles, rest, frame)
        if swing is None:
            return None
        found[joint] = turns[:, place] @ frame.T @ swing
    if "pelvis" not in found:
        return None
    sides = [[roles[f"{side}_{part}"] for side in ("left", "right")] for part in ("hip", "knee", "ankle")]
    if set(JOINT_NAMES[:22]) <= set(roles):
        return segment_poses(found, positions[:, roles["pelvis"]])
    found = {joint: turn for joint, turn in found.items() if not joint.endswith("collar")}
    hips, knees, ankles = (positions[:, side] for side in sides)
    return segment_poses(found, pelvis_between(hips, knees, ankles, found["pelvis"]))


def body_frame(roles: Mapping[str, int], rest: np.ndarray) -> np.ndarray | None:
    """(3, 3) from the skeleton's rest pose to SMPL's frame; None where the rest pose is no standing body."""
    if not set(roles) >= _NEEDED:
        return None
    at = {joint: rest[place] for joint, place in roles.items()}
    left = at["left_hip"] - at["right_hip"]
    up = (at["left_shoulder"] + at["right_shoulder"] - at["left_hip"] - at["right_hip"]) / 2
    shoulders = at["left_shoulder"] - at["right_shoulder"]
    if min(map(np.linalg.norm, (left, up, shoulders))) < 1e-9 or _cosine(left, shoulders) < 0.7:
        return None
    if abs(_cosine(left, up)) > 0.5:
        return None
    legs = [at[f"{side}_{low}"] - at[f"{side}_{high}"] for side in ("left", "right") for high, low in _LEG]
    if any(_cosine(bone, up) > _DOWN for bone in legs):
        return None
    return _snapped(left / np.linalg.norm(left), up)


def is_t_pose(roles: Mapping[str, int], places: np.ndarray) -> bool:
    """Whether joints at these places (J, 3) stand with straight arms out to the sides."""
    frame = body_frame(roles, places)
    if frame is None:
        return False
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = [
            roles[f"{side}_{part}"] for part in ("shoulder", "elbow", "wrist") if f"{side}_{part}" in roles
        ]
        if len(arm) < 2 or any(
            _cosine(places[low] - places[high], sign * frame[0]) < _NEARLY_STRAIGHT
            for high, low in pairwise(arm)
        ):
            return False
    return True


def without_rest_frames(
    roles: Mapping[str, int], positions: np.ndarray, turns: np.ndarray, rest: np.ndarray, *, posed: bool
) -> tuple[int, np.ndarray, np.ndarray, list[str]]:
    """(how many frames at the start are no motion, the turns of the others, the rest pose, a sentence).

    Xsens, Pose2Sim and others begin with the skeleton at rest or in a T-pose, often at the origin, and jump
    from there. A T-pose is the rest pose of a skeleton that has none of its own. Arguments as in
    `poses_from_skeleton`, NaN where missing; posed: that the turns are known.
    """
    count = _rest_frames(roles, positions, turns if posed else None)
    if count == 0:
        return 0, turns, rest, []
    left = turns[count:]
    if is_t_pose(roles, positions[0]) and body_frame(roles, rest) is None:
        left, rest = left @ np.swapaxes(turns[0], 1, 2), positions[0]
    what = "frame" if count == 1 else f"{count} frames"
    return count, left, rest, [f"Left out: the first {what}, the skeleton at rest instead of motion."]


def _rest_frames(roles: Mapping[str, int], positions: np.ndarray, turns: np.ndarray | None) -> int:
    """How many frames at the start repeat one pose, at rest or a T-pose, from which the motion jumps away."""
    whole = positions[:, np.isfinite(positions).all((0, 2))]
    if not whole.shape[1]:
        return 0
    single = np.linalg.norm(np.diff(whole, axis=0), axis=-1)
    steps, farthest = single.mean(1), single.max(1)
    moved = np.flatnonzero(steps > _REPEATED * float(np.ptp(whole, axis=1).max()))
    if len(moved) < 2:
        return 0
    count = int(moved[0]) + 1
    if count == len(steps):
        return 0
    size = float(np.ptp(whole[count:], axis=1).max())
    jumps = any(
        each[count - 1] > max(_SUDDEN * float(np.median(each[count : count + _AFTER])), far * size)
        for each, far in ((steps, _FAR), (farthest, _FAR_FOR_ONE))
    )
    if not jumps:
        return 0
    at_rest = turns is not None and np.nanmax(np.abs(turns[0] - np.eye(3))) < 1e-6
    return count if at_rest or is_t_pose(roles, positions[0]) else 0


_SUDDEN, _FAR, _FAR_FOR_ONE, _AFTER = 5.0, 0.05, 0.15, 30
"""A jump: times the step of the frames that follow, and the part of the skeleton's size that joints go in the
mean, or the farthest one.
"""
_REPEATED = 1e-9
"""Of the skeleton's size: the same angles may give places that differ in their last digits."""
_LEG = (("hip", "knee"), ("knee", "ankle"))


def _snapped(left: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Rows left, up, ahead; along the skeleton's own axes where those are near."""
    up = up - (up @ left) * left
    up = up / np.linalg.norm(up)
    frame = np.stack([left, up, np.cross(left, up)])
    nearest = np.round(frame)
    is_turn = bool((np.abs(nearest).sum(0) == 1).all() and (np.abs(nearest).sum(1) == 1).all())
    near = is_turn and (frame * nearest).sum(1).min() > _NEARLY_STRAIGHT
    return nearest if near and np.linalg.det(nearest) > 0 else frame


def rest_swing(
    joint: str, roles: Mapping[str, int], rest: np.ndarray, frame: np.ndarray
) -> np.ndarray | None:
    """(3, 3) the shortest turn from SMPL's resting bone to the skeleton's; a hand goes with its forearm.

    Trunk, head and feet rest alike in all standing poses. None where the bone has no length.
    """
    side, _, part = joint.partition("_")
    bones = [(f"{side}_{start}", f"{side}_{end}") for start, end in _BONES.get(part, ())]
    held = next((bone for bone in bones if set(bone) <= set(roles)), None)
    if held is None:
        return np.eye(3)
    bone = frame @ (rest[roles[held[1]]] - rest[roles[held[0]]])
    own = REST_JOINTS[JOINT_NAMES.index(held[1])] - REST_JOINTS[JOINT_NAMES.index(held[0])]
    return shortest_turn(own, bone)


def shortest_turn(start: np.ndarray, end: np.ndarray) -> np.ndarray | None:
    """(3, 3) from one direction to another; None where they oppose or one has no length."""
    if min(np.linalg.norm(start), np.linalg.norm(end)) < 1e-9:
        return None
    across = np.cross(start, end)
    length = np.linalg.norm(across)
    if length < 1e-12:
        return np.eye(3) if start @ end > 0 else None
    return np.asarray(matrix_from_axis_angle(across / length * np.arctan2(length, start @ end)))


def _cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / max(np.linalg.norm(first) * np.linalg.norm(second), 1e-12))
