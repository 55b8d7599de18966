"""What came of refining one person, and the line that tells it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Person
from ..words import plural


@dataclass(frozen=True)
class Result:
    """One refined person, what it was refined from, and how long that took.

    before_mm: mean error of the initial poses, where there are some and keypoints. shake: jitter in m/s^2
    before and after, of poses that were refined on their own.
    """

    name: str
    person: Person
    motion: Motion
    seconds: float
    body_model: BodyModel | None
    before_mm: float | None = None
    shake: tuple[float, float] | None = None

    @property
    def after_mm(self) -> float | None:
        """Mean error of the result; None without keypoints, and of poses that were refined on their own."""
        error = self.motion.fit_error_mm
        if self.shake is not None:
            return None
        return float(np.nanmean(error)) if np.isfinite(error).any() else None


def result_line(result: Result) -> str:
    """Frames, error and speed in one line."""
    frames = f"{result.name}: {plural(result.motion.frames, 'frame')}"
    rate = f"{result.motion.frames / max(result.seconds, 1e-9):.0f} frames per second"
    if result.after_mm is not None:
        before = "" if result.before_mm is None else f"{result.before_mm:.1f} → "
        return f"{frames}, {before}{result.after_mm:.1f} mm from the keypoints, {rate}"
    if result.shake is None:
        return f"{frames}, converted without refining"
    first, last = result.shake
    return f"{frames}, refined on their own, jitter {first:.1f} → {last:.1f} m/s², {rate}"
