"""Half-written files of a process that was ended in the middle."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from ..whole_file import name_of_whole, start_of_whole

_AGE = 60.0
"""Seconds after which nobody is writing to such a file any more."""


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Remove what earlier runs have left of results with these names, below a folder of results."""
    by_folder: dict[Path, list[str]] = {}
    for name in names:
        path = folder / name
        by_folder.setdefault(path.parent, []).append(start_of_whole(path.name))
    for place, stems in by_folder.items():
        for path in place.iterdir() if place.is_dir() else ():
            whole = name_of_whole(path.name)
            if whole and whole.startswith(tuple(stems)) and _is_old(path):
                path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    return path.is_file() and time.time() - path.stat().st_mtime > _AGE
