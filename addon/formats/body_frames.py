"""Frames that list people, and people as rows of points without names: JSON and pickles that scripts save.

Frames are a list, a mapping from their numbers, times or pictures, or lie under `frames`; a frame lists
people, itself or under `bodies`, or maps names to them. A person is rows of three or four numbers, or of
{x, y, z}, itself or in a field such as `keypoints_3d`. A list of detections that name their image is the same
by image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any

import numpy as np

from .body_stacks import FEWEST, MOST
from .draft import is_real, text_of
from .frame_names import frame_numbers
from .limbs import mean_of
from .linking import Detections
from .of_world import rank
from .tracks import Tracks

FRAMES = ("frames", "data", "poses", "sequence", "results", "instance_info")
PEOPLE = (
    "bodies", "people", "persons", "skeletons", "body_list", "instances", "predictions", "humans", "users",
)  # fmt: skip
IDS = ("body_id", "id", "track_id", "person_id", "trackingid", "tracking_id", "idx", "bodyindex")
"""What a frame's people and their ids are called, in lower case."""
_TRACKED = ("body_id", "id", "track_id", "trackingid", "tracking_id")
"""The ids that trackers give."""
DEEP = re.compile("world|3d|xyz", re.IGNORECASE)
ROWS = ("keypoint", "keypoints", "joints", "points", "landmarks", "positions", "skeleton", "joint_positions")
SCORES = ("keypoint_confidence", "keypoint_scores", "keypoints_scores", "scores", "confidence")
_NUMBERS = ("frame_id", "frame_idx", "frame_index", "frame_number", "framenumber", "frame")
_IMAGES = ("image_id", "frame", "frame_id", "frame_idx", "frame_number")
_AXES = re.compile(r"(?:camera)?([xyz])", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:world_?|camera_?|global_?)?(?:position|location|translation|pos)|real", re.IGNORECASE
)
"""What a point's own place is called among other things that are known of it; `real` is Nuitrack's."""
_LONGEST_NUMBER = 10


@dataclass(frozen=True)
class Seen:
    """A person in a frame: the id or None, (K, 4) points with confidence, and whether the id may be no more
    than the place in the frame's list, as scripts count them."""

    name: str | None
    points: np.ndarray
    counted: bool = False


def frames_in(tree: Any) -> list[tuple[int, Any]]:
    """(number, frame) of all frames in their order; [] where the tree lists none."""
    if isinstance(tree, Mapping):
        inner = next((tree[name] for name in FRAMES if isinstance(tree.get(name), (list, Mapping))), None)
        deep = [str(name) for name, held in tree.items() if isinstance(held, list) and DEEP.search(str(name))]
        tree = tree[min(deep, key=rank)] if inner is None and deep else tree if inner is None else inner
    if isinstance(tree, Mapping):
        return _numbered(tree)
    if not isinstance(tree, (list, np.ndarray)):
        return []
    return _by_image(list(tree)) or in_order(list(tree))


def in_order(frames: Sequence[Any]) -> list[tuple[int, Any]]:
    """(number, frame) of listed frames: their own numbers where all have one and these rise."""
    own = [in_lower_case(frame, _NUMBERS) if isinstance(frame, Mapping) else None for frame in frames]
    whole = (number for number in own if isinstance(number, (int, np.integer)))
    numbers = [int(number) for number in whole if not isinstance(number, bool)]
    rising = len(numbers) == len(frames) and all(a < b for a, b in pairwise(numbers))
    return list(zip(numbers, frames, strict=True)) if rising else list(enumerate(frames))


def _numbered(tree: Mapping[Any, Any]) -> list[tuple[int, Any]]:
    """Frames under their names, in order."""
    numbers = frame_numbers(tree)
    return [] if numbers is None else sorted(zip(numbers, tree.values(), strict=True), key=itemgetter(0))


def _by_image(listed: list[Any]) -> list[tuple[int, Any]]:
    """The detections of each image where a list is of detections, several of which may be of one."""
    if not listed or not all(isinstance(one, Mapping) for one in listed):
        return []
    name = next((each for each in _IMAGES if each in listed[0]), None)
    if name is None or _person(listed[0]) is None:
        return []
    images: dict[str, list[Any]] = {}
    for one in listed:
        images.setdefault(text_of(one.get(name, "")), []).append(one)
    ends = [re.findall(r"\d+", image.rpartition("/")[2]) for image in images]
    last = [int(each[-1]) if each and len(each[-1]) < _LONGEST_NUMBER else -1 for each in ends]
    rising = bool(last) and min(last) >= 0 and len(set(last)) == len(last)
    order = last if rising else range(len(images))
    return sorted(zip(order, images.values(), strict=True), key=lambda pair: pair[0])


def people_in(frame: Any) -> list[Seen]:
    """Everybody in a frame."""
    if isinstance(frame, Mapping):
        inner = in_lower_case(frame, PEOPLE)
        inner = _listed_people(frame) if inner is None else inner
        frame = frame if inner is None else inner
    alone = _person(frame)
    if alone is not None:
        return [alone]
    if isinstance(frame, Mapping):
        return list(_named_people(frame))
    if isinstance(frame, (list, np.ndarray)):
        return [seen for seen in map(_person, frame) if seen is not None]
    return []


def _listed_people(frame: Mapping[Any, Any]) -> list[Any] | None:
    """People under a name for their points, each with those of their own; None where there are none."""
    held = in_lower_case(frame, ROWS)
    return held if isinstance(held, list) and held and all(_person(one) for one in held) else None


def _named_people(frame: Mapping[Any, Any]) -> Iterator[Seen]:
    for name, one in frame.items():
        seen = _person(one)
        if seen is not None:
            yield Seen(seen.name or str(name), seen.points)


