"""Whether poses belong to the keypoints beside them: to the same person, and to the same moment.

Distances between parts of the body depend neither on where it is nor on how it is turned or seen, as in
`time_alignment`. An estimator's errors change them by less than moving does; somebody else's poses change
them by more, and late ones fit if they are taken earlier.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from ...body.kinematics import forward
from ...body.points import MIRROR_POINTS, POINT_NAMES, point_positions
from ...body.runs import runs
from ...body.skeleton import JOINT_NAMES, REST_OFFSETS
from ...recording import Person
from ...steps import Stepped, Steps
from ...words import plural
from ..evidence.targets import Targets
from ..start.closed_form import Initial
from ..timeline import Piece
from .time_alignment import POINTS, spread_of

SAMPLED, FEWEST = 64, 24
"""Frames that are looked at, spread over a clip; of fewer frames nothing is told."""
LATEST, FINEST = 0.5, 1 / 40
"""Seconds by which poses may come earlier or later, and below which that is not told more finely."""
BETTER, EITHER, ALIKE = 0.8, 0.9, 0.65
"""As what share of what is off at their own times poses must be off at others, in a clip and in either half
of it, and how much they may be off there beside what the body moves."""
FOREIGN, UNLIKELY, RELATED = 0.95, 0.12, 0.4
"""Poses that are off by as much as the body moves, and by more metres than estimators' mostly are, and hardly
move with it (correlation), are not its own: a quiet body looks like any other."""
MOVING = 0.04
"""Metres by which distances must change (root mean square) to tell a time."""
FARTHER, LEAST_OFF = 1.8, 0.06
"""How many times as far, and metres, as in the rest of the clip poses are off between two snaps that are
somebody else's."""
SNAP, ISOLATED, AROUND = float(np.radians(8.0)), 3.0, 5
"""Radians by which joints turn from one frame to the next, root mean square, where a track may pass to
somebody else, and how many times as far as in the middle of so many frames before and after."""
BODY = JOINT_NAMES.index("left_hand")
FARTHER_HELD, HELD = 1.2, 0.1
"""How many times as far where poses are held, and by which share of the keypoints' distances theirs change
then at most (mean squares)."""
LEAST_HELD = 4
"""Frames on end, after the first, that repeat the one before if poses are held."""
MOST_PAIRS = 16
SEEN = 0.5
"""Share of the frames that are looked at in which a pair of points must be seen."""
COVERED = 0.7
"""Share of the frames that keypoints must tell of for poses to be left out."""
TOLD_LATE = 0.1
"""Seconds from which on it is told that poses come earlier or later."""
_WORDS = {name.rsplit("_", 1)[-1] for name in POINTS}


@dataclass(frozen=True)
class Belonging:
    """frames: by how many poses come later than the keypoints, fewer than 0 if earlier. foreign (T,): where
    they are not those of the keypoints' body. mirrored: whether they are mirror images of it."""

    frames: int
    foreign: np.ndarray
    mirrored: bool = False


@dataclass(frozen=True)
class _Beside:
    """Distances (R, N) in metres of keypoints and of poses in some rows (R,) of these."""

    seen: np.ndarray
    posed: np.ndarray
    rows: np.ndarray

    def likeness(self, some: np.ndarray, usual: np.ndarray) -> _Likeness:
        """In some rows (R,) bool, beside the means of the usual ones (R,) bool."""
        known = np.isfinite(self.seen)
        number = np.maximum((known & usual[:, None]).sum(0), 1)
        moves = []
        for values in (self.seen, self.posed):
            mean = np.where(known & usual[:, None], values, 0.0).sum(0) / number
            moves.append(np.where(known[some], values[some] - mean, 0.0))
        number = max(int(known[some].sum()), 1)
        one, other, both = (
            float((a * b).sum()) / number for a, b in ((moves[0], moves[0]), (moves[1], moves[1]), moves)
        )
        return _Likeness(one, other, one + other - 2.0 * both, both / np.sqrt(max(one * other, 1e-12)))


