"""The hands' part of a run: their points are read once, and fingers put on the motion of any frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.hands import WRISTS
from ..motion import Motion
from ..recording import Keypoints
from ..steps import Progress, Steps
from .controls import Controls
from .hands.motion import has_hands, read_hands, with_hands
from .prepared import Prepared
from .result.blending import shares


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
    share = 1.0 if points is None else _shares(prepared, controls)[rows]
    return (yield from with_hands(motion, prepared.person.rows(rows), points, controls, share))


def _shares(prepared: Prepared, controls: Controls) -> np.ndarray:
    """(T, 2) how far each hand goes from the initial pose, or a hand at ease, to its points: as its wrist
    does, and not at all where the arm is not refined."""
    person, hands = prepared.person, list(WRISTS)
    share = np.ones((person.frames, len(hands)))
    if prepared.toward is None or prepared.toward.kept is not None:
        asked = shares(controls, person.frame_ids, person.fps)
        share = np.broadcast_to(asked, (person.frames, len(controls.joints)))[:, hands]
    return np.asarray(share * controls.joints[hands])
