"""A person's track in stretches without a long gap: what each holds, and all of them in a row."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..recording import Keypoints, Person
from ..steps import Steps
from .errors import RefineError
from .evidence.own_evidence import steady
from .evidence.repeats import repeated
from .evidence.targets import Read, Targets, read_keypoints
from .piece import FEWEST_POINTS
from .result.blending import Poses as Posed
from .result.blending import kept_poses
from .result.carried_twist import carried_twist
from .start.closed_form import Initial
from .timeline import Piece, bridge, spread
from .whole_clip.judge import WholeClip


def evidence_of(keypoints: Keypoints, piece: Piece, fps: float) -> Steps[Read]:
    """Keypoints of a whole track read on the grid of one of its pieces, which runs at fps."""
    positions = spread(keypoints.positions, piece)
    confidence = spread(keypoints.confidence, piece)
    confidence[np.isnan(confidence)] = 0.0
    confidence[repeated(positions.reshape(len(positions), -1))] = 0.0
    gridded = Keypoints(positions, confidence, keypoints.names, keypoints.canonical, keypoints.layout)
    yield None
    return (yield from read_keypoints(gridded, fps))


def joined(parts: list[Targets]) -> Targets:
    """The evidence of all pieces in a row, for measuring bones. All pieces have the same points.

    Raises RefineError when there is none at all.
    """
    if not any(part.observed.any() for part in parts):
        raise RefineError("All keypoints are missing; there is nothing to fit the body to.")
    if len(parts) == 1:
        return parts[0]
    longest = max(parts, key=lambda part: len(part.raw))
    return replace(
        longest,
        raw=np.concatenate([part.raw for part in parts]),
        positions=np.concatenate([part.positions for part in parts]),
        detail=np.concatenate([part.detail for part in parts]),
        precision=np.concatenate([part.precision for part in parts]),
    )


def given_of(person: Person, parts: list[Piece], fps: float) -> Steps[tuple[Initial, np.ndarray]]:
    """Steadied initial rotations and pelvis of all pieces in a row, and how much they shook (24,)."""
    on_grid = yield from bridged(person, parts)
    calm = []
    for part, (rotations, _) in zip(parts, on_grid, strict=True):
        calm.append((yield from steady.steps(rotations, fps, seen=told(person, part))))
    weights = np.array([part.length for part in parts], float)
    shake = np.sqrt(np.average([one.shake**2 for one in calm], axis=0, weights=weights))
    steadied = np.concatenate([one.rotations for one in calm])
    yield None
    return (steadied, np.concatenate([pelvis for _, pelvis in on_grid])), shake


def told(person: Person, piece: Piece) -> np.ndarray:
    """(L,) bool, the frames of a piece's grid in which the person's poses tell something of their own."""
    assert person.poses is not None
    rotations, pelvis = person.poses.rotations[piece.rows], person.poses.pelvis[piece.rows]
    seen = piece.seen
    seen[piece.places] = ~repeated(np.concatenate([rotations.reshape(len(pelvis), -1), pelvis], axis=1))
    return seen


def bridged(person: Person, parts: list[Piece]) -> Steps[list[Initial]]:
    """Rotations and pelvis of each piece, without gaps and without jumps of twist on straight limbs."""
    assert person.poses is not None
    given = []
    for piece in parts:
        poses = spread(person.poses.rotations, piece), spread(person.poses.pelvis, piece)
        yield None
        rotations, pelvis = yield from bridge.steps(*poses, piece.seen)
        given.append(((yield from carried_twist.steps(rotations)), pelvis))
    return given


def split(initial: Initial | None, parts: list[Piece]) -> list[Initial | None]:
    """Initial poses of all pieces in a row, piece by piece."""
    if initial is None:
        return [None] * len(parts)
    return [(initial[0][rows], initial[1][rows]) for rows in _rows_of(parts)]


def kept_of(person: Person, parts: list[Piece], given: Initial, clip: WholeClip) -> Posed:
    """The person's poses for where nothing is refined toward the keypoints."""
    assert person.poses is not None and clip.initial is not None
    turns = clip.initial[0][:, 0] @ np.swapaxes(given[0][:, 0], -1, -2)
    aligned = _on_rows(person, parts, turns, clip.initial[1])
    return kept_poses((person.poses.rotations, person.poses.pelvis), aligned)


def unseen(keypoints: Keypoints) -> np.ndarray:
    """(T,) bool, frames with too few keypoints for a pose of their own."""
    known = [name is not None for name in keypoints.canonical]
    seen = np.isfinite(keypoints.positions).all(-1) & (keypoints.confidence > 0)
    return np.asarray(seen[:, known].sum(1) < min(FEWEST_POINTS, sum(known)))


def _rows_of(parts: list[Piece]) -> list[slice]:
    """Where each piece lies when all stand in a row."""
    ends = np.cumsum([0, *(piece.length for piece in parts)])
    return [slice(int(first), int(last)) for first, last in pairwise(ends)]


def _on_rows(person: Person, parts: list[Piece], turns: np.ndarray, pelvis: np.ndarray) -> Initial:
    """The person's own poses in the world of the keypoints, to which these turns and pelvis positions of all
    pieces in a row take them."""
    assert person.poses is not None
    rows = [
        np.arange(one.start, one.stop)[piece.places]
        for one, piece in zip(_rows_of(parts), parts, strict=True)
    ]
    there = np.concatenate(rows)
    rotations = person.poses.rotations.copy()
    rotations[:, 0] = turns[there] @ rotations[:, 0]
    return rotations, pelvis[there]
