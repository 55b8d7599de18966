"""Files that are complete or absent."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

_TEMPORARY = re.compile(r"\.(.+)-[0-9a-f]{8}\.[a-z]+@?")
"""Blender adds the @ to a .blend file that it is about to write."""
_LONGEST = 200
"""Bytes of a name that a half-written file has: with what is added it fits where the whole name fits."""


def place_of(path: Path) -> Path:
    """Where a file lies when links are followed; a link that leads to itself is where it is."""
    return Path(os.path.realpath(path))  # Path.resolve raises RuntimeError before Python 3.13


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; it takes the place of `path` when nothing was raised, and is gone
    else. Raises OSError."""
    temporary = path.with_name(f".{start_of_whole(path.stem)}-{os.urandom(4).hex()}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        with suppress(OSError):  # as a disk does that nothing may be written to, though the file isn't there
            temporary.unlink()


def save_arrays(path: Path, fields: Mapping[str, np.ndarray]) -> None:
    """An .npz archive. Raises OSError."""
    archive = io.BytesIO()  # a zip file that breaks off on a full disk tries again when it is thrown away
    np.savez_compressed(archive, **fields)
    with whole_file(path) as temporary:
        temporary.write_bytes(archive.getbuffer())


def start_of_whole(stem: str) -> str:
    """The part of a name, without its ending, that a half-written file has of it: not too long, and text, as
    some of Blender's exporters take no other."""
    return os.fsencode(stem)[:_LONGEST].decode("utf-8", "ignore")


def name_of_whole(name: str) -> str | None:
    """Which name, without its ending, a half-written file was to get, or the start of a long one; None for
    the names of other files."""
    match = _TEMPORARY.fullmatch(name)
    return match[1] if match else None
