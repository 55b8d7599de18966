"""What is known of legs and feet, frame by frame: a foot that nothing tells of neither bears nor is sure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from ...body.arrays import stacked
from ...body.points import POINT_INDEX
from ...body.soles import SIDES
from ...motion import Legs, Motion
from ..evidence.calm import points_told
from ..evidence.smoothing import frames_away
from ..evidence.targets import Targets

FOOT_POINTS = ("ankle", "foot", "heel", "big_toe", "small_toe")
LEG_POINTS = ("knee", *FOOT_POINTS)
CAPTURED, UNTOLD = 0.004, 0.03
"""Metres by which feet are off that no keypoints tell: in a capture, in an estimate."""
LEAST = 0.0005
"""Metres by which feet are off at least, however calm their keypoints are."""
LASTS = 1.0
"""Seconds after a foot was told, or before it is, in which it is thought to bear as a body usually does: what
the network says of contacts there takes legs nearer to the truth, and of legs that are never told further."""


def by_poses(frames: int, off: float, untold: float) -> Legs:
    """Legs that poses tell in every frame."""
    return Legs(
        np.full((frames, 2), off), np.full((frames, 2), untold), np.ones((frames, 2)), off, np.zeros(frames)
    )


def by_keypoints(targets: Sequence[Targets], variance: float, fps: float, poses: bool) -> list[Legs]:
    """Legs that keypoints tell, piece by piece; variance (m^2): of what wanders in all of them; poses:
    whether there are an estimate's too."""
    ever = [np.flatnonzero(known.observed.any(0)).tolist() for known in targets]
    noises = [min(_noises(targets, ever, side), default=np.inf) for side in SIDES]
    off = np.clip(np.hypot(noises, np.sqrt(variance)), LEAST, UNTOLD)
    seen = np.isfinite(noises)
    body = min((known.noise.min(initial=UNTOLD) for known in targets), default=UNTOLD)
    path = off[seen].mean() if seen.any() else np.clip(np.hypot(body, np.sqrt(variance)), LEAST, UNTOLD)
    found = []
    for known, columns in zip(targets, ever, strict=True):
        told = points_told(known.precision)
        foot, leg = (_told(told, known, columns, points) for points in (FOOT_POINTS, LEG_POINTS))
        there = np.ones_like(foot) if poses else _lately(foot, fps)
        found.append(Legs(UNTOLD + (off - UNTOLD) * foot, 1.0 - leg, there, float(path), np.zeros(len(foot))))
    return found


def poses_alone(motion: Motion) -> float:
    """0..1, how far nothing but poses tells the legs of a finished motion, which knows no fit error where no
    keypoints told of it."""
    return 0.0 if np.isfinite(motion.fit_error_mm).any() else 1.0


def _told(told: np.ndarray, known: Targets, columns: list[int], points: tuple[str, ...]) -> np.ndarray:
    """(T, 2) 0..1, how well any of these points tells the left and the right leg, beside other frames; told
    (T, P): each point; columns: those that are ever seen."""
    found = [told[:, _among(known, columns, side, points)].max(1, initial=0.0) for side in SIDES]
    return stacked(found, -1)


def _lately(told: np.ndarray, fps: float) -> np.ndarray:
    """(T, 2) 0..1, less the longer ago, or the later, feet are told (T, 2)."""
    return np.asarray(1.0 / (1.0 + (frames_away(told > 0.5) / fps / LASTS) ** 4))


def _noises(targets: Sequence[Targets], ever: list[list[int]], side: str) -> list[float]:
    """Metres, of all those keypoints of a foot that are ever seen, by their columns."""
    both = zip(targets, ever, strict=True)
    return [
        noise for known, columns in both for noise in known.noise[_among(known, columns, side, FOOT_POINTS)]
    ]


def _among(known: Targets, columns: list[int], side: str, points: tuple[str, ...]) -> list[int]:
    """Those of the columns that hold one of these points of a side."""
    wanted = _indices(side, points)
    return [column for column in columns if known.indices[column] in wanted]


@cache
def _indices(side: str, points: tuple[str, ...]) -> frozenset[int]:
    """Of these points of a side."""
    return frozenset(POINT_INDEX[f"{side}_{point}"] for point in points)
