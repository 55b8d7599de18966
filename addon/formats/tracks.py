"""People out of files that list, frame by frame, who is there; and files that come in numbered series."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..body.rotations import axis_angle_from_matrix
from ..safe_read import FormatError
from .container import Container
from .draft import numbers
from .frame_names import is_frame

_NUMBERED = re.compile(r"(.*?)(\d{3,})(\D*(?:3[dD]\D*)?)")
_NUMBERED_PEOPLE = re.compile(r"(.*?)(\d{3,})(\D+)\d{1,2}(\D*)")
_SHORT = re.compile(r"(.*?)(\d+)()")
_NUMBERED_FOLDER = re.compile(r"(.*?)(\d+)(\D*)")
_MOST_FILES = 100_000
_LONGEST_NUMBER = 10


class Tracks:
    """Collects values of each person frame by frame; the first value of a person and frame counts."""

    def __init__(self) -> None:
        self._tracks: dict[str, dict[int, dict[str, Any]]] = {}

    def add(self, person_id: Any, frame: int, **values: Any) -> None:
        """What is known of a person in a frame."""
        track = self._tracks.setdefault(str(person_id), {})
        track.setdefault(int(frame), values)

    def __iter__(self) -> Iterator[tuple[str, np.ndarray, dict[str, np.ndarray]]]:
        """(id, frame numbers (T,), name -> (T, …) of the values that every frame has) of each person."""
        for person_id, track in self._tracks.items():
            frames = sorted(track)
            shared = set.intersection(*(set(track[frame]) for frame in frames))
            values = {
                name: numbers([np.asarray(track[frame][name]) for frame in frames], name) for name in shared
            }
            yield person_id, np.array(frames), values


def series(container: Container, *, people: bool = False) -> list[tuple[int, Container]]:
    """(frame number, file) of all files numbered like this one, in order; only itself when it is not one.

    `000012.json` and `body3DScene_00000012.json` are frames of a folder of such files. people: files may be
    those of a person each, as `frame_00012_person1.npz` is. Raises FormatError where there are too many.
    """
    here = container.path
    paths = series_paths(here, people=people)
    return [(frame, container if path == here else _other(path, container)) for frame, path in paths]


def series_paths(here: Path, *, people: bool = False) -> list[tuple[int, Path]]:
    """The same without opening them. Raises FormatError where there are too many."""
    stem = here.stem
    pattern = _NUMBERED_PEOPLE if people and _NUMBERED_PEOPLE.fullmatch(stem) else _NUMBERED
    pattern = _SHORT if pattern is _NUMBERED and is_frame(stem) else pattern
    match = pattern.fullmatch(stem)
    if match is None:
        return [(0, here)]
    found = []
    for path in here.parent.glob(f"*{here.suffix}"):
        other = pattern.fullmatch(path.stem)
        if other and (other[1], *other.groups()[2:]) == (match[1], *match.groups()[2:]):
            found.append((int(other[2]), path))
    if len(found) > _MOST_FILES:
        raise FormatError(f"The folder has {len(found)} numbered files; split the recording.")
    return sorted(found)


def folders(container: Container) -> list[tuple[int, str, Container]]:
    """(frame number, name, file) of all files in folders numbered like this one's, in order; [] for none.

    `frame_01030/000.pkl` or `00035/001.pkl`: a folder per frame, a file per person. A folder of as many
    files as it has neighbours is a series of its own. Raises FormatError where there are too many.
    """
    here, match = container.path, _NUMBERED_FOLDER.fullmatch(container.path.parent.name)
    if match is None or not here.stem.isdecimal():
        return []
    found = []
    for folder in here.parent.parent.iterdir():
        other = _NUMBERED_FOLDER.fullmatch(folder.name)
        if other and (other[1], other[3]) == (match[1], match[3]) and len(other[2]) < _LONGEST_NUMBER:
            paths = (path for path in folder.glob(f"*{here.suffix}") if path.stem.isdecimal())
            found += [(int(other[2]), path.stem, path) for path in paths]
        if len(found) > _MOST_FILES:
            raise FormatError("The folders hold too many numbered files; split the recording.")
    own = sum(path.parent == here.parent for *_, path in found)
    if own > 1 and own >= len({path.parent for *_, path in found}):
        return []
    found.sort()
    return [(n, name, container if path == here else _other(path, container)) for n, name, path in found]


def _other(path: Path, container: Container) -> Container:
    return Container(path, container.hints)


def people_of(tree: Any, *keys: str) -> dict[Any, Mapping[str, Any]]:
    """The dict itself when it maps people to mappings with all these keys, else an empty one."""
    if not isinstance(tree, dict) or not tree:
        return {}
    whole = all(isinstance(value, Mapping) and set(keys) <= set(value) for value in tree.values())
    return dict(tree) if whole else {}


def joined(*parts: Any) -> np.ndarray:
    """(T, N) rotation vectors from several (T, …) arrays side by side, such as global_orient and body_pose,
    of vectors or matrices. Raises FormatError where they have different numbers of frames."""
    arrays = [_as_vectors(numbers(part, "poses")) for part in parts]
    count = len(arrays[0]) if arrays[0].ndim else 0
    if count == 0 or any(array.ndim == 0 or len(array) != count for array in arrays):
        raise FormatError("The parts of the pose have different numbers of frames; export the motion again.")
    return np.concatenate([array.reshape(count, -1) for array in arrays], axis=1)


def _as_vectors(rotations: np.ndarray) -> np.ndarray:
    """(T, …, 3) of matrices (T, …, 3, 3); the same of vectors."""
    matrices = rotations.ndim > 2 and rotations.shape[-2:] == (3, 3)
    return axis_angle_from_matrix(rotations) if matrices else rotations
