"""An estimator's poses without keypoints: they are their own evidence.

What shakes is measured and taken away (`own_evidence`); the network, trained on such clips, turns back what
moves as no body does; both only as far as the clip shows that it is an estimate: a clean capture passes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT, JOINT_NAMES
from ..recording import Person
from ..steps import Progress, Steps, in_chunks
from .bursts import steadiness, with_bursts
from .controls import Controls
from .evidence import no_targets
from .own_evidence import steady, steady_path
from .piece import Initial, Run, degrees_of, see_and_turn
from .smoothing import FEWEST_SMOOTHED
from .timeline import Piece

CAPTURE_SHAKE, ESTIMATE_SHAKE = float(np.radians(0.15)), float(np.radians(0.6))
"""Radians per axis: how much a clip shakes that is surely a capture, and one that is surely an estimate."""

BODY = JOINT_NAMES.index("left_hand")
"""Joints before this one are the body's; hands' roots are often left at rest."""


def refine_alone(
    run: Run, person: Person, parts: list[Piece], given: list[Initial], controls: Controls
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations (T, 24, 3, 3), pelvis (T, 3) and uncertainty in degrees (T, 24) of the person's frames;
    given: the poses of each of the parts, without gaps."""
    rotations = np.empty((person.frames, JOINT_COUNT, 3, 3))
    pelvis = np.empty((person.frames, 3))
    uncertainty = np.full((person.frames, JOINT_COUNT), np.nan)
    total, done = sum(part.length for part in parts), 0
    for part, initial in zip(parts, given, strict=True):
        share = (done / total, part.length / total)
        found = yield from _refine_part(run, initial, person.fps, controls.joint_smoothness, share)
        for whole, of_part in zip((rotations, pelvis, uncertainty), found, strict=True):
            whole[part.rows] = of_part[part.places]
        done += part.length
    return rotations, pelvis, uncertainty


def _refine_part(
    run: Run, initial: Initial, fps: float, smoothness: float | np.ndarray, share: tuple[float, float]
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    unknown = np.full(initial[0].shape[:2], np.nan)
    if len(initial[0]) < FEWEST_SMOOTHED or not np.any(smoothness):
        return *initial, unknown
    before, width = share
    yield Progress(before, "Reading the poses")
    calm = yield from steady.steps(initial[0], fps, smoothness)
    estimate = estimated(calm.shake * steadiness(initial[0], calm.rotations))
    kept = (1.0 - estimate) * np.less_equal(smoothness, 1.0)
    calm = replace(calm, rotations=with_bursts(initial[0], calm.rotations, kept))
    yield None
    path = yield from steady_path(initial[1], fps, float(np.ravel(smoothness)[0]))
    if not run.recipe.network:
        return calm.rotations, path, unknown
    nothing = no_targets(len(path))
    part = (before + 0.3 * width, 0.7 * width)
    seen = yield from see_and_turn(run, nothing, calm.rotations, path, calm, fps, part)
    # What is constant may be the tool's way to say it: only what moves is known to be wrong.
    turns = (seen.turns - seen.turns.mean(0)) * estimate
    turns *= np.broadcast_to(np.not_equal(smoothness, 0.0), turns.shape[1:2])[:, None]
    turned = yield from in_chunks(
        lambda rows: calm.rotations[rows] @ matrix_from_axis_angle(turns[rows]), len(turns)
    )
    return turned, path, degrees_of(run.engine.model.honesty, seen.deviation)


def estimated(shake: np.ndarray) -> float:
    """0..1, how far a clip is taken for an estimate rather than a capture, by how much its joints (24,)
    shake."""
    usual = float(np.median(shake[:BODY]))
    share = np.clip((usual - CAPTURE_SHAKE) / (ESTIMATE_SHAKE - CAPTURE_SHAKE), 0.0, 1.0)
    return float(share**2 * (3.0 - 2.0 * share))
