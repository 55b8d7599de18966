"""When two recordings of one performance belong together, told from the motion itself.

Distances between parts of the body do not depend on where the body is, how it is turned or how the camera
moves. Those of both recordings are laid on a common clock and correlated at every shift at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...body.kinematics import forward
from ...body.points import POINT_INDEX, point_positions
from ...body.skeleton import REST_OFFSETS
from ...recording import Person

SURE = 0.95
"""Confidence from which a shift is used."""

_PARTS = ("wrist", "elbow", "ankle", "knee", "shoulder", "hip")
POINTS = (*(f"{side}_{part}" for part in _PARTS for side in ("left", "right")), "head", "nose", "neck")
_CLOCK, _MOST_SAMPLES = 60.0, 20_000
"""Samples per second of the common clock, and their number, beyond which the clock is slower."""
_STILL = 0.01
"""Metres; distances that vary less than this tell nothing."""
_MOST_PAIRS = 16
_SHORTEST = 1.0
"""Seconds that the recordings share at every shift that is tried, or half of the shorter one."""
_BRIDGED = 0.25
"""Seconds between two frames over which a distance is interpolated."""
_PER_SECOND = 4.0
"""Independent observations in a second of human motion."""
_LOBE = 0.25
"""Seconds around the best shift that belong to the same peak."""
_TOGETHER, _ALIKE = 0.1, 0.25
"""Up to this shift in seconds, files that fit almost as well unshifted (log of unexplained variance)
run together: estimators lag a little behind the motion, and a common clock is worth more than that."""
_UNRELATED = 0.5
"""Correlation below which two motions are not the same performance."""


@dataclass(frozen=True)
class TimeAlignment:
    """Seconds to add to the times of the targets, how sure that is (0..1), and a sentence that says so.

    Where it is not sure, the offset is zero.
    """

    offset: float
    confidence: float
    sentence: str


def align_times(person: Person, targets: Person) -> TimeAlignment:
    """How the targets' times belong to the person's, when both recorded the same performance."""
    mine, theirs = _points(person), _points(targets)
    pairs = list(combinations(sorted(mine.keys() & theirs.keys()), 2))
    if not pairs:
        return _unknown("The two files have no two parts of the body in common")
    here, there = _distances(mine, pairs), _distances(theirs, pairs)
    spread = np.minimum(spread_of(here), spread_of(there))
    chosen = np.argsort(-spread)[:_MOST_PAIRS]
    chosen = chosen[spread[chosen] > _STILL]
    if not len(chosen):
        return _unknown("The body moves too little in one of the two files")
    seconds = [np.ptp(one.times) for one in (person, targets)]
    rate = min(_CLOCK, _MOST_SAMPLES / max(*seconds, 1e-9))
    first = _signals(person.times, here[:, chosen], rate)
    second = _signals(targets.times, there[:, chosen], rate)
    shifts, correlation, shared = _correlate(first, second, rate)
    tried = shared >= min(_SHORTEST, 0.5 * min(seconds))
    if not tried.any():
        return _unknown("The two files are too short")
    return _judged(shifts[tried], correlation[tried], shared[tried], person.fps)


def surest(alignments: Iterable[TimeAlignment]) -> TimeAlignment:
    """The one to use for everybody in two recordings."""
    return max(alignments, key=lambda one: one.confidence)


@dataclass(frozen=True)
class _Signals:
    """Distances (T, P) in metres on a clock, NaN where unknown; start: number of the first tick."""

    start: int
    values: np.ndarray


def _points(person: Person) -> dict[str, np.ndarray]:
    """Places (T, 3) of the body parts that the person's poses, or else the keypoints, show."""
    if person.poses is not None:
        joints, turns = forward(person.poses.rotations, person.poses.pelvis, REST_OFFSETS)
        places = point_positions(joints, turns, REST_OFFSETS, [POINT_INDEX[name] for name in POINTS])
        return {name: places[:, column] for column, name in enumerate(POINTS)}
    return _keypoint_places(person)


def _keypoint_places(person: Person) -> dict[str, np.ndarray]:
    """Places (T, 3) of the body parts that the person's keypoints show, NaN where missing."""
    keypoints = person.keypoints
    if keypoints is None:
        return {}
    seen = keypoints.confidence[..., None] > 0
    places = np.where(seen, keypoints.positions, np.nan)
    return {name: places[:, k] for k, name in enumerate(keypoints.canonical) if name in POINTS}


def _distances(places: dict[str, np.ndarray], pairs: list[tuple[str, str]]) -> np.ndarray:
    """(T, P) metres, NaN where one of the two is missing."""
    return np.stack([np.linalg.norm(places[a] - places[b], axis=-1) for a, b in pairs], axis=1)


