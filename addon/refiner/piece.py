"""One stretch of a track without a long gap: start, offsets, network, polish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..body.kinematics import forward
from ..body.points import point_positions
from ..body.rotations import matrix_from_axis_angle
from ..body.skeleton import JOINT_COUNT
from ..steps import Progress, Steps, in_chunks
from .astray import not_astray
from .evidence.calm import Told, calmed, reach_of_calm, told_by
from .evidence.own_evidence import Steady
from .evidence.targets import Targets, joints_seen
from .network.engine import Engine, to_numpy
from .network.features import POINT_COUNT, Seen, network_inputs
from .network.proposals import constant_turn_of_clip
from .start.closed_form import (
    ANCHOR_STRIDE,
    ASTRAY,
    COARSE_TO_FINE,
    COARSE_TO_VAGUE,
    FAR,
    FROM_NEIGHBOURS,
    INITIAL_DEVIATION,
    OUTLIER_SCALE,
    SETTLED,
    Initial,
    as_evidence,
    filled,
    initial_prior,
    is_given,
    move_to,
    start_from_initial,
    start_from_keypoints,
    strain,
    without_evidence,
)
from .start.jacobian import information_of
from .start.solver import Prior, solve
from .timeline import (
    NETWORK_FPS,
    at_network_rate,
    between,
    bridge,
    bridge_joints,
    interpolate,
    network_times,
    rotations_at,
)
from .whole_clip.calibration import without_offsets

CHUNK = 128
"""Frames solved at once, an iteration a step."""
NETWORK_CHUNK, CONTEXT = 1024, 110
"""Frames that the network sees at once, and those before and after them that it needs to see too: its own
reach and that of the steadied poses."""
FEWEST_POINTS, FAINT = 4, 0.1
"""A frame with fewer keypoints, each of at least this share of its best precision, takes its start from its
neighbours."""
POLISH_STEPS = (0.0,)
NETWORK_WEIGHT = 3.0
"""How much more than its own precision the network's pose counts in the polish: it has seen the keypoints
already. Chosen on the validation subjects."""


@dataclass(frozen=True)
class Recipe:
    """Which steps follow the closed-form start; all of them, but for comparisons."""

    network: bool = True
    polish: bool = True


EVERYTHING = Recipe()


@dataclass(frozen=True)
class When:
    """fps: frames per second. first: number of the first frame in the recording."""

    fps: float
    first: int = 0


@dataclass(frozen=True)
class Run:
    """What every step of one run shares; bones (24, 3) are the performer's, offsets (P, 3) those of the
    keypoints from their canonical points; initial_deviation and root_deviation (radians) are how far an
    initial pose is off, shake (24,) how much it shook; gain is a factor on the keypoints' precision in the
    polish, one for all or for each (P,). settle: iterations for frames that start from their neighbours."""

    engine: Engine
    bones: np.ndarray
    recipe: Recipe
    gain: float | np.ndarray = 1.0
    offsets: np.ndarray | None = None
    initial_deviation: float = INITIAL_DEVIATION
    root_deviation: float = np.inf
    settle: tuple[float, ...] = FROM_NEIGHBOURS
    shake: np.ndarray = field(default_factory=lambda: np.zeros(JOINT_COUNT))

    @property
    def has_offsets(self) -> bool:
        """Whether the keypoints are known to lie off their canonical points."""
        return self.offsets is not None and bool(self.offsets.any())

    def without_offsets(self, known: Targets, rotations: np.ndarray) -> Steps[Targets]:
        """The targets moved onto their canonical points, given poses (T, 24, 3, 3) near the truth."""
        if not self.has_offsets:
            return known
        assert self.offsets is not None
        return (yield from without_offsets.steps(known, self.offsets, rotations))


@dataclass(frozen=True)
class Look:
    """A stretch of T frames as the network sees it: its targets, a start of rotations (T, 24, 3, 3) and
    pelvis (T, 3), and what the network says of these; None without keypoints, or without a network. Nothing
    of it depends on the gain."""

    known: Targets
    rotations: np.ndarray
    pelvis: np.ndarray
    found: Found | None

    def rows(self, frames: slice) -> Look:
        """The same of some of the frames."""
        found = None if self.found is None else self.found.rows(frames)
        return Look(self.known.rows(frames), self.rotations[frames], self.pelvis[frames], found)


def look_at(
    run: Run, known: Targets, initial: Initial | None, when: When, share: tuple[float, float]
) -> Steps[Look]:
    """Start and network on one piece.

    initial: steadied rotations and pelvis in the world of the targets, NaN where they tell nothing. share:
    how much of the run is done, and how much this piece is.
    """
    before, width = share
    told = known.precision > FAINT * known.precision.max(0, initial=0.0)
    enough = told.sum(1) >= min(FEWEST_POINTS, known.precision.shape[1])
    if not enough.any():
        return Look(known, *without_evidence(len(enough), initial), None)

    part, given = (before, 0.55 * width), is_given(initial, len(enough))
    if not given.all():
        rotations, pelvis = yield from _from_keypoints(run, known, enough, when, part)
        initial = None if initial is None else filled(initial, given, (rotations, pelvis))
    if initial is not None:
        rotations, pelvis = yield from _from_initial(run, known, initial, part)
    known = yield from run.without_offsets(known, rotations)
    if not run.recipe.network:
        return Look(known, rotations, pelvis, None)
    part = (before + 0.55 * width, 0.15 * width)
    calm = None if initial is None else Steady(initial[0], run.shake)
    found = yield from see_and_turn(run, known, rotations, pelvis, calm, when.fps, part, given)
    turns = yield from not_astray(run.engine, run.bones, known, (rotations, pelvis), found.turns)
    found = found if turns is found.turns else replace(found, turns=turns)
    return Look(known, rotations, pelvis, found)


def polish_piece(
    run: Run, look: Look, frames: slice, fps: float, share: tuple[float, float]
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Rotations (N, 24, 3, 3), pelvis (N, 3) and uncertainty in degrees (N, 24) of some frames of a piece
    that the network has seen; share as `look_at` takes it."""
    before = max(frames.start - reach_of_calm(fps), 0)
    inside = slice(frames.start - before, frames.stop - before)
    near = slice(before, frames.stop + reach_of_calm(fps))
    told = told_by(look.known.precision, look.known.indices).rows(near)
    look = look.rows(near)
    found = look.found
    if found is None:
        unknown = np.full(look.rotations.shape[:2], np.nan)
        return look.rotations[inside], look.pelvis[inside], unknown[inside]

    def polish(rows: slice) -> Steps[tuple[Any, Any]]:
        return _polish(run, look.known.rows(rows), look.rotations[rows], look.pelvis[rows], found.rows(rows))

    done, width = share
    part = (done + 0.7 * width, 0.3 * width)
    rotations, pelvis = yield from _chunks(len(look.pelvis), polish, "Polishing", *part)
    calm = yield from calmed(rotations, pelvis, told, found.deviation, fps)
    rotations, pelvis = yield from _back_to_points(run, look, found, told, (rotations, pelvis), calm)
    uncertain = degrees_of(run.engine.model.honesty, found.deviation)
    return rotations[inside], pelvis[inside], uncertain[inside]


