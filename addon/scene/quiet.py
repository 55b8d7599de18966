"""Blender's exporters and importers without what they print, and in a sentence what they fail with."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from ..safe_read import FormatError, one_line

_BROKEN = (
    RuntimeError, AttributeError, KeyError, ValueError, TypeError, IndexError, OSError, AssertionError,
    NotImplementedError, ArithmeticError,
)  # fmt: skip
"""What Blender's importers, which are Python for some, raise on files that they can't read."""


@contextmanager
def quiet() -> Iterator[None]:
    """They print how they get on, tracebacks too, by Python or by themselves; what we print belongs to who
    asked for it."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), ExitStack() as kept:
        for number in (1, 2):
            _to_nowhere(number, kept)
        yield


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """One of Blender's importers at work. Raises FormatError with its first words, or where a part of it fell
    over the file, which Blender tells as a traceback, without them."""
    try:
        with quiet():
            yield
    except _BROKEN as error:
        said = [one_line(line).removeprefix("Error: ").rstrip(".") for line in str(error).split("\n") if line]
        stumbled = not said or "Traceback" in said[0]
        why = "its content is damaged" if stumbled else said[0]
        raise FormatError(f"Blender can't read {path.name} ({why}); export it again.") from error


def _to_nowhere(number: int, kept: ExitStack) -> None:
    """What goes to a file descriptor is dropped until `kept` ends; a program may have none."""
    try:
        ours = os.dup(number)
    except OSError:
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    kept.callback(os.close, ours)
    kept.callback(os.dup2, ours, number)
