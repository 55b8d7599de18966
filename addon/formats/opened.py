"""Which files were opened for a recording: its own, and those that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_noting: ContextVar[set[Path] | None] = ContextVar("noting", default=None)


@contextmanager
def opened_files() -> Iterator[set[Path]]:
    """A set to which every file is added that is opened inside, whether it can be used or not; also to one
    that is around it."""
    files: set[Path] = set()
    around = _noting.get()
    token = _noting.set(files)
    try:
        yield files
    finally:
        _noting.reset(token)
        if around is not None:
            around |= files


def note_opened(path: Path) -> None:
    """Add a file to what is being noted, if anybody wants to know."""
    files = _noting.get()
    if files is not None:
        files.add(path)
