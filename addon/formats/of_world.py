"""Of the same motion in a world and in a camera, in one file, that of the world counts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORLD = re.compile("world|global|^_w$", re.IGNORECASE)
_OTHERS = re.compile("gt|target|truth|cam|norm|canon|relative|centered|centred|^_c$", re.IGNORECASE)


def of_world(name: str) -> bool:
    """Whether this is called that of a world."""
    return _WORLD.search(name) is not None


def rank(name: str) -> int:
    """0 for what is of a world, 2 for what is of a camera, made smaller or somebody else's, 1 between."""
    return 0 if of_world(name) else 2 if _OTHERS.search(name) else 1


def likeliest(names: Iterable[str]) -> list[str]:
    """Those of the best rank, in their order."""
    listed = list(names)
    best = min(map(rank, listed), default=0)
    return [name for name in listed if rank(name) == best]
