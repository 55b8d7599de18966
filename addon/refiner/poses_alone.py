"""An estimator's poses without keypoints: they are their own evidence.

What shakes is measured and taken away (`own_evidence`); the network, trained on such clips, turns back what
moves as no body does; both only as far as the clip shows that it is an estimate: a clean capture passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES
from ..recording import Person
from ..steps import Progress, Steps, in_chunks
from .controls import Controls
from .evidence.bursts import steadiness, with_bursts
from .evidence.own_evidence import Moving, read_path, read_poses
from .evidence.smoothing import FEWEST_SMOOTHED, Measured
from .evidence.targets import no_targets
from .piece import Run, degrees_of, see_and_turn
from .start.closed_form import Initial
from .stretches import bridged, told
from .timeline import Piece

CAPTURE_SHAKE, ESTIMATE_SHAKE = float(np.radians(0.15)), float(np.radians(0.6))
"""Radians per axis: how much a clip shakes that is surely a capture, and one that is surely an estimate."""

SHAKING = float(np.radians(0.5))
"""Radians by which most joints must shake among fewer frames for errors that last some frames: captures,
which pass as they are, never do."""
OFF_BY_SHAKE = 6.0
"""How many times as far as they shake per axis, estimators' poses are off at most."""
BODY = JOINT_NAMES.index("left_hand")
"""Joints before this one are the body's; hands' roots are often left at rest."""


@dataclass(frozen=True)
class Alone:
    """What one stretch of poses tells, whatever is asked for. given: the poses without gaps. estimate: as
    `estimated` has it. turns and deviation (T, 24, 3) radians: what the network turns back, and by how much
    it may be off; None where there are too few frames to tell, or without a network."""

    given: Initial
    rotations: Moving
    path: Measured
    estimate: float = 0.0
    turns: np.ndarray | None = None
    deviation: np.ndarray | None = None


def read_alone(run: Run, person: Person, parts: list[Piece], fps: float) -> Steps[list[Alone]]:
    """What the poses in each stretch, on a grid at fps, tell of their noise, and what the network says of
    them."""
    given = yield from bridged(person, parts)
    total, done, found = sum(part.length for part in parts), 0, []
    for part, initial in zip(parts, given, strict=True):
        share = (done / total, part.length / total)
        found.append((yield from _read_part(run, initial, told(person, part), fps, share)))
        done += part.length
    return found


def _read_part(
    run: Run, initial: Initial, known: np.ndarray, fps: float, share: tuple[float, float]
) -> Steps[Alone]:
    before, width = share
    yield Progress(before, "Reading the poses")
    moving = yield from read_poses(initial[0], fps, seen=known, shaking=SHAKING)
    path = yield from read_path(initial[1], fps, known)
    if len(initial[0]) < FEWEST_SMOOTHED:
        return Alone(initial, moving, path)
    calm = yield from moving.at(1.0)
    estimate = estimated(calm.shake * steadiness(initial[0], calm.rotations))
    if not run.recipe.network:
        return Alone(initial, moving, path, estimate)
    calm = replace(calm, rotations=with_bursts(initial[0], calm.rotations, 1.0 - estimate))
    yield None
    nothing = no_targets(len(initial[1]))
    pelvis = path.usual.positions[..., 0]
    part = (before + 0.3 * width, 0.7 * width)
    seen = yield from see_and_turn(run, nothing, calm.rotations, pelvis, calm, fps, part)
    believed = seen.turns * _belief(seen.deviation, calm.shake)
    # What is constant may be the tool's way to say it: only what moves is known to be wrong.
    turns = (believed - believed.mean(0)) * estimate
    return Alone(initial, moving, path, estimate, turns, seen.deviation)


def refine_alone(
    run: Run, person: Person, parts: list[Piece], told: list[Alone], controls: Controls
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations (T, 24, 3, 3), pelvis (T, 3) and uncertainty in degrees (T, 24) of the person's frames;
    told: what each of the parts tells."""
    rotations = np.empty((person.frames, JOINT_COUNT, 3, 3))
    pelvis = np.empty((person.frames, 3))
    uncertainty = np.full((person.frames, JOINT_COUNT), np.nan)
    for part, one in zip(parts, told, strict=True):
        found = yield from _refine_part(run, one, controls.joint_smoothness)
        for whole, of_part in zip((rotations, pelvis, uncertainty), found, strict=True):
            whole[part.rows] = of_part[part.places]
    return rotations, pelvis, uncertainty


def _refine_part(
    run: Run, told: Alone, smoothness: float | np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """smoothness: of all joints, or of each (24,)."""
    unknown = np.full(told.given[0].shape[:2], np.nan)
    if len(unknown) < FEWEST_SMOOTHED or not np.any(smoothness):
        return *told.given, unknown
    calm = yield from told.rotations.at(smoothness)
    kept = (1.0 - told.estimate) * np.less_equal(smoothness, 1.0)
    steady = with_bursts(told.given[0], calm.rotations, kept)
    yield None
    path = (yield from told.path.at(float(np.ravel(smoothness)[0]))).positions[..., 0]
    if told.turns is None or told.deviation is None:
        return steady, path, unknown
    turns = told.turns * np.broadcast_to(np.not_equal(smoothness, 0.0), told.turns.shape[1:2])[:, None]
    turned = yield from in_chunks(lambda rows: steady[rows] @ matrix_from_axis_angle(turns[rows]), len(turns))
    return turned, path, degrees_of(run.engine.model.honesty, told.deviation)


def _belief(deviation: np.ndarray, shake: np.ndarray) -> np.ndarray:
    """(T, 24, 1) how far the network's turns are followed: where it is unsure (T, 24, 3) by much more than
    an estimator that shakes so much (24,) is usually off, the poses know better."""
    unsure = np.linalg.norm(deviation, axis=-1, keepdims=True)
    return np.minimum(1.0, (OFF_BY_SHAKE * shake[:, None] / np.maximum(unsure, 1e-6)) ** 2)


def estimated(shake: np.ndarray) -> float:
    """0..1, how far a clip is taken for an estimate rather than a capture, by how much its joints (24,)
    shake."""
    usual = float(np.median(shake[:BODY]))
    share = np.clip((usual - CAPTURE_SHAKE) / (ESTIMATE_SHAKE - CAPTURE_SHAKE), 0.0, 1.0)
    return float(share**2 * (3.0 - 2.0 * share))
