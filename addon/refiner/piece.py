"""One stretch of a track without a long gap: start, offsets, network, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT
from .calibration import without_offsets
from .engine import Engine, to_numpy
from .errors import Cancelled
from .evidence import Targets, joints_seen
from .features import POINT_COUNT, Seen, network_inputs
from .jacobian import information
from .own_evidence import Steady
from .proposals import constant_turn
from .solver import Evidence, Prior, solve
from .start import (
    ANCHOR_STRIDE,
    FROM_NEIGHBOURS,
    INITIAL_DEVIATION,
    OUTLIER_SCALE,
    as_evidence,
    initial_prior,
    move_to,
    start_from_initial,
    start_from_keypoints,
)
from .timeline import (
    NETWORK_FPS,
    bridge,
    bridge_joints,
    interpolate,
    interpolate_rotations,
    network_times,
)

CHUNK = 64
"""Frames solved at once; between chunks a person can cancel."""
NETWORK_CHUNK, CONTEXT = 512, 110
"""Frames that the network sees at once, and those before and after them that it needs to see too: its own
reach and that of the steadied poses."""
FEWEST_POINTS, FAINT = 4, 0.1
"""A frame with fewer keypoints, each of at least this share of its best precision, takes its start from its
neighbours."""
POLISH_STEPS = (0.0,)
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
    """What every step of one run shares; bones (24, 3) are the performer's, offsets (P, 3) those of the
    keypoints from their canonical points; initial_deviation and root_deviation (radians) are how far an
    initial pose is off, shake (24,) how much it shook; gain is a factor on the keypoints' precision in the
    polish, one for all or for each (P,)."""

    engine: Engine
    bones: np.ndarray
    progress: Progress
    cancelled: Callable[[], bool]
    recipe: Recipe
    gain: float | np.ndarray = 1.0
    offsets: np.ndarray | None = None
    initial_deviation: float = INITIAL_DEVIATION
    root_deviation: float = np.inf
    shake: np.ndarray = field(default_factory=lambda: np.zeros(JOINT_COUNT))

    def without_offsets(self, known: Targets, rotations: np.ndarray) -> Targets:
        """The targets moved onto their canonical points, given poses (T, 24, 3, 3) near the truth."""
        return known if self.offsets is None else without_offsets(known, self.offsets, rotations)

    def step(self, fraction: float, message: str) -> None:
        """Says how far the run is. Raises Cancelled when asked to stop."""
        if self.cancelled():
            raise Cancelled
        self.progress(min(fraction, 1.0), message)


def refine_piece(
    run: Run, known: Targets, initial: Initial | None, fps: float, share: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rotations (T, 24, 3, 3), pelvis (T, 3) and uncertainty in degrees (T, 24) of one piece.

    initial: steadied rotations and pelvis in the world of the targets. share: how much of the run is done,
    and how much this piece is. Raises Cancelled when asked to stop.
    """
    before, width = share
    told = known.precision > FAINT * known.precision.max(0, initial=0.0)
    enough = told.sum(1) >= min(FEWEST_POINTS, known.precision.shape[1])
    if not enough.any():
        return _without_evidence(len(enough), initial)

    part = (before, 0.55 * width)
    if initial is None:
        rotations, pelvis = _from_keypoints(run, known, enough, fps, part)
    else:
        rotations, pelvis = _from_initial(run, known, initial, part)
    known = run.without_offsets(known, rotations)
    if not run.recipe.network:
        return rotations, pelvis, np.full(rotations.shape[:2], np.nan)
    part = (before + 0.55 * width, 0.15 * width)
    calm = None if initial is None else Steady(initial[0], run.shake)
    found = see_and_turn(run, known, rotations, pelvis, calm, fps, part)

    def polish(rows: slice) -> tuple[Any, Any]:
        return _polish(run, known.rows(rows), rotations[rows], pelvis[rows], found.rows(rows))

    rotations, pelvis = _chunks(run, len(enough), polish, "Polishing", before + 0.7 * width, 0.3 * width)
    return rotations, pelvis, degrees_of(run.engine.model.honesty, found.deviation)


