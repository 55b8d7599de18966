"""Points of hands that stand beside those of a body: 21 a side, from the wrist outwards, thumb first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..body.hands import SIDES
from ..body.layouts import PALM, find_layout
from ..recording import Keypoints
from .finger_names import finger_points

COUNT = 21
NAMES = tuple(filter(None, find_layout("easymocap67").hand_points))
"""(42) canonical points of both hands in this order."""


def beside_body(keypoints: Keypoints, hands: np.ndarray, confidence: np.ndarray) -> Keypoints:
    """The body's keypoints with both hands' (T, 2, 21, 3), confidence (T, 2, 21), 0 where missing."""
    seen = (confidence > 0) & np.isfinite(hands).all(-1)
    if not seen.any():
        return keypoints
    frames = len(hands)
    return _joined(keypoints, hands.reshape(frames, -1, 3), confidence.reshape(frames, -1), NAMES, NAMES)


def named_beside_body(
    keypoints: Keypoints, names: Sequence[str], points: np.ndarray, weights: Any
) -> Keypoints:
    """The body's keypoints with those of points (T, K, 3) whose names are a finger's; weights (T, K) or
    None."""
    known = finger_points(names)
    places = [place for place, point in enumerate(known) if point]
    if not places:
        return keypoints
    confidence = np.ones(points.shape[:2]) if weights is None else np.asarray(weights, float)
    held, called = [known[place] for place in places], [names[place] for place in places]
    return _joined(keypoints, points[:, places], confidence[:, places], called, held)


def of_hand(model: str, name: str) -> str | None:
    """The name of a finger's point that a table lists under a model of one hand, with the hand's side in it;
    None for other models and points."""
    side = next((side for side in SIDES if f"{side}_hand" in model.lower()), None)
    if side is None:
        return None
    whole = name if side in name.lower() else f"{side}_hand_{name}"
    return whole if finger_points([whole])[0] else None


def _joined(
    keypoints: Keypoints,
    points: np.ndarray,
    confidence: np.ndarray,
    names: Sequence[str],
    hand_points: Sequence[str | None],
) -> Keypoints:
    seen = (confidence > 0) & np.isfinite(points).all(-1)
    places = np.where(seen[..., None], points, np.nan)
    weights = np.where(seen, np.clip(confidence, 0.0, 1.0), 0.0)
    # The ends of the palm tell how forearm and wrist are turned.
    palm = [PALM.get(point or "") for point in hand_points]
    palm = [None if point in keypoints.canonical else point for point in palm]
    own = keypoints.hand_points or (None,) * len(keypoints.names)
    return replace(
        keypoints,
        positions=np.concatenate([keypoints.positions, places], axis=1),
        confidence=np.concatenate([keypoints.confidence, weights], axis=1),
        names=(*keypoints.names, *names),
        canonical=(*keypoints.canonical, *palm),
        layout=None,
        hand_points=(*own, *hand_points),
    )


def numbers_of(hand: Any, width: int) -> np.ndarray | None:
    """(21, width) of a hand's list of numbers; None where it is no such."""
    try:
        values = np.asarray(hand, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return values.reshape(COUNT, width) if values.size == COUNT * width else None
