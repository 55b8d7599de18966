"""From a person's keypoints to what the solver and the network take as evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...body.points import POINT_INDEX, POINT_OFFSETS, POINT_WEIGHTS
from ...body.skeleton import REST_JOINTS, SUBTREE
from ...recording import Keypoints
from ...steps import Stepped, Steps, in_chunks
from ..errors import RefineError
from .filtered import measured_among_fewer
from .scores import score_of_places
from .smoothing import ALL, Measured, measure

SMPL_LAYOUTS = ("smpl24", "humanml22")
"""Layouts whose keypoints are SMPL's joints themselves, not a detector's idea of them."""

EXACT_DEFINITION = 0.002
LIMB_DEFINITION = 0.010
TRUNK_DEFINITION = 0.020
"""Standard deviations in metres of where a keypoint lies on the body, beside its noise. Engineering values:
detectors' hips, shoulders, neck and face points lie some centimetres from one another's (facts: H36M,
COCO)."""

_LIMBS = ("knee", "ankle", "elbow", "wrist", "toe", "heel", "foot")
MANY_METRES = 1e4
UNKNOWN_DEVIATION = 0.5
"""Radians; a joint that the evidence tells worse than this counts as unseen."""


@dataclass(frozen=True)
class Targets:
    """Evidence of one person: P canonical points over T frames.

    indices: (P,) into `points.POINT_NAMES`. raw: (T, P, 3) metres as observed, NaN where missing.
    positions: (T, P, 3) without noise, gaps bridged. detail: (T, P, 3) metres, what smoothing half as much
    would add to them. precision: (T, P) in 1/m^2, 0 where nothing is known.
    noise: (P,) metres, standard deviation per axis of what noise is left in positions.
    definition: (P,) metres, how far a keypoint may lie from its canonical point by definition.
    metric: (3, 3), how much more or less is known along the world's axes, as `solver.Evidence` has it.
    """

    indices: np.ndarray
    raw: np.ndarray
    positions: np.ndarray
    detail: np.ndarray
    precision: np.ndarray
    noise: np.ndarray
    definition: np.ndarray
    metric: np.ndarray | None = None

    @property
    def observed(self) -> np.ndarray:
        """(T, P) whether a point was seen in a frame."""
        return np.isfinite(self.raw[..., 0])

    def together(self, first: int, second: int) -> np.ndarray:
        """(T,) whether two of the points were seen in the same frame."""
        return np.isfinite(self.raw[:, first, 0] + self.raw[:, second, 0])

    def rows(self, frames: slice | np.ndarray) -> Targets:
        """The same evidence for some of the frames."""
        by_frame = (self.raw, self.positions, self.detail, self.precision)
        raw, positions, detail, precision = (values[frames] for values in by_frame)
        by_point = self.noise, self.definition
        return Targets(self.indices, raw, positions, detail, precision, *by_point, self.metric)

    def points(self, some: np.ndarray) -> Targets:
        """What some of the points (P,) bool tell."""
        by_point = (self.indices, self.noise, self.definition)
        by_frame = (self.raw, self.positions, self.detail, self.precision)
        indices, noise, definition = (values[some] for values in by_point)
        raw, positions, detail, precision = (values[:, some] for values in by_frame)
        return Targets(indices, raw, positions, detail, precision, noise, definition, self.metric)


def no_targets(frames: int) -> Targets:
    """The evidence of so many frames without any keypoint."""
    nowhere, none = np.zeros((frames, 0, 3)), np.zeros(0)
    return Targets(np.zeros(0, int), nowhere, nowhere, nowhere, nowhere[..., 0], none, none)


def joints_seen(targets: Targets) -> np.ndarray:
    """(T, 24) in 0..1, how much the evidence tells of each joint's rotation: points that it swings, and
    how far."""
    rest = POINT_WEIGHTS @ REST_JOINTS + POINT_OFFSETS.sum(1)
    lever = np.linalg.norm(rest[:, None] - REST_JOINTS, axis=-1) * (POINT_WEIGHTS @ SUBTREE.T)
    information = targets.precision @ lever[targets.indices] ** 2
    return information / (information + UNKNOWN_DEVIATION**-2)


@lru_cache(maxsize=64)
def definition_deviation(name: str, layout: str | None) -> float:
    """Standard deviation in metres of where a keypoint of this layout lies around the canonical point."""
    if layout in SMPL_LAYOUTS:
        return EXACT_DEFINITION
    return LIMB_DEFINITION if any(limb in name for limb in _LIMBS) else TRUNK_DEFINITION


@dataclass(frozen=True)
class Read:
    """What keypoints tell, from which targets of any smoothness are made; usual: those of smoothness 1.
    trust (T, P) in 0..1: of each point's place, were it known exactly."""

    usual: Targets
    measured: Measured
    trust: np.ndarray

    def at(self, smoothness: float | np.ndarray, frames: slice = ALL) -> Steps[Targets]:
        """The targets of these frames; smoothness as `smoothing.Measured.at` takes it."""
        if np.all(smoothness == 1.0):
            return self.usual.rows(frames)
        smoothed = yield from self.measured.at(smoothness, frames)
        return replace(
            self.usual.rows(frames),
            positions=smoothed.positions,
            precision=self.trust[frames] / (smoothed.error**2 + self.usual.definition**2),
            noise=smoothed.error,
        )


@Stepped
def targets_from_keypoints(keypoints: Keypoints, fps: float) -> Steps[Targets]:
    """Canonical targets with noise removed and measured.

    Raises RefineError when none of the keypoints is known on the body; those that are may all be missing.
    """
    return (yield from read_keypoints(keypoints, fps)).usual


def read_keypoints(keypoints: Keypoints, fps: float) -> Steps[Read]:
    """`targets_from_keypoints` for any smoothness to come. Raises RefineError."""
    names = [name for name in dict.fromkeys(keypoints.canonical) if name is not None]
    if not names:
        raise RefineError(
            "None of the keypoints has a counterpart on the SMPL skeleton; name them like left_knee or "
            "choose a layout."
        )
    columns = [keypoints.canonical.index(name) for name in names]
    raw, confidence, usable = yield from in_chunks(
        lambda rows: _usable(keypoints.positions[rows, columns], keypoints.confidence[rows, columns]),
        len(keypoints.positions),
    )
    told = np.where(usable, confidence, 0.0)
    measured = yield from measure(raw, told, fps)
    measured = yield from measured_among_fewer(measured, raw, told, fps)
    smoothed = measured.usual
    definition = np.array([definition_deviation(name, keypoints.layout) for name in names])
    trust = smoothed.support * score_of_places(told, usable, smoothed.kept, fps) * usable.any(0)
    indices = np.array([POINT_INDEX[name] for name in names])
    targets = Targets(
        indices,
        raw,
        smoothed.positions,
        smoothed.detail,
        trust / (smoothed.error**2 + definition**2),
        smoothed.error,
        definition,
    )
    return Read(targets, measured, trust)


def _usable(positions: np.ndarray, confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions (T, P, 3), NaN where they are of no use, confidence (T, P) in 0..1, and where they are usable
    (T, P)."""
    raw = np.asarray(positions, float)
    trust = np.where(np.isnan(confidence), 0.0, confidence).astype(float).clip(0.0, 1.0)
    usable = np.isfinite(raw).all(-1) & (trust > 0) & (np.abs(raw) < MANY_METRES).all(-1)
    return np.where(usable[..., None], raw, np.nan), trust, usable
