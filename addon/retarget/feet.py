"""Where a character's feet are to be: on its floor as the person's are on theirs, and still where those are.

The way of a foot is the person's, larger or smaller as the legs are. What differs is the shape of feet:
ankles are higher, heels longer; a foot that rolls over its ball would slide. So a foot is shifted against
that while it bears, and turned a little, which changes over while it is in the air. The body goes along, so
that legs point as the person's. High in the air a foot is free: no leg is too short for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.easing import smooth_step
from ..body.hands import SIDES
from ..body.soles import HEEL, TOE
from .bearing import TOUCHES, bearing
from .geometry import about, applied, reach
from .pose import Pose
from .rest import hinge, stands
from .slides import Slide
from .smoothing import covering, smoothed
from .source import Source
from .stances import shift, turn
from .target import LIMBS, Target

_UP = np.array([0.0, 1.0, 0.0])
_GROUND, _AIR = 0.05, 0.3
"""Metres of a sole over the floor, of a body of the mean size, up to which a foot goes where the person's
does, and from which it is free."""
_LANDS = 0.1
"""Seconds in which a foot that bore becomes free."""
_STRETCHED = 0.93
"""Share of its length from which on the leg of a free foot points more and more as the person's, so that it
is never too short."""
_SETS_OUT, _COMES_BACK = 0.05, 4.0
"""Seconds in which the body follows what its feet are shifted by, and in which it is back on its way."""


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
    height = ankle_height(source, target, scale)
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


def ankle_height(source: Source, target: Target, scale: float) -> float:
    """Metres over the floor, of the foot that stands on it at rest: skeletons made of a body's shape differ
    from side to side. Where none stands, as those of who kneels, in proportion to the person's."""
    known = [target.place(f"{side}_ankle")[1] for side in SIDES if stands(target, side)]
    theirs = -scale * source.sole_offsets[..., 1].min()
    return max(float(min(known, default=theirs)), 0.0)


@dataclass(frozen=True)
class Goal:
    """Where the ankle of a character is to be (T, 3), in metres, and how far (T,) the foot is from the floor:
    1 where it is free. turned (T, 3, 3): how it stands beside the person's."""

    ankle: np.ndarray
    aloft: np.ndarray
    turned: np.ndarray


def foot_goals(
    source: Source, target: Target, turned: dict[int, np.ndarray], scale: float
) -> tuple[dict[str, Goal], np.ndarray]:
    """By side, and metres (T, 3) by which the whole body is to go beside the person's scaled way: along with
    its feet, which slide less than a person's of its size would. turned: corrections (3, 3) by bone."""
    feet = {
        side: _foot_steps(source, target, side, turned[target.joints[f"{side}_ankle"]], scale)
        for side in SIDES
        if f"{side}_ankle" in target.joints
    }
    if not feet:
        return {}, np.zeros(3)
    body = _along_with(list(feet.values()), source.motion.fps)
    own = np.diff(body, axis=0)
    goals = {
        side: Goal(
            one.ankle + body + shift(one.steps - own, one.bears > TOUCHES, source.motion.fps),
            _aloft(source, SIDES.index(side)),
            one.turned,
        )
        for side, one in feet.items()
    }
    return goals, body


@dataclass(frozen=True)
class _Steps:
    """Where an ankle would be (T, 3) without shifts; by how much it is to be shifted from frame to frame
    (T - 1, 3), and how much the foot bears meanwhile (T - 1,). turned (T, 3, 3): as `Goal` has it."""

    ankle: np.ndarray
    steps: np.ndarray
    bears: np.ndarray
    turned: np.ndarray


def _along_with(feet: list[_Steps], fps: float) -> np.ndarray:
    """(T, 3) metres: where one or two feet take a body by their shifts while they bear. It comes back to its
    own way in the long run."""
    bears = np.stack([one.bears for one in feet])[..., None]
    steps = np.stack([one.steps for one in feet])
    steps = (bears * steps).sum(0) / np.maximum(bears.sum(0), TOUCHES)
    path = np.pad(np.cumsum(smoothed(steps, _SETS_OUT * fps), axis=0), ((1, 0), (0, 0)))
    return path - smoothed(path, _COMES_BACK * fps)


def _aloft(source: Source, side: int) -> np.ndarray:
    """(T,) as `Goal` has it. By the sole: the ankle of a long foot that points down is higher."""
    height = source.soles[:, side, :, 1].min(1) - source.floor
    away = smooth_step((height / source.size - _GROUND) / (_AIR - _GROUND))
    bears = source.bears[:, side].any(1).astype(float)
    return np.asarray(away * (1.0 - covering(bears, round(_LANDS * source.motion.fps))))


def _foot_steps(source: Source, target: Target, side: str, correction: np.ndarray, scale: float) -> _Steps:
    index = SIDES.index(side)
    foot = foot_of(target, source, side, correction, scale)
    sole = _sole(foot, source.world(f"{side}_ankle"), source.world(f"{side}_foot"))
    origin = np.array([0.0, source.floor, 0.0])
    theirs = scale * (source.soles[:, index] - origin) + origin
    weights = bearing(source, index)
    bears = weights.sum(1)
    turns = Slide.of(theirs, sole, weights, scale).turns()
    turned = about(_UP, turn(turns, bears > TOUCHES, source.motion.fps))
    sole = applied(turned[:, None], sole)
    ankle = (theirs - sole)[:, HEEL:TOE].mean(1)
    ankle[:, 1] = theirs[..., 1].min(1) - sole[..., 1].min(1)
    steps = Slide.of(theirs, sole + ankle[:, None], weights, scale).shifts()
    return _Steps(ankle, steps, bears, turned)


def _sole(foot: Foot, world: np.ndarray, toes: np.ndarray) -> np.ndarray:
    """(T, 4, 3) from the ankle."""
    places = world[:, None] @ foot.sole[:, :, None]
    tip = applied(world, foot.ball) + applied(toes, foot.tip)
    return np.concatenate([places[:, :TOE, :, 0], tip[:, None]], axis=1)


def set_feet(pose: Pose, source: Source, goals: dict[str, Goal]) -> None:
    """Let the legs reach their goals; feet stay turned as they are, but for what their goals say."""
    for side, goal in goals.items():
        joints = [f"{side}_{joint}" for joint in LIMBS["leg"]]
        hip, knee, ankle = (pose.target.joints[joint] for joint in joints)
        feet = {f"{side}_ankle", f"{side}_foot"} & set(pose.target.joints)
        stand = {bone: goal.turned @ pose.turn(bone) for bone in (pose.target.joints[one] for one in feet)}
        places = [pose.place(bone) for bone in (hip, knee, ankle)]
        wanted, pointing = goal.ankle - places[0], places[2] - places[0]
        stretch = np.maximum(*(np.linalg.norm(way, axis=-1) for way in (wanted, pointing)))
        stretch /= pose.target.length(joints)
        free = goal.aloft * smooth_step((stretch - _STRETCHED) / (1.0 - _STRETCHED))
        wanted += free[:, None] * (pointing - wanted)
        axis = applied(source.world(f"{side}_hip"), hinge(side, "leg"))
        upper, lower = reach(places[1] - places[0], places[2] - places[1], wanted, axis)
        pose.turns[hip], pose.turns[knee] = upper @ pose.turn(hip), lower @ pose.turn(knee)
        pose.turns.update(stand)
