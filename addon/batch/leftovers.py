"""Half-written files of a process that was ended in the middle."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from pathlib import Path

_TEMPORARY = re.compile(r"\.(.+)-[0-9a-f]{8}\.(?:npz|fbx|blend)")
"""How files are called until they are complete."""
_AGE = 60.0
"""Seconds after which nobody is writing to such a file any more."""


def remove_leftovers(folder: Path, names: Iterable[str]) -> None:
    """Remove what earlier runs have left of results with these names, below a folder of results."""
    by_folder: dict[Path, list[str]] = {}
    for name in names:
        path = folder / name
        by_folder.setdefault(path.parent, []).append(path.name)
    for place, stems in by_folder.items():
        for path in place.iterdir() if place.is_dir() else ():
            match = _TEMPORARY.fullmatch(path.name)
            if match and match[1].startswith(tuple(stems)) and _is_old(path):
                path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    return path.is_file() and time.time() - path.stat().st_mtime > _AGE
