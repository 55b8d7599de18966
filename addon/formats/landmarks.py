"""MediaPipe's 33 landmarks, from whatever shape people save them in."""

from __future__ import annotations

import numpy as np

from ..body.layouts import find_layout
from ..recording import Keypoints
from ..safe_read import FormatError
from .draft import ON_THE_SPOT, layout_keypoints

COUNT, HAND = 33, 21
_AT_HIPS, _FROM_CORNER = 0.02, 0.1
"""Of the body's size: image landmarks, in any unit, count their depth from the hips and x from a corner."""
HIPS_FIXED = f"The landmarks are relative to the hips, {ON_THE_SPOT}"
_LEFT_HIP, _RIGHT_HIP = (
    find_layout("mediapipe33").keypoints.index(f"{side}_hip") for side in ("left", "right")
)
_WRISTS = [find_layout("mediapipe33").keypoints.index(f"{side}_wrist") for side in ("left", "right")]


def mediapipe_keypoints(points: np.ndarray, confidence: np.ndarray | None) -> tuple[Keypoints, list[str]]:
    """Keypoints and warnings from (T, 33, 3), or (T, 75, 3) with both hands. Raises FormatError for
    normalised image landmarks.

    World landmarks are metres with the middle of the hips at the origin; image landmarks are fractions of
    the image whose depth has no scale (google-ai-edge/mediapipe docs/solutions/pose.md).
    """
    keypoints = layout_keypoints(points, f"mediapipe{points.shape[1]}", confidence)
    hips = keypoints.positions[:, [_LEFT_HIP, _RIGHT_HIP]].mean(1)
    size = max(float(np.nanmax(keypoints.positions) - np.nanmin(keypoints.positions)), 1e-9)
    seen = np.abs(hips[np.isfinite(hips).all(-1)]) / size
    if len(seen) and float(np.median(np.linalg.norm(seen, axis=-1))) < _AT_HIPS:
        return keypoints, [HIPS_FIXED]
    flat = keypoints.positions[..., :2][np.isfinite(keypoints.positions[..., :2])]
    in_picture = np.percentile(flat, 2) > -0.3 and np.percentile(flat, 98) < 1.3 and np.median(flat) > 0.05
    across, _, depth = np.median(seen, axis=0) if len(seen) else (0.0, 0.0, 1.0)
    if in_picture or (depth < _AT_HIPS and across > _FROM_CORNER):
        raise FormatError(
            "These are MediaPipe's image landmarks (fractions or pixels of the image), which have no true"
            " depth; save pose_world_landmarks instead."
        )
    return keypoints, []


def by_wrists(points: np.ndarray) -> np.ndarray:
    """Landmarks (T, 33 + 42, 3) with the right hand before the left, whichever of the two came first: a
    hand's wrist lies at the body's. Others are as they are."""
    if points.shape[1] != COUNT + 2 * HAND:
        return points
    first, second = COUNT, COUNT + HAND
    body = [points[:, place] for place in _WRISTS]
    hands = points[:, first], points[:, second]
    apart = [[_apart(hand, wrist) for wrist in body] for hand in hands]
    if apart[0][1] + apart[1][0] <= apart[0][0] + apart[1][1]:
        return points
    return np.concatenate([points[:, :first], points[:, second:], points[:, first:second]], axis=1)


def _apart(first: np.ndarray, second: np.ndarray) -> float:
    """The median distance of places (T, 3) that are seen together, 0 where none are."""
    distance = np.linalg.norm(first - second, axis=-1)
    known = distance[np.isfinite(distance)]
    return float(np.median(known)) if len(known) else 0.0
