"""Bringing two sources together for plug-in use: their times, and their worlds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...body.rotations import geodesic_angle, nearest_rotation
from ...recording import Keypoints, Person
from ...steps import Stepped, Steps, in_chunks
from ..errors import RefineError
from ..evidence.targets import Targets
from ..start.closed_form import TRUNK, lay_on, move_to
from ..start.solver import Evidence

LOOSE_DEGREES = 25.0
"""Median turn between trunk and keypoints, after one turn for the whole clip, above which each frame is
turned."""


def target_of(person: Person, targets: Sequence[Person], alone: bool) -> Person:
    """Who of another recording belongs to this person: the same id, or the only one there.

    alone: whether this person is the only one here. Raises RefineError when that leaves it open.
    """
    for target in targets:
        if target.id == person.id:
            return target
    if alone and len(targets) == 1:
        return targets[0]
    known = ", ".join(target.id for target in targets)
    raise RefineError(
        f"The keypoint file has no person {person.id} but {known}; choose one person of each file."
    )


SAME_WORLD_DEGREES = 25.0
"""A turn between two worlds that is smaller than this is taken for the error of the poses or of the trunk's
keypoints, and both are left where they are."""


@Stepped
def keypoints_at(targets: Person, times: np.ndarray) -> Steps[Keypoints]:
    """The keypoints of another track at these times (T,) in seconds, missing where that track is not.

    Raises RefineError without keypoints, or when the two never overlap.
    """
    keypoints = targets.keypoints
    if keypoints is None:
        raise RefineError("The file with the targets holds no keypoints; give one that does.")
    own = targets.times
    if times[-1] < own[0] or times[0] > own[-1]:
        raise RefineError("The two files share no time; shift the targets with an offset in seconds.")
    positions, confidence = yield from in_chunks(
        lambda rows: _between(keypoints, own, times[rows], targets.fps), len(times)
    )
    return replace(keypoints, positions=positions, confidence=confidence)


def _between(
    keypoints: Keypoints, own: np.ndarray, times: np.ndarray, fps: float
) -> tuple[np.ndarray, np.ndarray]:
    """Positions (N, K, 3) and confidence (N, K) at times (N,) of keypoints seen at times own (T,)."""
    last = (
        np.clip(np.searchsorted(own, times), 1, max(len(own) - 1, 1))
        if len(own) > 1
        else np.zeros(len(times), int)
    )
    first = np.maximum(last - 1, 0)
    span = np.where(last > first, own[last] - own[first], 1.0)
    share = np.clip((times - own[first]) / span, 0.0, 1.0)[:, None]
    near = np.minimum(np.abs(times - own[first]), np.abs(times - own[last])) <= 2.0 / fps
    positions = (1 - share[..., None]) * keypoints.positions[first] + share[..., None] * keypoints.positions[
        last
    ]
    # A frame that coincides keeps its own place even when the neighbour is missing.
    positions = np.where(share[..., None] < 1e-6, keypoints.positions[first], positions)
    positions = np.where(share[..., None] > 1 - 1e-6, keypoints.positions[last], positions)
    confidence = (1 - share) * keypoints.confidence[first] + share * keypoints.confidence[last]
    confidence = np.where(near[:, None] & np.isfinite(positions).all(-1), confidence, 0.0)
    return np.where(confidence[..., None] > 0, positions, np.nan), confidence


def to_target_world(
    rotations: np.ndarray, pelvis: np.ndarray, targets: Targets, bones: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, float]]:
    """Poses (T, 24, 3, 3) turned into the world of their targets, the pelvis (T, 3) that puts them there, and
    the turn in radians that is left between both.

    One turn for the whole clip, and none where the worlds are the same, so that an estimator's own tilt is
    left to the refiner; where the two worlds turn against each other (a moving camera), every frame is laid
    on its own trunk. The root of a pose that had to be turned says nothing: infinite.
    """
    evidence = Evidence(targets.indices, targets.positions, targets.precision)
    known = targets.precision > 0
    anchored = (known & TRUNK[targets.indices]).sum(1) >= 3
    if not anchored.any():
        return rotations, (yield from _placed(rotations, pelvis, evidence, bones, known.any(1))), np.inf
    laid, laid_pelvis = yield from in_chunks(
        lambda rows: lay_on(rotations[rows], _rows(evidence, rows), bones), len(rotations)
    )
    turns = laid[anchored, 0] @ np.swapaxes(rotations[anchored, 0], -1, -2)
    whole = nearest_rotation(turns.sum(0))
    if np.degrees(np.median(geodesic_angle(turns, np.broadcast_to(whole, turns.shape)))) > LOOSE_DEGREES:
        return laid, laid_pelvis, np.inf
    yield None
    apart = float(geodesic_angle(whole, np.eye(3)))
    if np.degrees(apart) < SAME_WORLD_DEGREES:
        return rotations, (yield from _placed(rotations, pelvis, evidence, bones, known.any(1))), apart
    turned = np.concatenate([whole @ rotations[:, :1], rotations[:, 1:]], axis=1)
    placed = yield from _placed(turned, pelvis @ whole.T, evidence, bones, known.any(1))
    return turned, placed, np.inf


def _rows(evidence: Evidence, frames: slice) -> Evidence:
    """The same evidence for some of the frames."""
    return Evidence(evidence.indices, evidence.positions[frames], evidence.precision[frames])


def _placed(
    rotations: np.ndarray, pelvis: np.ndarray, evidence: Evidence, bones: np.ndarray, known: np.ndarray
) -> Steps[np.ndarray]:
    """Pelvis on the keypoints, and along the given path where there are none."""
    there = yield from in_chunks(
        lambda rows: move_to(rotations[rows], _rows(evidence, rows), bones), len(rotations)
    )
    rows = np.flatnonzero(known)
    if not len(rows):
        return pelvis
    every = np.arange(len(pelvis))
    shift = np.stack([np.interp(every, rows, (there - pelvis)[rows, k]) for k in range(3)], -1)
    return np.where(known[:, None], there, pelvis + shift)
