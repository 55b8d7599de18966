"""Files that list people first and each one's frames below, brought to frames that list people."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import numpy as np

from .beside_rows import FRAME_NUMBERS, frame_numbers_beside
from .body_frames import DEEP, IDS, PEOPLE, ROWS, SCORES, in_lower_case, in_order
from .body_stacks import alike, is_body
from .draft import is_real
from .frame_names import frame_numbers
from .of_world import rank

_FRAMES = ("frames", "track", "trajectory", "sequence")
Frames = list[tuple[int, dict[str, Any]]]


def frames_of_people(tree: Any) -> Frames:
    """(number, {"people": [...]}) of all frames in order, everybody with the id of their track; [] where the
    tree does not list people with frames of their own."""
    held = in_lower_case(tree, PEOPLE) if isinstance(tree, Mapping) else None
    if held is None and isinstance(tree, Mapping) and not _may_be_people(tree):
        return []
    tracks = _tracks(tree if held is None else held)
    if not tracks or not all(tracks.values()):
        return []
    frames: dict[int, list[Any]] = {}
    for who, track in tracks.items():
        for number, one in track:
            frames.setdefault(number, []).append({**one, IDS[0]: who})
    return [(number, {PEOPLE[0]: frames[number]}) for number in sorted(frames)]


def _may_be_people(tree: Mapping[Any, Any]) -> bool:
    """Whether names may be those of people: what lies under numbers or pictures counts frames of its own, and
    arrays have names alike."""
    bare = [str(name) for name, one in tree.items() if not isinstance(one, Mapping)]
    if bare and not alike(bare):
        return False
    if frame_numbers(tree) is None:
        return True
    counts: list[Any] = [
        in_lower_case(one, FRAME_NUMBERS) for one in tree.values() if isinstance(one, Mapping)
    ]
    return len(counts) == len(tree) and all(len(np.shape(each)) == 1 for each in counts)


def _tracks(held: Any) -> dict[str, Frames]:
    if isinstance(held, Mapping):
        return {str(name): _track(one) for name, one in held.items()}
    if not isinstance(held, list) or not all(isinstance(one, Mapping) for one in held):
        return {}
    ids = [in_lower_case(one, IDS) for one in held]
    names = ids if None not in ids else range(len(held))
    return {str(name): _track(one) for name, one in zip(names, held, strict=True)}


def _track(one: Any) -> Frames:
    """(number, frame) of one person; [] where these are no frames."""
    if not isinstance(one, Mapping):
        return _of_rows(one, {}) if _is_motion(one) else []
    inner = in_lower_case(one, _FRAMES)
    if isinstance(inner, Mapping) and (numbers := frame_numbers(inner)) is not None:
        return sorted(zip(numbers, inner.values(), strict=True), key=itemgetter(0))
    if isinstance(inner, list) and inner and all(isinstance(frame, Mapping) for frame in inner):
        return in_order(inner)
    motions = {str(name): value for name, value in one.items() if _is_told(str(name)) and _is_motion(value)}
    return _of_rows(motions[min(motions, key=rank)], one) if motions else []


def _of_rows(motion: Any, beside: Mapping[str, Any]) -> Frames:
    """Frames of points, with the numbers and scores that lie beside them."""
    scores, own = in_lower_case(beside, SCORES), frame_numbers_beside(beside, len(motion))
    numbers = np.arange(len(motion)) if own is None else own
    frames = [{ROWS[0]: rows} for rows in (np.asarray(motion) if hasattr(motion, "shape") else motion)]
    if scores is not None and np.shape(scores)[:1] == numbers.shape:
        scores = np.asarray(scores)
        frames = [{**frame, SCORES[0]: sure} for frame, sure in zip(frames, scores, strict=True)]
    return list(zip(numbers.tolist(), frames, strict=True))


def _is_told(name: str) -> bool:
    return name.lower() in ROWS or DEEP.search(name) is not None


def _is_motion(value: Any) -> bool:
    """Whether this is an array or a list of frames of points."""
    if hasattr(value, "shape"):
        return is_body(value.shape)
    point = value
    for _ in range(2):
        point = point[0] if isinstance(point, list) and point else None
    return isinstance(point, list) and len(point) in (3, 4) and all(map(is_real, point))
