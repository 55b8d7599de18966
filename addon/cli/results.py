"""What came of refining one person, and the line that tells it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..body.body_model import BodyModel
from ..motion import Motion
from ..recording import Person


@dataclass(frozen=True)
class Result:
    """One refined person, what it was refined from, and how long that took. shake: jitter in m/s^2 before and
    after, of poses that were refined on their own."""

    name: str
    person: Person
    motion: Motion
    seconds: float
    body_model: BodyModel | None
    shake: tuple[float, float] | None = None


def result_line(result: Result) -> str:
    """Frames, error and speed in one line."""
    error = result.motion.fit_error_mm
    frames = f"{result.name}: {result.motion.frames} frames"
    rate = f"{result.motion.frames / max(result.seconds, 1e-9):.0f} frames per second"
    if np.isfinite(error).any():
        return f"{frames}, {np.nanmean(error):.1f} mm from the keypoints, {rate}"
    if result.shake is None:
        return f"{frames}, converted without refining"
    before, after = result.shake
    return f"{frames}, refined on their own, jitter {before:.1f} → {after:.1f} m/s², {rate}"
