"""By how much a foot that bears is shifted and turned over the floor to slide no more than the person's.

Long legs would make it slide more, and so would its own length where it turns: then it is turned less.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from .bearing import PARTS, TOUCHES

_PASSES, _LEAST = 24, 0.5
"""How often the steps of a foot's places are brought together at most; the share that those which go too far
count as at least: less would take them back too far."""
_UNSEEN, _NEARLY = 0.0004, 5e-6
"""Metres a frame by which a foot may slide more than the person's, and by which it may miss that."""
_LEVEL = (0, 2)
_TINY = 1e-9


@dataclass(frozen=True)
class Slide:
    """How a foot slides in N steps from frame to frame, over the floor.

    shift (N, 2): metres by which it is shifted so that its places go as they are to in the mean. steps
    (N, 4, 2): how they go then. most (N, 4, 1): how far each may go. share (N, 4, 1): how much each counts.
    places (N, 4, 2): where they are meanwhile.
    """

    shift: np.ndarray
    steps: np.ndarray
    most: np.ndarray
    share: np.ndarray
    places: np.ndarray

    @classmethod
    def of(cls, theirs: np.ndarray, ours: np.ndarray, weights: np.ndarray, scale: float) -> Slide:
        """A foot's places (T, 4, 3) are to go as the person's scaled ones (T, 4, 3), and none, as far as it
        bears (T - 1, 4), more than the person's own: long legs make no foot slide more. What stands firm
        counts more than what is about to leave."""
        theirs, ours = theirs[..., _LEVEL], ours[..., _LEVEL]
        wanted, steps = np.diff(theirs, axis=0), np.diff(ours, axis=0)
        most = np.linalg.norm(wanted, axis=-1, keepdims=True) / scale + _UNSEEN
        bears = weights.sum(1)[:, None]
        firm = weights * np.sqrt(weights / PARTS)
        firm *= bears / np.maximum(firm.sum(1, keepdims=True), _TINY)
        share = (firm / np.maximum(bears, TOUCHES))[..., None]
        shift = (share * (wanted - steps)).sum(1)
        places = (ours[1:] + ours[:-1]) / 2
        return cls(shift, steps + shift[:, None], most, share, places)

    def shifts(self) -> np.ndarray:
        """(N, 3) metres by which the foot is to be shifted."""
        found = np.zeros((len(self.steps), 3))
        found[:, _LEVEL] = self._shifted().shift
        return found

    def turns(self) -> np.ndarray:
        """(N,) radians about the vertical by which it is to be turned where no shift is enough."""
        away = self.places - (self.share * self.places).sum(1, keepdims=True)
        return self._shifted()._settled(np.stack([away[..., 1], -away[..., 0]], axis=-1))[1]

    def _shifted(self) -> Slide:
        by, _ = self._settled(np.zeros_like(self.places))
        return replace(self, shift=self.shift + by, steps=self.steps + by[:, None])

    def _settled(self, levers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, 2) metres and (N,) radians by which no place goes too far, or all as little as may be. levers
        (N, 4, 2): metres that a place goes for a radian."""
        shift, turn = np.zeros_like(self.shift), np.zeros(len(self.steps))
        left, rows = self, np.arange(len(self.steps))
        for _ in range(_PASSES):
            back = left._back()
            at = np.abs(back).max((1, 2)) > _NEARLY
            left, rows, levers, back = left._at(at), rows[at], levers[at], back[at]
            by = back.sum(1)
            angle = (back * levers).sum((1, 2)) / np.maximum((left.share * levers**2).sum((1, 2)), _TINY)
            left = replace(left, steps=left.steps + by[:, None] + angle[:, None, None] * levers)
            shift[rows] += by
            turn[rows] += angle
        return shift, turn

    def _at(self, rows: np.ndarray) -> Slide:
        return Slide(*(getattr(self, field.name)[rows] for field in fields(self)))

    def _back(self) -> np.ndarray:
        """(N, 4, 2) what is to be taken back of steps that are too long."""
        length = np.sqrt((self.steps**2).sum(-1, keepdims=True))
        less = np.minimum(self.most / np.maximum(length, _TINY), 1.0) - 1.0
        gain = np.maximum((self.share * (less < 0.0)).sum(1, keepdims=True), _LEAST)
        return self.share / gain * less * self.steps
