"""Where a floor is not to be trusted: under somebody who stands on what moves, or on somebody else."""

from __future__ import annotations

import numpy as np

from ...body.easing import smooth_step
from ..evidence.smoothing import frames_away

AWAY, ERRORS = 0.1, 2.0
"""Metres, and times the error of the body's own place, that a floor moves a body up or down which was seen
elsewhere: beyond them it is no floor."""
AROUND, EASE = 1.0, 0.3
"""Seconds around such a moment in which that floor is not trusted either, and in which trust comes back."""


def trust(up: np.ndarray, off: float, fps: float) -> np.ndarray:
    """(T,) 0..1, how far a floor is to be trusted that moves a body up by so many metres (T,), whose own
    place is off by so many."""
    wrong = np.abs(up) > np.hypot(AWAY, ERRORS * off)
    seconds = frames_away(wrong[:, None])[:, 0] / fps
    return smooth_step((seconds - AROUND) / EASE)


def sentence(person_id: str, frame_ids: np.ndarray, trusted: np.ndarray) -> str:
    """What to say of frames (T,) that are not trusted wholly."""
    there = frame_ids[trusted < 1.0]
    return (
        f"The floor under person {person_id} seems to move in {len(there)} of {len(frame_ids)} frames"
        f" ({there[0]} to {there[-1]}), so the feet are not held there."
    )
