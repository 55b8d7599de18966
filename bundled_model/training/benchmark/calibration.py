"""Whether the refiner knows how wrong it is: predicted against true error, in tenths of the predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from addon.body.rotations import geodesic_angle
from addon.refiner import refine

from .tasks import Task

TENTHS = 10
ALLOWED = 0.25


@dataclass(frozen=True)
class Calibration:
    """Root mean square of predicted and of true rotation errors in degrees, by tenths of the predictions."""

    predicted: np.ndarray
    true: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """Predicted over true."""
        return self.predicted / self.true

    @property
    def holds(self) -> bool:
        """Whether both agree within 25 % in every tenth."""
        return bool((np.abs(self.ratio - 1.0) <= ALLOWED).all())


def calibration(tasks: list[Task]) -> Calibration:
    """All joints and frames of these tasks together."""
    predicted, true = [], []
    for task in tasks:
        bones = task.problem.bones if task.problem.bones_known else None
        motion = refine(task.problem.person, bone_offsets=bones)
        predicted.append(motion.uncertainty_deg.ravel())
        true.append(np.degrees(geodesic_angle(task.truth.rotations, motion.rotations)).ravel())
    return in_tenths(np.concatenate(predicted), np.concatenate(true))


def in_tenths(predicted: np.ndarray, true: np.ndarray) -> Calibration:
    """Errors (N,) in degrees sorted into tenths by their prediction."""
    order = np.argsort(predicted, kind="stable")
    parts = np.array_split(order, TENTHS)

    def rms(values: np.ndarray) -> np.ndarray:
        return np.array([np.sqrt(np.mean(values[part] ** 2)) for part in parts])

    return Calibration(rms(predicted), rms(true))
