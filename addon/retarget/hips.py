"""How high a character's hips are over its floor: as its legs need to keep their bend between hips and feet.

What is asked of the height is the same from the person to the character and back, so that the way back gives
the person's own bend again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.easing import smooth_step
from .feet import Goal
from .pose import Pose
from .smoothing import covering, smoothed
from .source import Source
from .target import LIMBS

_FULL = 0.9995
"""Share of its length that a leg never exceeds whose person's does not."""
_STRAIGHT, _LYING = 0.0003, 0.5
"""What a straight leg counts as lacking of straight, and how much no change of height counts."""
_LEVEL, _SLANTED = 0.15, 0.3
"""Slant up to which a leg that is too short lets the body where it is, and from which it lets it all down."""
_STEPS = 9
"""Newton's steps to the hips' height that the legs need: it is right to a tenth of a millimetre then."""
_LEAP = 0.1
"""Seconds over which what legs need of a body in the air is evened out: nothing stops it there."""
_EASE = 0.2
"""Seconds in which the hips go down and up again where legs are too short."""


@dataclass(frozen=True)
class _Leg:
    """A person's leg through T frames and the character's own bones for it.

    hip: its joint. goal (T, 3): where the ankle is to be. bones: metres of thigh and shin. straight (T,): the
    cosine of the bend of the person's knee. slant (T,): the upward part of the way from hip to ankle.
    """

    hip: str
    goal: np.ndarray
    bones: tuple[float, float]
    straight: np.ndarray
    slant: np.ndarray

    def asks(self, hips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How much too high (T,) the body is for a leg whose hip joint is at hips (T, 3), and by how much
        that grows for a metre of height."""
        way = self.goal - hips
        distance = np.linalg.norm(way, axis=-1)
        straight = _cosine(distance, *self.bones)
        slant = way[:, 1] / np.maximum(distance, 1e-9)
        upright = (slant * self.slant) ** 2 * (slant + self.slant) / 2 * _stands(slant) * _stands(self.slant)
        (theirs, _), (ours, steepness) = _lack(self.straight), _lack(straight)
        weight = -upright / np.sqrt(theirs * ours)
        more = straight - self.straight
        grows = -weight * way[:, 1] / np.prod(self.bones) * (1.0 + more / (2 * steepness))
        return weight * more, grows


def fit_hips(pose: Pose, source: Source, goals: dict[str, Goal], height: float) -> None:
    """Let the body up or down by what both legs need to keep their bend on the way to their feet's goals: the
    straighter a leg, the more its knee bends for a millimetre. Legs that lie say nothing of
    the height. height: metres from hips to floor of who stands."""
    legs = [_leg(pose, source, side, goal) for side, goal in goals.items()]
    raised = np.zeros(len(pose.hips))
    for _ in range(_STEPS):
        too_high, grows = _LYING * raised / height, np.full(len(raised), _LYING / height)
        for leg in legs:
            more, steeper = leg.asks(pose.at(leg.hip))
            too_high, grows = too_high + more, grows + steeper
        pose.raise_by(-too_high / grows)
        raised -= too_high / grows
    leaps = np.min([goal.aloft for goal in goals.values()], axis=0) if goals else 0.0
    calm = smoothed(raised[:, None], _LEAP * source.motion.fps)[:, 0]
    pose.raise_by(leaps * (calm - raised))


def _leg(pose: Pose, source: Source, side: str, goal: Goal) -> _Leg:
    joints = _joints(side)
    thigh, shin = (pose.target.length(pair) for pair in pairwise(joints))
    places = [source.place(joint) for joint in joints]
    bones = [np.linalg.norm(second - first, axis=-1) for first, second in pairwise(places)]
    way = places[2] - places[0]
    distance = np.linalg.norm(way, axis=-1)
    slant = way[:, 1] / np.maximum(distance, 1e-9)
    return _Leg(joints[0], goal.ankle, (thigh, shin), _cosine(distance, bones[0], bones[1]), slant)


def _cosine(distance: np.ndarray, thigh: float | np.ndarray, shin: float | np.ndarray) -> np.ndarray:
    """(T,) of the bend of a knee; more than 1 where the leg is too short."""
    return np.asarray((distance**2 - thigh**2 - shin**2) / (2 * thigh * shin))


def _stands(slant: np.ndarray) -> np.ndarray:
    """(T,) how much a leg of this slant has to say of the height: who lies has none."""
    return smooth_step((-slant - _LEVEL) / (_SLANTED - _LEVEL))


def _lack(straight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(T,) how much a leg with this cosine of the bend lacks of straight, and one over how steeply the
    logarithm of that falls with the cosine. A leg that is too short lacks nearly nothing: no height asks one
    to be longer than it is, or the way back would find another height."""
    less = 1.0 - straight
    steepness = np.hypot(less, 2 * _STRAIGHT)
    return (less + steepness) / 2, steepness


def _joints(side: str) -> list[str]:
    """Hip, knee and ankle."""
    return [f"{side}_{joint}" for joint in LIMBS["leg"]]


def lower_hips(pose: Pose, source: Source, goals: dict[str, Goal]) -> None:
    """Let the body down where a leg is too short for its foot's place on the floor, and softly up again."""
    short = np.zeros(len(pose.hips))
    for side, goal in goals.items():
        joints = _joints(side)
        hip, length = pose.at(joints[0]), pose.target.length(joints)
        most = length * np.maximum(_FULL, _stretch(source, joints))
        away = hip - goal.ankle
        level = np.linalg.norm(away[:, [0, 2]], axis=-1)
        height = np.sqrt(np.maximum(most**2 - level**2, 0.0))
        lack = np.where((level < most) & (away[:, 1] > 0), away[:, 1] - height, 0.0)
        slant = away[:, 1] / np.maximum(np.linalg.norm(away, axis=-1), 1e-9)
        lack *= (1.0 - goal.aloft) * _stands(-slant)
        short = np.maximum(short, lack)
    pose.raise_by(-covering(short, round(_EASE * source.motion.fps)))


def _stretch(source: Source, leg: list[str]) -> np.ndarray:
    """(T,) how far a person's leg reaches, of its length."""
    places = [source.place(joint) for joint in leg]
    bones = sum(np.linalg.norm(second - first, axis=-1) for first, second in pairwise(places))
    return np.asarray(np.linalg.norm(places[2] - places[0], axis=-1) / bones)
