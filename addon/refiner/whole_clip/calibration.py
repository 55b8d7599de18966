"""What is constant over a clip, estimated from all of it: bone lengths, and what a detector means by its
points.

A detector's hip is not SMPL's hip: each keypoint may lie at a constant offset from its canonical point,
carried by the bone it hangs on. Some frames' poses, the ratios of bone lengths and these offsets are fitted
together (Gauss–Newton); the poses are eliminated frame by frame (Schur complement), so the cost is that of
a few frames. Frames are worked on in single precision, which is much faster; what they tell together of the
constants is kept in double.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.hands import SIDES
from ...body.kinematics import carried, forward
from ...body.points import MIRROR_POINTS, POINT_WEIGHTS
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS, SUBTREE
from ...steps import Stepped, Steps, in_chunks
from ..evidence.smoothing import FEWEST_SMOOTHED
from ..evidence.targets import Targets
from ..start.closed_form import OUTLIER_SCALE, initial_prior, start_from_initial, start_from_keypoints
from ..start.solver import Evidence, Prior, System, linearise, moved, prior_cost, solve
from ..start.triangles import inverse_factors, log_determinants
from .directions import metric_of
from .proportions import Proportions, mean_directions

MOST_FRAMES = 48
APART, ENOUGH = 0.1, 24
"""Seconds between frames that tell something of their own; so many are taken if they are nearer, too."""
USUAL_STEPS, MOST_STEPS, SETTLED = 4, 10, (0.1, 1.0)
"""Steps of constants and poses together; fewer if one moves the constants by less than the first share of
their own variance, as it does where there is noise, and more while one moves them by more than the second, as
where people sit or crawl."""
AGAIN = (0.0,)
"""`solve`'s iterations for poses that fitted the same points taken for others."""
INDEPENDENT = 0.3
"""Frames a second, after the first, that count as independent: people keep their posture, and keypoints
wander together; neither must pass for an offset. Chosen on the validation subjects and on clips of real
results."""
UNEXPLAINED = 0.25
"""What a rigid skeleton leaves unexplained, as a share of how far a point may lie from its definition."""
COARSE, ALIKE = 0.0025, 1.2
"""Metres. Looked at more closely than this, every clip fits every definition: what differs is rounding. A
clip of which no point is so many times as precise then is looked at no more closely."""
LEAST_LEFT, MODESTY = 0.3, 1.3
"""An offset is never known better than this share of what was expected of it, and never as well as the
equations say."""
SYMMETRY = 0.8
"""Correlation of an offset with that of the same point on the other side."""
_HANDS = [JOINT_NAMES.index(f"{side}_{joint}") for side in SIDES for joint in ("wrist", "hand")]
_OF_PALM = POINT_WEIGHTS[:, _HANDS].sum(1) > 0.5
_OF_PALM[:JOINT_COUNT] = False
"""(P,) canonical points that a hand carries. They turn with the wrist alone and tell no bone: offsets of
their own would pass for a turn of the wrist, and take the forearm's and upper arm's twist with them."""
_SIDEWAYS = np.array([-1.0, 1.0, 1.0])

Pose = tuple[np.ndarray, np.ndarray]
_Now = tuple[np.ndarray, Pose]
"""Constants (M,) and poses."""


@dataclass(frozen=True)
class Calibration:
    """bones (24, 3) metres; offsets (P, 3) metres of the keypoints from their canonical points, in the axes
    of the joint that carries them; left (P,) metres, how far these may still be off, per axis; evidence: the
    logarithm of how likely the clip is if its points lie around these canonical points, but for a constant
    that other canonical points share; -inf where nothing tells. numbers (N,): those of the proportions that
    make these bones. pose: rotations and pelvis of the frames that were looked at, their points centred.
    metric (3, 3): how vague which direction is, as `solver.Evidence` has it. spread: mean square of the
    offsets, as far as they are known, in units of what was expected of them."""

    bones: np.ndarray
    offsets: np.ndarray
    left: np.ndarray
    numbers: np.ndarray
    evidence: float = -np.inf
    pose: Pose | None = None
    metric: np.ndarray | None = None
    spread: float = 0.0


