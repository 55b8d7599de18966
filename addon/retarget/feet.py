"""Where a character's feet are to be: on its floor as the person's are on theirs, and still where those are.

The way of a foot is the person's, larger or smaller as the legs are. What differs is the shape of feet:
ankles are higher, heels longer; a foot that rolls over its ball would slide. So a foot is shifted against
that while it bears, and its shift changes over while it is in the air.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..body.easing import smooth_step
from ..body.hands import SIDES
from ..body.soles import HEEL, TOE
from .geometry import applied, reach
from .pose import Pose
from .rest import hinge
from .source import Source
from .target import LIMBS, Target

_FLAT, _NEAR = 0.004, 0.008
"""Metres over the lowest place of a sole within which a place bears fully, and beyond that most."""
_SLOW, _SLIDES, _WHILE = 0.06, 0.03, 0.07
"""Metres a second, of a body of the mean size, up to which a place stands and by which more it stands a third
as much; the seconds over which that is looked at."""
_PARTS = np.array([0.5, 1 / 6, 1 / 6, 1 / 6])
"""How much each place of a sole counts."""
_PASSES = 4
"""How often the steps of a foot's places are brought together."""
_TOUCHES = 0.02
"""How much a foot bears that stands."""
_SHIFTS = 0.25
"""Metres a second by which the shift of a foot may change while it is in the air."""
_FULL = 0.9995
"""Share of its length that a leg never exceeds whose person's does not."""
_STRAIGHT, _LYING = 0.02, 0.5
"""How a straight leg counts beside a bent one, and how much no change of height does."""
_LEVEL, _SLANTED = 0.15, 0.3
"""Slant up to which a leg that is too short lets the body where it is, and from which it lets it all down."""
_STEPS = 3
"""How often the hips' height is brought nearer to what the legs need."""
_UNSEEN = 0.0004
"""Metres a frame by which a foot may slide more than the person's."""
_EASE = 0.2
"""Seconds in which the hips go down and up again where legs are too short."""


@dataclass(frozen=True)
class Foot:
    """A character's foot in SMPL's rest pose: metres from the ankle.

    sole: (4, 3) heel, inner and outer ball, toe tip. The tip hangs on the ball joint (3,), from which it is
    `tip` (3,) away.
    """

    sole: np.ndarray
    ball: np.ndarray
    tip: np.ndarray


def foot_of(target: Target, source: Source, side: str, turn: np.ndarray, scale: float) -> Foot:
    """A foot with a sole of the person's shape, as long as its own bones say. turn (3, 3): its correction."""
    index = SIDES.index(side)
    ours, ball = source.sole_offsets[index], f"{side}_foot"
    own_ball = source.rest[10 + index] - source.rest[7 + index]
    height = ankle_height(target)
    theirs = scale * own_ball
    if ball in target.joints:
        theirs = turn @ target.along(f"{side}_ankle", ball)
    flat = np.array([1.0, 0.0, 1.0])
    grown = np.linalg.norm(theirs * flat) / np.linalg.norm(own_ball * flat)
    # A person's sole is not quite even, and how a foot is pitched where it stands goes by that.
    rises = grown * (ours[:, 1] - ours[:TOE, 1].min())
    sole = grown * flat * ours + np.stack([0 * rises, rises - height, 0 * rises], axis=-1)
    tip = grown * flat * ours[TOE] + [0.0, rises[TOE] + grown * own_ball[1] - height - theirs[1], 0.0]
    sole[TOE] = theirs + tip
    return Foot(sole, theirs, tip)


def ankle_height(target: Target) -> float:
    """Metres over the floor at rest, of the foot that stands on it: skeletons made of a body's shape differ
    from side to side."""
    known = [target.place(f"{side}_ankle")[1] for side in SIDES if f"{side}_ankle" in target.joints]
    return max(min(map(float, known)), 0.0)


