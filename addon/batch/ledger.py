"""The file of results in the folder of results: a line as soon as a recording is done.

A process may end at any moment, in the middle of a line too: what was written before it counts, and the next
one begins a line of its own. The last line of a name counts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from ..safe_read import FormatError
from .clips import Clip
from .fingerprint import clip_print
from .record import DONE, Record

LEDGER = "results.jsonl"


class Ledger:
    """The records of a folder of results, by the names of their clips. Raises FormatError where it can't be
    read or made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LEDGER
        self.records: dict[str, Record] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            text = self.path.read_bytes().decode("utf-8", "replace") if self.path.exists() else ""
        except OSError as error:
            raise FormatError(f"{folder} can't hold results ({error.strerror}); choose another.") from error
        for line in text.split("\n"):
            record = _record(line)
            if record is not None:
                self.records[record.name] = record

    def results(self) -> list[Path]:
        """Files that were written earlier."""
        return [self.folder / output for record in self.records.values() for output in record.outputs]

    def done(self, clip: Clip, settings: str) -> Record | None:
        """The record of a clip that need not be refined again: same content, same settings, and its files
        are there."""
        record = self.records.get(clip.name)
        if record is None or record.status != DONE or not record.fingerprint:
            return None
        if not all((self.folder / output).is_file() for output in record.outputs):
            return None
        return record if record.fingerprint == clip_print(clip, record.also_opened, settings) else None

    def add(self, record: Record) -> None:
        """On disk when this returns. Raises FormatError."""
        self.records[record.name] = record
        try:
            with self.path.open("ab+") as stream:
                start = b"\n" if _is_torn(stream) else b""
                stream.write(start + record.to_json().encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise FormatError(f"{self.path} can't be written ({error.strerror}).") from error


def _is_torn(stream: BinaryIO) -> bool:
    """Whether the last line has no end."""
    end = stream.seek(0, os.SEEK_END)
    stream.seek(max(end - 1, 0))
    return stream.read(1) not in (b"", b"\n")


def _record(line: str) -> Record | None:
    """None for an empty line and for one whose writer was ended."""
    try:
        return Record.from_json(line)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
