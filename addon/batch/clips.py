"""Files, folders and patterns → recordings, each with the name of its result."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..formats import may_be_recording, opened_files
from ..formats.file_names import NUMBERS, apart, shared_name
from ..safe_read import FormatError
from ..whole_file import place_of
from .record import holds_records


@dataclass(frozen=True)
class Clip:
    """One recording of a batch.

    files: the one to open, and after it the others of its series, where the recording has a file for each
    frame. name: of its result, from the folder of results on and without ending, such as "monday/walk".
    listed: whether it was found in a folder that was named, rather than named itself. others: names of other
    results in the same folder that the file of a person could have, such as "walk_0".
    """

    files: tuple[Path, ...]
    name: str
    listed: bool = False
    others: tuple[str, ...] = ()

    @property
    def source(self) -> Path:
        """The file to open."""
        return self.files[0]

    def to_json(self) -> str:
        """One line, as it travels to another process."""
        return json.dumps(asdict(self) | {"files": [str(path) for path in self.files]})

    @classmethod
    def from_json(cls, line: str) -> Clip:
        """The clip of such a line."""
        fields = json.loads(line)
        files, others = tuple(map(Path, fields["files"])), tuple(fields["others"])
        return cls(files, fields["name"], fields["listed"], others)


@dataclass(frozen=True)
class _Found:
    """A file, and the folder that was named where it lies in one."""

    path: Path
    root: Path | None = None


Read = Callable[[Path], object]
"""Reads a recording as it will be read for refining. Raises FormatError."""


def find_clips(named: Iterable[str | Path], read: Read, leave_out: Iterable[Path] = ()) -> list[Clip]:
    """The recordings in files, folders with all below them, and patterns such as `monday/**/*.trc`.

    read: looks into a file that may be one of a series. leave_out: files and folders that folders are
    not searched for, such as earlier results. A name without a file stays, so that whoever opens it is told.
    """
    outside = set(map(place_of, leave_out))
    found = list({one.path: one for name in named for one in _expanded(str(name), outside)}.values())
    return _named_apart([_clip(files) for files in _series(found, read)])


def _expanded(name: str, outside: set[Path]) -> Iterator[_Found]:
    path = Path(name)
    # Of what can't be reached whoever opens it is told; the methods of a Path would raise PermissionError.
    if not os.path.exists(path) and glob.has_magic(name):  # noqa: PTH110
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute ones
        paths = [Path(each) for each in matches] or [path]
    else:
        paths = [path]
    for each in paths:
        if os.path.isdir(each):  # noqa: PTH112
            yield from (_Found(file, each) for file in _files_below(each, outside))
        else:
            yield _Found(each)


def _files_below(folder: Path, outside: set[Path]) -> Iterator[Path]:
    """All files with an ending of ours, folder by folder, in the order of their names and numbers; a folder
    that links lead to again is searched once. Folders that can't be looked into stand for what is in them, so
    that whoever opens them is told."""
    shut: list[Path] = []
    met = {place_of(folder), *outside}
    for here, folders, files in os.walk(
        folder, onerror=lambda error: shut.append(Path(error.filename)), followlinks=True
    ):
        inside = sorted((name for name in folders if not name.startswith(".")), key=_order)
        places = {place_of(Path(here) / name): name for name in reversed(inside)}
        folders[:] = sorted((name for place, name in places.items() if place not in met), key=_order)
        met.update(places)
        for name in sorted(files, key=_order):
            path = Path(here) / name
            if not may_be_recording(name) or name.startswith(".") or place_of(path) in outside:
                continue
            if not holds_records(path):
                yield path
    yield from shut


def _order(name: str) -> list[tuple[int, str]]:
    """Numbers as numbers, before words."""
    parts = NUMBERS.split(name.lower())
    return [(int(part), "") if part.isdecimal() else (1 << 62, part) for part in parts if part]


def _series(found: Sequence[_Found], read: Read) -> Iterator[list[_Found]]:
    """The files of each recording: one, or all of a series with a file for each frame.

    Only files whose names differ in nothing but a number are looked into, and of those the first.
    """
    groups: dict[tuple[str, ...], list[_Found]] = {}
    for one in found:
        groups.setdefault(_pattern(one.path), []).append(one)
    opened: dict[Path, set[Path]] = {}
    for group in groups.values():
        if len(group) > 1 or _has_neighbours(group[0].path):
            opened[group[0].path] = _opened(group[0].path, read)
    covered: dict[Path, Path] = {}
    for first, files in opened.items():
        for path in files:
            covered.setdefault(path, first)
    members: dict[Path, list[_Found]] = {}
    for one in found:
        members.setdefault(covered.get(one.path, one.path), []).append(one)
    for first, ones in members.items():
        missing = sorted(opened.get(first, set()) - {one.path for one in ones})
        same = [replace(ones[0], path=path) for path in missing if _pattern(path) == _pattern(first)]
        yield sorted([*ones, *same], key=lambda one: (one.path != first, _order(str(one.path))))


def _opened(path: Path, read: Read) -> set[Path]:
    """All files of the recording that this one belongs to."""
    with opened_files() as files, suppress(FormatError):  # whoever refines it is told
        read(path)
    return files | {path}


def _pattern(path: Path) -> tuple[str, ...]:
    """A name without its numbers, and so its folder's."""
    folder = NUMBERS.split(path.parent.name)[::2]
    return str(path.parent.parent), *folder, "/", *NUMBERS.split(path.name)[::2]


