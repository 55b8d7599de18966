"""How far a person's refining is."""

from __future__ import annotations

import sys
from collections.abc import Callable


def progress_bar(label: str) -> Callable[[float, str], None]:
    """A bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        return lambda fraction, message: None

    full, empty = ("█", "·") if (sys.stderr.encoding or "").lower().startswith("utf") else ("#", ".")

    def show(fraction: float, message: str) -> None:
        filled = int(30 * min(max(fraction, 0.0), 1.0))
        bar = full * filled + empty * (30 - filled)
        end = "\n" if fraction >= 1.0 else ""
        print(f"\r{bar} {fraction:4.0%} {label}: {message}\033[K", end=end, file=sys.stderr, flush=True)

    return show
