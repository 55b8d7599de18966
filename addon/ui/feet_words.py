"""What was found of feet and floor, in plain words."""

from __future__ import annotations

import numpy as np

from .. import refiner
from ..motion import Motion

BEARS = 0.5
"""Probability from which a place is said to bear."""
SAME_PATH = 0.01
"""Metres from which a path is told to be another than the measured one."""
SLOPE = 0.5
"""Degrees from which a floor is said to slope."""


def feet_line(motion: Motion, controls: refiner.Controls) -> str:
    """'floor found; feet bear in 74 % of frames and are held there', "" where nobody has looked for it."""
    if not len(motion.contacts):
        return ""
    bears = float((motion.contacts >= BEARS).any(1).mean())
    if motion.floor is None or bears == 0.0:
        return _without(motion, controls)
    what = "and are held there" if motion.free is not None else "and are not held"
    found = f"{_floor(motion, controls.floor is not None)}; feet bear in {bears:.0%} of frames {what}"
    return found + _path(motion)


def _without(motion: Motion, controls: refiner.Controls) -> str:
    """Where nothing bears: a floor that was set far from the feet still keeps them out of itself."""
    if controls.floor is None or motion.floor is None or motion.free is None:
        return "no contact found, so the feet are left as they are"
    return f"no foot bears near the floor at {controls.floor:.2f} m as set; they are only kept above it"


def _path(motion: Motion) -> str:
    """How far the steps have taken the person from the measured place, where they were asked."""
    far = float(np.linalg.norm(motion.led, axis=-1).max()) if motion.stepped else 0.0
    if far < SAME_PATH:
        return ""
    return f"; the path from the steps is up to {far:.2f} m beside the measured one"


def _floor(motion: Motion, known: bool) -> str:
    floor = motion.floor
    assert floor is not None
    if known:
        return f"floor at {floor.heights[0]:.2f} m as set"
    count = len(floor.heights)
    slope = float(np.degrees(np.arccos(np.clip(floor.normal[1], -1.0, 1.0))))
    of_heights = f" at {count} heights" if count > 1 else ""
    return f"floor found{of_heights}" + (f", sloping by {slope:.1f}°" if slope > SLOPE else "")
