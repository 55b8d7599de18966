"""JSON of points by name, as scripts save it: Kinect v2's and Azure's, Nuitrack's, Ego-Exo4D's, many's own.

Frames are a list, a mapping from numbers or pictures, or lie under `frames`. A frame maps names to [x, y, z]
or to {x, y, z}, itself or in a field such as `joints`, `annotation3D`; or it lists {name, x, y, z}; or it has
rows for names that stand beside all frames (`joint_names`), of one person or of `bodies`. Archives and
pickles hold an array (T, 3) under each name. Sources: microsoft/Azure-Kinect-Samples
body-tracking-samples/offline_processor/main.cpp; docs.ego-exo4d-data.org body pose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np

from ...safe_read import FormatError, one_line
from ...safe_read.npy import check_shape
from ..body_frames import IDS, PEOPLE, in_lower_case, in_order, place_of
from ..container import Container
from ..draft import Draft, Reader, numbers
from ..frame_names import frame_numbers
from ..marker_people import joint_count
from ..people_first import frames_of_people
from ..point_drafts import MOST_POINTS, draft_of_points
from ..rates import rate_in, rate_of
from ..timing import timed_frames

_FRAMES = ("frames", "data", "poses", "sequence")
_WITHIN = (
    "annotation3d", "joints", "joints3d", "joints_3d", "keypoints", "keypoints3d", "keypoints_3d",
    "landmarks", "points", "positions", "pose", "skeleton", "joint_positions", "body", "person",
)  # fmt: skip
_NAMES = ("joint_names", "keypoint_names", "names", "joints_names")
_NAME = ("name", "jointtype", "joint_name", "jointname", "joint", "type", "part", "keypoint", "label")
"""What the name of a point is called in a list of points."""
_FEWEST, _DEEPEST, _LOOKED_AT = 6, 3, 50
_Points = dict[str, list[float]]


def recognises(container: Container) -> bool:
    """Enough points of a body by name in one of the first frames."""
    if joint_count(list(_arrays(container))) >= _FEWEST:
        return True
    names = _names(_tree(container))
    frames = _frames(_tree(container))[:_LOOKED_AT]
    found = (points for _, frame in frames for _, points in _people(frame, names))
    return any(joint_count(list(points)) >= _FEWEST for points in found)


def read(container: Container) -> Draft:
    """Everybody. Raises FormatError."""
    if joint_count(list(_arrays(container))) >= _FEWEST:
        return _of_arrays(container)
    tree, frames = _tree(container), _frames(_tree(container))
    seen: dict[str, dict[int, _Points]] = {}
    for number, frame in frames:
        for who, points in _people(frame, _names(tree)):
            seen.setdefault(who, {})[number] = points
    drafts = [(who, draft) for who, track in seen.items() for draft in _drafts(track)]
    people = [replace(one, id=one_line(who)) for who, draft in drafts for one in draft.people]
    draft = replace(drafts[0][1], people=people, tool=None)
    return timed_frames(draft, [frame for _, frame in frames], rate_of(tree))


def _arrays(container: Container) -> dict[str, Any]:
    """Names of points to their places (T, 3) where a file holds an array for each; lazily."""
    shapes = {str(name): container.shape(str(name)) for name in container.fields}
    whole = [name for name, shape in shapes.items() if len(shape) == 2 and shape[1] == 3]
    frames = {shapes[name][0] for name in whole}
    return {name: container.fields[name] for name in whole} if len(frames) == 1 else {}


def _tree(container: Container) -> Any:
    """JSON, or the lists and mappings of a pickle."""
    return container.tree if container.kind in ("json", "pickle") else None


def _of_arrays(container: Container) -> Draft:
    names = [str(name) for name in container.fields if str(name) in _arrays(container)]
    points = np.stack([numbers(container.fields[name], name) for name in names], axis=1)
    return replace(draft_of_points(names, points, None, None), tool=None, fps=rate_in(container.fields))


def _drafts(track: Mapping[int, _Points]) -> list[Draft]:
    """One person's draft; [] where too few of the points are joints."""
    numbers = sorted(track)
    names = list(dict.fromkeys(name for number in numbers for name in track[number]))
    if joint_count(names) < _FEWEST:
        return []
    if len(names) > MOST_POINTS:
        raise FormatError("The file has more than a thousand kinds of points; it is no person.")
    check_shape((len(numbers), len(names), 3), 8)
    missing = [np.nan] * 3
    points = np.array([[track[number].get(name, missing) for name in names] for number in numbers], float)
    return [draft_of_points(names, points, None, np.array(numbers))]


def _frames(tree: Any) -> list[tuple[int, Any]]:
    """(number, frame) of all frames in order; [] where the tree holds none."""
    by_person = frames_of_people(tree)
    if by_person:
        return by_person
    if isinstance(tree, Mapping):
        inner = next((tree[name] for name in _FRAMES if isinstance(tree.get(name), (list, Mapping))), None)
        tree = tree if inner is None else inner
    if isinstance(tree, Mapping):
        numbers = frame_numbers(tree)
        if numbers is not None:
            return sorted(zip(numbers, tree.values(), strict=True), key=itemgetter(0))
        return [(0, tree)] if _points(tree, _names(tree)) else []
    return in_order(tree) if isinstance(tree, list) else []


def _names(tree: Any) -> list[str]:
    fields = tree if isinstance(tree, Mapping) else {}
    held: Any = next((fields[name] for name in _NAMES if name in fields), [])
    return held if isinstance(held, list) and all(isinstance(name, str) for name in held) else []


def _people(frame: Any, names: list[str]) -> Iterator[tuple[str, _Points]]:
    """(id, points) of everybody in a frame."""
    fields = frame if isinstance(frame, Mapping) else {}
    listed = in_lower_case(fields, PEOPLE)
    listed = listed if isinstance(listed, list) else None
    for place, one in enumerate([frame] if listed is None else listed):
        points = _points(one, names)
        if points:
            own = in_lower_case(one, IDS) if isinstance(one, Mapping) else None
            yield str(place if own is None or listed is None else own), points


def _points(held: Any, names: list[str], depth: int = 0) -> _Points:
    if depth > _DEEPEST or not isinstance(held, (Mapping, list)) or not held:
        return {}
    if isinstance(held, Mapping):
        places = {str(name): place for name, value in held.items() if (place := place_of(value)) is not None}
        if len(places) >= _FEWEST:
            return places
        inner = (_points(held[name], names, depth + 1) for name in held if str(name).lower() in _WITHIN)
        return next((points for points in inner if points), {})
    rows = [place_of(row) for row in held]
    own = [str(in_lower_case(row, _NAME) or "") if isinstance(row, Mapping) else "" for row in held]
    named = own if all(own) else names
    if len(rows) >= _FEWEST and len(named) == len(rows):
        return {name: row for name, row in zip(named, rows, strict=True) if row is not None}
    return _points(held[0], names, depth + 1) if len(held) == 1 else {}


READER = Reader(
    "points by name",
    "Kinect v2 and Azure, Nuitrack, Ego-Exo4D, scripts",
    "keypoints by name",
    ".json",
    recognises,
    read,
)
