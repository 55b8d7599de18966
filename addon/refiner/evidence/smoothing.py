"""How noisy keypoints are, and what they look like without the noise.

A Whittaker smoother (penalised least squares, Eilers 2003) with a penalty on the third difference: jerk
is what human motion keeps small. Its strength is chosen per keypoint by generalised cross-validation,
so clean capture passes untouched, and noise is measured instead of asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...steps import FRAMES, Stepped, Steps, in_chunks

ORDER = 3
STRENGTHS = 10.0 ** np.arange(-3.0, 5.0)
"""Candidate penalties, for frames 1/30 s apart; other rates are scaled to the same cut-off in Hz."""
LOOSEST, STRONGEST = 1e-7, 1e4
"""Penalties at smoothness 0 and 2, for frames 1/30 s apart: cut-offs far above the frame rate and at 1 Hz."""
FEWEST_SMOOTHED = 2 * ORDER + 2
"""Fewer frames are left as they are."""
OUTLIER_PASSES = 2
INLIER = 0.05
"""Share of its weight that a frame must have kept through these passes to tell of the noise."""
SHARPER = 2
"""How many candidates below the chosen one `detail` is taken at: twice its cut-off in Hz."""
UNSEEN_ACCELERATION, UNSEEN_UNIT, LEAST_TOLD = 4.0, 0.01, 0.05
"""m/s^2 by which a point that is not seen leaves its smooth path; metres off it that halve what it tells;
share below which it tells nothing (after 0.15 s)."""
FRAMES_PER_STEP = 128
"""Frames that the smoother takes at once."""
POOLED_FRAMES = 60.0
"""With so many frames a point's own noise counts as much as that of all points of its body together."""
VALUES_PER_STEP = 300_000
"""Numbers of which medians are taken at once."""
FACTORS_AT_ONCE = 4_000_000
"""Numbers that a smoother's factors may hold at once: a long clip's points are smoothed some at a time."""
REACH = 8.0
"""Seconds from which nothing reaches a smoothed place any more: at 1 Hz it fades by e in a third of one."""
ALL = slice(None)
EXACT_FRAMES = 160
"""Clips of up to this length have their own share kept by the smoother, longer ones that of endless ones."""


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


@dataclass(frozen=True)
class Measured:
    """What a clip tells of its noise, from which it is smoothed as much as anybody asks for.

    usual: smoothed as cross-validation finds best. values (T, C, K) and weights (T, K): what that was made
    of, without outliers. penalty (K,): the chosen ones, for frames 1/30 s apart. inside (T, K): for each
    frame the nearest one between the first and the last in which a point is seen. fps: frames per second.
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

    def _smoothed(self, smoothness: float | np.ndarray, frames: slice) -> Steps[np.ndarray]:
        """Positions (N, K, C) of these frames, from themselves and those near enough to matter."""
        rows = np.arange(len(self.weights))[frames]
        halo = int(np.ceil(REACH * self.fps))
        near = slice(max(int(rows[0]) - halo, 0), int(rows[-1]) + halo + 1)
        strength = _asked_for(self.penalty, smoothness) * (self.fps / 30.0) ** (2 * ORDER)
        found = yield from _whittaker(self.values[near], self.weights[near], strength[None])
        inside = (self.inside[frames] - near.start).clip(0, len(found) - 1)
        return (yield from in_chunks(lambda part: _at(found[:, :, 0], inside[part]), len(rows)))


@Stepped
def smooth(
    positions: np.ndarray,
    confidence: np.ndarray,
    fps: float,
    smoothness: float | np.ndarray = 1.0,
    bodies: np.ndarray | None = None,
    outlier: float = 4.0,
) -> Steps[Smoothed]:
    """`measure`, smoothed as `Measured.at` has it."""
    measured = yield from measure(positions, confidence, fps, bodies, outlier)
    return (yield from measured.at(smoothness))


def measure(
    positions: np.ndarray,
    confidence: np.ndarray,
    fps: float,
    bodies: np.ndarray | None = None,
    outlier: float = 4.0,
) -> Steps[Measured]:
    """Tells white noise and single-frame outliers from what moves, in keypoints or in rotations as six
    numbers each.

    positions (T, K, C), C numbers of a point in metres, NaN where missing; confidence (T, K), 0 where
    missing; fps: frames per second. bodies (K,): whose points these are, None for one person's. outlier: how
    many times the median distance from the smooth path makes a frame one.
    """
    frames, count = confidence.shape
    values, weights = yield from in_chunks(lambda rows: _known(positions[rows], confidence[rows]), frames)
    if frames < FEWEST_SMOOTHED:
        return _as_observed(values, weights, fps)
    # (T, C, K): NumPy's inner loops run over K.
    values = yield from in_chunks(lambda rows: np.swapaxes(values[rows], 1, 2), frames)
    strengths = STRENGTHS * (fps / 30.0) ** (2 * ORDER)
    kept = np.array([_share_kept(strength, frames) for strength in strengths])
    bodies = np.zeros(count, int) if bodies is None else bodies
    best = np.zeros(count, int)
    smoothed, sharper = values, values
    for _ in range(1 + OUTLIER_PASSES):
        candidates = yield from _whittaker(values, weights, np.repeat(strengths[:, None], count, 1))
        best = yield from _cross_validate(values, weights, candidates, kept, bodies)
        smoothed, sharper = yield from _chosen(candidates, best)
        del candidates  # the largest array of all, of which the next pass makes another
        weights = weights * (yield from _outlier_weights(values - smoothed, weights, outlier))
    inliers = weights > INLIER * confidence
    residual = ((values - smoothed) ** 2).sum(1) * inliers
    number = np.maximum(inliers.sum(0), 1)
    variance = residual.sum(0) / (values.shape[1] * number * (1 - kept[best]).clip(1e-6))
    deviation = np.sqrt(variance)
    yield None
    support = _nearby(weights > 0, fps)
    detail = sharper - smoothed
    yield None
    # Where a path begins and ends it runs on like a thrown ball: a point not seen yet holds its place.
    inside = _first_to_last(inliers)
    smoothed, detail = yield from in_chunks(
        lambda rows: (_at(smoothed, inside[rows]), _at(detail, inside[rows])), frames
    )
    usual = Smoothed(smoothed, detail, deviation, deviation * np.sqrt(kept[best]), support)
    return Measured(usual, values, weights, STRENGTHS[best], inside, fps)


def _as_observed(values: np.ndarray, weights: np.ndarray, fps: float) -> Measured:
    """Too few frames (T, K, C) to tell noise from motion: nothing is taken away, whatever is asked for."""
    nothing = np.zeros(weights.shape[1])
    usual = Smoothed(values, np.zeros_like(values), nothing, nothing, (weights > 0).astype(float))
    return Measured(usual, values, weights, np.zeros(0), np.zeros(weights.shape, int), fps)


def _known(positions: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and weights with zeros where nothing is known."""
    weights = np.where(np.isfinite(positions).all(-1), confidence, 0.0).astype(float)
    return np.where(weights[..., None] > 0, positions, 0.0).astype(float), weights