def spread_of(values: np.ndarray) -> np.ndarray:
    """(P,) standard deviation of what is known in the columns, zero where nothing is."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(0), 1)
    zeroed = np.where(known, values, 0.0)
    return np.sqrt(np.maximum((zeroed**2).sum(0) / count - (zeroed.sum(0) / count) ** 2, 0.0))


def _signals(times: np.ndarray, distances: np.ndarray, rate: float) -> _Signals:
    start = int(np.ceil(times[0] * rate - 1e-6))
    ticks = np.arange(start, int(np.floor(times[-1] * rate + 1e-6)) + 1) / rate
    columns = [_on_clock(times, distance, ticks) for distance in distances.T]
    return _Signals(start, np.stack(columns, axis=1))


def _on_clock(times: np.ndarray, distance: np.ndarray, ticks: np.ndarray) -> np.ndarray:
    """A distance at the ticks, NaN where it was not seen shortly before and after."""
    seen = np.isfinite(distance)
    if seen.sum() < 2:
        return np.full(len(ticks), np.nan)
    known = times[seen]
    after = np.clip(np.searchsorted(known, ticks), 1, len(known) - 1)
    near = known[after] - known[after - 1] <= _BRIDGED
    return np.where(near, np.interp(ticks, known, distance[seen], left=np.nan, right=np.nan), np.nan)


def _correlate(first: _Signals, second: _Signals, rate: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shifts of the second in seconds, ascending, correlation and shared seconds at each of them.

    Each distance loses its mean over what both share at a shift; all are pooled into one correlation, so
    that those that move most count most. Sums over all shifts at once are products of spectra.
    """
    size = 1 << (len(first.values) + len(second.values) - 1).bit_length()
    sums = np.zeros((4, size))
    for mine, theirs in zip(first.values.T, second.values.T, strict=True):
        one, other = _spectra(mine, size), _spectra(theirs, size)
        pairings = [(0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1)]
        count, a, b, aa, bb, ab = (np.fft.irfft(one[i] * np.conj(other[j]), size) for i, j in pairings)
        some = np.maximum(count, 1e-6)
        sums += [np.maximum(aa - a * a / some, 0), np.maximum(bb - b * b / some, 0), ab - a * b / some, count]
    ticks = np.fft.fftfreq(size, 1 / size)
    order = np.argsort(ticks)
    of_first, of_second, of_both, count = sums[:, order]
    correlation = of_both / np.sqrt(np.maximum(of_first * of_second, 1e-12))
    shifts = (ticks[order] + first.start - second.start) / rate
    return shifts, np.clip(correlation, -1, 1), count / first.values.shape[1] / rate


def _spectra(values: np.ndarray, size: int) -> list[np.ndarray]:
    """Spectra of what is known, of the values about their mean, and of their squares."""
    known = np.isfinite(values)
    centred = np.where(known, values - values[known].mean(), 0.0)
    return [np.fft.rfft(one, size) for one in (known.astype(float), centred, centred**2)]


def _judged(shifts: np.ndarray, correlation: np.ndarray, shared: np.ndarray, fps: float) -> TimeAlignment:
    """The most likely shift.

    Evidence is the gain in log-likelihood over two motions that have nothing to do with each other; how
    much of it the best shift has more than the best one elsewhere says how sure it is.
    """
    likeness = np.clip(correlation, 0.0, 0.9999)
    evidence = -0.5 * _PER_SECOND * shared * np.log1p(-(likeness**2))
    best = int(evidence.argmax())
    elsewhere = np.where(np.abs(shifts - shifts[best]) > _LOBE, evidence, 0.0)
    rival = int(elsewhere.argmax())
    confidence = float(1.0 / (1.0 + np.exp(elsewhere[rival] - evidence[best])))
    if correlation[best] < _UNRELATED:
        return _unknown("The two files do not show the same motion at any time shift", min(confidence, 0.5))
    if confidence < SURE:
        return _unknown(
            f"The motion repeats: shifts of {shifts[best]:+.2f} s and {shifts[rival]:+.2f} s fit alike",
            confidence,
        )
    offset = _between(shifts, evidence, best)
    together = int(np.abs(shifts).argmin())
    unexplained = np.log1p(-(likeness[[together, best]] ** 2))
    if abs(offset) < _TOGETHER and np.ptp(unexplained) < _ALIKE:
        return TimeAlignment(0.0, confidence, f"The two files run together, {_surely(confidence)}.")
    sentence = f"The keypoints were shifted by {offset:+.3f} s ({offset * fps:+.1f} frames)"
    return TimeAlignment(offset, confidence, f"{sentence} to fit the poses, {_surely(confidence)}.")


def _surely(confidence: float) -> str:
    return f"{min(confidence, 0.99):.0%} sure"


def _between(shifts: np.ndarray, evidence: np.ndarray, best: int) -> float:
    """The top of the parabola through the best shift and its neighbours."""
    if not 0 < best < len(shifts) - 1:
        return float(shifts[best])
    before, top, after = evidence[best - 1 : best + 2]
    bend = before - 2 * top + after
    step = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(shifts[best] + np.clip(step, -0.5, 0.5) * (shifts[best + 1] - shifts[best]))


def _unknown(reason: str, confidence: float = 0.0) -> TimeAlignment:
    return TimeAlignment(0.0, confidence, f"{reason}, so the keypoints were not shifted; shift them by hand.")
