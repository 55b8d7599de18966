"""Points of a hand or a face alone, which tell no body."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COUNTS = {21: "hand", 42: "hand", 68: "face", 468: "face", 478: "face"}
_NAME = re.compile(r"hands?(?=[^a-z]|$)|face(?=[^a-z]|$)")
_FINGERS = re.compile(r"thumb|index|middle|ring|pinky|little|hand|wrist|finger")
_FACE = re.compile(r"face|eye|brow|nose|lip|mouth|jaw|cheek|ear|chin")
_MOST_WRISTS = 2


def part_of_points(count: int, name: str) -> str | None:
    """What as many points are a part of: "hand" or "face"; None for a body's. name: the file's or array's."""
    named = _NAME.search(name.lower())
    if named is not None:
        return named[0].rstrip("s") if count in _COUNTS else None
    return _COUNTS[count] if count in (468, 478) else None


def part_of_names(names: Sequence[str]) -> str | None:
    """The same of points that have these names."""
    plain = [name.lower() for name in names]
    if len(plain) > _MOST_WRISTS and all(map(_FINGERS.search, plain)):
        return "hand"
    return "face" if len(plain) > _MOST_WRISTS and all(map(_FACE.search, plain)) else None


def only_a(part: str) -> str:
    """What to do where a file holds nothing but a part of a body."""
    return (
        f"The points are those of a {part}, and a {part} alone can't be refined; open the file with the"
        " body's points, which the tool writes beside it."
    )