def degrees_of(honesty: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """(T, 24) degrees by which joints are off, from what the network says (T, 24, 3) in radians."""
    factor, exponent = honesty
    return factor * np.degrees(np.sqrt((deviation**2).sum(-1))) ** exponent


def _chunks(
    frames: int, work: Callable[[slice], Steps[tuple[Any, Any]]], message: str, before: float, width: float
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """Rotations, in single precision, and pelvis of all frames from work(rows), CHUNK frames at a time."""
    whole: Initial = np.empty((frames, JOINT_COUNT, 3, 3), np.float32), np.empty((frames, 3))
    for first in range(0, frames, CHUNK):
        yield Progress(min(before + width * first / frames, 1.0), message)
        rows = slice(first, first + CHUNK)
        found = yield from work(rows)
        for values, part in zip(whole, found, strict=True):
            values[rows] = to_numpy(part)
    return whole


def _anchors(rows: np.ndarray, when: When) -> np.ndarray:
    """Those of these frames (N,) that are started from nothing: the first of every few numbers, so that where
    a recording is cut changes little, and both sides of what is not seen for as long."""
    if len(rows) == 1:
        return rows
    stride = max(1, round(ANCHOR_STRIDE * when.fps / NETWORK_FPS))
    begun = np.diff((rows + when.first) // stride, prepend=-1) > 0
    first = np.diff(rows, prepend=-stride - 1) > stride
    return rows[begun | first | np.roll(first, -1)]


def _from_keypoints(
    run: Run, known: Targets, enough: np.ndarray, when: When, share: tuple[float, float]
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """The closed-form start without an initial pose: every few frames from nothing, the others from
    between."""
    before, width = share
    rows, frames = np.flatnonzero(enough), len(enough)
    anchors = _anchors(rows, when)
    prior, bones = run.engine.prior, run.engine.array(run.bones)
    coarse = COARSE_TO_FINE if run.settle == FROM_NEIGHBOURS else COARSE_TO_VAGUE

    def fit(part: slice) -> Steps[tuple[Any, Any]]:
        evidence = as_evidence(known.rows(anchors[part]), bones)
        return start_from_keypoints.steps(evidence, bones, prior, coarse)

    fitted = yield from _chunks(len(anchors), fit, "Fitting", before, 0.4 * width)
    if len(anchors) == frames and not run.has_offsets:
        return fitted
    poses = yield from between(fitted, anchors, np.arange(frames))
    known = yield from run.without_offsets(known, poses[0])
    rest = (before + 0.4 * width, 0.6 * width)
    settled = np.arange(frames)
    if run.settle == FROM_NEIGHBOURS:
        poses = yield from _settle(run, known, poses, settled, rest)
    else:
        poses, settled = yield from _settle_some(run, known, poses, rows, anchors, rest)
    poses = yield from _astray_again(run, known, poses, rows, anchors, settled)
    rotations, pelvis = yield from bridge.steps(*poses, enough)
    rotations = yield from bridge_joints(rotations, joints_seen(known))
    return (yield from at_network_rate(rotations, when.fps)), pelvis


def _astray_again(
    run: Run, known: Targets, poses: Initial, rows: np.ndarray, anchors: np.ndarray, settled: np.ndarray
) -> Steps[Initial]:
    """Poses of which those that settled far from their points, as those between two anchors half a turn apart
    do, start from nothing like anchors. settled (N,): the frames that tell whether there are any."""
    astray, strains = settled, np.zeros(len(known.raw))
    for some in (settled, rows):
        if len(astray):
            strains[some] = yield from _strains(run, known.rows(some), (poses[0][some], poses[1][some]))
            astray = some[strains[some] > np.interp(some, anchors, strains[anchors]) + ASTRAY]
    prior, bones = run.engine.prior, run.engine.array(run.bones)
    for first in range(0, len(astray), CHUNK):
        some = astray[first : first + CHUNK]
        evidence = as_evidence(known.rows(some), bones)
        found = yield from start_from_keypoints.steps(evidence, bones, prior)
        nearer = to_numpy(strain(*found, evidence, bones)) < strains[some] / 2.0
        for whole, part in zip(poses, found, strict=True):
            whole[some[nearer]] = to_numpy(part)[nearer]
    return poses


def _settle(
    run: Run, known: Targets, poses: Initial, some: np.ndarray, share: tuple[float, float]
) -> Steps[Initial]:
    """Some frames (N,) of poses that are near, fitted to their own points."""
    array, prior, bones = run.engine.array, run.engine.prior, run.engine.array(run.bones)

    def fit(part: slice) -> Steps[tuple[Any, Any]]:
        near = array(poses[0][some[part]]), array(poses[1][some[part]])
        evidence = as_evidence(known.rows(some[part]), bones)
        return solve.steps(*near, bones, evidence, (prior,), run.settle, OUTLIER_SCALE, SETTLED)

    return (yield from _chunks(len(some), fit, "Fitting", *share))


def _settle_some(
    run: Run, known: Targets, poses: Initial, rows: np.ndarray, some: np.ndarray, share: tuple[float, float]
) -> Steps[tuple[Initial, np.ndarray]]:
    """Poses of which some frames settle, and others of these rows, those halfway first, only where those do
    not lead as near to their points; and the frames (N,) that settled."""
    (before, width), frames = share, len(poses[1])
    settled = yield from _settle(run, known, poses, some, (before, 0.4 * width))
    for level, others in enumerate((rows[np.isin(rows, (some[1:] + some[:-1]) // 2)], rows)):
        asked = np.union1d(some, others)
        part, known_there = (yield from between(settled, some, asked)), known.rows(asked)
        strains = yield from _strains(run, known_there, part)
        far = strains > np.interp(asked, some, strains[np.isin(asked, some)]) + FAR
        far &= np.isin(asked, others)
        rest = (before + (0.4 + 0.3 * level) * width, 0.3 * width)
        again = yield from _settle(run, known_there, part, np.flatnonzero(far), rest)
        for whole, found in zip(part, again, strict=True):
            whole[far] = found
        kept = far | np.isin(asked, some)
        some, settled = asked[kept], (part[0][kept], part[1][kept])
    return (yield from between(settled, some, np.arange(frames))), some


def _strains(run: Run, known: Targets, poses: Initial) -> Steps[np.ndarray]:
    """(T,) how far poses are from their keypoints, as `strain` has it."""
    bones = run.engine.array(run.bones)

    def strained(part: slice) -> np.ndarray:
        near = run.engine.array(poses[0][part]), run.engine.array(poses[1][part])
        return to_numpy(strain(*near, as_evidence(known.rows(part), bones), bones))

    return (yield from in_chunks(strained, len(poses[1]), 2 * CHUNK))


def _from_initial(
    run: Run, known: Targets, initial: Initial, share: tuple[float, float]
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """The closed-form start from the initial pose of every frame."""
    known = yield from run.without_offsets(known, initial[0])

    def held(rotations: Any) -> Prior:
        return initial_prior(rotations, run.initial_deviation, run.root_deviation)

    prior, bones = run.engine.prior, run.engine.array(run.bones)

    def fit(part: slice) -> Steps[tuple[Any, Any]]:
        rotations, pelvis = run.engine.array(initial[0][part]), run.engine.array(initial[1][part])
        evidence = as_evidence(known.rows(part), bones)
        return start_from_initial.steps(rotations, pelvis, evidence, bones, (prior, held(rotations)))

    return (yield from _chunks(len(known.raw), fit, "Fitting", *share))


@dataclass(frozen=True)
class Found:
    """What the network says of T frames: turns and deviation (T, 24, 3) in radians, trust (T, P), the points'
    deviation in metres."""

    turns: np.ndarray
    deviation: np.ndarray
    trust: np.ndarray

    def rows(self, frames: slice | np.ndarray) -> Found:
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
    given: np.ndarray | None = None,
) -> Steps[Found]:
    """The network's pass over a start (T, 24, 3, 3) at the file's rate; initial: the steadied poses that were
    given, in the frames (T,) of `given` or in all."""
    guess = rotations if initial is None else initial.rotations
    constant = yield from constant_turn_of_clip(rotations, guess)
    habits = constant, np.zeros(JOINT_COUNT) if initial is None else initial.shake
    evidence = yield from in_chunks(lambda rows: _columns(known.rows(rows)), len(rotations))
    told = np.full(len(rotations), float(initial is not None)) if given is None else given.astype(float)
    times = network_times(len(rotations), fps)
    if times is not None:
        told = told[np.round(times).astype(int)]
        guess = yield from rotations_at(guess, times)
        rotations = guess if initial is None else (yield from rotations_at(rotations, times))
        pelvis, evidence = interpolate(pelvis, times), (yield from _at(evidence, times))
    parts = []
    for first in range(0, len(rotations), NETWORK_CHUNK):
        yield Progress(min(share[0] + share[1] * first / len(rotations), 1.0), "Refining")
        # With all the frames around it that a frame depends on, so that no seam is left.
        before, last = max(first - CONTEXT, 0), min(first + NETWORK_CHUNK, len(rotations))
        rows, inside = slice(before, last + CONTEXT), slice(first - before, last - before)
        start = rotations[rows], pelvis[rows], guess[rows]
        seen = yield from _seen(run, known.indices, evidence[rows], start, told[rows], *habits)
        result = yield from run.engine.run((yield from network_inputs.steps(seen)))
        found = (result.turns, result.deviation, result.point_deviation)
        parts.append([to_numpy(values)[inside].astype(float) for values in found])
    outputs = [np.concatenate(values) for values in zip(*parts, strict=True)]
    outputs[2] = outputs[2][:, known.indices]
    if times is not None:
        back = np.interp(np.arange(len(known.raw)), times, np.arange(len(times)))
        for place, values in enumerate(outputs):
            outputs[place] = yield from _at(values, back)
    return Found(*outputs)


def _columns(known: Targets) -> np.ndarray:
    """(T, P, 7): the points' positions, detail and precision."""
    return np.concatenate([known.positions, known.detail, known.precision[..., None]], -1)


def _at(values: np.ndarray, times: np.ndarray) -> Steps[np.ndarray]:
    """`interpolate` of a whole clip, some frames a step."""
    found: np.ndarray = yield from in_chunks(lambda rows: interpolate(values, times[rows]), len(times))
    return found


def _seen(
    run: Run,
    indices: np.ndarray,
    evidence: np.ndarray,
    start: tuple[np.ndarray, np.ndarray, np.ndarray],
    given: np.ndarray,
    constant: np.ndarray,
    shake: np.ndarray,
) -> Steps[Seen]:
    """What the network sees of some frames; evidence (T, P, 7): the points' positions, detail, precision;
    start: rotations, pelvis and initial pose, given where that (T,) is 1; constant, shake: as in `Seen`."""
    array, (rotations, pelvis, guess) = run.engine.array, start
    everywhere = np.zeros((len(rotations), POINT_COUNT, evidence.shape[-1]), np.float32)
    everywhere[:, indices] = evidence
    pose, bones = (array(rotations), array(pelvis)), array(run.bones)
    posed = forward(*pose, bones)
    yield None

    def told_in(rows: slice) -> np.ndarray:
        precision = array(evidence[rows, :, 6])
        return to_numpy(information_of(posed[0][rows], posed[1][rows], bones, indices, precision))

    told = array((yield from in_chunks(told_in, len(rotations), CHUNK)))
    yield None
    return Seen(
        *pose,
        bones,
        array(everywhere[..., :3]),
        array(everywhere[..., 3:6]),
        array(everywhere[..., 6]),
        told,
        array(guess),
        array(given),
        array(constant),
        array(shake),
        posed,
    )


def _polish(
    run: Run,
    known: Targets,
    rotations: np.ndarray,
    pelvis: np.ndarray,
    found: Found,
) -> Steps[tuple[Any, Any]]:
    """Gauss–Newton from the network's pose, each side weighted by what the network says of it.

    Without polish the network's pose as it is, moved onto its keypoints.
    """
    array = run.engine.array
    refined, bones = array(rotations) @ matrix_from_axis_angle(array(found.turns)), array(run.bones)
    if not run.recipe.polish:
        return refined, move_to(refined, as_evidence(known, refined), bones)
    return (yield from _fit(run, known, refined, array(pelvis), found, 1.0))


def _back_to_points(
    run: Run, look: Look, found: Found, told: Told, polished: Initial, calm: Initial
) -> Steps[Initial]:
    """Calm poses with the points that are still told, where others are not, where polished ones had them."""
    rows, bones = np.flatnonzero(told.lost & (told.place >= 1.0)), run.engine.array(run.bones)
    for first in range(0, len(rows) if run.recipe.polish else 0, CHUNK):
        some = rows[first : first + CHUNK]
        turned, moved, calm_turned, calm_moved = (run.engine.array(part[some]) for part in (*polished, *calm))
        places = point_positions(*forward(turned, moved, bones), bones, look.known.indices)
        known, share = replace(look.known.rows(some), positions=to_numpy(places)), told.points[some] ** 2
        fitted = yield from _fit(run, known, calm_turned, calm_moved, found.rows(some), share)
        for values, part in zip(calm, fitted, strict=True):
            values[some] = to_numpy(part)
    return calm


def _fit(
    run: Run, known: Targets, refined: Any, pelvis: Any, found: Found, share: float | np.ndarray
) -> Steps[tuple[Any, Any]]:
    """Gauss–Newton from a pose as sure as the network; share: (N, P) of the points' precision."""
    array = run.engine.array
    precision = run.gain * np.minimum(1.0 / found.trust**2, known.precision) * share
    evidence = as_evidence(known, refined, precision)
    prior = Prior(refined, array(NETWORK_WEIGHT / found.deviation**2))
    return (yield from solve.steps(refined, pelvis, array(run.bones), evidence, (prior,), POLISH_STEPS))
