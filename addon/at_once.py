"""How many processes share many files."""

from __future__ import annotations

import os

SEVERAL, AT_ONCE = 6, 4
"""So many files are worth the start of further processes; so many of these where nobody said how many."""


def at_once(asked_for: int | None, clips: int) -> int:
    """How many processes refine so many clips."""
    usual = min(os.cpu_count() or 1, AT_ONCE) if clips >= SEVERAL else 1
    return max(min(asked_for or usual, clips), 1)
