"""How noisy keypoints are, and what they look like without the noise.

A Whittaker smoother, mostly with a penalty on the third difference: jerk is what human motion keeps small.
Its strength is chosen per keypoint by generalised cross-validation, so clean capture passes untouched, and
noise is measured instead of asked for. Who stands still, and short clips, in which a parabola still follows
the noise, are told by penalties on acceleration and speed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...body.quantiles import median
from ...steps import FRAMES, Stepped, Steps, in_chunks
from .whittaker import FEWEST_SMOOTHED as FEWEST_SMOOTHED
from .whittaker import ORDER, whittaker

LOOSEST, STRONGEST = 1e-7, 1e4
"""Penalties on the third difference at smoothness 0 and 2, for frames 1/30 s apart: cut-offs far above the
frame rate and at 1 Hz."""
STRENGTHS = np.array(
    [(0.0, 0.0, 10.0**power) for power in (-3, -2, -1, 0, 1, 2, 3, 4, 6)]
    + [(0.0, 1e3, LOOSEST), (1e2, 0.0, LOOSEST)]
)
"""Candidate penalties on the first, second and third difference, for frames 1/30 s apart; other rates are
scaled to the same cut-off in Hz."""
SHARPER = np.array([0, 0, 0, 1, 2, 3, 4, 5, 7, 6, 7])
"""For each candidate the one that `detail` is taken at: of about twice its cut-off in Hz."""
SPARSE = np.array([0, 2, 4, 6, 8, 9, 10])
"""Candidates that are tried first."""
_STILL = [7, 8, 9, 10]
NEAR = np.array(
    [[near in (k - 1, k, k + 1) or (k > 5 and near in _STILL) for near in range(11)] for k in range(11)]
)
"""(11, 11) for each candidate those that may be better, also once outliers count less."""
OUTLIER_PASSES = 2
INLIER = 0.05
"""Share of its weight that a frame must have kept through these passes to tell of the noise."""
UNSEEN_ACCELERATION, UNSEEN_UNIT, LEAST_TOLD = 4.0, 0.01, 0.05
"""m/s^2 by which a point that is not seen leaves its smooth path; metres off it that halve what it tells;
share below which it tells nothing (after 0.15 s)."""
POOLED_FRAMES = 60.0
"""With so many frames a point's own noise counts as much as that of all points of its body together."""
VALUES_PER_STEP = 300_000
"""Numbers of which medians are taken at once."""
REACH = 8.0
"""Seconds from which nothing reaches a smoothed place any more: at 1 Hz it fades by e in a third of one."""
ALL = slice(None)
EXACT_FRAMES, ENDLESS = 160, 161
"""Clips of up to this length have their own share kept by the smoother, longer ones that of endless ones."""
SHORT_FRAMES, SINGULAR = 32, 1e-9
"""Clips of up to this length have it for every point's own frames; the least weight, as a share of
the penalty, that can be solved for."""
MUCH_NOISIER = 1.5
"""How many times the noise that all frames tell must be found in fewer of them: chance alone finds less."""
BESIDE, LEVELS = 4, 8
"""Frames on both sides of one that tell how often a point is seen there, told apart in so many levels."""
FAINTEST, UNIFORM_STEPS = 1e-3, 16
"""The least weight that is told from others, and steps in which one that stands for many is found."""
MOST_KEPT = 1.0 - 1e-6
"""Of its noise a path through every place keeps all, which tells nothing of how large it is."""


@dataclass(frozen=True)
class Smoothed:
    """positions (T, K, 3) metres, also across gaps; detail (T, K, 3) metres, what smoothing half as much
    would add to them; deviation (K,) metres of the noise that was removed; error (K,) metres, expected
    standard deviation of what is left, per axis; support (T, K) in 0..1, how much of each smoothed place is
    evidence of its own frame and its neighbours."""

    positions: np.ndarray
    detail: np.ndarray
    deviation: np.ndarray
    error: np.ndarray
    support: np.ndarray

    @property
    def kept(self) -> np.ndarray:
        """(K,) in 0..1, what share of the noise is left: of each place, what is its own frame's."""
        noise = np.where(self.deviation > 0.0, self.deviation, 1.0)
        return np.where(self.deviation > 0.0, self.error / noise, 1.0) ** 2


