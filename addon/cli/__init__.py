"""The command line: `inspect` and `refine`, the same in a terminal and in `blender --command`."""

from __future__ import annotations

from .command import main

__all__ = ["main"]