@dataclass(frozen=True)
class _Likeness:
    """Mean squares in m^2: moved, by how much distances change; posed, by how much those of poses do; off, by
    how much these do so otherwise; and the correlation of both."""

    moved: float
    posed: float
    off: float
    correlation: float

    @property
    def unlike(self) -> bool:
        """Whether the poses are another body's."""
        return self.off > max(FOREIGN * self.moved, UNLIKELY**2) and self.correlation < RELATED


@dataclass(frozen=True)
class _Pairs:
    """Distances in metres between N pairs of points, NaN where one is not seen: seen (T, N) of the keypoints
    in all frames, posed (R, N) of the poses in some rows (R,), mirrored (R, N) of their mirror images."""

    seen: np.ndarray
    posed: np.ndarray
    mirrored: np.ndarray
    rows: np.ndarray

    def some(self, chosen: np.ndarray) -> _Pairs:
        """The same in some of these rows alone."""
        return replace(self, posed=self.posed[chosen], mirrored=self.mirrored[chosen], rows=self.rows[chosen])

    def at(self, shift: int, ends: np.ndarray) -> _Beside:
        """Poses beside the keypoints so many frames later, in the same part; ends (N,): of the parts."""
        there = self.rows + shift
        part = np.searchsorted(ends, self.rows, side="right")
        same = (there >= 0) & (np.searchsorted(ends, there, side="right") == part)
        return _Beside(self.seen[there[same]], self.posed[same], self.rows[same])


@Stepped
def belonging(
    person: Person, poses: Initial, targets: Targets, parts: list[Piece], fps: float
) -> Steps[Belonging]:
    """Of a person's poses (T, 24, 3, 3) on the grids of the parts, fps frames a second, all in a row."""
    ends, nothing = np.cumsum([part.length for part in parts]), Belonging(0, np.zeros(len(poses[1]), bool))
    if max(part.length for part in parts) < FEWEST:
        return nothing
    stretches = _stretches(person, parts, ends)
    yield None
    pairs = _pairs(poses, targets, stretches)
    if pairs is None:
        return nothing
    yield None
    frames, mirrored = _late(pairs, ends, fps)
    foreign = np.full(len(poses[1]), mirrored)
    for one in _foreign(pairs.at(-frames, ends), stretches):
        foreign[one] = True
    return Belonging(frames, foreign, mirrored)


def in_time(poses: Initial, frames: int, parts: list[Piece]) -> Initial:
    """Poses that come so many frames late at the moments that they show; at its ends a part holds them."""
    if frames == 0:
        return poses
    rows, first = [], 0
    for part in parts:
        last = first + part.length
        rows.append((np.arange(first, last) + frames).clip(first, last - 1))
        first = last
    taken = np.concatenate(rows)
    return poses[0][taken], poses[1][taken]


def told_of(belongs: Belonging, person: Person, parts: list[Piece], fps: float) -> tuple[str, ...]:
    """A sentence of poses that come much earlier or later, and one of those that are somebody else's."""
    found, seconds, number = [], abs(belongs.frames / fps), plural(abs(belongs.frames), "frame")
    if seconds >= TOLD_LATE:
        when = "later" if belongs.frames > 0 else "earlier"
        found.append(
            f"The poses of person {person.id} come {number} ({seconds:.2f} s) {when} than the keypoints; they"
            " were brought together."
        )
    first, rows = 0, np.zeros(person.frames, bool)
    for part in parts:
        rows[part.rows] = belongs.foreign[first + part.places]
        first += part.length
    if rows.any():
        there = person.frame_ids[rows]
        where = "" if rows.all() else f" in {plural(len(there), 'frame')} ({there[0]} to {there[-1]})"
        how = (
            "are mirror images of the keypoints, so these"
            if belongs.mirrored
            else f"do not move as the keypoints do{where}, as somebody else's or those of another time; these"
        )
        found.append(f"The poses of person {person.id} {how} were refined without them.")
    return tuple(found)