@dataclass(frozen=True)
class Measured:
    """What a clip tells of its noise, from which it is smoothed as much as anybody asks for.

    usual: smoothed as cross-validation finds best. values (T, C, K) and weights (T, K): what that was made
    of, without outliers. penalty (K, ORDER): the chosen ones, for frames 1/30 s apart. inside (T, K): for
    each frame the nearest one between the first and the last in which a point is seen. fps: frames a second.
    """

    usual: Smoothed
    values: np.ndarray
    weights: np.ndarray
    penalty: np.ndarray
    inside: np.ndarray
    fps: float

    def at(self, smoothness: float | np.ndarray, frames: slice = ALL) -> Steps[Smoothed]:
        """These frames, smoothed so much: 1 as cross-validation finds best, 0 as observed (what noise is left
        then counts as motion), 2 nothing faster than 1 Hz; one for all points, or one for each (K,)."""
        usual = self.usual
        positions = usual.positions[frames]
        if np.any(smoothness != 1.0) and len(self.penalty):
            positions = yield from self._smoothed(smoothness, frames)
        return Smoothed(
            positions, usual.detail[frames], usual.deviation, usual.error * np.minimum(smoothness, 1.0),
            usual.support[frames],
        )  # fmt: skip

    def at_least(self, other: Measured) -> Steps[Measured]:
        """The same, smoothed by no less than another measure asks for of points of which it finds much more
        noise, and as noisy as it finds them."""
        own, found = self.usual.deviation, other.usual.deviation
        noisier = found > MUCH_NOISIER * own
        if not noisier.any():
            return self
        asked = np.where(noisier[:, None], other.penalty, 0.0)
        calmer = replace(self, penalty=np.maximum(self.penalty, asked))
        positions = yield from calmer._smoothed(1.0, ALL)
        deviation = np.where(noisier, found, own)
        return replace(calmer, usual=replace(self.usual, positions=positions, deviation=deviation))

    def _smoothed(self, smoothness: float | np.ndarray, frames: slice) -> Steps[np.ndarray]:
        """Positions (N, K, C) of these frames, from themselves and those near enough to matter."""
        rows = np.arange(len(self.weights))[frames]
        halo = int(np.ceil(REACH * self.fps))
        near = slice(max(int(rows[0]) - halo, 0), int(rows[-1]) + halo + 1)
        strengths = _at_rate(_asked_for(self.penalty, smoothness), self.fps)
        found = yield from whittaker(self.values[near], self.weights[near], strengths[None])
        inside = (self.inside[frames] - near.start).clip(0, len(found) - 1)
        return (yield from in_chunks(lambda part: _at(found[:, :, 0], inside[part]), len(rows)))


@Stepped
def smooth(
    positions: np.ndarray,
    confidence: np.ndarray,
    fps: float,
    bodies: np.ndarray | None = None,
) -> Steps[Smoothed]:
    """`measure`, smoothed as its noise calls for; arguments as there."""
    return (yield from measure(positions, confidence, fps, bodies)).usual


