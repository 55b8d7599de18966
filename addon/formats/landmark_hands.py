"""Hands beside MediaPipe's world landmarks of a body, as HolisticLandmarker gives them and people save them.

Each hand's 21 world landmarks are metres in the body's axes, about a point of their own, so that a hand is
put with its wrist where the body's is. Those of the picture (left_hand_landmarks) have no true depth.
Sources: google-ai-edge/mediapipe tasks/cc/vision/holistic_landmarker/holistic_landmarker_result.h (names);
mediapipe/modules/holistic_landmark (each hand about its own middle).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..body.layouts import find_layout
from .draft import is_real
from .landmarks import COUNT, HAND

_SIDES = ("right", "left")
"""The order of the layout mediapipe75."""
_WRISTS = [find_layout("mediapipe33").keypoints.index(f"{side}_wrist") for side in _SIDES]
_WITHIN = ("landmark", "landmarks")


def has_hands(frame: Any) -> bool:
    """Whether a frame names the world landmarks of a hand."""
    return isinstance(frame, Mapping) and any(name in frame for side in _SIDES for name in _names(side))


def untold(frames: Sequence[Any]) -> list[str]:
    """A sentence where frames hold hands in the picture alone."""
    flat = [name.replace("_world", "").replace("World", "") for side in _SIDES for name in _names(side)]
    held = [frame for frame in frames if isinstance(frame, Mapping)]
    if any(map(has_hands, held)) or not any(frame.get(name) for frame in held for name in flat):
        return []
    return [
        "Not used: the hands, which lie in the picture; save left_ and right_hand_world_landmarks as well."
    ]


def with_hands(body: np.ndarray, frames: Sequence[Any]) -> np.ndarray:
    """Points (T, 33, 4) with confidence of these frames as (T, 75, 4) where a hand is in any of them: then
    the right hand's and the left one's, NaN where missing; else as they are."""
    hands = np.stack([np.stack([_hand(frame, side) for side in _SIDES]) for frame in frames])
    if not np.isfinite(hands).any():
        return body
    places = hands - hands[:, :, :1] + body[:, _WRISTS, None, :3]
    seen = np.isfinite(places).all(-1, keepdims=True).astype(float)
    joined = np.concatenate([places, seen], axis=-1).reshape(len(body), -1, 4)
    return np.concatenate([body[:, :COUNT], joined], axis=1)


def _names(side: str) -> tuple[str, str]:
    return f"{side}_hand_world_landmarks", f"{side}HandWorldLandmarks"


def _hand(frame: Any, side: str) -> np.ndarray:
    """(21, 3) metres about a point of its own, NaN where the frame has none."""
    missing = np.full((HAND, 3), np.nan)
    if not isinstance(frame, Mapping):
        return missing
    held = next((frame[name] for name in _names(side) if frame.get(name)), None)
    if isinstance(held, Mapping):
        held = next((held[name] for name in _WITHIN if name in held), None)
    while isinstance(held, list) and len(held) == 1:
        held = held[0]
    if not isinstance(held, list) or len(held) != HAND:
        return missing
    rows = [_row(point) for point in held]
    return np.array([missing[0] if row is None else row for row in rows], float)


def _row(point: Any) -> list[float] | None:
    values = [point.get(axis) for axis in "xyz"] if isinstance(point, Mapping) else point
    if not isinstance(values, list) or len(values) < 3 or not all(map(is_real, values[:3])):
        return None
    return [np.nan if value is None else value for value in values[:3]]