@Stepped
def calibrate(
    targets: Targets,
    bones: np.ndarray,
    prior: Prior,
    fps: float,
    initial: tuple[np.ndarray, np.ndarray] | None = None,
    known_bones: bool = False,
    proportions: Proportions | None = None,
    near: Pose | None = None,
) -> Steps[Calibration]:
    """Bones and offsets of a clip from its evidence; a few frames tell nothing and leave the bones as they
    are.

    bones (24, 3): a first estimate, or with known_bones the truth. prior: of the poses. initial: rotations
    (T, 24, 3, 3) and pelvis (T, 3) of an estimator in the world of the targets, if any. proportions: what may
    vary of the bones, their lengths where none are given; those that are known are the nearest of these.
    near: the poses of a calibration of the same clip whose points were taken for others.
    """
    build = mean_directions() if proportions is None else proportions
    numbers = build.numbers(bones)
    bones = bones if proportions is None else build.bones(numbers)
    offsets, left = np.zeros((len(targets.indices), 3)), targets.definition.copy()
    unknown = Calibration(bones, offsets, left, numbers)
    if len(targets.raw) < FEWEST_SMOOTHED:  # noise that could not be measured would pass for offsets
        return unknown
    calibrated = ~_OF_PALM[targets.indices]
    some = targets.points(calibrated)
    rows = _telling_frames(some, fps)
    if len(rows) < FEWEST_SMOOTHED:
        return unknown
    share = float(min((1.0 + INDEPENDENT * len(targets.raw) / fps) / len(rows), 1.0))
    some = some.rows(rows)
    centre = _centre(some)
    vague = Evidence(some.indices, _single(some.positions - centre), _single(some.precision))
    priors: tuple[Prior, ...] = (Prior(_single(prior.reference), _single(prior.precision)),)
    held: tuple[Prior, ...] = (replace(priors[0], precision=share * priors[0].precision),)
    if initial is None:
        if near is None:
            pose = yield from start_from_keypoints.steps(vague, _single(bones), priors[0])
        else:
            pose = yield from solve.steps(*near, _single(bones), vague, priors, AGAIN, OUTLIER_SCALE)
    else:
        begin = _single(initial[0][rows]), _single(initial[1][rows] - centre[:, 0])
        priors += (initial_prior(begin[0]),)  # loosely: its habits must not pass for offsets
        held += (replace(priors[1], precision=share * priors[1].precision),)
        pose = yield from start_from_initial.steps(*begin, vague, _single(bones), priors)
    told = _Told(build, _shared_precision(build, some.definition, some.indices), known_bones)
    sharp, coarse = _sharp(some, share), _sharp(some, share, COARSE)
    exact = bool((sharp > ALIKE * coarse).any())
    closely = replace(vague, precision=_single(sharp if exact else coarse))
    now, last = yield from _fit(closely, held, pose, numbers, told)
    constants, pose = last.after(now)
    if exact:
        closely, now = replace(vague, precision=_single(coarse)), (constants, pose)
        last = yield from _step(closely, held, now, told)
    evidence = _likelihood(closely, held, now, told, last)
    fitted, offsets[calibrated] = told.unpacked(constants)
    variance = np.diag(last.covariance)[told.count :].reshape(-1, 3).mean(1)
    left[calibrated] = np.clip(MODESTY * np.sqrt(variance), LEAST_LEFT * some.definition, some.definition)
    kept = bones if known_bones else fitted
    metric = metric_of(last.system, last.factors, len(targets.raw) / fps)
    spread = told.spread(constants, last.covariance)
    return Calibration(kept, offsets, left, constants[: told.count], evidence, pose, metric, spread)


