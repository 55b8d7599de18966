"""Bodies that a tool took for the other way round in depth, or for turned, for some frames, turned back.

From one camera a body and its mirror image along the view look the same, so that tools that lift points of a
picture change between the two, mostly with left and right exchanged, for then the body looks away. From one
frame to the next all of its points change sides of a plane at once, and fit again if they are mirrored back.
Where they fit better if they are turned, the tool took the body for one that looks another way, or its world
for another: such a body is turned back where it turns back by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ..body.rotations import geodesic_angle, nearest_rotation
from ..body.runs import runs
from ..body.skeleton import mirror_name
from ..recording import Keypoints, Person
from .limbs import mean_of
from .sides import exchanged, frames_told
from .surely_seen import surely_seen

_FEWEST_POINTS = 8
SLOWEST = 10.0
"""Frames a second below which a body may have turned about between two frames."""
_FOLLOWED = 0.2
"""Seconds for which points that are not seen may have moved on."""
_FAR, _UNUSUAL = 0.08, 1.8
"""Metres, and times its usual way, that a body's points go at once, by their root mean square."""
_BESIDE = 3
"""Steps before and after one that tell what is usual there."""
_FITS, _AS_USUAL, _FITS_AGAIN = 0.45, 1.25, 0.75
"""As what share of that way, and of the way with left and right exchanged alone, mirrored points may go, or
how many times as far as is usual; and the share where a body that turned about must turn back, mirrored at
the same plane."""
_STEADY = 20.0
"""Frames a second from which on what is usual is mostly noise, and little of it motion."""
_ROUND, _RATHER = float(np.radians(50.0)), 0.75
"""Radians by which a body turns at once, and as what share of the way of mirrored points turned ones go, if
it was turned."""
_ALIKE, _LONGEST = float(np.radians(45.0)), 4.0
"""Radians by which it may turn back otherwise than it turned, and seconds after which at most."""
_JUMP = 0.1
"""Metres that the middle of a body jumps."""
_HIPS, _SHOULDERS = ("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")


