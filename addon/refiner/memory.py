"""Memory that a run asks for and gives back again and again."""

from __future__ import annotations

from functools import cache

import numpy as np

KEPT = 24_000_000
"""Bytes of the largest arrays that the C library need not hand back to the system at once."""


@cache
def keep_what_is_freed() -> None:
    """Once a process: have arrays of a run take the memory of those before them.

    GNU's C library hands larger blocks back at once, and gets pages anew, and cleared, for the next ones: a
    twentieth of a run's time. The largest block that was ever freed is its measure of what is large
    (mallopt(3), M_MMAP_THRESHOLD). Nothing is written here, so that it costs no memory; elsewhere it does
    nothing.
    """
    np.empty(KEPT, np.uint8)
