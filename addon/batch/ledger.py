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
_ALL = "results*.jsonl"


class Ledger:
    """The records of a folder of results, by the names of their clips. Raises FormatError where it can't be
    read or made.

    part: the share (K, N) of the clips that this process does; each share has a file of its own, since
    machines that add to one file over a network lose lines. What was done is known from all of them.
    """

    def __init__(self, folder: Path, part: tuple[int, int] | None = None) -> None:
        self.folder = folder
        self.path = folder / (LEDGER if part is None else f"results_{part[0]}_of_{part[1]}.jsonl")
        self.records: dict[str, Record] = {}
        self._own: dict[str, Record] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for path in sorted(folder.glob(_ALL), key=lambda path: path.stat().st_mtime_ns):
                records = _records(path)
                self.records |= records
                self._own |= records if path == self.path else {}
        except OSError as error:
            raise FormatError(f"{folder} can't hold results ({error.strerror}); choose another.") from error

    def results(self) -> list[Path]:
        """Files that were written earlier."""
        return [self.folder / output for record in self.records.values() for output in record.outputs]

    def done(self, clip: Clip, settings: str) -> Record | None:
        """The record of a clip that need not be refined again: same content, same settings, and its files
        are there, none of which has the name of a recording that came later."""
        record = self.records.get(clip.name)
        if record is None or record.status != DONE or not record.fingerprint:
            return None
        if {Path(output).stem.lower() for output in record.outputs} & set(map(str.lower, clip.others)):
            return None
        if not all((self.folder / output).is_file() for output in record.outputs):
            return None
        return record if record.fingerprint == clip_print(clip, record.also_opened, settings) else None

    def keep(self, record: Record) -> None:
        """Adds a record that only another file has. Raises FormatError."""
        if self._own.get(record.name) != record:
            self.add(record)

    def add(self, record: Record) -> None:
        """On disk when this returns. Raises FormatError."""
        self.records[record.name] = self._own[record.name] = record
        try:
            with self.path.open("ab+") as stream:
                start = b"\n" if _is_torn(stream) else b""
                stream.write(start + record.to_json().encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise FormatError(
                f"{self.path} can't be written ({error.strerror}); choose another folder."
            ) from error


def _is_torn(stream: BinaryIO) -> bool:
    """Whether the last line has no end."""
    end = stream.seek(0, os.SEEK_END)
    stream.seek(max(end - 1, 0))
    return stream.read(1) not in (b"", b"\n")


def _records(path: Path) -> dict[str, Record]:
    """Of one file, by their names."""
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    return {record.name: record for record in map(_record, lines) if record is not None}


def _record(line: str) -> Record | None:
    """None for an empty line and for one whose writer was ended."""
    try:
        return Record.from_json(line)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
