"""A finished motion put on the floor, and a leaning one made level: the whole clip at once, by one step and
one turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, point_positions
from ...body.rotations import matrix_from_axis_angle
from ...motion import Motion

SOLES = [
    POINT_INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("big_toe", "small_toe", "heel")
]
LOW_PERCENT = 10.0
"""Each frame's lowest point stands on the floor or above it, whatever single frames say."""
LOWER_BODY = 0.15
"""Metres that another joint must lie below the feet for the floor to be under it: hands, or one who lies."""
BEARING, STILL = 0.04, 0.25
"""Metres above a foot's lowest place, and m/s, in which a sole bears."""
FEWEST_BEARING, LEAST_SPAN = 12, 0.6
"""Points, and metres over the floor in its narrower direction, from which they show a plane."""
LARGEST_LEAN = float(np.radians(35.0))
LEAST_LEAN = float(np.radians(0.3))
POSTURE = float(np.radians(15.0))
"""Radians by which a body may lean of itself, in balancing or fencing: only more of it is the file's."""


@dataclass(frozen=True)
class Grounding:
    """turn (3, 3) about the middle of the path, and step (metres up) that put a motion level on the floor."""

    turn: np.ndarray
    middle: np.ndarray
    step: float

    @property
    def degrees(self) -> float:
        """By how much it turns."""
        return float(np.degrees(np.arccos(np.clip((np.trace(self.turn) - 1.0) / 2.0, -1.0, 1.0))))

    def places(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 3) after turn and step."""
        return (points - self.middle) @ self.turn.T + self.middle + np.array([0.0, self.step, 0.0])

    def turns(self, rotations: np.ndarray) -> np.ndarray:
        """Global orientations (..., 3, 3) after the turn."""
        return np.asarray(self.turn @ rotations)


def on_floor(motion: Motion) -> Grounding:
    """The step that brings the floor under the soles to height 0: where the motion knows its floor, the
    lowest of its heights at the middle of the path."""
    middle, floor = _middle(motion), motion.floor
    if floor is None:
        return Grounding(np.eye(3), middle, -floor_of(motion))
    under = floor.heights.min() - middle @ floor.normal
    return Grounding(np.eye(3), middle, -float(middle[1] + under / floor.normal[1]))


def level(motion: Motion) -> Grounding:
    """The turn that makes the floor under the feet level, or a body that surely leans upright where the feet
    do not get about; with the step that keeps the soles where on_floor has them. Where the motion knows that
    its floor slopes, this is the floor."""
    middle, floor = _middle(motion), motion.floor
    if floor is not None and floor.normal[1] < np.cos(LEAST_LEAN):
        over = float(middle @ floor.normal - floor.heights.min())
        return Grounding(_turn_to_y(floor.normal), middle, over - float(middle[1]))
    up = _up_of_floor(motion)
    up = _up_of_body(motion) if up is None else up
    turn = _turn_to_y(up)
    found = Grounding(turn, middle, 0.0)
    if found.degrees == 0.0:
        return on_floor(motion)
    return Grounding(turn, middle, -floor_of(grounded(motion, found)))


def grounded(motion: Motion, grounding: Grounding) -> Motion:
    """The motion after it."""
    rotations = motion.rotations.copy()
    rotations[:, 0] = grounding.turns(rotations[:, 0])
    return replace(motion, rotations=rotations, pelvis=grounding.places(motion.pelvis))


def floor_of(motion: Motion) -> float:
    """Metres (Y up) at which the floor lies under the soles."""
    soles, joints = _soles(motion)
    feet, body = _low(soles[..., 1]), _low(joints[..., 1])
    return body if body < feet - LOWER_BODY else feet


def _soles(motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    joints, world = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    return np.asarray(point_positions(joints, world, motion.bone_offsets, SOLES)), np.asarray(joints)


def _low(heights: np.ndarray) -> float:
    return float(np.percentile(heights.min(1), LOW_PERCENT))


def _middle(motion: Motion) -> np.ndarray:
    return np.asarray(motion.pelvis.mean(0))


def _up_of_floor(motion: Motion) -> np.ndarray | None:
    """The normal of the plane that bearing soles lie on; None where they do not span one."""
    soles, _ = _soles(motion)
    if len(soles) < 2:
        return None
    speed = np.linalg.norm(np.gradient(soles, axis=0), axis=-1) * motion.fps
    lowest = soles[..., 1] - soles[..., 1].min(1, keepdims=True)
    points = soles[(speed < STILL) & (lowest < BEARING)]
    if len(points) < FEWEST_BEARING:
        return None
    for _ in range(3):
        apart = points - points.mean(0)
        _, spread, axes = np.linalg.svd(apart, full_matrices=False)
        if spread[1] / np.sqrt(len(points)) < LEAST_SPAN / 4.0:
            return None
        off = np.abs(apart @ axes[2])
        points = points[off <= max(2.5 * float(np.median(off)), 0.01)]
    normal = axes[2] * np.sign(axes[2, 1])
    return np.asarray(normal) if normal[1] > np.cos(LARGEST_LEAN) else None


def _up_of_body(motion: Motion) -> np.ndarray:
    """The middle of the directions from the ankles to the neck, over the frames in which the legs are
    straight."""
    joints, _ = forward(motion.rotations, motion.pelvis, motion.bone_offsets)
    ways = joints[:, 12] - joints[:, [7, 8]].mean(1)
    length = np.linalg.norm(ways, axis=-1)
    standing = ways[length >= 0.97 * np.percentile(length, 90)]
    up = np.median(standing / np.linalg.norm(standing, axis=-1, keepdims=True), axis=0)
    up /= np.linalg.norm(up)
    return up if np.cos(LARGEST_LEAN) < up[1] < np.cos(POSTURE) else np.array([0.0, 1.0, 0.0])


def _turn_to_y(up: np.ndarray) -> np.ndarray:
    """(3, 3) the shortest turn from a direction to Y."""
    axis = np.cross(up, [0.0, 1.0, 0.0])
    sine = float(np.linalg.norm(axis))
    if sine < np.sin(LEAST_LEAN):
        return np.eye(3)
    return np.asarray(matrix_from_axis_angle(axis / sine * np.arctan2(sine, up[1])))
