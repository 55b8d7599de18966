"""How far the work is: a bar on a terminal, and lines elsewhere where there is much to wait for."""

from __future__ import annotations

import sys
from collections.abc import Callable

from ..batch import DONE, Pace, Record, record_line
from ..batch.summary import printable, roughly

Show = Callable[[str, float, str], None]
"""Told a label, the fraction of the work on it that is done, and what is being done."""


def progress_bar() -> Show:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        return lambda label, fraction, message: None

    def show(label: str, fraction: float, message: str) -> None:
        _draw(fraction, f"{label}: {message}", end="\n" if fraction >= 1.0 else "")

    return show


def _draw(fraction: float, text: str, end: str = "") -> None:
    full, empty = ("█", "·") if (sys.stderr.encoding or "").lower().startswith("utf") else ("#", ".")
    filled = int(30 * min(max(fraction, 0.0), 1.0))
    bar = full * filled + empty * (30 - filled)
    print(f"\r{bar} {fraction:4.0%} {printable(text)}\033[K", end=end, file=sys.stderr, flush=True)


class BatchProgress:
    """Progress of many recordings, with the time that is left."""

    def __init__(self, total: int) -> None:
        self._pace = Pace(total)
        self._seen = sys.stderr.isatty()

    def show(self, label: str, fraction: float, message: str) -> None:
        """How far the work on one of them is."""
        if self._seen:
            self._bar(f"{label}: {message}", fraction)

    def tell(self, record: Record, known: bool = False) -> None:
        """One more is done; known: it was before."""
        self._pace.add(worked=not known)
        clear = "\r\033[K" if self._seen else ""
        if record.status != DONE:
            print(f"{clear}{printable(f'{record.name}: {record.sentence}')}", file=sys.stderr)
        elif not self._seen and not known:
            print(f"{self._where()}: {record_line(record)}", flush=True)
        if self._seen:
            self._bar(record.name, 0.0)
            print(end="\n" * (self._pace.count == self._pace.total), file=sys.stderr)

    def _bar(self, text: str, part: float) -> None:
        _draw((self._pace.count + part) / self._pace.total, f"{self._where(part)}: {text}")

    def _where(self, part: float = 0.0) -> str:
        """'3 of 20, about 2 min left'."""
        left = self._pace.seconds_left(part)
        told = f"{self._pace.count} of {self._pace.total}"
        return told if not left else f"{told}, about {roughly(left)} left"