@Stepped
def without_offsets(targets: Targets, offsets: np.ndarray, rotations: np.ndarray) -> Steps[Targets]:
    """The targets with each point moved by its offset (P, 3) onto its canonical point, given poses (T, 24,
    3, 3) near the truth. Raw observations stay as they are."""

    def moved_onto(rows: slice) -> np.ndarray:
        hung = carried(_single(rotations[rows]), _carriers(targets.indices), offsets)
        return targets.positions[rows] - hung

    return replace(targets, positions=(yield from in_chunks(moved_onto, len(rotations))))


def known_better(targets: Targets, calibration: Calibration) -> Targets:
    """The targets with the precision that they have now that their offsets are known, and along each axis."""
    if calibration.pose is None:
        return targets
    gain = targets.precision * (targets.definition**2 - calibration.left**2)
    precision = targets.precision / (1.0 - gain).clip(0.05)
    return replace(targets, precision=precision, metric=calibration.metric)


def _telling_frames(targets: Targets, fps: float) -> np.ndarray:
    """Frames spread over the clip, of those with evidence for most points."""
    seen = (targets.precision > 0).sum(1)
    rows = np.flatnonzero(seen >= max(np.quantile(seen, 0.5), 1))
    apart = max(round(len(rows) / (APART * fps)), ENOUGH)
    number = min(MOST_FRAMES, apart, len(rows))
    return rows[np.unique(np.linspace(0, len(rows) - 1, number).round().astype(int))]


def _centre(targets: Targets) -> np.ndarray:
    """(T, 1, 3) metres, the middle of each frame's points: far from the origin single precision is coarse,
    and no constant depends on where a person stands."""
    known = (targets.precision > 0)[..., None]
    return (targets.positions * known).sum(1, keepdims=True) / known.sum(1, keepdims=True)


def _single(values: np.ndarray) -> np.ndarray:
    """The same in single precision."""
    return values.astype(np.float32)


def _sharp(targets: Targets, share: float, least: float = 0.0) -> np.ndarray:
    """Precision (T, P) of the points as far as their offsets do not matter, if only that share of the
    frames has noise of its own; least: metres that a rigid skeleton leaves unexplained at the least."""
    known = targets.precision > 0
    noise = 1.0 / np.where(known, targets.precision, 1.0) - targets.definition**2
    variance = noise.clip(0.0) / share + np.maximum(UNEXPLAINED * targets.definition, least) ** 2
    return np.where(known, 1.0 / variance, 0.0)


