"""One person's finished animation, in the frame of reference of `recording`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from .brief import Brief

LONGEST_GAP = 1.0
"""Seconds; somebody who is not seen for longer is away, a shorter gap is filled."""


@dataclass(frozen=True, repr=False, eq=False)
class Held(Brief):
    """Poses that somebody set by hand and that a refined motion is to keep, at N moments that need not be
    frames of it.

    times: (N,) seconds since frame number 0, increasing.
    rotations: (N, 24, 3, 3) local joint rotations. pelvis: (N, 3) metres, position of the pelvis joint.
    turns: (N, 24) bool, the joints whose rotation is held. places: (N,) bool, where the pelvis is held.
    """

    times: np.ndarray
    rotations: np.ndarray
    pelvis: np.ndarray
    turns: np.ndarray
    places: np.ndarray

    @property
    def marks(self) -> np.ndarray:
        """(N, 25) bool, `turns` and in the last column `places`."""
        return np.concatenate([self.turns, self.places[:, None]], axis=1)


@dataclass(frozen=True, repr=False, eq=False)
class Kept(Brief):
    """What a motion keeps by hand, and what it was before that: rotations (T, 24, 3, 3), pelvis (T, 3)."""

    held: Held
    rotations: np.ndarray
    pelvis: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class Floor(Brief):
    """What bearing feet lie on: places x with normal @ x = height, for one of the heights.

    normal: (3,) of length 1, up. heights: (L,) metres, increasing; several for stairs and platforms.
    """

    normal: np.ndarray
    heights: np.ndarray

    def over(self, places: np.ndarray, level: np.ndarray | None = None) -> np.ndarray:
        """(...) metres of places (..., 3) over these of its heights (...), or over the nearest, negative
        below."""
        along = np.asarray(places @ self.normal)
        return along - (self.nearest(along) if level is None else level)

    def nearest(self, along: np.ndarray) -> np.ndarray:
        """(...) the nearest of its heights to places that are so far along its normal (...)."""
        return np.asarray(self.heights[np.abs(along[..., None] - self.heights).argmin(-1)])


@dataclass(frozen=True, repr=False, eq=False)
class Legs(Brief):
    """How well the left and the right leg are told in each of T frames. off (T, 2) metres: by which feet are
    thought to be off. untold (T, 2) 0..1: how far nothing but poses tells of a leg. known (T, 2) 0..1: how
    far anything tells of a foot. path: metres by which the body's place is off. rise (T,): metres by which
    the floor was seen higher than usual, as a camera that moves shows it."""

    off: np.ndarray
    untold: np.ndarray
    known: np.ndarray
    path: float
    rise: np.ndarray

    def rows(self, rows: np.ndarray) -> Legs:
        """The same of some of the frames; rows: indices or a mask."""
        return Legs(self.off[rows], self.untold[rows], self.known[rows], self.path, self.rise[rows])


@dataclass(frozen=True, repr=False, eq=False)
class Hands(Brief):
    """The fingers of both hands through a motion, joints in the order of `body.hands.FINGER_NAMES`.

    rotations: (T, 2, 15, 3, 3) local joint rotations from SMPL's flat hand, left hand first.
    offsets: (2, 15, 3) metres, rest position of each joint relative to its parent, the wrist for the first.
    estimated: (T, 2, 15) bool, joints that nothing told and that lie as a relaxed hand's.
    """

    rotations: np.ndarray
    offsets: np.ndarray
    estimated: np.ndarray

    def rows(self, rows: np.ndarray | slice) -> Hands:
        """The same hands in some of the frames; rows: indices or a mask."""
        return replace(self, rotations=self.rotations[rows], estimated=self.estimated[rows])


@dataclass(frozen=True, repr=False, eq=False)
class Shape(Brief):
    """The body model of the user's file whose skeleton in the shape `betas` a motion moves.

    kind: SMPL, SMPL-H or SMPL-X. pelvis: (3,) metres, where this shape's rest pelvis lies. hands: (2, 15, 3)
    rotation vectors of the model's own relaxed hands from its flat ones; zeros where the file has none.
    """

    kind: str
    pelvis: np.ndarray
    hands: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class Motion(Brief):
    """What the refiner returns and the scene, the FBX export and the .npz file are made from.

    rotations: (T, 24, 3, 3) local joint rotations, joint 0 is the global orientation.
    pelvis: (T, 3) metres, position of the pelvis joint.
    bone_offsets: (24, 3) metres, rest position of each joint relative to its parent; row 0 is zero.
    fps: frames per second of `frame_ids`.
    frame_ids: (T,) frame numbers in the recording; frame n lies at n / fps seconds.
    fit_error_mm: (T,) mean distance from the keypoints, NaN without keypoints.
    uncertainty_deg: (T, 24) expected error of each joint's rotation, NaN where it is not known.
    betas, gender: as the recording gave them, or with a shape those of its model.
    filled: (T,) bool, frames whose pose comes from their neighbours because nothing was seen; empty: none.
    kept: what somebody set by hand and this motion already holds; None: nothing.
    contacts: (T, 4) probability that left heel, left toes, right heel, right toes bear; empty: unknown.
    floor: what they bear on, None where nothing does.
    free: rotations and pelvis before the feet were held, None where they are not.
    stepped: whether its way over the floor is then told by the steps, not as measured.
    legs: how well they were told when contacts were found; None where that is not known.
    hands: the fingers; None where nothing tells of any.
    shape: which body model has exactly these bones with these betas; None where that is not known.
    found: contacts and floor as they were found, where somebody has changed them since; None elsewhere.
    """

    rotations: np.ndarray
    pelvis: np.ndarray
    bone_offsets: np.ndarray
    fps: float
    frame_ids: np.ndarray
    fit_error_mm: np.ndarray
    uncertainty_deg: np.ndarray
    person_id: str = "0"
    betas: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    gender: str = "neutral"
    warnings: tuple[str, ...] = ()
    filled: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    kept: Kept | None = None
    contacts: np.ndarray = field(default_factory=lambda: np.zeros((0, 4)))
    floor: Floor | None = None
    free: tuple[np.ndarray, np.ndarray] | None = None
    legs: Legs | None = None
    hands: Hands | None = None
    shape: Shape | None = None
    found: tuple[np.ndarray, Floor | None] | None = None
    stepped: bool = False

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.frame_ids)

    @property
    def times(self) -> np.ndarray:
        """(T,) seconds since frame number 0."""
        return self.frame_ids / self.fps

    @property
    def led(self) -> np.ndarray:
        """(T, 3) metres over the floor from where the pelvis was measured to where the steps have it; zeros
        where they are not asked."""
        if not self.stepped or self.free is None:
            return np.zeros_like(self.pelvis)
        return (self.pelvis - self.free[1]) * (1.0, 0.0, 1.0)

    @property
    def is_filled(self) -> np.ndarray:
        """(T,) bool, `filled` for every frame."""
        return self.filled if len(self.filled) else np.zeros(self.frames, bool)

    @property
    def away(self) -> np.ndarray:
        """(G, 2) the last row seen before and the first row seen after each long gap."""
        seen = np.flatnonzero(~self.is_filled)
        gaps = long_gaps(self.frame_ids[seen], self.fps)
        return np.stack([seen[gaps], seen[gaps + 1]], axis=-1)


def long_gaps(frame_ids: np.ndarray, fps: float) -> np.ndarray:
    """(G,) places in increasing frame numbers (T,) that a long gap follows."""
    return np.flatnonzero(np.diff(frame_ids) > max(LONGEST_GAP * fps, 1.0))
