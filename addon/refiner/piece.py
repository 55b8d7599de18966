"""One stretch of a track without a long gap: start, offsets, network, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT
from .definitions import without_offsets
from .engine import Engine, to_numpy
from .errors import Cancelled
from .evidence import Targets, joints_seen
from .features import POINT_COUNT, features
from .solver import Evidence, Prior, solve
from .start import (
    OUTLIER_SCALE,
    as_evidence,
    initial_prior,
    move_to,
    start_from_initial,
    start_from_keypoints,
)
from .timeline import bridge, bridge_joints, interpolate, interpolate_rotations, network_times

CHUNK = 64
"""Frames solved at once; between chunks a person can cancel."""
FEWEST_POINTS = 4
"""A frame with fewer keypoints takes its start from its neighbours."""
POLISH_STEPS = (0.0, 0.0)
NETWORK_WEIGHT = 3.0
"""How much more than its own precision the network's pose counts in the polish: it has seen the keypoints
already. Chosen on the validation subjects."""

Progress = Callable[[float, str], None]
Initial = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Recipe:
    """Which steps follow the closed-form start; all of them, but for comparisons."""

    network: bool = True
    polish: bool = True


EVERYTHING = Recipe()


@dataclass(frozen=True)
class Run:
    """What every step of one run shares; bones (24, 3) are the performer's; gain is a factor on the
    keypoints' precision in the polish."""

    engine: Engine
    bones: np.ndarray
    progress: Progress
    cancelled: Callable[[], bool]
    recipe: Recipe
    gain: float = 1.0

    def step(self, fraction: float, message: str) -> None:
        """Says how far the run is. Raises Cancelled when asked to stop."""
        if self.cancelled():
            raise Cancelled
        self.progress(min(fraction, 1.0), message)


