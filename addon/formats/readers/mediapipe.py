"""MediaPipe Pose and Holistic as JSON, in the shapes that people save: there is no official file.

A list of frames, each of 33 points {x, y, z, visibility}, of points by number or by name, or of 99 or 132
numbers in a row, under keys such as pose_world_landmarks or worldLandmarks; or one object with such a list. A
frame of the Tasks API has a list of such lists, one for each body. Beside them may lie the hands'
(`landmark_hands`). Source: google-ai-edge/mediapipe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...body.layouts import find_layout
from ...recording import Person
from ...safe_read import FormatError
from ..container import Container
from ..draft import Draft, Reader, is_real, person
from ..landmark_hands import has_hands, untold, with_hands
from ..landmarks import COUNT, mediapipe_keypoints
from ..linking import LINKED, Detections
from ..marker_names import canonical_names
from ..rates import rate_of
from ..timing import timed_frames

_WORLD = re.compile(r"(?!.*(?:hand|face)).*(?:world|3d)", re.IGNORECASE)
_ANY = ("landmarks", "pose_landmarks", "poseLandmarks", "landmark", "points", "pose", "keypoints")
_LISTS = ("frames", "data", "results", "poses")
_NUMBERS = ("frame", "frame_id", "frame_number", "frame_index", "index")
_VISIBILITY = ("visibility", "score", "confidence", "presence")
_CANONICAL = list(find_layout("mediapipe33").canonical)
_TRUNK = [11, 12, 23, 24]
_REACH_OF_TRUNK = 0.5
"""Of the picture's size, or metres of a pose: what counts as far for shoulders and hips to go in a frame."""
_FLAT = (COUNT * 3, COUNT * 4)
_MOST_BODIES = 30


def recognises(container: Container) -> bool:
    """33 points in the first frame that has any, or MediaPipe's text protobuf."""
    if container.kind == "text":
        return container.head.lstrip()[:400].count(b"landmark") >= 2 and b"{" in container.head[:400]
    return any(_bodies(frame) for frame in _frames(container.json)[:200])


def read(container: Container) -> Draft:
    """One person, or several that are told apart; a frame without points is missing. Raises FormatError."""
    if container.kind == "text":
        raise FormatError(
            "These are MediaPipe's image landmarks, which have no true depth; save pose_world_landmarks."
        )
    frames = _frames(container.json)
    seen = [(place, bodies) for place, frame in enumerate(frames) if (bodies := _bodies(frame))]
    kept = [frames[place] for place, _ in seen]
    numbers = [_number(frames[place], place) for place, _ in seen]
    if (np.diff(numbers) <= 0).any():
        numbers = [place for place, _ in seen]
    if all(len(bodies) == 1 for _, bodies in seen):
        stack = with_hands(np.stack([bodies[0] for _, bodies in seen]), kept)
        people, warnings = _people([("0", np.array(numbers), stack)])
        warnings += untold(kept)
    else:
        people, warnings = _people(_told_apart(numbers, seen, kept))
        warnings.append(LINKED)
    draft = Draft(people, units=None, likely_up=("-y", "+y"), warnings=warnings, camera=True)
    return timed_frames(draft, kept, rate_of(container.json))


def _people(tracks: list[tuple[str, np.ndarray, np.ndarray]]) -> tuple[list[Person], list[str]]:
    """The people of (id, frame numbers, points with confidence), and what is to be said of them."""
    people, warnings = [], list[str]()
    for name, numbers, points in tracks:
        keypoints, told = mediapipe_keypoints(points[..., :3], points[..., 3])
        people.append(person(name, numbers, keypoints=keypoints))
        warnings += [each for each in told if each not in warnings]
    return people, warnings


def _told_apart(
    numbers: list[int], seen: list[tuple[int, list[np.ndarray]]], frames: list[Any]
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Who is who: by where the bodies are in the picture, else by their pose, as all have their hips at 0."""
    found = Detections()
    for number, (_, bodies), frame in zip(numbers, seen, frames, strict=True):
        pictured = _pictured(frame)
        places = pictured if len(pictured) == len(bodies) else bodies
        for body, place in zip(bodies, places, strict=True):
            found.add_at(number, place[_TRUNK, :2].reshape(-1) / _REACH_OF_TRUNK, points=body)
    return [(name, ids, values["points"]) for name, ids, values in found.tracks()]


def _pictured(frame: Any) -> list[np.ndarray]:
    """A frame's bodies where they are in the picture, where it has those as well."""
    fields = frame if isinstance(frame, Mapping) else {}
    return _bodies({name: held for name, held in fields.items() if not _WORLD.match(str(name))})


def _frames(tree: Any) -> list[Any]:
    if isinstance(tree, Mapping):
        if has_hands(tree) and not any(isinstance(tree.get(name), list) for name in _LISTS):
            return [tree]
        for name in (*_LISTS, *_names(tree)):
            if isinstance(tree.get(name), list):
                return _frames(tree[name])
        numbered = bool(tree) and all(_is_number(name) for name in tree)
        return [tree[name] for name in tree] if numbered and not _bodies(tree) else [tree]
    if not isinstance(tree, list):
        return []
    return [tree] if len(tree) in (COUNT, *_FLAT) and _bodies(tree) else tree


def _is_number(name: Any) -> bool:
    return isinstance(name, str) and re.fullmatch(r"(?:frame[\s_-]*)?\d+", name.lower()) is not None


def _number(frame: Any, place: int) -> int:
    if isinstance(frame, Mapping):
        for name in _NUMBERS:
            if isinstance(frame.get(name), int):
                return int(frame[name])
    return place


def _names(fields: Mapping[str, Any]) -> list[str]:
    """Under which names a body's points may lie, the world's first."""
    world = [name for name in map(str, fields) if _WORLD.match(name)]
    return [*world, *(name for name in _ANY if name in fields)]


def _bodies(frame: Any, depth: int = 0) -> list[np.ndarray]:
    """(33, 4) positions and visibility of each body in a frame."""
    if depth > 4:
        return []
    if isinstance(frame, Mapping):
        return _from_mapping(frame, depth)
    if not isinstance(frame, list):
        return []
    if len(frame) in _FLAT and all(map(is_real, frame)):
        width = len(frame) // COUNT
        frame = [frame[start : start + width] for start in range(0, len(frame), width)]
    if len(frame) == COUNT:
        rows = [_row(point) for point in frame]
        if not any(row is None for row in rows):
            return [np.array(rows, dtype=float)]
    if len(frame) > _MOST_BODIES:
        return []
    return [body for one in frame for body in _bodies(one, depth + 1)]


def _from_mapping(frame: Mapping[str, Any], depth: int) -> list[np.ndarray]:
    for name in _names(frame):
        if frame[name] is None or isinstance(frame[name], (list, Mapping)):
            return _bodies(frame[name], depth + 1)
    if all(str(number) in frame for number in range(COUNT)):
        return _bodies([frame[str(number)] for number in range(COUNT)], depth + 1)
    places = {name: _row(point) for name, point in frame.items() if _row(point) is not None}
    if len(places) < COUNT:
        return []
    canonical = canonical_names(list(places))
    rows = {point: places[name] for name, point in zip(places, canonical, strict=True) if point}
    if not set(rows) >= set(filter(None, _CANONICAL)):
        return []
    return [np.array([rows[name] for name in _CANONICAL if name], dtype=float)]


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
