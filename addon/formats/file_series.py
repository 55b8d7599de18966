"""Folders with a numbered file for each frame, whatever reader knows what is in one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..body.kinematics import forward
from ..body.skeleton import REST_OFFSETS
from ..recording import Keypoints, Person, Poses
from ..safe_read import FormatError
from ..safe_read.errors import refusing
from .body_frames import whereabouts
from .container import Container
from .draft import Draft, Reader
from .linking import LINKED, Detections
from .opened import opened_files
from .tracks import series

_CROWD, _FARTHER = 20, 0.2
"""How many people a frame may have, and how far they are from each other, in body's sizes."""


def read_series(container: Container, reader: Reader) -> Draft:
    """What the file holds, with the frames of all files that are numbered like it where each holds a single
    one and the reader looks into no other."""
    with opened_files() as opened:
        draft = reader.read(container)
    if opened - {container.path} or not all(one.frames <= _CROWD and _apart(one) for one in draft.people):
        return draft
    files = series(container) if draft.people else []
    if len(files) < 2:
        return draft
    first = draft.people[0].rows(np.arange(1))
    seen = [(frame, one) for frame, file in files for one in _people(file, reader, first)]
    if len({frame for frame, _ in seen}) < 2:
        return draft
    found = Detections()
    places = whereabouts(np.concatenate([_points(one) for _, one in seen]))
    for (frame, one), where in zip(seen, places, strict=True):
        found.add_at(frame, where, **_values(one, first))
    people = [_person(first, *track) for track in found.tracks()]
    told = [f"{len(files)} numbered files were read as the frames of one recording."]
    told += [LINKED] if found.several else []
    return replace(draft, people=people, warnings=[*draft.warnings, *told])


def _apart(one: Person) -> list[Person]:
    """The rows of one person as people of one frame where they are farther from each other than frames are;
    [] where they are frames."""
    rows = [one.rows(np.array([row])) for row in range(one.frames)]
    steps = np.linalg.norm(np.diff(whereabouts(_points(one)), axis=0), axis=1)
    return rows if (steps > _FARTHER).all() else []


def _people(file: Container, reader: Reader, first: Person) -> Iterator[Person]:
    """Everybody in another file who has what the first one has; a file without anybody is a frame without."""
    layout = None if first.keypoints is None else first.keypoints.layout
    file.hints = replace(file.hints, layout=file.hints.layout or layout)
    try:
        with refusing(file.name):
            people = reader.read(file).people if reader.recognises(file) else []
    except FormatError:
        return
    wanted = [held is None for held in _held(first)]
    for one in people:
        if one.frames <= _CROWD and [held is None for held in _held(one)] == wanted:
            yield from _apart(one)


def _held(one: Person) -> tuple[Keypoints | None, Poses | None]:
    return one.keypoints, one.poses


def _points(one: Person) -> np.ndarray:
    """(T, K, 3)."""
    if one.keypoints is not None:
        return one.keypoints.positions
    assert one.poses is not None
    return forward(one.poses.rotations, one.poses.pelvis, REST_OFFSETS)[0]


def _values(one: Person, first: Person) -> dict[str, Any]:
    """What the frame tells, the points in the first one's order."""
    told: dict[str, Any] = {}
    if one.keypoints is not None and first.keypoints is not None:
        places = {name: place for place, name in enumerate(one.keypoints.names)}
        positions = np.append(one.keypoints.positions[0], np.full((1, 3), np.nan), axis=0)
        order = [places.get(name, -1) for name in first.keypoints.names]
        told["points"] = positions[order]
        told["sure"] = np.append(one.keypoints.confidence[0], 0.0)[order]
    if one.poses is not None:
        told |= {"rotations": one.poses.rotations[0], "pelvis": one.poses.pelvis[0]}
        told["turns"] = one.poses.rest_turns.reshape(3, 3)
        told |= {} if one.poses.hands is None else {"hands": one.poses.hands[0]}
    return told


def _person(first: Person, name: str, frames: np.ndarray, values: dict[str, np.ndarray]) -> Person:
    keypoints, poses = _held(first)
    if keypoints is not None:
        keypoints = replace(keypoints, positions=values["points"], confidence=values["sure"])
    if poses is not None:
        poses = replace(
            poses, rotations=values["rotations"], pelvis=values["pelvis"], rest_turns=values["turns"],
            hands=values.get("hands"), coded=None,
        )  # fmt: skip
    return replace(first, id=name, frame_ids=frames, keypoints=keypoints, poses=poses)
