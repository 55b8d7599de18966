"""Which files were opened for a recording: its own, and those that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_noting: ContextVar[set[Path] | None] = ContextVar("noting", default=None)


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """A set to which every file is added that is opened inside, whether it can be used or not."""
    files: set[Path] = set()
    token = _noting.set(files)
    try:
        yield files
    finally:
        _noting.reset(token)


def note_opened(path: Path) -> None:
    """Add a file to what is being noted, if anybody wants to know."""
    files = _noting.get()
    if files is not None:
        files.add(path)
