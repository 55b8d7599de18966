"""Where a character's hands are to be: where the person's are, as far away as the arms are long.

Across the body, between the shoulders, the way is as wide as the shoulders are: hands that meet in the middle
meet, and hands on the shoulders are there.
"""

from __future__ import annotations

import numpy as np

from ..body.hands import SIDES
from .geometry import applied, reach
from .pose import Pose
from .rest import hinge
from .source import Source
from .target import LIMBS, Target


def arm_joints(side: str) -> list[str]:
    """Shoulder, elbow and wrist."""
    return [f"{side}_{joint}" for joint in LIMBS["arm"]]


def wrists(source: Source, pose: Pose, side: str) -> np.ndarray:
    """(T, 3) metres, where the wrist of a character is to be."""
    sign = 1.0 if side == "left" else -1.0
    shoulder, _, wrist = arm_joints(side)
    chest = source.world("spine3")
    back = np.swapaxes(chest, -1, -2)
    middle = (source.place("left_shoulder") + source.place("right_shoulder")) / 2
    ours = applied(back, source.place(shoulder) - middle)
    hand = applied(back, source.place(wrist) - middle)
    scale = arm_scale(pose.target, source, side)
    widths = half_widths(pose.target, source)
    away = scale * (hand - ours)
    away[:, 0] = _across(hand[:, 0], sign, widths, scale) - _across(ours[:, 0], sign, widths, scale)
    return np.asarray(pose.at(shoulder) + applied(chest, away))


def _across(places: np.ndarray, sign: float, widths: tuple[float, float], scale: float) -> np.ndarray:
    """(T,) the character's place across its body for the person's."""
    ours, theirs = widths
    out = sign * places
    return np.asarray(sign * np.where(out < ours, out * theirs / ours, theirs + scale * (out - ours)))


def half_widths(target: Target, source: Source) -> tuple[float, float]:
    """Metres from the middle to a shoulder at rest: the person's and the character's."""
    left, right = (source.rest[16], source.rest[17])
    theirs = target.place("left_shoulder") - target.place("right_shoulder")
    return float(abs(left[0] - right[0]) / 2), float(abs(theirs[0]) / 2)


def arm_scale(target: Target, source: Source, side: str) -> float:
    """How many times as long as the person's an arm of the character is."""
    index = SIDES.index(side)
    rest = source.rest[[16 + index, 18 + index, 20 + index]]
    ours = np.linalg.norm(np.diff(rest, axis=0), axis=-1).sum()
    return target.length(arm_joints(side)) / float(ours)


def set_hands(pose: Pose, source: Source) -> None:
    """Let the arms reach where the hands are to be; hands stay turned as they are."""
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
