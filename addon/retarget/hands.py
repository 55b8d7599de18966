"""Where a character's hands are to be: where the person's are, as far away as the arms are long.

Across the body, between the shoulders, the way is as wide as the shoulders are: hands that meet in the middle
meet, and hands on the shoulders are there.
"""

from __future__ import annotations

import numpy as np

from ..body.hands import SIDES
from ..steps import Steps
from .geometry import applied, reach
from .pose import Pose
from .rest import hinge
from .source import Source
from .target import LIMBS, Target

_NEARLY = 0.98
"""Share of its length from which on an arm is nearly straight."""


def arm_joints(side: str) -> list[str]:
    """Shoulder, elbow and wrist."""
    return [f"{side}_{joint}" for joint in LIMBS["arm"]]


def wrists(source: Source, pose: Pose, side: str) -> np.ndarray:
    """(T, 3) metres, where the wrist of a character is to be."""
    sign = 1.0 if side == "left" else -1.0
    shoulder, _, wrist = arm_joints(side)
    chest = source.world("spine3")
    ours, theirs = arm_lengths(pose.target, source, side)
    away = applied(np.swapaxes(chest, -1, -2), source.place(wrist) - source.place(shoulder)) / ours
    warped = away.copy()
    inwards = sign * away[:, 0] < 0.0
    warped[inwards, 0] *= (_widths(source, pose, chest) * ours / theirs)[inwards]
    reach, wanted = (np.maximum(np.linalg.norm(one, axis=-1), 1e-9) for one in (away, warped))
    far = theirs * stretched(reach, wanted / reach) / wanted
    return np.asarray(pose.at(shoulder) + applied(chest, warped * far[:, None]))


def stretched(reach: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """(T,) shares of an arm's length that hands are away, for those (T,) that are to be larger or smaller by
    a gain (T,): as asked, but an arm that is nearly straight stays so, and no other becomes straight. The
    inverse gains give the same back."""
    knee = _NEARLY * np.minimum(1.0, 1.0 / gain)
    beyond = (1.0 - gain * knee) / (1.0 - knee)
    return np.asarray(np.where(reach <= knee, gain * reach, 1.0 - (1.0 - reach) * beyond))


def _widths(source: Source, pose: Pose, chest: np.ndarray) -> np.ndarray:
    """(T,) how many times as wide as the person's the shoulders of a character are, across the chest."""
    across = chest[..., 0]
    ours, theirs = (
        ((place("left_shoulder") - place("right_shoulder")) * across).sum(-1)
        for place in (source.place, pose.at)
    )
    return np.asarray(theirs / np.where(np.abs(ours) > 1e-6, ours, 1e-6))


def arm_lengths(target: Target, source: Source, side: str) -> tuple[float, float]:
    """Metres of an arm from shoulder to wrist: the person's and the character's."""
    index = SIDES.index(side)
    rest = source.rest[[16 + index, 18 + index, 20 + index]]
    ours = np.linalg.norm(np.diff(rest, axis=0), axis=-1).sum()
    return float(ours), target.length(arm_joints(side))


def set_hands(pose: Pose, source: Source) -> Steps[None]:
    """Let the arms reach where the hands are to be, one a step; hands stay turned as they are."""
    for side in SIDES:
        joints = arm_joints(side)
        if joints[2] not in pose.target.joints:
            continue
        upper, lower, hand = (pose.target.joints[joint] for joint in joints)
        turned = pose.turn(hand)
        places = [pose.place(bone) for bone in (upper, lower, hand)]
        goal = wrists(source, pose, side) - places[0]
        axis = applied(source.world(joints[0]), hinge(side, "arm"))
        first, second = reach(places[1] - places[0], places[2] - places[1], goal, axis)
        pose.turns[upper], pose.turns[lower] = first @ pose.turn(upper), second @ pose.turn(lower)
        pose.turns[hand] = turned
        yield None
