"""Rigs of other programs, for tests: their tables, and how they are built."""

from __future__ import annotations

from .building import Known, build, expected, expected_fingers, stripped
from .engines import ENGINES
from .figures import FIGURES
from .games import GAMES

KNOWN = (*ENGINES, *FIGURES, *GAMES)


def of_family(family: str) -> Known:
    """The table of a program's rigs, the first of several."""
    return next(one for one in KNOWN if one.family == family)


__all__ = ["KNOWN", "Known", "build", "expected", "expected_fingers", "of_family", "stripped"]