def turned_back(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """Everybody (metres) the same way round in depth in all frames; a sentence for each who was not."""
    found = [_turned_back(one) for one in people]
    return tuple(one for one, _ in found), [sentence for _, told in found for sentence in told]


@dataclass(frozen=True)
class _Steps:
    """Points of a body from one frame to the next in M places: rows (M,) of the later frames; there, here
    (M, N, 3) metres beside their mean before and after, 0 where not seen in both; number (M,) of those that
    are; others (N,): each point's counterpart."""

    rows: np.ndarray
    there: np.ndarray
    here: np.ndarray
    number: np.ndarray
    others: np.ndarray

    def here_if(self, exchanged: bool) -> np.ndarray:
        """(M, N, 3) the places after, with left and right exchanged or not."""
        return self.here[:, self.others] if exchanged else self.here

    def way(self, exchanged: bool) -> np.ndarray:
        """(M,) root mean square of how far the points go."""
        return _root_mean(self.there - self.here_if(exchanged), self.number)

    def fits(self, exchanged: bool) -> np.ndarray:
        """(M, 3, 3) whose least eigenvector is the normal of the plane that best mirrors here onto there:
        |a - (1 - 2 n n^T) b|^2 = |a - b|^2 + 4 n^T (b a^T) n."""
        found = np.einsum("mni,mnj->mij", self.here_if(exchanged), self.there)
        return np.asarray(0.5 * (found + np.swapaxes(found, -1, -2)))

    def turned(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Turns (S, 3, 3) that take the points after some steps (S,) best to those before (Kabsch), and their
        way (S,) from there."""
        there, here = self.there[at], self.here[at]
        turns = nearest_rotation(np.swapaxes(there, -1, -2) @ here)
        return turns, _root_mean(there - here @ np.swapaxes(turns, -1, -2), self.number[at])

    def way_turned(self, turn: np.ndarray) -> np.ndarray:
        """(M,) the way of points that a turn (3, 3) takes back."""
        return _root_mean(self.there - self.here @ turn.T, self.number)

    def way_mirrored(self, exchanged: bool, normal: np.ndarray) -> np.ndarray:
        """(M,) the same way of points that are mirrored back along normals (3,) or (M, 3)."""
        here = self.here_if(exchanged)
        along = (here * normal[..., None, :]).sum(-1, keepdims=True)
        return _root_mean(self.there - here + 2.0 * along * normal[..., None, :], self.number)


@dataclass(frozen=True)
class Turn:
    """A frame (its row) from which on a body is the other way round, with left and right exchanged or not;
    fits: (3, 3) whose least eigenvector is the way of the view."""

    row: int
    exchanged: bool
    fits: np.ndarray


def _turned_back(one: Person) -> tuple[Person, list[str]]:
    if one.keypoints is None or one.fps < SLOWEST or one.frames < 2:
        return one, []
    columns, others = _body(one.keypoints)
    sudden = _sudden(surely_seen(one.keypoints).positions[:, columns], others, one)
    if sudden is None:
        return one, []
    keypoints, turns, rounds = one.keypoints, sudden.mirrored(one), sudden.rounds(one)
    for rows, turn in rounds:
        keypoints = _turned(keypoints, rows, turn)
    for rows, ends in stretches_of(turns, one.frames):
        keypoints = _mirrored(keypoints, rows, ends)
    told = [*_rounds_told(one, [rows for rows, _ in rounds]), *told_of(one, turns)]
    return (replace(one, keypoints=keypoints), told) if told else (one, [])


def stretches_of(turns: list[Turn], frames: int) -> list[tuple[slice, list[Turn]]]:
    """The rows in which a body of so many frames is the other way round, stretch by stretch, and the turns at
    their ends."""
    return [
        (slice(first, last + 1), [turn for turn in turns if turn.row in (first, last + 1)])
        for first, last in runs(_about(turns, frames))
    ]


def _about(turns: list[Turn], frames: int) -> np.ndarray:
    """(T,) bool, the lesser part of the frames between turns."""
    about = np.zeros(frames, bool)
    for turn in turns:
        about[turn.row :] ^= True
    return ~about if about.mean() > 0.5 else about


def _body(keypoints: Keypoints) -> tuple[np.ndarray, np.ndarray]:
    """(N,) columns of the points with a counterpart on the other side, and for each the place of that."""
    names = {name: k for k, name in enumerate(keypoints.canonical) if name}
    paired = [name for name in names if "left_" in name or "right_" in name]
    paired = [name for name in paired if mirror_name(name) in names]
    others = [paired.index(mirror_name(name)) for name in paired]
    return np.array([names[name] for name in paired], int), np.array(others, int)


def _steps(points: np.ndarray, others: np.ndarray, times: np.ndarray) -> _Steps | None:
    """From frame to frame of points (T, N, 3), where enough of them are seen in both; None where nowhere."""
    seen = np.isfinite(points[..., 0])
    seen &= seen[:, others]
    rows = np.flatnonzero(seen.sum(1) >= _FEWEST_POINTS)
    before, now = rows[:-1], rows[1:]
    near = times[now] - times[before] <= max(_FOLLOWED, 1.5 * float(np.median(np.diff(times))))
    both = seen[before] & seen[now]
    told = near & (both.sum(1) >= _FEWEST_POINTS)
    if not told.any():
        return None
    before, now, both = before[told], now[told], both[told]
    there, here = _centred(points[before], both), _centred(points[now], both)
    return _Steps(now, there, here, both.sum(1), others)


def turns_of(points: np.ndarray, others: np.ndarray, one: Person) -> list[Turn]:
    """Where a person turns about in depth; points (T, N, 3) metres, NaN where missing; others (N,): each
    one's counterpart on the other side."""
    sudden = _sudden(points, others, one)
    return [] if sudden is None else sudden.mirrored(one)


@dataclass(frozen=True)
class _Sudden:
    """Steps (M,) of which some, at (S,), go much farther than is usual. plain (M,): their way, with left and
    right exchanged where that is shorter. exchanged (M,): whether they are where points are mirrored as fits
    best; share (M,) of the plain way these go; fits: without and with left and right exchanged. fitting (M,):
    as what share of it points fit. turns (S, 3, 3), turned (S,): that take them back, and the same share."""

    steps: _Steps
    at: np.ndarray
    plain: np.ndarray
    exchanged: np.ndarray
    share: np.ndarray
    fits: list[np.ndarray]
    fitting: np.ndarray
    turns: np.ndarray
    turned: np.ndarray

    def mirrored(self, one: Person) -> list[Turn]:
        """Where a body turns about in depth."""
        rounds = [end for rows, _ in self.rounds(one) for end in (rows.start, rows.stop)]
        other = np.isin(self.steps.rows, rounds)
        share = self.share[self.at]
        mirrored = (share < self.fitting[self.at]) & (self.turned >= _RATHER * share)
        sure = self.at[mirrored & ~other[self.at]]
        found = {int(k): self._turn(int(k), bool(self.exchanged[k])) for k in sure}
        if len(found) % 2:
            how = next(iter(found.values())).exchanged
            again = self.steps.way_mirrored(how, view_of(list(found.values())))
            again = again / np.maximum(self.plain, 0.5 * _FAR)
            again[list(found)], again[other] = np.inf, np.inf
            back = int(again.argmin())
            if again[back] < _FITS_AGAIN:
                found[back] = self._turn(back, how)
        return [found[k] for k in sorted(found)]

    def _turn(self, step: int, exchanged: bool) -> Turn:
        return Turn(int(self.steps.rows[step]), exchanged, self.fits[exchanged][step])

    def rounds(self, one: Person) -> list[tuple[slice, np.ndarray]]:
        """The rows in which a person was turned as a whole, and the turn (3, 3) that takes them back."""
        angle = geodesic_angle(self.turns, np.broadcast_to(np.eye(3), self.turns.shape))
        sure = (self.turned < self.fitting[self.at]) & (self.turned < _RATHER * self.share[self.at])
        known = {int(self.at[place]): self.turns[place] for place in np.flatnonzero(sure & (angle > _ROUND))}
        if len(known) == 1:
            known |= self._other_end(*known.popitem())
        rows, found, after = self.steps.rows, [], 0
        for first, last in pairwise(sorted(known)):
            begin, end = int(rows[first]), int(rows[last])
            there, back = known[first], known[last].T
            soon = one.frame_ids[end] - one.frame_ids[begin] <= _LONGEST * one.fps
            if begin >= after and soon and geodesic_angle(there, back) < _ALIKE:
                found.append((slice(begin, end), nearest_rotation(there + back)))
                after = end + 1
        return found

    def _other_end(self, step: int, turn: np.ndarray) -> dict[int, np.ndarray]:
        """A step with its turn (3, 3), and the one at which a body turns back, if any does."""
        way = self.steps.way_turned(turn.T)
        share = way / np.maximum(self.plain, 0.5 * _FAR)
        share[step] = np.inf
        other = int(share.argmin())
        return {step: turn} | ({other: turn.T} if share[other] < _FITS_AGAIN else {})


def _sudden(points: np.ndarray, others: np.ndarray, one: Person) -> _Sudden | None:
    """Where points (T, N, 3) go much farther at once than is usual, None where they never do."""
    steps = _steps(points, others, one.frame_ids / one.fps)
    if steps is None:
        return None
    straight = steps.way(False)
    if straight.max() <= _FAR:  # as in most clips
        return None
    plain = np.minimum(straight, steps.way(True))
    usual = np.maximum(_beside(plain), np.median(plain))
    unusual = np.maximum(_FAR, _UNUSUAL * usual)
    at = np.flatnonzero(straight > unusual)
    if not len(at):
        return None
    which, share, fits = _best_mirrored(steps, plain)
    # Of a body that turned, points exchanged go less far than they did.
    share[plain <= unusual] = np.inf
    steady = _AS_USUAL * usual / np.maximum(plain, _FAR) if one.fps >= _STEADY else np.zeros_like(plain)
    turns, way = steps.turned(at)
    return _Sudden(
        steps,
        at,
        plain,
        which,
        share,
        fits,
        np.maximum(_FITS, steady),
        turns,
        way / np.maximum(plain[at], 1e-9),
    )


def _beside(values: np.ndarray) -> np.ndarray:
    """(M,) the median of values (M,) around each."""
    padded = np.pad(values, _BESIDE, mode="reflect" if len(values) > _BESIDE else "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _BESIDE + 1)
    return np.asarray(np.median(around, axis=-1))


def _best_mirrored(steps: _Steps, plain: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """(M,) whether with left and right exchanged, as what share of the plain way (M,) points go that are
    mirrored as fits best, and what fits (M, 3, 3) without and with left and right exchanged."""
    fits = [steps.fits(exchanged) for exchanged in (False, True)]
    off = np.stack([steps.way_mirrored(bool(k), np.linalg.eigh(fits[k])[1][..., 0]) for k in range(2)])
    return off.argmin(0), off.min(0) / np.maximum(plain, 1e-9), fits


def view_of(turns: list[Turn]) -> np.ndarray:
    """(3,) along which bodies were mirrored."""
    return np.asarray(np.linalg.eigh(sum(turn.fits for turn in turns))[1][:, 0])


def _centred(points: np.ndarray, both: np.ndarray) -> np.ndarray:
    """Points (M, N, 3) beside the mean of those that are seen in both frames (M, N), 0 for others."""
    seen = np.where(both[..., None], points, 0.0)
    return np.where(both[..., None], seen - seen.sum(1, keepdims=True) / both.sum(1)[:, None, None], 0.0)


def _root_mean(way: np.ndarray, number: np.ndarray) -> np.ndarray:
    """(M,) root mean square of ways (M, N, 3) of so many points (M,)."""
    return np.asarray(np.sqrt((way**2).sum((1, 2)) / number))


def _mirrored(keypoints: Keypoints, rows: slice, ends: list[Turn]) -> Keypoints:
    """The keypoints with these rows mirrored along the view, about the middle of the hips (tools lift bodies
    around it), and left and right exchanged where that was so."""
    normal, part = view_of(ends), keypoints.positions[rows]
    middle = _middle(keypoints.canonical, part)
    positions = keypoints.positions.copy()
    positions[rows] = part - 2.0 * ((part - middle) @ normal)[..., None] * normal
    found = replace(keypoints, positions=positions)
    if not ends[0].exchanged:
        return found
    there = np.zeros(len(positions), bool)
    there[rows] = True
    return exchanged(found, there)


def _turned(keypoints: Keypoints, rows: slice, turn: np.ndarray) -> Keypoints:
    """The keypoints with these rows turned (3, 3) about the middle of the hips, and brought to where this was
    before and is after, if it jumps there: nobody knows what they were turned about."""
    positions = keypoints.positions.copy()
    middle = _middle(keypoints.canonical, keypoints.positions[rows.start - 1 : rows.stop + 1])
    ends = [middle[1] - middle[0], middle[-2] - middle[-1]]
    jumps = [np.where(np.linalg.norm(end) > _JUMP, end, 0.0) for end in ends]
    share = np.linspace(0.0, 1.0, len(middle) - 2)[:, None, None]
    moved = middle[1:-1] - (1.0 - share) * jumps[0] - share * jumps[1]
    positions[rows] = (keypoints.positions[rows] - middle[1:-1]) @ turn.T + moved
    return replace(keypoints, positions=positions)


def _middle(canonical: tuple[str | None, ...], points: np.ndarray) -> np.ndarray:
    """(T, 1, 3) of points (T, K, 3) the middle of the hips, else of the shoulders, else of all."""
    choices = []
    for pair in (_HIPS, _SHOULDERS):
        held = [
            next((k for k, name in enumerate(canonical) if name and name.endswith(one)), -1) for one in pair
        ]
        choices.append(points[:, held].mean(1) if min(held) >= 0 else np.full(points[:, 0].shape, np.nan))
    middle = mean_of(points)
    for choice in reversed(choices):
        middle = np.where(np.isfinite(choice), choice, middle)
    return middle[:, None]


def told_of(one: Person, turns: list[Turn]) -> list[str]:
    """A sentence of a person who turned about."""
    if not turns:
        return []
    where = frames_told(one, _about(turns, one.frames))
    return [
        f"Person {one.id} was the other way round in depth in {where}, as a body and its mirror image look"
        " alike from one camera; it was turned back there."
    ]


def _rounds_told(one: Person, rounds: list[slice]) -> list[str]:
    """A sentence of a person who was turned as a whole in these rows."""
    if not rounds:
        return []
    there = np.zeros(one.frames, bool)
    for rows in rounds:
        there[rows] = True
    return [
        f"Person {one.id} was turned as a whole in {frames_told(one, there)}, from one frame to the next and"
        " back again, as tools take front for back; it was turned back there."
    ]
