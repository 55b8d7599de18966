"""Bodies that a tool took for the other way round in depth for some frames, turned back.

From one camera a body and its mirror image along the view look the same, so that tools that lift points of a
picture change between the two, mostly with left and right exchanged, for then the body looks away. From one
frame to the next all of its points change sides of a plane at once, and fit again if they are mirrored back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

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
    turns = turns_of(surely_seen(one.keypoints).positions[:, columns], others, one)
    if not turns:
        return one, []
    keypoints = one.keypoints
    for rows, ends in stretches_of(turns, one.frames):
        keypoints = _mirrored(keypoints, rows, ends)
    return replace(one, keypoints=keypoints), told_of(one, turns)


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
    steps = _steps(points, others, one.frame_ids / one.fps)
    return [] if steps is None else _turns(steps, one.fps)


def _turns(steps: _Steps, fps: float) -> list[Turn]:
    """Where these steps turn a body about in depth."""
    straight = steps.way(False)
    if straight.max() <= _FAR:  # as in most clips
        return []
    plain = np.minimum(straight, steps.way(True))
    usual = np.maximum(_beside(plain), np.median(plain))
    sudden = plain > np.maximum(_FAR, _UNUSUAL * usual)
    if not sudden.any():
        return []
    which, share, fits = _best_mirrored(steps, plain)
    steady = _AS_USUAL * usual / np.maximum(plain, _FAR) if fps >= _STEADY else 0.0
    sure = np.flatnonzero(sudden & (share < np.maximum(_FITS, steady)))
    found = {int(k): Turn(int(steps.rows[k]), bool(which[k]), fits[which[k]][k]) for k in sure}
    if len(found) % 2:
        how = next(iter(found.values())).exchanged
        again = steps.way_mirrored(how, view_of(list(found.values()))) / np.maximum(plain, 0.5 * _FAR)
        again[list(found)] = np.inf
        back = int(again.argmin())
        if again[back] < _FITS_AGAIN:
            found[back] = Turn(int(steps.rows[back]), how, fits[int(how)][back])
    return [found[k] for k in sorted(found)]


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
