"""The recordings that are open: kept in memory beside the .blend, never inside it.

A .blend stores only the path and the hints; the recording is read again on demand after undo, after
opening a .blend, or when the file on disk has changed.
"""

from __future__ import annotations

import traceback
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

from .. import formats
from ..formats.container import Hints
from ..recording import Recording
from ..safe_read import FormatError

KEPT = 4
"""Recordings kept in memory; the least recently used one goes first."""


class ReadingFailed(FormatError):
    """A reader broke down, which is an error in the add-on; details holds the traceback."""

    def __init__(self, sentence: str, details: str) -> None:
        super().__init__(sentence)
        self.details = details


@dataclass(frozen=True)
class _Entry:
    stamp: tuple[int, int] | None
    found: Recording | FormatError


class Session:
    """Recordings by path and hints, with the refusals of files that could not be read."""

    def __init__(self) -> None:
        self._entries: OrderedDict[tuple[str, Hints], _Entry] = OrderedDict()

    def peek(self, path: str, hints: Hints) -> Recording | FormatError | None:
        """What was read last, without touching the disk: panels ask this at every redraw."""
        entry = self._entries.get((path, hints))
        return entry.found if entry else None

    def load(self, path: str, hints: Hints) -> Recording:
        """The recording in this file, read again when the file has changed.

        Raises FormatError with one plain sentence.
        """
        stamp = _stamp(path)
        entry = self._entries.get((path, hints))
        if entry is None or stamp is None or entry.stamp != stamp:
            entry = _Entry(stamp, _read(path, hints))
            self._keep((path, hints), entry)
        if isinstance(entry.found, FormatError):
            raise entry.found
        return entry.found

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _keep(self, key: tuple[str, Hints], entry: _Entry) -> None:
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > KEPT:
            self._entries.popitem(last=False)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read(path: str, hints: Hints) -> Recording | FormatError:
    try:
        return formats.read(path, layout=hints.layout, fps=hints.fps, up=hints.up, units=hints.units)
    except FormatError as error:
        return error
    except Exception as error:  # noqa: BLE001 - kept like any refusal, so that it is reported once
        sentence = f"{Path(path).name} can't be read: an error in the add-on ({type(error).__name__})."
        return ReadingFailed(sentence, traceback.format_exc())


SESSION = Session()
"""The one store of this Blender."""