def _person(one: Any) -> Seen | None:
    if not isinstance(one, Mapping):
        points = rows_in(one)
        return None if points is None else Seen(None, points)
    names = sorted((name for name in one if DEEP.search(str(name))), key=lambda name: rank(str(name)))
    names += [name for name in one if str(name).lower() in ROWS]
    points = next((rows for name in names if (rows := rows_in(one[name])) is not None), None)
    if points is None:
        return None
    number = in_lower_case(one, IDS)
    text = str(number) if isinstance(number, (int, str, np.integer)) else None
    return Seen(text, _scored(points, one), counted=in_lower_case(one, _TRACKED) is None)


def in_lower_case(held: Mapping[Any, Any], names: Sequence[str]) -> Any:
    """The value under the first of these names, however they are written; None where there is none."""
    found = {str(name).lower(): value for name, value in held.items()}
    return next((found[name] for name in names if name in found), None)


def _scored(points: np.ndarray, one: Mapping[Any, Any]) -> np.ndarray:
    """The points with the scores beside them, where there is one for each; some count to 100."""
    listed = (one[name] for name in SCORES if isinstance(one.get(name), (list, np.ndarray)))
    shapes = ((len(points),), (1, len(points)))
    held = next((scores for scores in listed if np.shape(scores) in shapes), None)
    if held is None:
        return points
    scores = np.nan_to_num(np.asarray(held, dtype=float).reshape(-1))
    return np.column_stack([points[:, :3], scores / (100.0 if scores.max() > 1.0 else 1.0)])


def rows_in(value: Any) -> np.ndarray | None:
    """(K, 4) points with confidence out of rows of three or four numbers; None for anything else."""
    shape = tuple(getattr(value, "shape", ()))
    if shape:
        rows = np.asarray(value, dtype=float) if len(shape) == 2 and shape[1] in (3, 4) else None
    else:
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        rows = _listed(value) if isinstance(value, list) else None
    if rows is None or not FEWEST <= len(rows) <= MOST:
        return None
    seen = np.isfinite(rows[:, :3]).all(1) & (rows[:, :3] != 0).any(1)
    scores = rows[:, 3] if rows.shape[1] == 4 else np.ones(len(rows))
    return np.column_stack([np.where(seen[:, None], rows[:, :3], np.nan), np.where(seen, scores, 0.0)])


def _listed(rows: list[Any]) -> np.ndarray | None:
    if not FEWEST <= len(rows) <= MOST:
        return None
    listed = [_row(row) for row in rows]
    if any(row is None for row in listed) or len({len(row) for row in listed if row}) != 1:
        return None
    return np.array([[np.nan if each is None else each for each in row or ()] for row in listed], dtype=float)


def _row(row: Any) -> list[Any] | None:
    """Three or four numbers or nulls: a place, and perhaps how sure it is."""
    if isinstance(row, Mapping):
        inner = next((row[name] for name in row if _PLACE.fullmatch(str(name))), None)
        row = _of_axes(row) or (_of_axes(inner) if isinstance(inner, Mapping) else inner)
    row = row.tolist() if isinstance(row, np.ndarray) and row.ndim == 1 else row
    return row if isinstance(row, list) and len(row) in (3, 4) and all(map(is_real, row)) else None


def _of_axes(point: Mapping[Any, Any]) -> list[Any] | None:
    axes = {match[1].lower(): point[name] for name in point if (match := _AXES.fullmatch(str(name)))}
    return [axes[axis] for axis in "xyz"] if len(axes) == len("xyz") else None


def place_of(value: Any) -> list[float] | None:
    """[x, y, z] of a point in any of the forms that rows may have, NaN where one is null."""
    row = _row(value)
    return None if row is None else [np.nan if each is None else float(each) for each in row[:3]]


def tracks_of(frames: list[tuple[int, Any]]) -> tuple[Tracks, bool]:
    """Who is who, by ids where all have one of their own, else by place; whether it had to be by place."""
    seen = [(number, one) for number, frame in frames for one in people_in(frame)]
    counts = [len(one.points) for _, one in seen]
    seen = [(number, one) for number, one in seen if len(one.points) == counts[0]]
    tracks, found = Tracks(), Detections()
    names = [(number, one.name) for number, one in seen]
    own = all(name is not None for _, name in names) and len(set(names)) == len(names)
    if own and not (all(one.counted for _, one in seen) and only_counted(names)):
        for number, one in seen:
            tracks.add(one.name, number, points=one.points)
        return tracks, False
    apart = whereabouts(np.stack([one.points[:, :3] for _, one in seen]))
    for (number, one), where in zip(seen, apart, strict=True):
        found.add_at(number, where, points=one.points)
    return found.tracks(), found.several


def only_counted(names: Sequence[tuple[int, str | None]]) -> bool:
    """Whether the ids of (frame, id) count each frame's people from 0, and there are several in some."""
    frames: dict[int, list[str | None]] = {}
    for number, name in names:
        frames.setdefault(number, []).append(name)
    several = any(len(each) > 1 for each in frames.values())
    return several and all(each == list(map(str, range(len(each)))) for each in frames.values())


def whereabouts(points: np.ndarray) -> np.ndarray:
    """(N, 3 K) of bodies (N, K, 3): numbers whose distance is that of two bodies' points, in the mean square
    and in units of a body's size. A missing point counts as the middle of the others."""
    middle = np.nan_to_num(mean_of(points))[:, None]
    whole = np.where(np.isfinite(points), points, middle)
    size = max(float(np.median(np.ptp(whole, axis=1).max(-1))), 1e-9)
    return np.asarray(whole.reshape(len(whole), -1) / (size * np.sqrt(points.shape[1])))