def ankles(source: Source, target: Target, side: str, turn: np.ndarray, scale: float) -> np.ndarray:
    """(T, 3) metres, where the ankle of a character is to be. turn (3, 3): the correction of its foot."""
    index = SIDES.index(side)
    foot = foot_of(target, source, side, turn, scale)
    world, toes = source.world(f"{side}_ankle"), source.world(f"{side}_foot")
    origin = np.array([0.0, source.floor, 0.0])
    theirs = scale * (source.soles[:, index] - origin) + origin
    middle = slice(HEEL, TOE)
    mean = foot.sole[middle].mean(0)
    ankle = theirs[:, middle].mean(1) - world @ mean
    ours = _sole(foot, world, toes) + ankle[:, None]
    rise = theirs[..., 1].min(1) - ours[..., 1].min(1)
    ankle[:, 1] += rise
    ours[..., 1] += rise[:, None]
    weights = _bearing(source, index)
    steps = _steps(np.diff(theirs, axis=0), np.diff(ours, axis=0), weights, scale)
    return ankle + _shift(steps, weights.sum(1) > _TOUCHES, source.motion.fps)


def _steps(theirs: np.ndarray, ours: np.ndarray, weights: np.ndarray, scale: float) -> np.ndarray:
    """(T - 1, 3) by which a foot is to be shifted from frame to frame, level: its places go as the person's
    scaled ones (T - 1, 4, 3) and none, as far as it bears (T - 1, 4), more than the person's own. Long legs
    make no foot slide more."""
    most = np.linalg.norm(theirs, axis=-1, keepdims=True) / scale + _UNSEEN
    share = weights[..., None] / np.maximum(weights.sum(1), _TOUCHES)[:, None, None]
    level = np.array([1.0, 0.0, 1.0])
    shift = (share * (theirs - ours)).sum(1) * level
    for _ in range(_PASSES):
        steps = ours + shift[:, None]
        length = np.linalg.norm(steps, axis=-1, keepdims=True)
        shift += (share * steps * (np.minimum(1.0, most / np.maximum(length, 1e-9)) - 1.0)).sum(1) * level
    return np.asarray(shift)


def _sole(foot: Foot, world: np.ndarray, toes: np.ndarray) -> np.ndarray:
    """(T, 4, 3) from the ankle."""
    places = world[:, None] @ foot.sole[:, :, None]
    tip = applied(world, foot.ball) + applied(toes, foot.tip)
    return np.concatenate([places[:, :TOE, :, 0], tip[:, None]], axis=1)


def _bearing(source: Source, side: int) -> np.ndarray:
    """(T - 1, 4) how much each place of a sole bears from one frame to the next; heel and toes' side count
    alike. What slides along is no stand, whatever it is taken for: held, it would drag the leg behind."""
    places, size = source.soles[:, side], source.size
    height = places[..., 1] - places[..., 1].min(1, keepdims=True)
    speed = _speed(places, source.motion.fps)
    weight = source.bears[:, side] * np.exp(-np.maximum(height - _FLAT, 0.0) / _NEAR)
    weight *= np.exp(-np.maximum(speed - size * _SLOW, 0.0) / (size * _SLIDES))
    return np.asarray(_PARTS * np.minimum(weight[1:], weight[:-1]))


def _speed(places: np.ndarray, fps: float) -> np.ndarray:
    """(T, 4) metres a second over the floor, in the mean of a short time before or after, as is less."""
    reach = min(max(round(_WHILE * fps), 1), len(places) - 1)
    if reach < 1:
        return np.zeros(places.shape[:2])
    way = np.linalg.norm((places[reach:] - places[:-reach])[..., [0, 2]], axis=-1) * fps / reach
    ends = np.full((reach, way.shape[1]), np.inf)
    return np.minimum(np.concatenate([way, ends]), np.concatenate([ends, way]))


def _shift(steps: np.ndarray, stands: np.ndarray, fps: float) -> np.ndarray:
    """(T, 3) shift whose steps while a foot stands (T - 1,) are those wanted (T - 1, 3): it is nothing in the
    mean of the time a foot stands, and eases over in the air."""
    found = np.zeros((len(steps) + 1, 3))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]]).astype(int)))
    left = None
    for first, last in edges.reshape(-1, 2):
        way = np.concatenate([np.zeros((1, 3)), np.cumsum(steps[first:last], axis=0)])
        start = -way.mean(0)
        if left is not None:
            most = _SHIFTS * (first - left) / fps
            away = start - found[left]
            start = found[left] + away * min(1.0, most / max(float(np.linalg.norm(away)), 1e-9))
            _ease(found, left, first, start)
        else:
            found[:first] = start
        found[first : last + 1] = start + way
        left = last
    if left is not None:
        found[left:] = found[left]
    return found


