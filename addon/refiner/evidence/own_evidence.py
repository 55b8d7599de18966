"""What a clip of poses tells of its own noise: the same poses without what shakes, and how much that was.

Rotations are smoothed as keypoints are (`smoothing`), each as the first two columns of its matrix, so that a
clean capture passes untouched and single frames that jump are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...body.rotations import geodesic_angle, matrix_from_six_d, six_d_from_matrix
from ...steps import Stepped, Steps, in_chunks
from .smoothing import FEWEST_SMOOTHED, Measured, measure

FLIP, TO_AND_FRO = float(np.radians(30.0)), float(np.radians(50.0))
"""Radians from which a step between two frames may be a flip, 1/30 s or less apart and more in slower clips:
among smaller ones, and among others as large, as those of a frame alone are."""
ISOLATED, RETURNED = 4.0, 0.5
"""How many times as large as the steps beside it a flip is; how much of it may be left when it is over."""
LONGEST_FLIP = 0.7
"""Seconds."""

OUTLIER = 16.0
"""As `smoothing.smooth` takes it: a quick move leaves the smooth path much further than noise does."""

SEEN = 30.0
"""Frames a second among which poses of higher rates are looked at, too."""
SHAKING, SHAKING_PATH = float(np.radians(0.3)), 0.003
"""Radians by which most joints must shake there, as those of a capture do not, and metres for a path."""

ALIKE, ALIKE_PATHS = 0.5, 1.5
"""By how much cross-validation's scores of a joint's turns and of a path differ by chance, times the root of
the frames: few tell shaking from motion badly; a camera's depth errs slowly, and a body's place is calm."""


@dataclass(frozen=True)
class Steady:
    """rotations (T, 24, 3, 3) without what shakes, and the standard deviation per axis (24,) in radians of
    what was taken away."""

    rotations: np.ndarray
    shake: np.ndarray


@dataclass(frozen=True)
class Moving:
    """What poses (T, J, 3, 3) tell of their noise, from which they are steadied as much as anybody asks for;
    measured: None for few frames, which are left as they are."""

    rotations: np.ndarray
    measured: Measured | None

    def at_least(self, other: Moving, shaking: float) -> Steps[Moving]:
        """The same, steadied no less than some of these frames ask for that shake as no capture does: by
        `shaking` radians."""
        if self.measured is None or other.measured is None:
            return self
        if np.median(other.measured.usual.deviation) < shaking:
            return self
        return Moving(self.rotations, (yield from self.measured.at_least(other.measured)))

    def at(self, smoothness: float | np.ndarray) -> Steps[Steady]:
        """Steadied so much, as `smoothing.Measured.at` takes it."""
        if self.measured is None:
            return Steady(self.rotations, np.zeros(self.rotations.shape[1]))
        found = yield from self.measured.at(smoothness)
        matrices = yield from in_chunks(
            lambda rows: matrix_from_six_d(found.positions[rows]), len(self.rotations)
        )
        # Of six numbers three are free, so each axis has twice the variance of one number.
        return Steady(matrices, np.sqrt(2.0) * found.deviation)


@Stepped
def steady(
    rotations: np.ndarray, fps: float, bodies: np.ndarray | None = None, seen: np.ndarray | None = None
) -> Steps[Steady]:
    """Poses (T, J, 3, 3) of frames one after the other, without their noise; bodies (J,) as
    `smoothing.measure` takes them; seen (T,) bool: frames that tell something, all of them without. Few
    frames are left as they are."""
    return (yield from (yield from read_poses(rotations, fps, bodies, seen)).at(1.0))


def read_poses(
    rotations: np.ndarray,
    fps: float,
    bodies: np.ndarray | None = None,
    seen: np.ndarray | None = None,
    shaking: float = SHAKING,
) -> Steps[Moving]:
    """`steady` for any smoothness to come; shaking: radians that most joints shake at the least where their
    errors last some frames."""
    moving = yield from _among(rotations, fps, bodies, seen)
    step = round(fps / SEEN)
    if step > 1:
        # Errors that last some frames pass for motion among all of them, and not among fewer.
        some = None if seen is None else seen[::step]
        fewer = yield from _among(rotations[::step], fps / step, bodies, some)
        moving = yield from moving.at_least(fewer, shaking)
    return moving


def _among(
    rotations: np.ndarray, fps: float, bodies: np.ndarray | None, seen: np.ndarray | None
) -> Steps[Moving]:
    """What these frames alone tell."""
    if len(rotations) < FEWEST_SMOOTHED:
        return Moving(rotations, None)
    trusted = 1.0 - (yield from flips.steps(rotations, fps))
    if seen is not None:
        trusted = trusted * seen[:, None]
    measured = yield from measure(six_d_from_matrix(rotations), trusted, fps, bodies, OUTLIER, ALIKE)
    return Moving(rotations, measured)


@Stepped
def flips(rotations: np.ndarray, fps: float) -> Steps[np.ndarray]:
    """(T, J) bool, frames in which a joint of poses (T, J, 3, 3) lies elsewhere than before and after.

    It jumped there in one frame, and back within LONGEST_FLIP: no limb turns so far and stops dead.
    """
    after, before = rotations[1:], rotations[:-1]
    steps = yield from in_chunks(
        lambda rows: geodesic_angle(after[rows], before[rows]), len(after)
    )  # (T-1, J)
    beside = np.pad(steps, ((1, 1), (0, 0)))
    slower = max(30.0 / fps, 1.0)
    jumps = (steps > slower * FLIP) & (steps > ISOLATED * np.maximum(beside[:-2], beside[2:]))
    jumps |= np.minimum(steps, np.minimum(beside[:-2], beside[2:])) > slower * TO_AND_FRO
    found = np.zeros(rotations.shape[:2], bool)
    longest = max(round(LONGEST_FLIP * fps), 1)
    for joint in np.flatnonzero(jumps.any(0)):
        at = np.flatnonzero(jumps[:, joint])
        for out, back in pairwise(at):
            apart = geodesic_angle(rotations[out, joint], rotations[back + 1, joint])
            if back - out <= longest and apart < RETURNED * min(steps[out, joint], steps[back, joint]):
                found[out + 1 : back + 1, joint] = True
        yield None
    return found


def read_path(pelvis: np.ndarray, fps: float, seen: np.ndarray | None = None) -> Steps[Measured]:
    """What a path (T, 3) tells of its noise in the frames seen (T,), each axis by itself: one camera's depth
    shakes more than the rest."""
    weights = np.ones((len(pelvis), 3)) if seen is None else np.repeat(seen[:, None], 3, axis=1).astype(float)

    def among(step: int) -> Steps[Measured]:
        some, told = pelvis[::step, :, None], weights[::step]
        return (yield from measure(some, told, fps / step, np.arange(3), alike=ALIKE_PATHS))

    path, step = (yield from among(1)), round(fps / SEEN)
    if step > 1:
        fewer = yield from among(step)
        if np.median(fewer.usual.deviation) > SHAKING_PATH:
            path = yield from path.at_least(fewer)
    return path