def _chosen(candidates: np.ndarray, best: np.ndarray) -> Steps[tuple[np.ndarray, np.ndarray]]:
    """The best candidate of each point and the one that is sharper, (T, C, K) each."""
    points, sharper = np.arange(len(best)), np.maximum(best - SHARPER, 0)
    found: tuple[np.ndarray, np.ndarray] = yield from in_chunks(
        lambda rows: (candidates[rows, :, best, points], candidates[rows, :, sharper, points]),
        len(candidates),
    )
    return found


def _at(values: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Values (T, C, K) of each point at frames (N, K) of its own: (N, K, C)."""
    return np.take_along_axis(np.swapaxes(values, 1, 2), frames[..., None], axis=0)


def _asked_for(measured: np.ndarray, smoothness: float | np.ndarray) -> np.ndarray:
    """Penalties (K,) between LOOSEST, the measured ones and STRONGEST, even steps in cut-off."""
    end = np.where(np.greater(smoothness, 1.0), np.maximum(measured, STRONGEST), LOOSEST)
    share = np.abs(np.subtract(smoothness, 1.0))
    return np.asarray(measured ** (1.0 - share) * end**share)


@lru_cache(maxsize=64)
def _share_kept(strength: float, frames: int) -> float:
    """Trace of the smoother per frame: the mean of its frequency response. A short clip keeps more, for its
    polynomial part is free."""
    if frames > EXACT_FRAMES:
        omega = np.linspace(0, np.pi, 512)
        penalty = (2 * np.sin(omega / 2)) ** (2 * ORDER)
    else:
        penalty = _penalty_spectrum(frames)
    return float(np.mean(1.0 / (1.0 + strength * penalty)))


@lru_cache(maxsize=16)
def _penalty_spectrum(frames: int) -> np.ndarray:
    difference = np.diff(np.eye(frames), ORDER, axis=0)
    return np.linalg.eigvalsh(difference.T @ difference).clip(0.0)


def _cross_validate(
    values: np.ndarray, weights: np.ndarray, candidates: np.ndarray, kept: np.ndarray, bodies: np.ndarray
) -> Steps[np.ndarray]:
    """(K,) index of the candidate (T, C, S, K) with the least generalised cross-validation score.

    A short clip tells little of a single point's noise, so that each point counts beside all of its body: as
    much as its number of frames is to POOLED_FRAMES.
    """
    error = np.zeros(candidates.shape[2:])
    for first in range(0, len(values), FRAMES):
        rows = slice(first, first + FRAMES)
        apart = candidates[rows] - values[rows, :, None]
        error += np.einsum("tcsk,tcsk,tk->sk", apart, apart, weights[rows])
        yield None
    score = np.log(error / (1 - kept[:, None]) ** 2 + 1e-15)
    body = np.unique(bodies, return_inverse=True)[1]
    told = (weights > 0).any(0)
    together = np.zeros((len(kept), int(body.max(initial=0)) + 1))
    np.add.at(together.T, body[told], score.T[told])
    together /= np.maximum(np.bincount(body[told], minlength=together.shape[1]), 1)
    return np.argmin(score + POOLED_FRAMES / len(weights) * together[:, body], axis=0)


def _outlier_weights(residual: np.ndarray, weights: np.ndarray, outlier: float) -> Steps[np.ndarray]:
    """(T, K) factors that fade out frames far off the smooth path (Geman–McClure on the median deviation).

    residual: (T, C, K) metres off it.
    """
    distance = np.sqrt((residual**2).sum(1))
    known = np.where(weights > 0, distance, np.nan)
    empty = ~(weights > 0).any(0)
    known[:, empty] = 0.0
    yield None
    frames, count = known.shape
    medians = yield from in_chunks(
        lambda points: np.nanmedian(known[:, points], axis=0), count, max(VALUES_PER_STEP // frames, 1)
    )
    scale = outlier * np.maximum(medians, 0.003)
    return 1.0 / (1.0 + (distance / scale) ** 2) ** 2


def _first_to_last(seen: np.ndarray) -> np.ndarray:
    """(T, K) for each frame the nearest one between the first and the last in which a point is seen."""
    frames = len(seen)
    first, last = seen.argmax(0), frames - 1 - seen[::-1].argmax(0)
    return np.clip(np.arange(frames)[:, None], first, last)


def _nearby(present: np.ndarray, fps: float) -> np.ndarray:
    """(T, K) 1 where a keypoint is present, falling to 0 within a gap as a point leaves its smooth path; 0
    before the first frame and after the last in which it is."""
    frame = np.arange(float(len(present)))[:, None]
    last = np.maximum.accumulate(np.where(present, frame, -np.inf))
    following = np.minimum.accumulate(np.where(present, frame, np.inf)[::-1])[::-1]
    distance = np.minimum(frame - last, following - frame)
    distance[np.isinf(last) | np.isinf(following)] = np.inf
    drift = UNSEEN_ACCELERATION / 2.0 * (distance / fps) ** 2
    told = 1.0 / (1.0 + (drift / UNSEEN_UNIT) ** 2)
    return np.maximum(told - LEAST_TOLD, 0.0) / (1.0 - LEAST_TOLD)


def _whittaker(values: np.ndarray, weights: np.ndarray, strength: np.ndarray) -> Steps[np.ndarray]:
    """Minimises sum w |y - z|^2 + strength |third difference of z|^2 for all keypoints at once.

    values (T, C, K), weights (T, K), strength (S, K): S to try. Returns (T, C, S, K).
    """
    frames, count = weights.shape
    result = np.empty((frames, values.shape[1], *strength.shape))
    width = max(FACTORS_AT_ONCE // (frames * ORDER * len(strength)), 1)
    for first in range(0, count, width):
        some = slice(first, first + width)
        yield from _solve(values[..., some], weights[:, some], strength[:, some], result[..., some])
    return result


def _solve(values: np.ndarray, weights: np.ndarray, strength: np.ndarray, result: np.ndarray) -> Steps[None]:
    """Puts what minimises it into result (T, C, S, K), T at least FEWEST_SMOOTHED.

    A banded LDL^T factorisation from both ends at once, which meets in the middle ORDER frames; every step
    works on all keypoints.
    """
    frames = len(weights)
    half = (frames - ORDER + 1) // 2
    middle = slice(frames - ORDER - half, frames - half)
    sides = [slice(0, middle.start), slice(frames - 1, middle.stop - 1, -1)]
    # The first half ends where the middle begins, with one frame of nothing before it where it is shorter.
    begins = (half - middle.start, 0)
    band, tiny = _penalty_band(frames), 1e-9 * (1.0 + strength)
    own_band = np.zeros((half + ORDER, ORDER + 1, 2, 1, 1))
    own_weights = np.zeros((half, 2, 1, strength.shape[1]))
    pulled = np.zeros((half, values.shape[1], 2, 1, strength.shape[1]))
    for side, (begin, rows) in enumerate(zip(begins, sides, strict=True)):
        own_band[begin:, :, side, 0, 0] = band[: half + ORDER - begin]
        own_weights[begin:, side, 0] = weights[rows]
        pulled[begin:, :, side, 0] = values[rows] * weights[rows, None]
    lower, diagonal, paths = yield from _eliminated(own_band, own_weights + tiny, pulled, strength)
    last = _Ends(own_band[half:] * strength, lower[-2:], diagonal[-ORDER:], paths[-ORDER:])
    square, right = last.met(band[middle], strength)
    own = np.arange(ORDER)
    square[own, own] += tiny + weights[middle, None]
    right += (values[middle] * weights[middle, None])[:, :, None]
    found = np.linalg.solve(np.moveaxis(square, (0, 1), (2, 3)), np.moveaxis(right, (0, 1), (2, 3)))
    result[middle] = found = np.moveaxis(found, (2, 3), (0, 1))
    for first in range(0, len(paths), FRAMES):
        paths[first : first + FRAMES] /= diagonal[first : first + FRAMES, None]
        yield None
    paths[-ORDER:] -= last.told(found)
    for here in range(ORDER + half - 1, ORDER, -1):
        if here % FRAMES_PER_STEP == 0:
            yield None
        paths[here - ORDER : here] -= lower[here][:, None] * paths[here]
    for side, (begin, rows) in enumerate(zip(begins, sides, strict=True)):
        result[rows] = paths[ORDER + begin :, :, side]


def _eliminated(
    band: np.ndarray, weights: np.ndarray, pulled: np.ndarray, strength: np.ndarray
) -> Steps[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """From both ends to the middle: lower (F, ORDER, 2, S, K), diagonal (F, 2, S, K) and what is pulled,
    reduced (F, C, 2, S, K). lower[t, i] is the element (t, t - ORDER + i).

    Rows of nothing come before the first frame, so that every frame has ORDER others before it.
    """
    half, columns = len(pulled), (2, *strength.shape)
    diagonal = np.ones((ORDER + half, *columns))
    lower = np.zeros((ORDER + half, ORDER, *columns))
    paths = np.zeros((ORDER + half, pulled.shape[1], *columns))
    for t in range(half):
        if t % FRAMES_PER_STEP == 0:
            yield None
        here, before = t + ORDER, slice(t, t + ORDER)
        row = band[t] * strength  # elements (t, t - ORDER + i) times their diagonal
        row[1] -= row[0] * lower[here - 2, 2]
        row[2] -= row[0] * lower[here - 1, 1] + row[1] * lower[here - 1, 2]
        factor = np.divide(row[:ORDER], diagonal[before], out=lower[here])
        diagonal[here] = row[ORDER] + weights[t] - np.add.reduce(factor * row[:ORDER])
        paths[here] = pulled[t] - np.add.reduce(factor[:, None] * paths[before])
    return lower, diagonal, paths


class _Ends:
    """The last ORDER frames of both halves, and what they leave of the middle. factors [j, i]: elements of
    the middle's frame j, counted from each half, and the last but i of that half."""

    def __init__(self, band: np.ndarray, lower: np.ndarray, diagonal: np.ndarray, paths: np.ndarray) -> None:
        self.rows = np.zeros((ORDER, *band.shape[1:]))[:, :ORDER]
        for j in range(ORDER):
            row = self.rows[j]
            row[j:] = band[j, : ORDER - j]
            row[1] -= row[0] * lower[0, 2]
            row[2] -= row[0] * lower[1, 1] + row[1] * lower[1, 2]
        self.factors = self.rows / diagonal
        self.paths = paths

    def met(self, band: np.ndarray, strength: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(ORDER, ORDER, S, K) the middle's equations less what both halves take, and (ORDER, C, S, K) their
        right sides."""
        square = np.zeros((ORDER, ORDER, *strength.shape))
        for j in range(ORDER):
            for i in range(j + 1):
                square[j, i] = square[i, j] = band[j, ORDER - j + i] * strength
        taken = np.einsum("jqask,iqask->jiask", self.rows, self.factors)
        pulled = np.einsum("jqask,qcask->jcask", self.factors, self.paths)
        square -= taken[:, :, 0] + taken[::-1, ::-1, 1]
        return square, -(pulled[:, :, 0] + pulled[::-1, :, 1])

    def told(self, found: np.ndarray) -> np.ndarray:
        """(ORDER, C, 2, S, K) what the middle's places (ORDER, C, S, K) add to the halves' last frames."""
        both = np.stack([found, found[::-1]], axis=2)
        return np.einsum("jqask,jcask->qcask", self.factors, both)


def _penalty_band(frames: int) -> np.ndarray:
    """(T, ORDER + 1): D^T D of the third difference; column i holds the elements (t, t - ORDER + i)."""
    difference = np.array([-1.0, 3.0, -3.0, 1.0])
    band = np.zeros((frames, ORDER + 1))
    for a in range(ORDER + 1):
        for b in range(a + 1):
            band[a : frames - ORDER + a, ORDER + b - a] += difference[a] * difference[b]
    return band