def _ease(values: np.ndarray, first: int, last: int, end: np.ndarray) -> None:
    share = smooth_step(np.arange(last - first + 1) / (last - first))[:, None]
    values[first : last + 1] = (1.0 - share) * values[first] + share * end


def fit_hips(pose: Pose, goals: dict[str, np.ndarray]) -> None:
    """Let the body up or down by what both legs need to keep their bend on the way to their feet's goals
    (T, 3): the straighter a leg, the more its knee bends for a millimetre. Legs that lie say nothing of the
    height: a millimetre of theirs is many of the body's."""
    legs = [_leg(side) for side in goals]
    bends = [np.linalg.norm(pose.at(leg[2]) - pose.at(leg[0]), axis=-1) for leg in legs]
    counts = [
        1.0 / (1.0 + _STRAIGHT - (bend / pose.target.length(leg)) ** 2)
        for leg, bend in zip(legs, bends, strict=True)
    ]
    for _ in range(_STEPS):
        needed, weights = np.zeros(len(pose.hips)), np.full(len(pose.hips), _LYING)
        for leg, goal, bend, count in zip(legs, goals.values(), bends, counts, strict=True):
            way = goal - pose.at(leg[0])
            distance = np.linalg.norm(way, axis=-1)
            slant = way[:, 1] / np.maximum(distance, 1e-9)
            upright = count * slant**4
            needed += upright * slant * (distance - bend)
            weights += upright * slant**2
        pose.raise_by(needed / weights)


def _leg(side: str) -> list[str]:
    """Hip, knee and ankle."""
    return [f"{side}_{joint}" for joint in LIMBS["leg"]]


def lower_hips(pose: Pose, source: Source, goals: dict[str, np.ndarray]) -> None:
    """Let the body down where a leg is too short for its foot's goal (T, 3), and softly up again."""
    short = np.zeros(len(pose.hips))
    for side, goal in goals.items():
        joints = _leg(side)
        hip, length = pose.at(joints[0]), pose.target.length(joints)
        most = length * np.maximum(_FULL, _stretch(source, joints))
        away = hip - goal
        level = np.linalg.norm(away[:, [0, 2]], axis=-1)
        height = np.sqrt(np.maximum(most**2 - level**2, 0.0))
        lack = np.where((level < most) & (away[:, 1] > 0), away[:, 1] - height, 0.0)
        slant = away[:, 1] / np.maximum(np.linalg.norm(away, axis=-1), 1e-9)
        lack *= smooth_step((slant - _LEVEL) / (_SLANTED - _LEVEL))
        short = np.maximum(short, lack)
    pose.raise_by(-_above(short, round(_EASE * source.motion.fps)))


def _stretch(source: Source, leg: list[str]) -> np.ndarray:
    """(T,) how far a person's leg reaches, of its length."""
    places = [source.place(joint) for joint in leg]
    bones = sum(np.linalg.norm(second - first, axis=-1) for first, second in pairwise(places))
    return np.asarray(np.linalg.norm(places[2] - places[0], axis=-1) / bones)


def _above(values: np.ndarray, reach: int) -> np.ndarray:
    """(T,) a smooth curve that is nowhere below values (T,): the largest around, and the mean of that."""
    if reach < 1 or not values.any():
        return values
    window = np.lib.stride_tricks.sliding_window_view(np.pad(values, 2 * reach, "edge"), 2 * reach + 1)
    largest = window.max(-1)
    bell = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(largest, bell / bell.sum(), "valid")


def set_feet(pose: Pose, source: Source, goals: dict[str, np.ndarray]) -> None:
    """Let the legs reach their goals; feet stay turned as they are."""
    for side, goal in goals.items():
        hip, knee, ankle = (pose.target.joints[f"{side}_{joint}"] for joint in ("hip", "knee", "ankle"))
        foot = pose.turn(ankle)
        places = [pose.place(bone) for bone in (hip, knee, ankle)]
        axis = applied(source.world(f"{side}_hip"), hinge(side, "leg"))
        upper, lower = reach(places[1] - places[0], places[2] - places[1], goal - places[0], axis)
        pose.turns[hip], pose.turns[knee] = upper @ pose.turn(hip), lower @ pose.turn(knee)
        pose.turns[ankle] = foot