def measure(
    positions: np.ndarray,
    confidence: np.ndarray,
    fps: float,
    bodies: np.ndarray | None = None,
    outlier: float = 4.0,
    alike: float = 0.0,
) -> Steps[Measured]:
    """Tells white noise and single-frame outliers from what moves, in keypoints or in rotations as six
    numbers each.

    positions (T, K, C), C numbers of a point in metres, NaN where missing; confidence (T, K), 0 where
    missing; fps: frames per second. bodies (K,): whose points these are, None for one person's. outlier: how
    many times the median distance from the smooth path makes a frame one. alike: as `_calmest` takes it.
    """
    frames, count = confidence.shape
    values, weights = yield from in_chunks(lambda rows: _known(positions[rows], confidence[rows]), frames)
    if frames < FEWEST_SMOOTHED:
        return _as_observed(values, weights, fps)
    # (T, C, K): NumPy's inner loops run over K.
    values = yield from in_chunks(lambda rows: np.swapaxes(values[rows], 1, 2), frames)
    strengths = _at_rate(STRENGTHS, fps)
    kept = _kept(strengths, weights)
    bodies = np.zeros(count, int) if bodies is None else bodies
    best, weights = yield from _best(values, weights, kept, bodies, fps, outlier, alike)
    both = yield from whittaker(values, weights, strengths[np.stack([best, SHARPER[best]])])
    smoothed, sharper = both[:, :, 0], both[:, :, 1]
    weights = weights * (yield from _outlier_weights(values - smoothed, weights, outlier))
    inliers = weights > INLIER * confidence
    share = kept[best, np.arange(count)]
    squared = ((values - smoothed) ** 2).mean(1) * inliers
    deviation = np.sqrt(_variance(squared, inliers, 1 - share, bodies))
    yield None
    support = _nearby(weights > 0, fps)
    detail = sharper - smoothed
    yield None
    # Where a path begins and ends it runs on like a thrown ball: what nothing tells yet holds its place.
    inside = _first_to_last(inliers | (support > 0))
    smoothed, detail = yield from in_chunks(
        lambda rows: (_at(smoothed, inside[rows]), _at(detail, inside[rows])), frames
    )
    usual = Smoothed(smoothed, detail, deviation, deviation * np.sqrt(share), support)
    return Measured(usual, values, weights, STRENGTHS[best], inside, fps)


def _best(
    values: np.ndarray,
    weights: np.ndarray,
    kept: np.ndarray,
    bodies: np.ndarray,
    fps: float,
    outlier: float,
    alike: float,
) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """(K,) index of each point's penalty, and its weights (T, K), less where it lies off its path."""
    strengths, tried = _at_rate(STRENGTHS, fps), SPARSE
    best = np.zeros(len(bodies), int)
    for _ in range(OUTLIER_PASSES):
        candidates = yield from whittaker(values, weights, np.repeat(strengths[tried, None], len(bodies), 1))
        scores = yield from _cross_validate(values, weights, candidates, kept[tried], bodies)
        found = _calmest(scores, kept[tried], alike / np.sqrt(len(weights)))
        smoothed = yield from _chosen(candidates, found)
        del candidates  # the largest array of all, of which the next pass makes another
        weights = weights * (yield from _outlier_weights(values - smoothed, weights, outlier))
        best = tried[found]
        tried = np.flatnonzero(NEAR[best].any(0))
    return best, weights


def _as_observed(values: np.ndarray, weights: np.ndarray, fps: float) -> Measured:
    """Too few frames (T, K, C) to tell noise from motion: nothing is taken away, whatever is asked for."""
    nothing = np.zeros(weights.shape[1])
    usual = Smoothed(values, np.zeros_like(values), nothing, nothing, (weights > 0).astype(float))
    return Measured(usual, values, weights, np.zeros((0, ORDER)), np.zeros(weights.shape, int), fps)


