"""A clip whose feet are to be held: what bears on what, how far it may be off, and what that weighs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...motion import Floor
from .bands import ORDER

CORRELATED = 0.25
"""Seconds over which errors of a place are alike."""
LEAST_EASED = 1e-3
"""Share of smoothness that is left where a foot bears."""
LOOK = 0.08
"""Seconds around a frame in which a foot's mean speed is looked at."""
EASE = 0.12
"""Seconds over which what moves a foot comes and goes."""
BESIDE = 0.15
"""Seconds around a moment in which a foot bears, in which what moves it need not come and go smoothly."""

AWAY, ERRORS = 0.05, 2.0
"""Metres, twice as many for a leg of which only poses tell, and times its errors, that a foot is taken away
by a contact that is doubted: it stepped, or slid."""


@dataclass(frozen=True)
class Precision:
    """How far the motion is thought to be off: foot (T, 2) metres and turn (T, 2) radians of the left and
    right foot, path metres of the body's own place; infinite for a path that the steps are to tell. untold
    (T, 2) 0..1: where 1, thigh and shin are told no better than the foot. (2,) where all frames are alike."""

    foot: np.ndarray
    turn: np.ndarray
    path: float
    untold: np.ndarray

    def of_frames(self, frames: int) -> Precision:
        """The same, each of these frames by itself."""
        of_legs = self.foot, self.turn, self.untold
        foot, turn, untold = (np.broadcast_to(values, (frames, 2)) for values in of_legs)
        return Precision(foot, turn, self.path, untold)

    @property
    def body(self) -> float:
        """Metres by which the body's place shakes: as feet do that are told, or as little as it is off."""
        feet, told = self.foot.min(0), self.untold.min(0) < 1.0
        return float(feet[told].mean()) if told.any() else min(self.path, float(feet.mean()))


@dataclass(frozen=True)
class Clip:
    """What all steps share; contacts (T, 4): of heels and toes, chances (T, 2, 3): of the places under the
    feet, flat (T, 2): of heel and toes together, sure (T, 2): where a foot's contacts hold however fast it
    moves; levels (T, 2) metres: the height of the floor under each foot, None for the nearest."""

    fps: float
    contacts: np.ndarray
    chances: np.ndarray
    flat: np.ndarray
    floor: Floor | None
    precision: Precision
    sure: np.ndarray
    levels: np.ndarray | None = None

    def over(self, places: np.ndarray) -> np.ndarray:
        """(T, 2, P) metres of places (T, 2, P, 3) over the floor under each foot."""
        assert self.floor is not None
        return self.floor.over(places, None if self.levels is None else self.levels[..., None])

    @property
    def bears(self) -> np.ndarray:
        """(T, 2) probability that any of a foot bears."""
        return np.asarray(self.contacts.reshape(-1, 2, 2).max(-1))

    def measured(self, deviation: float | np.ndarray) -> np.ndarray:
        """(T,) weights of what is off by so many metres or radians in every frame, or in each (T,)."""
        return np.broadcast_to(1.0 / (self.fps * CORRELATED * deviation**2), len(self.contacts))

    def drifts(self, speed: float) -> np.ndarray:
        """(T - 1,) weights of no step of what drifts at so many m/s."""
        return np.full(len(self.contacts) - 1, self.fps / (CORRELATED * speed**2))

    def smooth(self, weights: np.ndarray, seconds: float) -> np.ndarray:
        """(T - 3,) weights of third differences that leave alone what lasts longer than so many seconds,
        beside these weights (T,) of places."""
        least = np.lib.stride_tricks.sliding_window_view(weights, ORDER + 1).min(-1)
        return np.asarray(least * (seconds * self.fps) ** (2 * ORDER))

    def doubts(self, away: np.ndarray) -> np.ndarray:
        """(T, 2) how many times a foot's contact is doubted that takes it so many metres (T, 2) away from
        where it was measured beside the body: once within what its errors explain."""
        own = AWAY * (1.0 + self.precision.untold)
        return np.asarray(1.0 + (away / np.hypot(own, ERRORS * self.precision.foot)) ** 4)

    def eased(self, weights: np.ndarray, chance: np.ndarray) -> np.ndarray:
        """(T - 3,) the same of what comes and goes with a foot that bears with this chance (T,): less where
        it does."""
        # Never fewer frames than a third difference spans.
        more = max(round(BESIDE * self.fps) - ORDER, 0)
        lifted = np.pad(np.square(1.0 - chance), (more // 2, more - more // 2), mode="edge")
        spans = np.lib.stride_tricks.sliding_window_view(lifted, ORDER + more + 1).min(-1)
        return self.smooth(weights, EASE) * (spans + LEAST_EASED)

    def still(
        self,
        foot: int,
        chance: np.ndarray,
        steps: np.ndarray,
        strays: float,
        moves: float,
        doubt: np.ndarray | None = None,
    ) -> np.ndarray:
        """(T - 1,) weights of no step of a foot between frames that bear with these chances (T,), less where
        the steps (T - 1, 3) are surely those of a foot that moves.

        strays: how far one that bears may come within a second; moves: how much a second, at which it hardly
        bears, where its speed is known; doubt (T,): how many times less, where the hold takes it far away.
        """
        speed = np.linalg.norm(_around(steps, round(LOOK * self.fps)), axis=1) * self.fps
        off = self.precision.foot[:, foot]
        told = np.hypot(moves, np.maximum(off[:-1], off[1:]) / LOOK)
        if doubt is not None:
            told = told / np.maximum(doubt[:-1], doubt[1:])
        released = np.where(self.sure[1:, foot], 1.0, np.square(1.0 + np.square(speed / told)))
        return np.asarray(np.square(chance[:-1] * chance[1:]) / released * self.fps / strays**2)


def _around(steps: np.ndarray, reach: int) -> np.ndarray:
    """(T, …) means of steps over so many frames to either side."""
    padded = np.pad(steps, ((reach, reach), *[(0, 0)] * (steps.ndim - 1)), mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(-1))
