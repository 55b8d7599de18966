"""The hands' part of a run: their points are read once, and fingers put on the motion of any frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..motion import Motion
from ..recording import Keypoints
from ..steps import Progress, Steps
from .controls import Controls
from .hands import has_hands, read_hands, with_hands
from .prepared import Prepared


def with_hand_points(
    prepared: Prepared, keypoints: Keypoints | None, mode: str, controls: Controls
) -> Steps[Prepared]:
    """With the points of hands, where there are any and fingers are wanted."""
    if mode == "poses" or keypoints is None or controls.hands is None or not has_hands(keypoints):
        return prepared
    yield Progress(0.0, "Reading the hands")
    return replace(prepared, hands=read_hands(keypoints, prepared.person))


def fingers(prepared: Prepared, controls: Controls, rows: np.ndarray, motion: Motion) -> Steps[Motion]:
    """The motion in these frames (T,) bool with its fingers."""
    points = None if prepared.hands is None else prepared.hands.rows(rows)
    return (yield from with_hands(motion, prepared.person.rows(rows), points, controls))
