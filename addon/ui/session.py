"""The recordings that are open: kept in memory beside the .blend, never inside it.

A .blend stores only the path and the hints; the recording is read again on demand after undo, after
opening a .blend, or when the file on disk has changed.
"""

from __future__ import annotations

import traceback
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Generic, TypeVar

from .. import formats
from ..formats import container
from ..recording import Recording
from ..safe_read import FormatError, as_text
from .announce import announced

T = TypeVar("T")
Stamp = tuple[int, ...]
"""Times and sizes of files."""

KEPT = 4
"""Recordings kept in memory; the least recently used one goes first."""


class ReadingFailed(FormatError):
    """A reader broke down, which is an error in the add-on; details holds the traceback."""

    def __init__(self, sentence: str, details: str) -> None:
        super().__init__(sentence)
        self.details = details


@dataclass(frozen=True)
class _Entry(Generic[T]):
    stamp: Stamp | None
    found: T | FormatError


class Store(Generic[T]):
    """What was read from files, by path and whatever else it depends on, with the refusals of others.

    read: how to read a file from its path and the rest of the key. It raises FormatError.
    """

    def __init__(self, read: Callable[..., T], kept: int) -> None:
        self._read = read
        self._kept = kept
        self._entries: OrderedDict[tuple[Hashable, ...], _Entry[T]] = OrderedDict()

    def peek(self, path: str, *rest: Hashable) -> T | FormatError | None:
        """What was read last, without touching the disk: panels ask this at every redraw."""
        entry = self._entries.get((path, *rest))
        return entry.found if entry else None

    def load(self, path: str, *rest: Hashable) -> T:
        """What is in this file, read again when the file has changed.

        Raises FormatError with one plain sentence.
        """
        stamp = self._stamp(path, *rest)
        entry = self._entries.get((path, *rest))
        if entry is None or stamp is None or entry.stamp != stamp:
            entry = _Entry(stamp, self._attempt(path, *rest))
            self._keep((path, *rest), entry)
        if isinstance(entry.found, FormatError):
            raise entry.found
        return entry.found

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def _stamp(self, path: str, *_rest: Hashable) -> Stamp | None:
        """What changes with the file on the disk; None where there is no file."""
        return _stamp(path)

    def _attempt(self, path: str, *rest: Hashable) -> T | FormatError:
        try:
            with announced(path):
                return self._read(path, *rest)
        except FormatError as error:
            return error
        except Exception as error:  # noqa: BLE001 - kept like any refusal, so that it is reported once
            sentence = f"{Path(path).name} can't be read: an error in the add-on ({type(error).__name__})."
            return ReadingFailed(sentence, traceback.format_exc())

    def _keep(self, key: tuple[Hashable, ...], entry: _Entry[T]) -> None:
        self._entries[key] = entry
        self._entries.move_to_end(key)
        while len(self._entries) > self._kept:
            self._entries.popitem(last=False)


def _stamp(path: str) -> Stamp | None:
    try:
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _read_recording(path: str, hints: container.Hints) -> Recording:
    if as_text(path) != path:
        raise FormatError(
            f"{as_text(path)} can't be opened in Blender: there is a ? where its name or that of a folder"
            " has signs that are no text; rename it."
        )
    return formats.read(path, **asdict(hints))


class Session(Store[Recording]):
    """Recordings by path and hints."""

    def __init__(self) -> None:
        super().__init__(_read_recording, KEPT)

    def _stamp(self, path: str, *rest: Hashable) -> Stamp | None:
        """Of all files of the take."""
        (hints,) = rest
        assert isinstance(hints, container.Hints)
        stamps = [_stamp(str(Path(path).parent / name)) for name in (Path(path).name, *hints.also)]
        known = [stamp for stamp in stamps if stamp is not None]
        return tuple(chain.from_iterable(known)) if len(known) == len(stamps) else None


SESSION = Session()
"""The one store of this Blender."""
