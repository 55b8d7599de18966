"""Where a floor is not to be trusted: under somebody who stands on what moves, or on somebody else."""

from __future__ import annotations

import numpy as np

from ...body.easing import smooth_step
from ...body.floor import CALM
from ...motion import Floor
from ..evidence.smoothing import frames_away

AWAY, ERRORS = 0.1, 2.0
"""Metres, and times the error of the body's own place, that a floor moves a body up or down which was seen
elsewhere: beyond them it is no floor."""
RISES, BEARS = 0.2, 0.6
"""m/s up or down at which something carries a foot that bears, and the probability from which it does."""
AROUND, EASE = 1.0, 0.3
"""Seconds around such a moment in which that floor is not trusted either, and in which trust comes back."""


def trust(up: np.ndarray, off: float, fps: float) -> np.ndarray:
    """(T,) 0..1, how far a floor is to be trusted that moves a body up by so many metres (T,), whose own
    place is off by so many."""
    return around(np.abs(up) > np.hypot(AWAY, ERRORS * off), fps)


def carried(floor: Floor, places: np.ndarray, bears: np.ndarray, fps: float) -> np.ndarray:
    """(T,) bool, where a foot bears, its chances (T, 2), while it goes up or down between a floor's heights,
    of which there are several; places (T, 2, P, 3) metres: under the feet."""
    low = (places @ floor.normal).min(-1)
    if len(low) < 2 or len(floor.heights) == 1:
        return np.zeros(len(low), bool)
    reach = round(CALM * fps / 2.0)
    padded = np.pad(low, ((reach, reach), (0, 0)), mode="edge")
    calm = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0).mean(-1)
    rises = np.abs(np.gradient(calm, axis=0)) * fps > RISES
    return np.asarray(((bears > BEARS) & rises & (np.abs(low - floor.nearest(low)) > AWAY)).any(1))


def around(wrong: np.ndarray, fps: float) -> np.ndarray:
    """(T,) 0..1, how far a floor is to be trusted that is wrong in some frames (T,) bool."""
    seconds = frames_away(wrong[:, None])[:, 0] / fps
    return smooth_step((seconds - AROUND) / EASE)


def sentence(person_id: str, frame_ids: np.ndarray, trusted: np.ndarray) -> str:
    """What to say of frames (T,) that are not trusted wholly."""
    there = frame_ids[trusted < 1.0]
    return (
        f"The floor under person {person_id} seems to move in {len(there)} of {len(frame_ids)} frames"
        f" ({there[0]} to {there[-1]}), so the feet are not held there."
    )
