"""Turns, and limbs of two bones that reach a place."""

from __future__ import annotations

import numpy as np

from ..body.directions import turn_between, unit
from ..body.rotations import matrix_from_axis_angle

SEEN = 0.2
"""Sine of the bend from which a limb tells the axis of its middle joint; less bent, it is given."""
STRETCHED = 1.0 - 1e-5


def about(axes: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """(..., 3, 3) turns by angles (...) about unit axes (..., 3)."""
    return np.asarray(matrix_from_axis_angle(axes * np.asarray(angles)[..., None]))


def applied(turns: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Vectors (..., 3) turned by (..., 3, 3)."""
    return np.asarray((turns @ np.asarray(vectors)[..., None])[..., 0])


def then(first: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """(T, 3, 3) one turn (3, 3) and then others (T, 3, 3): as one product, where NumPy makes T small ones."""
    return np.asarray((np.ascontiguousarray(turns).reshape(-1, 3) @ first).reshape(turns.shape))


def signed_angle(first: np.ndarray, second: np.ndarray, axis: np.ndarray) -> float:
    """Radians about a unit axis from one direction (3,) to another."""
    across = np.cross(first, second) @ axis
    return float(np.arctan2(across, first @ second - (first @ axis) * (second @ axis)))


def reach(
    upper: np.ndarray, lower: np.ndarray, goal: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(T, 3, 3) turns of the upper and of the lower bone of a limb whose end comes to a goal.

    upper, lower (T, 3): the bones as they are, from joint to joint. goal (T, 3): from the limb's start; what
    is too far is reached for at full stretch. hinge (T, 3): unit axes about which the middle joint bends,
    for limbs that are nearly straight. The limb stays in its plane.
    """
    of_upper = of_lower = np.broadcast_to(np.eye(3), (*goal.shape[:-1], 3, 3))
    for _ in range(2):  # a plane that a straight limb does not tell is met with the second turn
        first, second = _bent(upper, lower, np.linalg.norm(goal, axis=-1), hinge)
        end = applied(first, upper) + applied(second, lower)
        swing = turn_between(end, goal)
        first, second = swing @ first, swing @ second
        upper, lower, hinge = applied(first, upper), applied(second, lower), applied(swing, hinge)
        of_upper, of_lower = first @ of_upper, second @ of_lower
    return of_upper, of_lower


def _bent(
    upper: np.ndarray, lower: np.ndarray, distance: np.ndarray, hinge: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turns about the middle joint's axis that bring the end to this distance (T,)."""
    a, b = np.linalg.norm(upper, axis=-1), np.linalg.norm(lower, axis=-1)
    now = np.linalg.norm(upper + lower, axis=-1)
    wanted = np.clip(distance, np.abs(a - b) + 1e-4, (a + b) * STRETCHED)
    axis = hinges(upper, lower, hinge)
    before, after = _angles(a, b, now), _angles(a, b, wanted)
    return about(axis, before[0] - after[0]), about(axis, after[1] - before[1])


def _angles(a: np.ndarray, b: np.ndarray, distance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Radians between each of two bones and the line from start to end, by the law of cosines."""
    safe = np.maximum(distance, 1e-9)
    first = np.clip((a**2 + safe**2 - b**2) / (2 * a * safe), -1.0, 1.0)
    second = np.clip((b**2 + safe**2 - a**2) / (2 * b * safe), -1.0, 1.0)
    return np.arccos(first), np.arccos(second)


def hinges(upper: np.ndarray, lower: np.ndarray, hinge: np.ndarray, sure: float = SEEN) -> np.ndarray:
    """(T, 3) unit axes across the limb, about which the bend grows. sure: sine of the bend from which the
    limb alone tells it; the less it is bent, the more it is the one given."""
    across = np.cross(unit(upper), unit(lower))
    seen = np.clip(np.linalg.norm(across, axis=-1, keepdims=True) / sure, 0.0, 1.0)
    line = unit(upper + lower)
    given = unit(hinge - line * (hinge * line).sum(-1, keepdims=True))
    return unit(seen * unit(across) + (1.0 - seen) * given)
