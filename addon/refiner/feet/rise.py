"""How a clip's floor rises and sinks: slowly and by some centimetres, as a camera that moves makes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...body.floor import UP, stands_of
from ...body.quantiles import quantile
from ...motion import Floor
from ...steps import Steps
from ..timeline import Piece
from .bands import ORDER, Bands
from .clip import CORRELATED
from .floor import BEARS, MAY
from .places import chances

OFF, SPEED, LASTS = 0.01, 0.1, 0.35
"""Metres by which bearing feet miss a floor, m/s at which it moves, and seconds below which it does not."""
SCALES = (0.2, 0.06, 0.02, 0.02)
"""Metres from it beyond which feet hardly tell of such a floor, as it is found closer and closer."""
MISSED = 0.06
"""Metres by which a foot may miss a floor to count as far off."""
LESS, ERRORS, MOST, SHARE = 0.006, 0.65, 0.013, 0.6
"""How much less feet must miss a floor that moves than one that stays: metres, times their errors but no more
than so many metres, and the largest share."""
MAYBE, PASSES = 0.75, 2
"""The largest share at first, and how often contacts are looked for anew with such a floor."""
WITHIN, MISFIT = 0.4, 0.002
"""Share of what a floor does within a stand that the foot must do as well, beside so many metres: on stairs
and slopes feet come to stand higher, but then they stay."""
ALIKE, MORE = 0.65, 1.1
"""The largest share of what a foot does within a stand that is left beside its floor, for this alone to tell
of one that moves, and how many times as much as a floor that stays such a one may be missed."""
MOSTLY = 0.95
"""Share of what stands that tells of a floor: one that moves does so in more than a few moments, in which
feet may be taken for somewhere else."""
EDGE, SHORTEST = 0.1, 0.2
"""Seconds at both ends of a stand that are left out, for feet roll there, and that a stand must last."""
AWAY, SLOW = 0.1, 0.06
"""Metres up or down beyond which somebody is thought to be carried, where the floor is quicker than so many
m/s."""


def rise_of(
    places: np.ndarray,
    contacts: np.ndarray,
    on_feet: np.ndarray,
    floor: Floor | None,
    pieces: Sequence[Piece],
    fps: float,
    off: float,
    contacts_on: Callable[[np.ndarray], Steps[np.ndarray]],
) -> Steps[np.ndarray]:
    """(T,) metres by which the floor lies higher than the best that stays, or than usual where that slopes;
    zero all through where it does stay, for all that feet tell.

    places (T, 2, 3, 3) metres under the feet, thought to be so many metres off; contacts (T, 4): of heels and
    toes, which tell nothing but where the body is on its feet (T,) bool; floor: that best one. contacts_on:
    the contacts where the floor rises so (T,), for feet are told better of one that stays.
    """
    none, bears = np.zeros(len(places)), chances(contacts * on_feet[:, None], places)
    if floor is None or (bears > BEARS).any((1, 2)).sum() < fps:
        return none
    staying = _missed(_lowest(floor.over(places), bears))
    if staying < LESS:
        return none
    least = max(LESS, min(ERRORS * off, MOST))
    low = _lowest(places[..., 1], bears)
    if not _stands(none, low, fps).any:
        return none
    rise = yield from _smooth_rise(low, pieces, fps)
    moving = _missed(_over(low, rise))
    maybe = moving < MAYBE * staying and staying - moving > least / 2
    if not maybe and not _stands(rise, low, fps).alike(least):
        return none
    for _ in range(PASSES):
        contacts = yield from contacts_on(rise)
        low = _lowest(places[..., 1], chances(contacts * on_feet[:, None], places))
        rise = yield from _smooth_rise(low, pieces, fps)
    moving, stands = _missed(_over(low, rise)), _stands(rise, low, fps)
    clearly = moving < SHARE * staying and staying - moving > max(least, _apart(low, fps)) and stands.agree
    clearly = clearly or (moving < MORE * staying and stands.alike(least))
    if not clearly or _carried(rise, fps):
        return none
    usual = floor.heights[0] if (floor.normal == UP).all() else np.nanmedian(low)
    return rise + np.nanmedian(low) - usual


@dataclass(frozen=True)
class _Stands:
    """Squares in m^2, on average over most frames, of what happens within a stand: how feet rise there, how
    beside their floor, and how this does; whether there are any."""

    feet: float
    beside: float
    floor: float
    any: bool

    @property
    def agree(self) -> bool:
        """Whether feet rise with their floor."""
        return self.any and self.beside < self.feet - WITHIN * self.floor + MISFIT**2

    def alike(self, least: float) -> bool:
        """Whether both clearly do the same, and more than so many metres of it."""
        return self.any and self.floor > least**2 and self.beside < ALIKE * self.feet


def _over(low: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """(T, 2) metres of bearing heights (T, 2) over a floor that rises so (T,)."""
    return np.asarray(low - np.nanmedian(low) - rise[:, None])


def _apart(low: np.ndarray, fps: float) -> float:
    """Metres that both feet (T, 2) miss a floor by when they stand on it together, each otherwise."""
    both = np.isfinite(low).all(1)
    return float(np.abs(low[both] @ (0.5, -0.5)).mean()) if both.sum() > fps else 0.0


def _lowest(heights: np.ndarray, bears: np.ndarray) -> np.ndarray:
    """(T, 2) the least of heights (T, 2, P) of places that bear with these chances, NaN for feet in the
    air."""
    low = np.where(bears > MAY, heights, np.inf).min(-1)
    return np.where((bears > BEARS).any(-1), low, np.nan)


def _smooth_rise(low: np.ndarray, pieces: Sequence[Piece], fps: float) -> Steps[np.ndarray]:
    """(T,) metres by which a floor rises slowly, from bearing heights (T, 2), NaN where there are none."""
    heights = np.where(np.isfinite(low), low, np.inf).min(1) - np.nanmedian(low)
    rise = np.zeros(len(low))
    for piece in pieces:
        if piece.length > ORDER:
            seen = np.full(piece.length, np.inf)
            seen[piece.places] = heights[piece.rows]
            rise[piece.rows] = (yield from _fitted(seen, fps))[piece.places]
    return rise


def _fitted(heights: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """(T,) the path through most of the heights (T,), infinite where there are none."""
    count, seen = len(heights), np.isfinite(heights)
    known, path = np.where(seen, heights, 0.0), np.zeros(len(heights))
    measured = 1.0 / (fps * CORRELATED * OFF**2)
    for scale in SCALES:
        bands = Bands(count, 1, 1)
        trusted = np.where(seen, measured / (1.0 + ((known - path) / scale) ** 2) ** 2, 0.0)
        bands.near((1.0,), trusted, known[:, None])
        bands.steps_near((1.0,), np.full(count - 1, fps / (CORRELATED * SPEED**2)), np.zeros((count - 1, 1)))
        bands.smooth((1.0,), np.full(count - ORDER, measured * (LASTS * fps) ** (2 * ORDER)))
        path = (yield from bands.solve())[:, 0, 0]
    return path


def _missed(over: np.ndarray) -> float:
    """Metres by which feet (T, 2), NaN in the air, miss a floor on average."""
    return float(np.minimum(np.abs(over[np.isfinite(over)]), MISSED).mean())


def _stands(rise: np.ndarray, low: np.ndarray, fps: float) -> _Stands:
    """How feet that stand at heights (T, 2) go with a floor that rises so (T,)."""
    inside = _inside(np.isfinite(low), round(EDGE * fps), SHORTEST * fps)
    floors = np.broadcast_to(rise[:, None], low.shape)
    squares = _moving(np.stack([low, low - floors, floors]), inside)
    if not squares.size:
        return _Stands(0.0, 0.0, 0.0, False)
    mostly = squares[2] <= quantile(squares[2], MOSTLY)
    feet, beside, floor = squares[:, mostly].mean(1).tolist()
    return _Stands(feet, beside, floor, squares.shape[1] > SHORTEST * fps)


def _inside(bears: np.ndarray, edge: int, shortest: float) -> np.ndarray:
    """(T, 2) the number of the stand of feet that bear (T, 2), -1 in the air, in so many frames beside it and
    in what is shorter than that."""
    numbers = np.full(bears.shape, -1)
    numbers[bears] = stands_of(bears)
    beside = np.pad(numbers, ((edge, edge), (0, 0)), constant_values=-1)
    same = (beside[: len(bears)] == numbers) & (beside[2 * edge :] == numbers)
    numbers = np.where(same, numbers, -1)
    _, which, count = np.unique(numbers, return_inverse=True, return_counts=True)
    return np.where(count[which].reshape(bears.shape) >= shortest, numbers, -1)


def _moving(values: np.ndarray, stands: np.ndarray) -> np.ndarray:
    """(K, N) the squares of values (K, T, 2) less their mean over a stand each, of what has a stand's number
    (T, 2)."""
    there = stands >= 0
    _, which, count = np.unique(stands[there], return_inverse=True, return_counts=True)
    means = [np.bincount(which, own) / count for own in values[:, there]]
    return np.square([own - mean[which] for own, mean in zip(values[:, there], means, strict=True)])


def _carried(rise: np.ndarray, fps: float) -> bool:
    """Whether a floor (T,) moves too far too quickly for an error."""
    quick = np.percentile(np.abs(np.gradient(rise)) * fps, 95.0) > SLOW
    return bool(np.abs(rise).max() > AWAY and quick)


def rises(person_id: str, rise: np.ndarray) -> str:
    """What to say of a floor that rises by so many metres (T,)."""
    return (
        f"The floor under person {person_id} was seen to rise and sink by {100.0 * np.ptp(rise):.0f} cm, as"
        " where a camera moves or leans; the person is put on a floor that stays."
    )
