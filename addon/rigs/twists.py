"""Bones that share the twist of a limb: between two joints, or beside them on the same line."""

from __future__ import annotations

import numpy as np

from .bone_map import SEGMENTS
from .bone_words import words
from .rig import Rig

_NEXT = {"hip": "knee", "knee": "ankle", "shoulder": "elbow", "elbow": "wrist"}
_WORDS = ("twist", "roll")
_ON_THE_LINE, _NAMED = 0.03, 0.3
"""Of a limb's part, how far a bone may lie beside it, without and with a telling name."""


def twist_bones(rig: Rig, limbs: dict[str, int], *, named: bool) -> dict[str, tuple[int, ...]]:
    """By joint of SEGMENTS the bones of its part of the limb, from the body outwards. named: that names tell
    what is a twist bone."""
    found = {}
    for joint in SEGMENTS:
        side, _, part = joint.partition("_")
        start, end = limbs.get(joint, -1), limbs.get(f"{side}_{_NEXT[part]}", -1)
        if start >= 0 and end >= 0:
            row = _along(rig, start, end, set(limbs.values()), named)
            if row:
                found[joint] = row
    return found


def _along(rig: Rig, start: int, end: int, taken: set[int], named: bool) -> tuple[int, ...]:
    origin, line = rig.heads[start], rig.heads[end] - rig.heads[start]
    length = max(float(np.linalg.norm(line)), 1e-9)
    between = set(rig.tree.way(start, end)[1:-1])
    beyond = set(rig.tree.below(end)) if end in rig.tree.below(start) else set()
    row: list[tuple[float, int]] = []
    for place in set(rig.tree.below(start)) - beyond - {start}:
        offset = rig.heads[place] - origin
        part = float(offset @ line) / length**2
        aside = float(np.linalg.norm(offset - part * line)) / length
        if place in taken or not -0.05 <= part <= 1.05:
            continue
        if place in between or aside < (_NAMED if _tells(rig.names[place]) else _alone(rig, place, named)):
            row.append((part, place))
    return tuple(place for _, place in sorted(row))


def _tells(name: str) -> bool:
    own = words(name)
    return any(word.startswith(_WORDS) or word.endswith(_WORDS) for word in own) and not {
        "ik",
        "foot",
        "ctrl",
    } & set(own)


def _alone(rig: Rig, place: int, named: bool) -> float:
    """Where names say nothing, a bone without bones below it is one if it lies on the line itself."""
    return -1.0 if named or rig.tree.children[place] else _ON_THE_LINE
