"""Rigs of other programs, for tests: their tables, and how they are built."""

from __future__ import annotations

from .building import Known, build, expected, expected_fingers, stripped
from .engines import ENGINES
from .figures import FIGURES
from .games import GAMES

KNOWN = (*ENGINES, *FIGURES, *GAMES)

__all__ = ["KNOWN", "Known", "build", "expected", "expected_fingers", "stripped"]