def refine_piece(
    run: Run, known: Targets, initial: Initial | None, fps: float, share: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotations (T, 24, 3, 3), pelvis (T, 3) and uncertainty in degrees (T, 24) of one piece.

    initial: rotations and pelvis in the world of the targets. share: how much of the run is done, and how
    much this piece is. Raises Cancelled when asked to stop.
    """
    before, width = share
    enough = (known.precision > 0).sum(1) >= min(FEWEST_POINTS, known.precision.shape[1])
    if not enough.any():
        return _without_evidence(len(enough), initial)

    def solve_start(rows: slice) -> tuple[Any, Any]:
        return _start(
            run, known.rows(rows), None if initial is None else (initial[0][rows], initial[1][rows])
        )

    rotations, pelvis = _chunks(run, len(enough), solve_start, "Fitting", before, 0.45 * width)
    known = without_offsets(known, rotations, pelvis, run.bones, fps)

    def solve_again(rows: slice) -> tuple[Any, Any]:
        return _settle(
            run,
            known.rows(rows),
            rotations[rows],
            pelvis[rows],
            None if initial is None else initial[0][rows],
        )

    rotations, pelvis = _chunks(run, len(enough), solve_again, "Fitting", before + 0.45 * width, 0.1 * width)
    if initial is None:
        rotations, pelvis = bridge(rotations, pelvis, enough)
        rotations = bridge_joints(rotations, joints_seen(known))
    if not run.recipe.network:
        return rotations, pelvis, np.full(rotations.shape[:2], np.nan)
    run.step(before + 0.55 * width, "Refining")
    guess = rotations if initial is None else initial[0]
    turns, deviation, trust = _network(run, known, rotations, pelvis, guess, initial is not None, fps)

    def polish(rows: slice) -> tuple[Any, Any]:
        return _polish(
            run, known.rows(rows), rotations[rows], pelvis[rows], turns[rows], deviation[rows], trust[rows]
        )

    rotations, pelvis = _chunks(run, len(enough), polish, "Polishing", before + 0.7 * width, 0.3 * width)
    return rotations, pelvis, np.degrees(np.sqrt((deviation**2).sum(-1)))


def _without_evidence(frames: int, initial: Initial | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A piece with too few keypoints in every frame: its initial poses, or nothing (NaN)."""
    unknown = np.full((frames, JOINT_COUNT), np.nan)
    if initial is not None:
        return *initial, unknown
    return np.full((frames, JOINT_COUNT, 3, 3), np.nan), np.full((frames, 3), np.nan), unknown


def _chunks(
    run: Run, frames: int, work: Callable[[slice], tuple[Any, Any]], message: str, before: float, width: float
) -> tuple[np.ndarray, np.ndarray]:
    done = []
    for first in range(0, frames, CHUNK):
        run.step(before + width * first / frames, message)
        rotations, pelvis = work(slice(first, first + CHUNK))
        done.append((to_numpy(rotations), to_numpy(pelvis)))
    return np.concatenate([r for r, _ in done]).astype(float), np.concatenate([p for _, p in done]).astype(
        float
    )


def _start(run: Run, known: Targets, initial: Initial | None) -> tuple[Any, Any]:
    engine = run.engine
    bones = engine.array(run.bones)
    prior = _pose_prior(engine)
    evidence = as_evidence(known, bones)
    if initial is None:
        return start_from_keypoints(evidence, bones, prior)
    rotations, pelvis = engine.array(initial[0]), engine.array(initial[1])
    return start_from_initial(rotations, pelvis, evidence, bones, (prior, initial_prior(rotations)))


def _settle(
    run: Run, known: Targets, rotations: np.ndarray, pelvis: np.ndarray, initial: np.ndarray | None
) -> tuple[Any, Any]:
    """One more step of the start, after the targets were moved by their offsets."""
    array = run.engine.array
    priors: tuple[Prior, ...] = (_pose_prior(run.engine),)
    if initial is not None:
        priors += (initial_prior(array(initial)),)
    evidence = as_evidence(known, array(run.bones))
    return solve(array(rotations), array(pelvis), array(run.bones), evidence, priors, (0.0,), OUTLIER_SCALE)


def _pose_prior(engine: Engine) -> Prior:
    return Prior(engine.array(engine.model.prior_mean), engine.array(engine.model.prior_precision))


def _network(
    run: Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    initial: np.ndarray,
    has_initial: bool,
    fps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turns and deviation (T, 24, 3) in radians and the points' deviation (T, P) in metres, at the file's
    rate."""
    times = network_times(len(rotations), fps)
    positions, precision = known.positions, known.precision
    if times is not None:
        rotations, initial = interpolate_rotations(rotations, times), interpolate_rotations(initial, times)
        pelvis, positions, precision = (interpolate(v, times) for v in (pelvis, positions, precision))
    everywhere = np.zeros((len(rotations), POINT_COUNT, 4), np.float32)
    everywhere[:, known.indices] = np.concatenate([positions, precision[..., None]], -1)
    array = run.engine.array
    flag = array(np.full(len(rotations), float(has_initial)))
    inputs = features(
        array(rotations), array(pelvis), array(run.bones), array(everywhere[..., :3]),
        array(everywhere[..., 3]),
        array(initial), flag,
    )  # fmt: skip
    result = run.engine.run(inputs)
    outputs = [to_numpy(v).astype(float) for v in (result.turns, result.deviation, result.point_deviation)]
    outputs[2] = outputs[2][:, known.indices]
    if times is not None:
        back = np.interp(np.arange(len(known.raw)), times, np.arange(len(times)))
        outputs = [interpolate(values, back) for values in outputs]
    return outputs[0], outputs[1], outputs[2]


def _polish(
    run: Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    turns: np.ndarray,
    deviation: np.ndarray,
    trust: np.ndarray,
) -> tuple[Any, Any]:
    """Gauss–Newton from the network's pose, each side weighted by what the network says of it.

    Without polish the network's pose as it is, moved onto its keypoints.
    """
    array = run.engine.array
    refined, bones = array(rotations) @ matrix_from_axis_angle(array(turns)), array(run.bones)
    if not run.recipe.polish:
        return refined, move_to(refined, as_evidence(known, refined), bones)
    precision = np.where(known.precision > 0, run.gain / trust**2, 0.0)
    evidence = Evidence(known.indices, array(known.positions), array(precision))
    prior = Prior(refined, array(NETWORK_WEIGHT / deviation**2))
    return solve(refined, array(pelvis), bones, evidence, (prior,), POLISH_STEPS)
