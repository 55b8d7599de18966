"""MediaPipe Pose and Holistic as JSON, in the shapes that people save: there is no official file.

A list of frames, each of 33 points {x, y, z, visibility}, of points by number or by name, under keys such as
pose_world_landmarks or worldLandmarks; or one object with such a list. Beside them may lie the hands'
(`landmark_hands`). Source: google-ai-edge/mediapipe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.layouts import find_layout
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, is_real, person, scalar
from ..landmark_hands import has_hands, untold, with_hands
from ..landmarks import COUNT, mediapipe_keypoints
from ..marker_names import canonical_names
from ..timing import timed_frames

_WORLD = ("pose_world_landmarks", "poseWorldLandmarks", "worldLandmarks", "world_landmarks", "keypoints3D")
_ANY = (*_WORLD, "landmarks", "pose_landmarks", "poseLandmarks", "landmark", "points", "pose", "keypoints")
_LISTS = ("frames", "data", "results", "poses")
_NUMBERS = ("frame", "frame_id", "frame_number", "frame_index", "index")
_VISIBILITY = ("visibility", "score", "confidence", "presence")
_CANONICAL = list(find_layout("mediapipe33").canonical)


def recognises(container: Container) -> bool:
    """33 points in the first frame that has any, or MediaPipe's text protobuf."""
    if container.kind == "text":
        return container.head.lstrip()[:400].count(b"landmark") >= 2 and b"{" in container.head[:400]
    return any(_points(frame) is not None for frame in _frames(container.json)[:200])


def read(container: Container) -> Draft:
    """One person; a frame without points is missing. Raises FormatError."""
    if container.kind == "text":
        raise FormatError(
            "These are MediaPipe's image landmarks, which have no true depth; save pose_world_landmarks."
        )
    frames = _frames(container.json)
    found = [(number, _points(frame)) for number, frame in enumerate(frames)]
    seen = [(number, points) for number, points in found if points is not None]
    numbers = [_number(frames[number], number) for number, _ in seen]
    if (np.diff(numbers) <= 0).any():
        numbers = [number for number, _ in seen]
    stack = with_hands(np.stack([points for _, points in seen]), [frames[number] for number, _ in seen])
    keypoints, warnings = mediapipe_keypoints(stack[..., :3], stack[..., 3])
    warnings += untold(frames)
    fps = scalar(container.fields["fps"]) if "fps" in container.fields else None
    people = [person(frame_ids=numbers, keypoints=keypoints)]
    draft = Draft(people, units=None, likely_up=("-y", "+y"), warnings=warnings, camera=True)
    return timed_frames(draft, [frames[number] for number, _ in seen], fps)


def _frames(tree: Any) -> list[Any]:
    if isinstance(tree, Mapping):
        if has_hands(tree) and not any(isinstance(tree.get(name), list) for name in _LISTS):
            return [tree]
        for name in (*_LISTS, *_ANY):
            if isinstance(tree.get(name), list):
                return _frames(tree[name])
        numbered = bool(tree) and all(_is_number(name) for name in tree)
        return [tree[name] for name in tree] if numbered and _points(tree) is None else [tree]
    if not isinstance(tree, list):
        return []
    return [tree] if _points(tree) is not None else tree


def _is_number(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"(?:frame[\s_-]*)?\d+", name.lower()) is not None


def _number(frame: Any, place: int) -> int:
    if isinstance(frame, Mapping):
        for name in _NUMBERS:
            if isinstance(frame.get(name), int):
                return int(frame[name])
    return place


def _points(frame: Any, depth: int = 0) -> np.ndarray | None:
    """(33, 4) positions and visibility of a frame, None where there are none."""
    if depth > 4:
        return None
    if isinstance(frame, Mapping):
        return _from_mapping(frame, depth)
    if not isinstance(frame, list):
        return None
    if len(frame) == COUNT:
        rows = [_row(point) for point in frame]
        if not any(row is None for row in rows):
            return np.array(rows, dtype=float)
    several = len(frame) > 1 and all(isinstance(one, list) and len(one) == COUNT for one in frame)
    return _points(frame[0], depth + 1) if len(frame) == 1 or (several and depth > 0) else None


def _from_mapping(frame: Mapping[str, Any], depth: int) -> np.ndarray | None:
    for name in _ANY:
        if name in frame:
            return _points(frame[name], depth + 1)
    if all(str(number) in frame for number in range(COUNT)):
        return _points([frame[str(number)] for number in range(COUNT)], depth + 1)
    places = {name: _row(point) for name, point in frame.items() if _row(point) is not None}
    if len(places) < COUNT:
        return None
    canonical = canonical_names(list(places))
    rows = {point: places[name] for name, point in zip(places, canonical, strict=True) if point}
    if not set(rows) >= set(filter(None, _CANONICAL)):
        return None
    return np.array([rows[name] for name in _CANONICAL if name], dtype=float)


def _row(point: Any) -> list[float] | None:
    if isinstance(point, Mapping) and {"x", "y", "z"} <= set(point):
        seen = next((point[name] for name in _VISIBILITY if point.get(name) is not None), 1.0)
        values = [point["x"], point["y"], point["z"], seen]
    elif isinstance(point, list) and len(point) in (3, 4):
        values = [*point, 1.0][:4]
    else:
        return None
    return [np.nan if value is None else value for value in values] if all(map(is_real, values)) else None


READER = Reader(
    "MediaPipe", "MediaPipe Pose, Holistic", "33 world landmarks, and those of both hands", ".json",
    recognises, read, "real file (2 frames; hands: source)",
)  # fmt: skip