def _has_neighbours(path: Path) -> bool:
    """Whether a file that was named alone lies among others that are numbered like it."""
    if not NUMBERS.search(path.stem) or not os.path.isfile(path):  # noqa: PTH113 - as in `_expanded`
        return False
    wanted = _pattern(path)
    with suppress(OSError), os.scandir(path.parent) as entries:
        names = (entry.name for entry in entries if entry.name != path.name)
        return any(_pattern(path.with_name(name)) == wanted for name in names)
    return False


def _clip(files: Sequence[_Found]) -> Clip:
    first, paths = files[0], tuple(one.path for one in files)
    folder, stem = _place(paths)
    below = first.root is not None and folder.is_relative_to(first.root)
    inside = folder.relative_to(first.root) if below and first.root is not None else Path()
    return Clip(paths, (inside / (stem or first.path.stem)).as_posix(), first.root is not None)


def _place(paths: Sequence[Path]) -> tuple[Path, str]:
    """The folder that a result belongs to, and what to call it: as the file, as what the names of a series
    share, or as the folder of files that are only numbered."""
    first = paths[0]
    series = [path for path in paths if _pattern(path) == _pattern(first)]
    if len(series) == 1:
        return first.parent, first.stem
    whole = Path(os.path.commonpath(series))
    stem = shared_name(series) if whole == first.parent else ""
    return (whole, stem) if stem else (whole.parent, whole.name)


def _named_apart(clips: Sequence[Clip]) -> list[Clip]:
    """No two results with one name."""
    names = apart([clip.name for clip in clips])
    return told_of_others([replace(clip, name=name) for clip, name in zip(clips, names, strict=True)])


def told_of_others(clips: Sequence[Clip], names: Iterable[str] = ()) -> list[Clip]:
    """Clips that know which names a file of one of their people must not get. names: of further results."""
    beginning: dict[str, list[str]] = {}
    for name in {*(clip.name for clip in clips), *names}:
        folder, slash, own = name.rpartition("/")
        for place in (place for place, sign in enumerate(own) if sign == "_"):
            beginning.setdefault(f"{folder}{slash}{own[:place]}".lower(), []).append(own)
    return [replace(clip, others=tuple(sorted(beginning.get(clip.name.lower(), ())))) for clip in clips]
