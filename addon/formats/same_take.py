"""Which of several files are of one take, so that their people belong into one recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..recording import Person
from ..safe_read import FormatError
from ..safe_read.errors import refusing
from .container import Container, Hints
from .draft import Draft, Reader
from .file_names import NUMBERS, counted
from .file_series import read_series
from .joining import difference
from .paths import path_of
from .registry import find_reader

_APART = 0.25
"""Part of a body's height that two people stay away from each other."""
_MOSTLY = 0.9
_OVERLAP = 0.5
_HEIGHT = 1.7
_MOST_FILES = 64
"""Files to look into at most; those of more are opened one by one."""


@dataclass(frozen=True)
class _Look:
    """A file with what a first look shows of it."""

    path: Path
    reader: Reader
    draft: Draft


def takes(paths: Sequence[Path], hints: Hints) -> list[tuple[Path, ...]]:
    """The files of each recording, in the order of their names; what can't be read stays alone.

    Files that are numbered by frame count as the first of them, which stands for its whole series.
    """
    ordered = sorted(dict.fromkeys(paths), key=_order)
    alone: list[tuple[Path, ...]] = []
    groups: list[list[_Look]] = []
    for place, path in enumerate(_without_series(ordered, hints)):
        look = _look(path, hints) if place < _MOST_FILES else None
        if look is None:
            alone.append((path,))
            continue
        fitting = (group for group in groups if all(_one_take(look, other, hints.fps) for other in group))
        home = next(fitting, None)
        if home is None:
            groups.append([look])
        else:
            home.append(look)
    found = [*(tuple(look.path for look in group) for group in groups), *alone]
    return sorted(found, key=lambda group: ordered.index(group[0]))


def _order(path: Path) -> tuple[str, list[tuple[int, str]]]:
    """Files by folder, then by name with numbers as numbers."""
    parts = NUMBERS.split(path.name.lower())
    return str(path.parent), [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _look(path: Path, hints: Hints) -> _Look | None:
    try:
        container = Container(path, hints)
        with refusing(container.name), np.errstate(all="ignore"):
            reader = find_reader(container)
            return _Look(path, reader, read_series(container, reader))
    except FormatError:
        return None  # whoever opens the file is told


def _without_series(paths: list[Path], hints: Hints) -> list[Path]:
    """The paths with the first one of each series of frames in place of all its files."""
    series: dict[tuple[str, ...], list[Path]] = {}
    for path in paths:
        series.setdefault((str(path.parent), *NUMBERS.split(path.name)[::2]), []).append(path)
    covered: set[Path] = set()
    for group in series.values():
        if len(group) > 1 and _same_content(*(_look(path, hints) for path in group[:2])):
            covered.update(group[1:])
    return [path for path in paths if path not in covered]


def _same_content(first: _Look | None, second: _Look | None) -> bool:
    """Whether two files show the same frames, as two of one series do."""
    if first is None or second is None:
        return False
    people = first.draft.people, second.draft.people
    return len(people[0]) == len(people[1]) and all(map(_same_path, *people))


def _same_path(one: Person, other: Person) -> bool:
    return np.array_equal(one.frame_ids, other.frame_ids) and np.array_equal(
        path_of(one), path_of(other), equal_nan=True
    )


def _one_take(first: _Look, second: _Look, fps: float | None) -> bool:
    if first.reader is not second.reader or first.path.parent != second.path.parent:
        return False
    told = counted(first.path.stem, second.path.stem)
    if told == "trials" or difference(first.draft, second.draft, fps):
        return False
    pairs = [(one, other) for one in first.draft.people for other in second.draft.people]
    if told == "people":
        return all(_share_time(*pair) for pair in pairs)
    metres = _metres(first.draft)
    return all(_same_time(*pair) and _apart(*pair, metres) for pair in pairs)


def _same_time(one: Person, other: Person) -> bool:
    return np.array_equal(one.frame_ids[[0, -1]], other.frame_ids[[0, -1]])


def _share_time(one: Person, other: Person) -> bool:
    """Whether the shorter of two is there together with the other for most of its time."""
    both = min(one.frame_ids[-1], other.frame_ids[-1]) - max(one.frame_ids[0], other.frame_ids[0]) + 1
    shorter = min(np.ptp(each.frame_ids) + 1 for each in (one, other))
    return bool(both >= _OVERLAP * shorter)


def _apart(one: Person, other: Person, metres: float) -> bool:
    """Whether two people are at different places most of the time, as no two trials of one person are."""
    _, rows, others = np.intersect1d(one.frame_ids, other.frame_ids, return_indices=True)
    distance = np.linalg.norm(path_of(one)[rows] - path_of(other)[others], axis=-1) * metres
    distance = distance[np.isfinite(distance)]
    return bool(len(distance) and (distance > _APART * _HEIGHT).mean() >= _MOSTLY)


def _metres(draft: Draft) -> float:
    """Metres per unit of the draft, by the heights of its bodies where keypoints show them."""
    heights = [
        float(np.nanmedian(np.nanmax(np.ptp(np.where(np.isfinite(points), points, np.nan), axis=1), axis=-1)))
        for points in (one.keypoints.positions for one in draft.people if one.keypoints is not None)
        if np.isfinite(points).any()
    ]
    tall = float(np.nanmedian(heights)) if heights else np.nan
    return _HEIGHT / tall if np.isfinite(tall) and tall > 0 else 1.0
