"""SMPL's parameters in lists or mappings of lists or mappings: of tracks, each of frames, or of frames, each
of people, as scripts collect them. Which of the two it is, names of fields say, or how near the bodies are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..safe_read import NpzFile
from .beside_rows import FRAME_NUMBERS
from .body_frames import IDS, PEOPLE, in_lower_case
from .draft import numbers, scalar
from .frame_batches import entries_are_frames
from .parameter_trees import TRANS, Found, Listed, number_in, of_pose, parameters, told

_PEOPLE, _FRAMES = (*PEOPLE, "players", "tracks"), ("frames", "track", "trajectory", "sequence")
_NUMBERS = ("frame", *FRAME_NUMBERS)
_FIELDS = 20
"""As many names as a file has for its blocks are fewer than it has for its frames."""
_OF_A_FRAME = (3, 4, 6, 9)
"""Numbers that tell how one root lies."""


class _Entry(NamedTuple):
    """What a list or mapping holds in one place: its name, (name or None, parameters) of each in it, and
    whether it says that these are frames."""

    name: str
    held: list[tuple[str | None, Mapping[str, Any]]]
    track: bool


def nested_parameters(tree: Any) -> Found:
    """Everybody in every frame, of frames in tracks or people in frames; [] where the tree is no such."""
    if isinstance(tree, NpzFile) or not isinstance(tree, (Mapping, list)):
        return []
    blocks = list(tree.values()) if isinstance(tree, Mapping) and len(tree) < _FIELDS else []
    named = in_lower_case(tree, _PEOPLE) if isinstance(tree, Mapping) else None
    for block in (named, tree, *blocks):
        entries = _entries(block)
        if entries:
            return _of_tracks(entries) if _are_tracks(entries) else _of_frames(entries)
    return []


def _entries(block: Any) -> list[_Entry]:
    held: Iterable[tuple[Any, Any]] = ()
    if isinstance(block, Mapping) and not isinstance(block, NpzFile) and not parameters(block):
        held = block.items()
    elif isinstance(block, list):
        held = enumerate(block)
    found = []
    for name, value in held:
        entry = _entry(name, value)
        if entry is None:
            return []
        found.append(entry)
    return found if sum(len(entry.held) for entry in found) > 1 else []


def _entry(name: Any, value: Any) -> _Entry | None:
    inner = in_lower_case(value, _FRAMES) if isinstance(value, Mapping) else None
    who = in_lower_case(value, IDS) if isinstance(value, Mapping) and inner is not None else None
    listed = value if inner is None else inner
    if not isinstance(listed, (list, Mapping)) or parameters(listed):
        return None
    pairs = listed.items() if isinstance(listed, Mapping) else ((None, one) for one in listed)
    held = [(None if key is None else str(key), parameters(one) or of_pose(one)) for key, one in pairs]
    if not all(params and np.size(params["global_orient"]) in _OF_A_FRAME for _, params in held):
        return None
    return _Entry(str(name if who is None else who), held, inner is not None)


def _are_tracks(entries: list[_Entry]) -> bool:
    if all(entry.track for entry in entries):
        return True
    stated = [[_frame(params) for _, params in entry.held] for entry in entries]
    if not any(None in frames for frames in stated) and max(map(len, stated)) > 1:
        return all(len(set(frames)) == len(frames) for frames in stated)
    if all(in_lower_case(params, IDS) is not None for entry in entries for _, params in entry.held):
        return False
    values = [[_values(params) for _, params in entry.held] for entry in entries if entry.held]
    alike = len({len(row) for rows in values for row in rows}) == 1
    return alike and not entries_are_frames([np.stack(rows) for rows in values])


def _frame(params: Mapping[str, Any]) -> float | None:
    told = in_lower_case(params, _NUMBERS)
    return scalar(told) if np.size(told) == 1 else None


def _values(params: Mapping[str, Any]) -> np.ndarray:
    """Numbers that are alike where bodies are."""
    names = ("global_orient", "body_pose", *TRANS)
    return np.concatenate([numbers(params[name], name).reshape(-1) for name in names if name in params])


def _of_tracks(entries: list[_Entry]) -> Found:
    found: Found = []
    for entry in entries:
        stated = [_frame(params) for _, params in entry.held]
        named = [-1 if name is None else number_in(name) for name, _ in entry.held]
        places = list(range(len(stated))) if min(named, default=-1) < 0 else named
        frames = places if None in stated else [int(each) for each in stated if each is not None]
        found += [(frame, entry.name, params) for frame, (_, params) in zip(frames, entry.held, strict=True)]
    return found


def _of_frames(entries: list[_Entry]) -> Found:
    named = [number_in(entry.name) for entry in entries]
    frames = list(range(len(entries))) if min(named) < 0 else named
    everybody = [
        (frame, entry, who, params)
        for frame, entry in zip(frames, entries, strict=True)
        for who, params in entry.held
    ]
    stated = [_frame(params) for *_, params in everybody]
    numbered = [frame for frame, *_ in everybody] if None in stated else [int(each or 0) for each in stated]
    return told([
        Listed(entry.name, frame, _id(who, params), params)
        for frame, (_, entry, who, params) in zip(numbered, everybody, strict=True)
    ])  # fmt: skip


def _id(name: str | None, params: Mapping[str, Any]) -> str | None:
    who = in_lower_case(params, IDS)
    return name if who is None else str(who)
