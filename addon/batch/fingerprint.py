"""By what a finished recording is known again: the content of its files, and all that was asked for."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .clips import Clip

_ROOT = Path(__file__).resolve().parents[2]
_REFINER = ("blender_manifest.toml", "bundled_model/refiner.npz", "bundled_model/contacts.npz")
"""What changes with the refiner: its version and its weights."""


def clip_print(clip: Clip, also_opened: Iterable[str], settings: str) -> str:
    """Of everything that a result depends on; "" where a file can't be read.

    also_opened: further files, from the source's folder on. settings: from `settings_print`.
    """
    total = hashlib.sha256(settings.encode())
    folder = clip.source.parent
    for path in (*clip.files, *(folder / name for name in also_opened)):
        total.update(os.fsencode(relative(path, folder)))
        try:
            total.update(content_print(path))
        except OSError:
            return ""
    return total.hexdigest()


def relative(path: Path, folder: Path) -> str:
    """A path from a folder on, so that both may move together; as it is where they lie on two drives."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.as_posix()


def settings_print(settings: Mapping[str, Any], files: Iterable[Path] = ()) -> str:
    """Of settings, of files that they name, and of the refiner itself. Raises OSError where a file can't be
    read; the manifest is not everywhere where the refiner is."""
    own = (path for path in (_ROOT / name for name in _REFINER) if path.exists())
    plain = json.dumps(settings, sort_keys=True, default=_plain)
    total = hashlib.sha256(plain.encode())
    for path in (*files, *own):
        total.update(content_print(path))
    return total.hexdigest()


def content_print(path: Path) -> bytes:
    """Of a file's bytes."""
    status = path.stat()
    return _content(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _content(path: Path, _changed: int, _size: int) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()


def _plain(value: Any) -> Any:
    """What JSON has no word for, the same in every process. Raises TypeError for anything else."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"A setting can't be kept: {value!r}")
