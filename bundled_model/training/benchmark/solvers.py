"""What can be had without a network: Levenberg–Marquardt under several priors, and analytic swing.

Solvers are told the standard deviation of the noise and, on average, of the definitions: the best that a
person who tunes them for a clip can do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from addon.refiner.network.model import load_model
from addon.refiner.start.closed_form import lay_on, move_to
from addon.refiner.start.solver import Evidence, Prior, solve

from ..metrics import Posed
from .relative_prior import change_precision
from .smoothed import smoothed
from .tasks import Problem

FAR = (0.10, 0.05, 0.02, 0.0, 0.0, 0.0)
NEAR = (0.03, 0.03, 0.03, 0.0, 0.0, 0.0)
NEXT = (0.0, 0.0)
"""Metres added to the points' deviation in each step, coarse to fine: without an initial pose, from one, and
from the frame before."""
OUTLIER_SCALE = 0.12
CHUNK = 128


@dataclass(frozen=True)
class Solver:
    """full: the learned covariance, not its diagonal alone. smooth: on smoothed keypoints. start: from the
    initial pose where there is one."""

    full: bool = True
    smooth: bool = False
    start: bool = True

    def __call__(self, problem: Problem) -> Posed:
        """Every frame by itself, in chunks."""
        positions, precision = evidence_of(problem, self.smooth)
        initial = initial_of(problem) if self.start else None
        done = []
        for first in range(0, len(positions), CHUNK):
            rows = slice(first, first + CHUNK)
            evidence = Evidence(problem.indices, positions[rows], precision[rows])
            begin = None if initial is None else initial[rows]
            done.append(self._solve(problem, evidence, begin))
        rotations, pelvis = (np.concatenate(parts).astype(float) for parts in zip(*done, strict=True))
        return Posed(rotations, pelvis, problem.bones)

    def _solve(
        self, problem: Problem, evidence: Evidence, initial: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        bones, absolute = problem.bones.astype(np.float32), absolute_prior(self.full)
        if initial is None:
            rotations, pelvis = lay_on(_mean_pose(len(evidence.positions)), evidence, bones)
            return solve(rotations, pelvis, bones, evidence, (absolute,), FAR, OUTLIER_SCALE)
        relative = Prior(initial, _initial_precision(problem, self.full))
        priors = (relative, absolute) if self.full else (relative,)
        pelvis = move_to(initial, evidence, bones)
        return solve(initial, pelvis, bones, evidence, priors, NEAR, OUTLIER_SCALE)


@dataclass(frozen=True)
class Chain:
    """Frame after frame, each from the result of the one before; the first from keypoints alone."""

    full: bool = True

    def __call__(self, problem: Problem) -> Posed:
        """With `full` an absolute prior stops the drift; without there is only the frame before."""
        positions, precision = evidence_of(problem, smooth=False)
        bones = problem.bones.astype(np.float32)
        absolute, change = absolute_prior(self.full), change_precision(1, self.full)
        first = Evidence(problem.indices, positions[:1], precision[:1])
        rotations, pelvis = lay_on(_mean_pose(1), first, bones)
        rotations, pelvis = solve(rotations, pelvis, bones, first, (absolute,), FAR, OUTLIER_SCALE)
        found = [(rotations[0], pelvis[0])]
        for row in range(1, len(positions)):
            evidence = Evidence(problem.indices, positions[row : row + 1], precision[row : row + 1])
            priors = (Prior(rotations, change), absolute) if self.full else (Prior(rotations, change),)
            pelvis = move_to(rotations, evidence, bones) if evidence.precision.any() else pelvis
            # Without a robust loss, under which a fast dancer is lost for good.
            rotations, pelvis = solve(rotations, pelvis, bones, evidence, priors, NEXT)
            found.append((rotations[0], pelvis[0]))
        all_rotations, all_pelvis = (np.stack(parts).astype(float) for parts in zip(*found, strict=True))
        return Posed(all_rotations, all_pelvis, problem.bones)


def evidence_of(problem: Problem, smooth: bool) -> tuple[np.ndarray, np.ndarray]:
    """Positions (T, P, 3) and precision (T, P) of the keypoints, single precision."""
    seen = np.isfinite(problem.points).all(-1)
    if smooth and not problem.apart:
        positions, share = smoothed(problem.points)
        noise = problem.white * np.minimum(share, 1.0)
    else:
        positions, noise = np.nan_to_num(problem.points), np.full(seen.shape, problem.white)
    precision = seen / (noise**2 + problem.deviation**2)
    return positions.astype(np.float32), precision.astype(np.float32)


def initial_of(problem: Problem) -> np.ndarray | None:
    """Initial rotations (T, 24, 3, 3), single precision, None where there are none."""
    poses = problem.person.poses
    return None if poses is None else poses.rotations.astype(np.float32)


@lru_cache(maxsize=2)
def absolute_prior(full: bool) -> Prior:
    """The refiner's own prior of poses, or the variances of its axes alone."""
    model = load_model()
    if full:
        return Prior(model.prior_mean, model.prior_precision)
    variance = np.diag(np.linalg.inv(model.prior_precision[3:, 3:].astype(float)))
    precision = np.zeros((24, 3), np.float32)
    precision[1:] = (1.0 / variance).reshape(23, 3)
    return Prior(model.prior_mean, precision)


def _initial_precision(problem: Problem, full: bool) -> np.ndarray:
    """How an initial pose is off: as learned for a stale one, as told for an estimator's."""
    if problem.stride is not None:
        return change_precision(problem.stride, full)
    assert problem.initial_degrees is not None
    # The mean length of a 3D Gaussian of unit deviation is 1.6.
    deviation = np.deg2rad(problem.initial_degrees) / 1.6
    return np.full((24, 3), deviation**-2, np.float32)


def _mean_pose(frames: int) -> np.ndarray:
    return np.broadcast_to(load_model().prior_mean, (frames, 24, 3, 3)).copy()