@dataclass(frozen=True)
class _Told:
    """What is known of the constants before: build's numbers, then the offsets of the points. precision
    (M, M): theirs. known_bones: whether the numbers stay as they are."""

    build: Proportions
    precision: np.ndarray
    known_bones: bool

    @property
    def count(self) -> int:
        """How many of the constants tell the bones."""
        return len(self.build.usual)

    @property
    def usual(self) -> np.ndarray:
        """(M,) the constants that are likely."""
        return np.concatenate([self.build.usual, np.zeros(len(self.precision) - self.count)])

    def unpacked(self, constants: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bones (24, 3) and offsets (P, 3)."""
        return self.build.bones(constants[: self.count]), constants[self.count :].reshape(-1, 3)

    def spread(self, constants: np.ndarray, covariance: np.ndarray) -> float:
        """Mean square of the offsets, which are known by a covariance (M, M), in units of what was expected
        of them."""
        own = slice(self.count, None)
        square = np.outer(constants[own], constants[own]) + covariance[own, own]
        return float((self.precision[own, own] * square).sum()) / len(square)


def _fit(
    evidence: Evidence, priors: tuple[Prior, ...], pose: Pose, numbers: np.ndarray, told: _Told
) -> Steps[tuple[_Now, _Step]]:
    """Constants and poses, and the step from there after which they fit together. numbers (N,): of the bones
    to begin with."""
    now = np.concatenate([numbers, np.zeros(len(told.precision) - told.count)]), pose
    for number in range(1, MOST_STEPS + 1):
        found = yield from _step(evidence, priors, now, told)
        if found.far < SETTLED[number >= USUAL_STEPS] * len(now[0]):
            break
        if number < MOST_STEPS:
            now = found.after(now)
            yield None
    return now, found


@dataclass(frozen=True)
class _Step:
    """One step of constants (M,) and poses (B, N + 3) together from the equations of the poses alone;
    covariance (M, M): of the constants. far: the square of the change, in units of that. gained: what step
    and curvature of the constants add to the logarithm of the evidence. factors (B, N + 3, N + 3): of the
    poses' equations, as `triangles.inverse_factors` has them."""

    change: np.ndarray
    step: np.ndarray
    covariance: np.ndarray
    far: float
    gained: float
    system: System
    factors: np.ndarray

    def after(self, now: _Now) -> _Now:
        """Constants and poses that it leads to, from where it was made."""
        return now[0] + self.change, moved(*now[1], self.system.whole(self.step))


def _step(evidence: Evidence, priors: tuple[Prior, ...], now: _Now, told: _Told) -> Steps[_Step]:
    """Changes of constants and poses from where they are."""
    constants, pose = now
    bones, offsets = (_single(values) for values in told.unpacked(constants))
    _, world = forward(*pose, bones)
    axes = world[:, _carriers(evidence.indices)]
    carried = (axes @ offsets[..., None])[..., 0]
    here = replace(evidence, positions=evidence.positions - carried)
    system = linearise(*pose, bones, here, priors, outlier_scale=OUTLIER_SCALE)
    yield None
    changes = _single(told.build.changes(constants[: told.count]))
    by_numbers = _rows_of_numbers(world, changes, evidence.indices, system.root)
    pull = -told.precision @ (constants - told.usual)
    if told.known_bones:
        by_numbers, pull[: told.count] = np.zeros_like(by_numbers), 0.0
    return (yield from _eliminated(system, by_numbers, axes, told.precision, pull))


def _eliminated(
    system: System, by_numbers: np.ndarray, axes: np.ndarray, told: np.ndarray, pull: np.ndarray
) -> Steps[_Step]:
    """The step of constants (M,) and poses (B, N + 3) together.

    by_numbers (B, N, 3 P): how the points change with the bones' numbers; axes (B, P, 3, 3): of what carries
    them; told (M, M) and pull (M,): prior of the constants.
    """
    turns, numbers, count = system.rows.shape[1], by_numbers.shape[1], len(told)
    products = _products(system, by_numbers, axes)
    yield None
    shared = products[:, :turns]
    # The system's damping is far above what rounding takes away, so that there are factors.
    factors = inverse_factors(system.matrix)
    halfway = _single(factors @ np.concatenate([shared, system.vector[..., None]], -1))
    yield None
    flat = halfway.reshape(-1, count + 1)
    less = (flat[:, :count].T @ flat).astype(float)
    own = products[:, turns:].sum(0, dtype=float)
    matrix = told - less[:, :count]
    matrix[:numbers] += own[:numbers]
    matrix[numbers:, :numbers] += own[:numbers, numbers:].T
    matrix[numbers:, numbers:] += np.diag(np.repeat((system.root**2).sum(0, dtype=float), 3))
    covariance = np.linalg.inv(matrix)
    toward = own[numbers] - less[:, count] + pull
    change = covariance @ toward
    rest = halfway[..., count] - halfway[..., :count] @ _single(change)
    step = _single((rest[:, None] @ factors)[:, 0])
    far = float(toward @ change)
    gained = (halfway[..., count] ** 2).sum(dtype=float) + far
    spread = np.linalg.slogdet(told)[1] - np.linalg.slogdet(matrix)[1]
    return _Step(change, step, covariance, far, float(gained + spread), system, factors)


def _likelihood(evidence: Evidence, priors: tuple[Prior, ...], now: _Now, told: _Told, last: _Step) -> float:
    """Logarithm of the evidence (Laplace's approximation) where the equations of the last step were made, up
    to a constant."""
    (constants, pose), seen, system = now, evidence.precision > 0, last.system
    precision = np.where(seen, evidence.precision, 1.0).astype(float)
    squared = (system.residual.astype(float).reshape(len(precision), 3, -1) ** 2).sum(1)
    # The pull of far points fades; their cost grows no further than that (Geman–McClure).
    faded = np.where(seen, np.sqrt(precision) / np.where(seen, system.root, 1.0), 0.0)
    off = constants - told.usual
    cost = (squared * faded).sum() + sum(prior_cost(pose[0], prior) for prior in priors)
    cost += off @ told.precision @ off - last.gained
    curvature = log_determinants(last.factors).sum()
    if system.pulled is not None and system.known.hidden is not None:
        hidden = system.known.hidden
        cost -= ((system.pulled @ hidden) * system.pulled).sum(dtype=float)
        curvature += len(precision) * np.linalg.slogdet(hidden)[1]
    return 0.5 * float(3.0 * np.log(precision).sum() - cost - curvature)


def _products(system: System, by_numbers: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """(B, N + 3 + numbers + 1, M) of how the points change with poses and numbers, and of their residual,
    with how they change with the constants. An offset moves its own point only, along the axes of what
    carries it."""
    batch, count, width = by_numbers.shape
    by_constants = np.zeros((batch, count + width, width), by_numbers.dtype)
    by_constants[:, :count] = by_numbers
    point = np.arange(width // 3)
    by_offsets = by_constants[:, count:].reshape(batch, len(point), 3, 3, len(point))
    along = axes * system.root[..., None, None]
    by_offsets[:, point, :, :, point] = along.transpose(1, 0, 3, 2)
    rows = np.concatenate([system.rows, by_numbers, system.residual[:, None]], 1)
    return np.asarray(rows @ np.swapaxes(by_constants, 1, 2))


def _shared_precision(build: Proportions, definition: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Prior precision (M, M) of the bones' numbers, and of the offsets, which left and right have in
    common in part."""
    count = len(build.usual)
    told = np.zeros((count + 3 * len(definition),) * 2)
    told[:count, :count] = build.precision
    own = np.arange(count, len(told))
    told[own, own] = np.repeat(definition, 3) ** -2.0
    for point, other in enumerate(_mirrored(indices)):
        if other >= 0 and other != point:
            here, there = (slice(count + 3 * k, count + 3 * k + 3) for k in (point, other))
            told[here, here] /= 1.0 - SYMMETRY**2
            told[here, there] = np.diag(-SYMMETRY * _SIDEWAYS / definition[point] / definition[other])
            told[here, there] /= 1.0 - SYMMETRY**2
    return told


def _mirrored(indices: np.ndarray) -> list[int]:
    """For each point which of the points is its counterpart on the other side, -1 for none."""
    places = {int(index): place for place, index in enumerate(indices)}
    return [places.get(MIRROR_POINTS[index], -1) for index in indices]


def _rows_of_numbers(
    world: np.ndarray, changes: np.ndarray, indices: np.ndarray, root: np.ndarray
) -> np.ndarray:
    """(B, N, 3 P) derivative of the points by the bones' numbers, which change the bones by (N, 24, 3),
    multiplied by root (B, P); columns as in `solver.System`."""
    batch, count = len(world), len(changes)
    turned = np.zeros((batch, JOINT_COUNT, 3, count), world.dtype)
    turned[:, 1:] = world[:, list(PARENTS[1:])] @ changes[:, 1:].transpose(1, 2, 0)
    hanging = _single(SUBTREE @ POINT_WEIGHTS[indices].T)  # (24, P)
    flat = turned.transpose(0, 3, 2, 1).reshape(-1, JOINT_COUNT)
    rows = (flat @ hanging).reshape(batch, count, 3, -1)
    return (rows * root[:, None, None]).reshape(batch, count, -1)


def _carriers(indices: np.ndarray) -> np.ndarray:
    """(P,) the joint that carries most of each point."""
    return POINT_WEIGHTS[indices].argmax(1)