def degrees_of(honesty: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(T, 24) degrees by which joints are off, from what the network says (T, 24, 3) in radians."""
    factor, exponent = honesty
    return factor * np.degrees(np.sqrt((deviation**2).sum(-1))) ** exponent


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


def _from_keypoints(
    run: Run, known: Targets, enough: np.ndarray, fps: float, share: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The closed-form start without an initial pose: every few frames from nothing, the others from
    between."""
    before, width = share
    rows = np.flatnonzero(enough)
    anchors = np.unique([*rows[:: max(1, round(ANCHOR_STRIDE * fps / NETWORK_FPS))], rows[-1]])
    prior, bones = _pose_prior(run.engine), run.engine.array(run.bones)

    def fit(part: slice) -> tuple[Any, Any]:
        return start_from_keypoints(as_evidence(known.rows(anchors[part]), bones), bones, prior)

    rotations, pelvis = _chunks(run, len(anchors), fit, "Fitting", before, 0.4 * width)
    times = np.interp(np.arange(len(enough)), anchors, np.arange(len(anchors)))
    rotations, pelvis = interpolate_rotations(rotations, times), interpolate(pelvis, times)
    known = run.without_offsets(known, rotations)

    def settle(part: slice) -> tuple[Any, Any]:
        near = run.engine.array(rotations[part]), run.engine.array(pelvis[part])
        evidence = as_evidence(known.rows(part), bones)
        return solve(*near, bones, evidence, (prior,), FROM_NEIGHBOURS, OUTLIER_SCALE)

    rotations, pelvis = _chunks(run, len(enough), settle, "Fitting", before + 0.4 * width, 0.6 * width)
    rotations, pelvis = bridge(rotations, pelvis, enough)
    return bridge_joints(rotations, joints_seen(known)), pelvis


def _from_initial(
    run: Run, known: Targets, initial: Initial, share: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The closed-form start from the initial pose of every frame."""
    known = run.without_offsets(known, initial[0])

    def held(rotations: Any) -> Prior:
        return initial_prior(rotations, run.initial_deviation, run.root_deviation)

    prior, bones = _pose_prior(run.engine), run.engine.array(run.bones)

    def fit(part: slice) -> tuple[Any, Any]:
        rotations, pelvis = run.engine.array(initial[0][part]), run.engine.array(initial[1][part])
        evidence = as_evidence(known.rows(part), bones)
        return start_from_initial(rotations, pelvis, evidence, bones, (prior, held(rotations)))

    return _chunks(run, len(known.raw), fit, "Fitting", *share)


def _pose_prior(engine: Engine) -> Prior:
    return Prior(engine.array(engine.model.prior_mean), engine.array(engine.model.prior_precision))


@dataclass(frozen=True)
class Found:
    """What the network says of T frames: turns and deviation (T, 24, 3) in radians, trust (T, P), the points'
    deviation in metres."""

    turns: np.ndarray
    deviation: np.ndarray
    trust: np.ndarray

    def rows(self, frames: slice) -> Found:
        """The same of some of the frames."""
        return Found(self.turns[frames], self.deviation[frames], self.trust[frames])


def see_and_turn(
    run: Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    initial: Steady | None,
    fps: float,
    share: tuple[float, float],
) -> Found:
    """The network's pass over a start (T, 24, 3, 3) at the file's rate; initial: the steadied poses that were
    given."""
    guess = rotations if initial is None else initial.rotations
    constant = constant_turn(rotations, guess)
    shake = np.zeros(JOINT_COUNT) if initial is None else initial.shake
    evidence = np.concatenate([known.positions, known.detail, known.precision[..., None]], -1)
    times = network_times(len(rotations), fps)
    if times is not None:
        rotations, guess = interpolate_rotations(rotations, times), interpolate_rotations(guess, times)
        pelvis, evidence = interpolate(pelvis, times), interpolate(evidence, times)
    parts = []
    for first in range(0, len(rotations), NETWORK_CHUNK):
        run.step(share[0] + share[1] * first / len(rotations), "Refining")
        # With all the frames around it that a frame depends on, so that no seam is left.
        before, last = max(first - CONTEXT, 0), min(first + NETWORK_CHUNK, len(rotations))
        rows, inside = slice(before, last + CONTEXT), slice(first - before, last - before)
        seen = _seen(run, known.indices, rotations[rows], pelvis[rows], evidence[rows], guess[rows])
        seen = replace(
            seen, has_initial=seen.has_initial * float(initial is not None),
            constant=run.engine.array(constant), shake=run.engine.array(shake),
        )  # fmt: skip
        result = run.engine.run(network_inputs(seen))
        found = (result.turns, result.deviation, result.point_deviation)
        parts.append([to_numpy(values)[inside].astype(float) for values in found])
    outputs = [np.concatenate(values) for values in zip(*parts, strict=True)]
    outputs[2] = outputs[2][:, known.indices]
    if times is not None:
        back = np.interp(np.arange(len(known.raw)), times, np.arange(len(times)))
        outputs = [interpolate(values, back) for values in outputs]
    return Found(*outputs)


def _seen(
    run: Run,
    indices: np.ndarray,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    evidence: np.ndarray,
    guess: np.ndarray,
) -> Seen:
    """What the network sees of some frames; evidence (T, P, 7): the points' positions, detail, precision."""
    array = run.engine.array
    everywhere = np.zeros((len(rotations), POINT_COUNT, evidence.shape[-1]))
    everywhere[:, indices] = evidence
    pose, bones = (array(rotations), array(pelvis)), array(run.bones)
    return Seen(
        *pose,
        bones,
        array(everywhere[..., :3]),
        array(everywhere[..., 3:6]),
        array(everywhere[..., 6]),
        information(*pose, bones, indices, array(evidence[..., 6])),
        array(guess),
        array(np.ones(len(rotations))),
        array(np.zeros((JOINT_COUNT, 3))),
        array(np.zeros(JOINT_COUNT)),
    )


def _polish(
    run: Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    found: Found,
) -> tuple[Any, Any]:
    """Gauss–Newton from the network's pose, each side weighted by what the network says of it.

    Without polish the network's pose as it is, moved onto its keypoints.
    """
    array = run.engine.array
    refined, bones = array(rotations) @ matrix_from_axis_angle(array(found.turns)), array(run.bones)
    if not run.recipe.polish:
        return refined, move_to(refined, as_evidence(known, refined), bones)
    precision = run.gain * np.minimum(1.0 / found.trust**2, known.precision)
    evidence = Evidence(known.indices, array(known.positions), array(precision))
    prior = Prior(refined, array(NETWORK_WEIGHT / found.deviation**2))
    return solve(refined, array(pelvis), bones, evidence, (prior,), POLISH_STEPS)
