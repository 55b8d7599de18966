"""Records for people: a line for each, a table of all, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..words import plural
from .record import DONE, FAILED, LEFT_OUT, Record

_WIDEST = 60
"""Signs of a name in the table."""
_HEAD = ("file", "people", "frames", "error before", "after", "warnings", "seconds", "")


class Pace:
    """How far a batch is, and how long the rest will take at the pace so far.

    total: clips, of which those that were done earlier take no time.
    """

    def __init__(self, total: int) -> None:
        self.total, self.count, self._work = total, 0, 0
        self._began = time.monotonic()

    def add(self, worked: bool = True) -> None:
        """One more clip; worked: whether it took time."""
        self.count += 1
        self._work += worked

    def seconds_left(self, part: float = 0.0) -> float | None:
        """part: how much of the next clip is done, 0..1. None before anything is known."""
        done = self._work + part
        if done <= 0.0:
            return None
        return (time.monotonic() - self._began) / done * (self.total - self.count - part)


def roughly(seconds: float) -> str:
    """'3 s', '25 s', '2 min', '1.5 h': as exact as a forecast can be."""
    if seconds > 5400.0:
        return f"{seconds / 3600.0:.1f} h"
    if seconds > 90.0:
        return f"{seconds / 60.0:.0f} min"
    step = 1.0 if seconds < 10.0 else 5.0
    return f"{max(round(seconds / step) * step, 1.0):.0f} s"


def record_line(record: Record) -> str:
    """'walk: 100 frames, 12.3 → 4.5 mm, 2 warnings, 0.4 s', or why there is no result."""
    name = printable(record.name)
    if record.status != DONE:
        return f"{name}: {record.status}. {printable(record.sentence)}"
    parts = [plural(record.frames, "frame"), *([_errors(record)] if _errors(record) else [])]
    if record.warnings:
        parts.append(plural(len(record.warnings), "warning"))
    return f"{name}: {', '.join(parts)}, {record.seconds:.1f} s"


def printable(text: str) -> str:
    """As any terminal can show it on one line: a file's name need not be Unicode, and may hold line breaks
    and signs that steer a terminal."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def _errors(record: Record) -> str:
    before, after = record.before_mm, record.after_mm
    if after is None:
        return ""
    return f"{after:.1f} mm" if before is None else f"{before:.1f} → {after:.1f} mm"


def table(records: Sequence[Record], known: Sequence[Record] = ()) -> str:
    """A line for each recording, and one on all; known: those that were done earlier."""
    before = {id(record) for record in known}
    rows = [_HEAD, *(_row(record, id(record) in before) for record in records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(
            cell.ljust(width) if column in (0, len(_HEAD) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, totals(records, known)])


def _row(record: Record, known: bool) -> tuple[str, ...]:
    name = _shortened(printable(record.name))
    state = "done before" if known else "" if record.status == DONE else record.status
    if record.status != DONE:
        return (name, "", "", "", "", "", f"{record.seconds:.1f}", state)
    errors = (
        f"{value:.1f} mm" if value is not None else "–" for value in (record.before_mm, record.after_mm)
    )
    counts = str(len(record.people)), str(record.frames)
    return (name, *counts, *errors, str(len(record.warnings)), f"{record.seconds:.1f}", state)


def _shortened(name: str) -> str:
    """With its start and its end, so that one long name does not stretch all lines."""
    return name if len(name) <= _WIDEST else f"{name[: _WIDEST // 3]}…{name[1 - _WIDEST + _WIDEST // 3 :]}"


def totals(records: Sequence[Record], known: Sequence[Record] = ()) -> str:
    """'18 done (2 of them before), 1 failed, 1 left out; 4,200 frames.'"""
    done = [record for record in records if record.status == DONE]
    parts = [f"{len(done)} done" + (f" ({len(known)} of them before)" if known else "")]
    for status in (FAILED, LEFT_OUT):
        count = sum(record.status == status for record in records)
        parts += [f"{count} {status}"] if count else []
    return f"{', '.join(parts)}; {plural(sum(record.frames for record in done), 'frame')}."