def _stretches(person: Person, parts: list[Piece], ends: np.ndarray) -> list[slice]:
    """The rows of the parts from one snap of the poses to the next."""
    assert person.poses is not None
    edges = [0]
    for part, end in zip(parts, ends, strict=True):
        start = end - part.length
        turns = person.poses.rotations[part.rows, 1:BODY]
        edges += [int(start + part.places[at]) for at in _changes(turns) if at < len(turns)]
        edges.append(int(end))
    return [slice(first, last) for first, last in pairwise(sorted(set(edges)))]


def _changes(rotations: np.ndarray) -> list[int]:
    """The frames of poses (T, J, 3, 3) to which the body turns at once, those from which it is held for a
    while, as where a tool lost somebody, and those from which it goes on."""
    turns = rotations[1:] - rotations[:-1]
    # Of a turn by an angle, the squares of what a matrix changes add up to 8 sin^2 of half of it.
    steps = np.sqrt(np.einsum("tjab,tjab->t", turns, turns) / (2.0 * rotations.shape[1]))
    sudden = [
        int(at) + 1
        for at in np.flatnonzero(steps > SNAP)
        if steps[at] > ISOLATED * np.median(steps[max(at - AROUND, 0) : at + AROUND + 1])
    ]
    held = [one for one in runs(steps == 0.0) if one[1] - one[0] >= LEAST_HELD]
    return sudden + [at for first, last in held for at in (first + 1, last + 2)]


def _pairs(poses: Initial, targets: Targets, stretches: list[slice]) -> _Pairs | None:
    """Those that change most of what is seen often enough; None where too little is."""
    limbs = [
        k for k, index in enumerate(targets.indices) if _WORDS.intersection(POINT_NAMES[index].split("_"))
    ]
    seen = targets.observed[:, limbs]
    points = np.where(seen[..., None], targets.positions[:, limbs], np.nan)
    told = seen.sum(1) >= max(SEEN * len(limbs), 1.0)
    rows = np.concatenate([_spread_over(one, told) for one in stretches])
    if len(rows) < FEWEST or told.mean() < COVERED:
        return None
    ends = np.array(list(combinations(range(len(limbs)), 2)), int).reshape(-1, 2)
    near = _apart(points[rows], ends)
    known = np.isfinite(near)
    changes = np.where(known.mean(0) >= SEEN, spread_of(near), 0.0)
    if not changes.any():
        return None
    chosen = ends[np.argsort(-changes)[: min(MOST_PAIRS, np.count_nonzero(changes))]]
    joints, world = forward(poses[0][rows], poses[1][rows], REST_OFFSETS)
    indices = [int(targets.indices[k]) for k in limbs]
    places = point_positions(joints, world, REST_OFFSETS, indices)
    others = [
        indices.index(MIRROR_POINTS[one]) if MIRROR_POINTS[one] in indices else k
        for k, one in enumerate(indices)
    ]
    posed, mirrored, apart = _apart(places, chosen), _apart(places[:, others], chosen), _apart(points, chosen)
    size = np.nansum(apart[rows]) / posed[np.isfinite(apart[rows])].sum()
    return _Pairs(apart, size * posed, size * mirrored, rows)


def _spread_over(stretch: slice, told: np.ndarray) -> np.ndarray:
    """Some rows of a stretch, evenly, that tell (T,) something."""
    rows = stretch.start + np.flatnonzero(told[stretch])
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(SAMPLED, len(rows))).round().astype(int))]


