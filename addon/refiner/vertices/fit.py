"""Pose and shape of a body model from where vertices of its mesh are.

Each part of the body is first turned as a rigid one (Kabsch, by its skin weights); then all joints' turns of
all frames and the shape numbers are solved together by Gauss-Newton on linear blend skinning: pose and shape
in turns would creep, as a longer limb looks like a straighter one. Frames only meet in the shape numbers, so
each frame's turns are eliminated (Schur complement), and the pelvis with them, as the mean of what is seen.
What is likely of poses and shapes counts beside the vertices by how far these are off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.rotations import matrix_from_axis_angle
from ...steps import Steps
from .equations import Seen, ShapeEquations, seen_at, shape_equations, turn_equations
from .likely import Likely
from .skin import Skin

SAMPLE = 24
"""Frames, evenly spread, on which the shape is fitted."""
FIRST_DEVIATION, LEAST_DEVIATION, MOST_DEVIATION = 0.003, 0.0001, 0.02
"""Metres by which a vertex is thought to be off along an axis: at first, and then as measured."""
FEWEST_SEEN = 100
"""Vertices of a frame from which a body can be fitted to it."""
_WORK = 200
"""Joints of all frames that are fitted at a time."""
_SHAPE_STEPS, _POSE_STEPS = 5, 3
_LOOSE = 0.5
"""Radians by which a part is thought to be off where it is turned as a rigid one."""


@dataclass(frozen=True)
class Fit:
    """turns (T, J, 3, 3) local rotations of the model's own joints, pelvis (T, 3) metres, betas (B,), and
    error (T,), the root mean square distance of the vertices in metres. Where a frame has too few, NaN."""

    turns: np.ndarray
    pelvis: np.ndarray
    betas: np.ndarray
    error: np.ndarray


@dataclass(frozen=True)
class Shapes:
    """Which shape numbers are likely: usual (B,) and their precision (B, B)."""

    usual: np.ndarray
    precision: np.ndarray


def fit_steps(skin: Skin, points: np.ndarray, likely: Likely, shapes: Shapes) -> Steps[Fit]:
    """For places (T, N, 3) in metres of the skin's vertices, NaN where missing. At least one frame has
    FEWEST_SEEN."""
    enough = np.flatnonzero(np.isfinite(points).all(-1).sum(1) >= FEWEST_SEEN)
    sample = enough[np.unique(np.linspace(0, len(enough) - 1, min(SAMPLE, len(enough))).round().astype(int))]
    betas, off = yield from _fitted_shape(skin, _chunks(points, sample, skin), likely, shapes)
    frames, count = len(points), len(skin.joints)
    turns, pelvis = np.full((frames, count, 3, 3), np.nan), np.full((frames, 3), np.nan)
    error = np.full(frames, np.nan)
    for rows in _parts(enough, skin):
        seen = seen_at(points[rows])
        found = _rigid(skin, seen, betas, likely)
        yield None
        for _ in range(_POSE_STEPS):
            step, _ = turn_equations(skin.posed(found, betas), seen, likely, off, found)
            found = _by(skin, found, step)
            yield None
        turns[rows] = found
        pelvis[rows], error[rows] = _pelvis(skin.posed(found, betas).vertices, seen)
        yield None
    return Fit(turns, pelvis, betas, error)


def _parts(rows: np.ndarray, skin: Skin) -> list[np.ndarray]:
    size = max(_WORK // len(skin.joints), 1)
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _chunks(points: np.ndarray, rows: np.ndarray, skin: Skin) -> list[Seen]:
    return [seen_at(points[part]) for part in _parts(rows, skin)]


def _fitted_shape(
    skin: Skin, chunks: list[Seen], likely: Likely, shapes: Shapes
) -> Steps[tuple[np.ndarray, float]]:
    """Shape numbers (B,), fitted with the poses of these frames, and metres by which a vertex is off."""
    betas, off = shapes.usual.copy(), FIRST_DEVIATION
    turns: list[np.ndarray] = []
    for seen in chunks:
        turns.append(_rigid(skin, seen, betas, likely))
        yield None
    for _ in range(_SHAPE_STEPS):
        matrix = shapes.precision * off**2
        toward = matrix @ (shapes.usual - betas)
        solved: list[ShapeEquations] = []
        squares = 0.0
        for seen, found in zip(chunks, turns, strict=True):
            part = shape_equations(skin.posed(found, betas), seen, likely, off, found)
            matrix, toward = matrix + part.matrix, toward + part.toward
            squares += part.squares
            solved.append(part)
            yield None
        step = np.linalg.solve(matrix, toward)
        turns = [
            _by(skin, found, part.step - part.by_shape @ step)
            for found, part in zip(turns, solved, strict=True)
        ]
        betas = betas + step
        told = 3.0 * sum(float(seen.known.sum()) for seen in chunks)
        off = float(np.clip(np.sqrt(squares / told), LEAST_DEVIATION, MOST_DEVIATION))
    return betas, off


def _by(skin: Skin, turns: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Local turns after each joint has turned, with all that hangs on it, by a vector (T, 3 J) about the
    axes of the world."""
    above = np.broadcast_to(np.eye(3), turns.shape).copy()
    above[:, 1:] = skin.world(turns)[:, list(skin.parents[1:])]
    vectors = np.swapaxes(above, -1, -2) @ step.reshape(*turns.shape[:2], 3, 1)
    return np.asarray(matrix_from_axis_angle(vectors[..., 0]) @ turns)


def _pelvis(vertices: np.ndarray, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Places (T, 3) of a pelvis about which the vertices are posed, and how far off (T,) these are then."""
    apart = (seen.points - vertices) * seen.known
    pelvis = apart.sum(-1) / seen.count[..., 0]
    squares = (seen.centred(apart) ** 2).sum((1, 2))
    return pelvis, np.sqrt(squares / seen.count[:, 0, 0])


def _rigid(skin: Skin, seen: Seen, betas: np.ndarray, likely: Likely) -> np.ndarray:
    """(T, J, 3, 3) local turns of parts that turn as rigid ones, each told by the vertices that it moves
    most; a part that few tell of turns with its parent as is likely."""
    rest = skin.rest + np.tensordot(betas, skin.directions, 1)
    shares = skin.weights**2 * seen.known  # (T, J, N)
    total = np.maximum(shares.sum(-1), 1e-9)[..., None]
    here = shares @ np.swapaxes(seen.points, 1, 2) / total
    there = shares @ rest.T / total
    world, turns = np.empty((*total.shape[:2], 3, 3)), np.empty((*total.shape[:2], 3, 3))
    for joint, parent in enumerate(skin.parents):
        above = world[:, parent] if joint else np.broadcast_to(np.eye(3), (len(world), 3, 3))
        spread = (seen.points * shares[:, None, joint]) @ rest.T
        spread -= total[:, joint, :, None] * here[:, joint, :, None] * there[:, joint, None]
        if joint:
            spread += (FIRST_DEVIATION / _LOOSE) ** 2 * above @ likely.reference[joint]
        left, _, right = np.linalg.svd(spread)
        left[..., 2] *= np.sign(np.linalg.det(left @ right))[..., None]
        world[:, joint] = left @ right
        turns[:, joint] = np.swapaxes(above, -1, -2) @ world[:, joint]
    return turns