def _known(positions: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and weights with zeros where nothing is known."""
    weights = np.where(np.isfinite(positions).all(-1), confidence, 0.0).astype(float)
    return np.where(weights[..., None] > 0, positions, 0.0).astype(float), weights


def _chosen(candidates: np.ndarray, best: np.ndarray) -> Steps[np.ndarray]:
    """The best candidate (T, C, K) of each point (K,)."""
    points = np.arange(len(best))
    found: np.ndarray = yield from in_chunks(lambda rows: candidates[rows, :, best, points], len(candidates))
    return found


def _at(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Values (T, C, K) of each point at frames (N, K) of its own: (N, K, C)."""
    return np.take_along_axis(np.swapaxes(values, 1, 2), frames[..., None], axis=0)


def _asked_for(measured: np.ndarray, smoothness: float | np.ndarray) -> np.ndarray:
    """Penalties (K, ORDER) between LOOSEST, the measured ones and STRONGEST, even steps in cut-off."""
    more = np.greater(smoothness, 1.0)
    end = np.where(more[..., None], measured, np.minimum(measured, LOOSEST))
    end[:, -1] = np.where(more, np.maximum(measured[:, -1], STRONGEST), LOOSEST)
    share = np.abs(np.subtract(smoothness, 1.0))[..., None]
    return np.asarray(measured ** (1.0 - share) * end**share)


def _at_rate(strengths: np.ndarray, fps: float) -> np.ndarray:
    """Penalties (..., ORDER) for frames 1/30 s apart as those of the same cut-off at this rate."""
    return np.asarray(strengths * (fps / 30.0) ** (2.0 * np.arange(1, ORDER + 1)))


def _kept(strengths: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(S, K) share of its noise that each point keeps under these penalties (S, ORDER), given its weights
    (T, K): what an endless clip keeps of every frame that is seen, and once what is free, however few frames
    tell it. Fewer frames, or fainter ones, are smoothed as more of them by a larger penalty."""
    frames, seen = len(weights), (weights > 0).sum(0).clip(1)
    if frames <= SHORT_FRAMES:
        return np.asarray((_exactly_kept(strengths, weights) / seen).clip(0.0, MOST_KEPT))
    usual = np.exp2(np.round(2.0 * np.log2((weights.sum(0) / seen).clip(FAINTEST))) / 2.0)
    around = _seen_around(weights > 0)
    chance, steps = _by_chance(weights > 0, around)
    kept = np.zeros((len(strengths), len(seen)))
    for weight in np.unique(usual):
        some, asked = usual == weight, [tuple(strength / weight) for strength in strengths]
        for level in np.flatnonzero(around[:, some].any(1)):
            endless = np.array([_share_kept(one, ENDLESS, (level + 1) / LEVELS) for one in asked])
            kept[:, some] += endless[:, None] * (chance * around[level] / seen)[some]
        for step in np.unique(steps[some & (chance < 1.0)]):
            every = np.array([_share_of_every(one, int(step)) for one in asked])
            these = some & (steps == step)
            kept[:, these] += every[:, None] * (1.0 - chance[these])
        whole, endless = (np.array([_share_kept(one, n) for one in asked]) for n in (frames, ENDLESS))
        free = (whole - endless) / np.maximum(1.0 - endless, 1.0 - MOST_KEPT)
        kept[:, some] += (1.0 - kept[:, some]) * free[:, None] * (frames / seen)[some]
    return np.asarray(kept.clip(0.0, MOST_KEPT))


def _by_chance(known: np.ndarray, around: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(K,) in 0..1 how much a point that is known in some frames (T, K) lies beside itself as by chance, and
    not every so many frames; and (K,) how many. around (LEVELS, K): as `_seen_around` has it."""
    padded = np.pad(known, ((1, 1), (0, 0)))
    beside = (known & (padded[2:] | padded[:-2])).sum(0)
    alone = (1.0 - np.arange(1, LEVELS + 1) / LEVELS) ** 2
    chance = np.minimum(beside / np.maximum((1.0 - alone) @ around, 1.0), 1.0)
    steps = np.ones(len(chance), int)
    for point in np.flatnonzero(chance < 1.0):
        apart = np.diff(np.flatnonzero(known[:, point]))
        steps[point] = int(np.median(apart)) if len(apart) else 1
    return np.where(steps > 1, chance, 1.0), steps


def _seen_around(known: np.ndarray) -> np.ndarray:
    """(LEVELS, K) number of frames in which a point is known (T, K), by the share of frames beside them in
    which it is, too: from the least to all of them."""
    frame = np.arange(len(known))
    first, last = (frame - BESIDE).clip(0), (frame + BESIDE + 1).clip(max=len(known))
    so_far = np.concatenate([np.zeros((1, known.shape[1]), int), known.cumsum(0)])
    level = np.round(LEVELS * (so_far[last] - so_far[first]) / (last - first)[:, None]).clip(1)
    return np.array([(known & (level == number)).sum(0) for number in range(1, LEVELS + 1)])


def _exactly_kept(strengths: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(S, K) trace of the smoother of each point."""
    squares = _squares(len(weights))
    penalty = np.einsum("so,otu->stu", strengths, squares)[:, None]
    least = SINGULAR * (1.0 + strengths.sum(-1))[:, None, None]
    whole = penalty + (weights.T + least)[..., None] * np.eye(len(weights))
    own = np.linalg.inv(whole).diagonal(axis1=-2, axis2=-1)
    return np.asarray((own * weights.T).sum(-1))


def _squares(frames: int) -> np.ndarray:
    """(ORDER, T, T) D^T D of the first, second and third difference."""
    steps = [np.diff(np.eye(frames), order, axis=0) for order in range(1, ORDER + 1)]
    return np.array([step.T @ step for step in steps])


def _variance(squared: np.ndarray, seen: np.ndarray, lost: np.ndarray, bodies: np.ndarray) -> np.ndarray:
    """(K,) variance per axis of each point's noise: what it is off its smooth path (T, K) in the frames seen,
    of whose noise the path has lost a share (K,). A point of few frames has that of its body in part."""
    body = np.unique(bodies, return_inverse=True)[1]
    off, number = squared.sum(0), seen.sum(0) * lost
    usual = np.bincount(body, off) / np.maximum(np.bincount(body, number), 1e-6)
    shared = POOLED_FRAMES / len(seen)
    return np.asarray((off + shared * usual[body]) / (number + shared))


@lru_cache(maxsize=2048)
def _share_kept(strengths: tuple[float, ...], frames: int, seen: float = 1.0) -> float:
    """Trace of the smoother per frame that is seen, a share of all: the mean of its frequency response. A
    short clip keeps more, for what its penalty does not see (a parabola, or a place) is free.

    Frames seen here and there are a uniform, lesser weight on all (the coherent potential approximation,
    Soven 1967), within .04 of what is exact.
    """
    if frames > EXACT_FRAMES:
        squared = (2 * np.sin(np.linspace(0, np.pi / 2, 512))) ** 2
        penalty = sum(strength * squared**order for order, strength in enumerate(strengths, 1))
    else:
        penalty = np.linalg.eigvalsh(np.einsum("o,otu->tu", strengths, _squares(frames))).clip(0.0)
    weight, mean = seen, float(np.mean(1.0 / (seen + penalty)))
    for _ in range(UNIFORM_STEPS if seen < 1.0 else 0):
        rest = 1.0 / mean - weight
        weight = rest * seen / (rest + 1.0 - seen)
        mean = float(np.mean(1.0 / (weight + penalty)))
    return mean / (1.0 + (1.0 - weight) * mean)


@lru_cache(maxsize=512)
def _share_of_every(strengths: tuple[float, ...], step: int) -> float:
    """The same where every so many frames are seen: what these do not tell apart (aliases) counts
    together."""
    turns = (np.arange(512) + 0.5) / 512 * np.pi + 2.0 * np.pi * np.arange(step)[:, None]
    squared = (2.0 * np.sin(turns / step / 2.0)) ** 2
    penalty = sum(strength * squared**order for order, strength in enumerate(strengths, 1))
    free = np.mean(1.0 / penalty, axis=0)
    return float(np.mean(free / (1.0 + free)))


def _cross_validate(
    values: np.ndarray, weights: np.ndarray, candidates: np.ndarray, kept: np.ndarray, bodies: np.ndarray
) -> Steps[np.ndarray]:
    """(S, K) logarithms of the generalised cross-validation score of candidates (T, C, S, K) that keep a
    share (S, K) of the noise: the least is best.

    A short clip tells little of a single point's noise, so that each point counts beside all of its body: as
    much as its number of frames is to POOLED_FRAMES.
    """
    error = np.zeros(candidates.shape[2:])
    for first in range(0, len(values), FRAMES):
        rows = slice(first, first + FRAMES)
        apart = candidates[rows] - values[rows, :, None]
        error += np.einsum("tcsk,tcsk,tk->sk", apart, apart, weights[rows])
        yield None
    score = np.log(error / (1 - kept) ** 2 + 1e-15)
    body = np.unique(bodies, return_inverse=True)[1]
    told = (weights > 0).sum(0) > ORDER
    score[:, ~told] = 0.0  # a parabola goes through so few places, whatever the noise
    together = np.zeros((len(kept), int(body.max(initial=0)) + 1))
    np.add.at(together.T, body[told], score.T[told])
    together /= np.maximum(np.bincount(body[told], minlength=together.shape[1]), 1)
    shared = POOLED_FRAMES / len(weights)
    return (score + shared * together[:, body]) / (1.0 + shared)


def _calmest(scores: np.ndarray, kept: np.ndarray, alike: float) -> np.ndarray:
    """(K,) of the candidates whose scores (S, K) are within `alike` of the best, the one that keeps the least
    of the noise, a share (S, K): chance alone tells such apart, and noise that is not quite white is taken
    for motion by them."""
    if alike == 0.0:
        return np.argmin(scores, axis=0)
    return np.argmin(np.where(scores <= scores.min(0) + alike, kept, np.inf), axis=0)


def _outlier_weights(residual: np.ndarray, weights: np.ndarray, outlier: float) -> Steps[np.ndarray]:
    """(T, K) factors that fade out frames far off the smooth path (Geman–McClure on the median deviation).

    residual: (T, C, K) metres off it.
    """
    distance = np.sqrt((residual**2).sum(1))
    known = weights > 0
    yield None
    frames, count = known.shape

    def usual(points: slice) -> np.ndarray:
        columns = zip(distance.T[points], known.T[points], strict=True)
        return np.array([median(column[seen]) if seen.any() else 0.0 for column, seen in columns])

    medians = yield from in_chunks(usual, count, max(VALUES_PER_STEP // frames, 1))
    scale = outlier * np.maximum(medians, 0.003)
    return 1.0 / (1.0 + (distance / scale) ** 2) ** 2


def _first_to_last(told: np.ndarray) -> np.ndarray:
    """(T, K) for each frame the nearest one between the first and the last in which a point is told."""
    frames = len(told)
    first, last = told.argmax(0), frames - 1 - told[::-1].argmax(0)
    return np.clip(np.arange(frames)[:, None], first, last)


def frames_away(present: np.ndarray) -> np.ndarray:
    """(T, K) frames from each to the nearest in which a point is present (T, K); infinite where it never
    is."""
    frame = np.arange(float(len(present)))[:, None]
    last = np.maximum.accumulate(np.where(present, frame, -np.inf))
    following = np.minimum.accumulate(np.where(present, frame, np.inf)[::-1])[::-1]
    return np.asarray(np.minimum(frame - last, following - frame))


def _nearby(present: np.ndarray, fps: float) -> np.ndarray:
    """(T, K) 1 where a keypoint is present, falling to 0 away from there as a point leaves its smooth path,
    within a gap as before its first frame and after its last: a point that switched on at once would have
    the pose jump."""
    drift = UNSEEN_ACCELERATION / 2.0 * (frames_away(present) / fps) ** 2
    told = 1.0 / (1.0 + (drift / UNSEEN_UNIT) ** 2)
    return np.maximum(told - LEAST_TOLD, 0.0) / (1.0 - LEAST_TOLD)