def _apart(points: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(T, N) metres between pairs (N, 2) of points (T, P, 3)."""
    ways = points[:, ends[:, 0]] - points[:, ends[:, 1]]
    return np.asarray(np.sqrt(np.einsum("tnc,tnc->tn", ways, ways)))


def _late(pairs: _Pairs, ends: np.ndarray, fps: float) -> tuple[int, bool]:
    """By how many frames poses come later than the keypoints, 0 where that is not plain, and whether they are
    mirror images."""
    step = max(round(FINEST * fps), 1)
    most = round(LATEST * fps / step)
    frames = np.arange(-most, most + 1) * step
    off = _off(pairs, pairs.posed, frames, ends)
    if _mirrored(pairs, ends, off.min()):
        return 0, True
    best = int(off.argmin())
    plain = 0 < best < len(off) - 1 and off[best] < min(BETTER * off[most], ALIKE)
    return int(frames[best]) if plain and _in_both_halves(pairs, ends, int(frames[best])) else 0, False


def _in_both_halves(pairs: _Pairs, ends: np.ndarray, late: int) -> bool:
    """Whether poses fit better if they come so many frames later in each half of a clip that tells of it: in
    one slow movement an estimator's error looks like another time."""
    for half in np.array_split(np.arange(len(pairs.rows)), 2):
        some = pairs.some(half)
        now, then = _off(some, some.posed, np.array([0, late]), ends)
        if then > EITHER * now and now < 1.0:
            return False
    return True


def _mirrored(pairs: _Pairs, ends: np.ndarray, least: float) -> bool:
    """Whether poses that are off by so much at least fit better in a mirror, in both halves of a clip."""
    now, halves = np.zeros(1, int), np.array_split(np.arange(len(pairs.rows)), 2)
    if _off(pairs, pairs.mirrored, now, ends)[0] > min(BETTER * least, ALIKE):
        return False
    for half in halves:
        some = pairs.some(half)
        if _off(some, some.mirrored, now, ends)[0] > BETTER * _off(some, some.posed, now, ends)[0]:
            return False
    return True


def _off(pairs: _Pairs, posed: np.ndarray, frames: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(S,) how far off poses (R, N) that come so many frames (S,) later are, as a share of what the body
    moves; 1 where too little tells."""
    there = pairs.rows - frames[:, None]
    same = (there >= 0) & (there < ends[-1])
    same &= np.searchsorted(ends, there, side="right") == np.searchsorted(ends, pairs.rows, side="right")
    seen = pairs.seen[np.where(same, there, 0)]
    known = same[..., None] & np.isfinite(seen)
    number = np.maximum(known.sum(1, keepdims=True), 1)

    def moves(values: np.ndarray) -> np.ndarray:
        values = np.where(known, values, 0.0)
        return np.where(known, values - values.sum(1, keepdims=True) / number, 0.0)

    moved, posed = moves(seen), moves(posed)
    squares, wrong = (moved**2).sum((1, 2)), ((moved - posed) ** 2).sum((1, 2))
    told = (same.sum(1) >= FEWEST) & (squares > MOVING**2 * number.sum((1, 2)))
    return np.where(told, wrong / np.maximum(squares, 1e-12), 1.0)


def _foreign(beside: _Beside, stretches: list[slice]) -> list[slice]:
    """The stretches in which poses are another body's."""
    inside = [(beside.rows >= one.start) & (beside.rows < one.stop) for one in stretches]
    alone = [beside.likeness(some, some) for some in inside]
    own = [k for k, some in enumerate(inside) if some.sum() >= FEWEST and not alone[k].unlike]
    if not own:
        every = np.ones(len(beside.rows), bool)
        return stretches if beside.likeness(every, every).unlike else []
    usual = max(own, key=lambda k: int(inside[k].sum()))
    farther = [FARTHER_HELD if one.posed < HELD * one.moved else FARTHER for one in alone]
    found = []
    for k, some in enumerate(inside):
        least = max(farther[k] ** 2 * alone[usual].off, LEAST_OFF**2)
        # A few frames may all lie to one side of the mean; many may not.
        enough = least if some.sum() < FEWEST or alone[k].off > least else FARTHER**2 * least
        if some.any() and beside.likeness(some, inside[usual]).off > enough:
            found.append(stretches[k])
    return found
