"""The fingers of a rig: by their words and numbers, or by where they grow from the hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from .bone_words import words
from .rig import Rig

_WORDS = {
    "thumb": "thumb", "index": "index", "middle": "middle", "mid": "middle", "ring": "ring", "pinky": "pinky",
    "little": "pinky", "pinkie": "pinky", "fore": "index", "third": "ring",
    "ind": "index", "lit": "pinky",
}  # fmt: skip
_COUNTED = ("thumb", "index", "middle", "ring", "pinky")
_PALM = ("metacarpal", "metacarpals", "carpal", "palm", "metacarpophalangeal", "start")
_NO_FINGER = frozenset(
    "toe toes foot ik ctrl control mch fk tweak master target end nub tip bigtoe pointer".split()  # noqa: SIM905
)
_JOINED = re.compile(r"(?:left|right|l|r)?(?:hand)?(thumb|index|middle|mid|ring|pinky|little)(?:finger)?")
_NUMBERED = re.compile(r"finger(\d{1,2})(?!\d)", re.IGNORECASE)
"""A finger and perhaps its joint."""
_MITTEN = re.compile(r"(left|right|l|r)?fingers?0?[1-4](left|right|l|r|0*1)?")
"""Perhaps with what Blender or Unity puts behind the second one of a name."""
_PER_FINGER = 3

Fingers = tuple[dict[str, int], dict[str, int]]
"""Bones by FINGER_SLOTS and by PALM_SLOTS."""


def finger_bones(rig: Rig, limbs: dict[str, int]) -> Fingers:
    """The fingers of both hands, where the limbs tell their wrists."""
    fingers: dict[str, int] = {}
    palms: dict[str, int] = {}
    start = _first_number(rig.names)
    for side, letter in (("left", "L"), ("right", "R")):
        wrist = limbs.get(f"{side}_wrist", -1)
        if wrist < 0:
            continue
        own = [place for place in rig.tree.below(wrist) if place != wrist]
        rows = _named(rig, own, start) or _grown(rig, wrist, limbs.get(f"{side}_elbow", -1))
        for finger, (palm, bones) in rows.items():
            fingers |= {
                f"{letter}_{finger.capitalize()}{number}": bone for number, bone in enumerate(bones, 1)
            }
            palms |= {} if palm is None else {f"{letter}_{finger.capitalize()}": palm}
    return fingers, palms


def _first_number(names: Sequence[str]) -> int:
    """The number of a thumb that is called Finger: 0 in 3ds Max and games, 1 elsewhere."""
    numbers = {found[1] for name in names if (found := _NUMBERED.search(name))}
    return 0 if "0" in numbers or {"00", "40"} <= numbers else 1


def _named(rig: Rig, own: Sequence[int], start: int) -> dict[str, tuple[int | None, list[int]]]:
    rows: dict[str, list[int]] = {}
    palms: dict[str, int] = {}
    for place in own:
        told = _finger(rig.names[place], start)
        if told is None:
            continue
        finger, in_palm = told
        if in_palm and finger != "thumb":
            palms.setdefault(finger, place)
        else:
            rows.setdefault(finger, []).append(place)
    if len(rows) < 2:
        return {}
    if set(rows) == {"thumb", "index"}:
        rows |= _mitten(rig, own)
    found: dict[str, tuple[int | None, list[int]]] = {}
    for finger, row in rows.items():
        row = sorted(row, key=rig.tree.depth)
        palm = palms.get(finger)
        if len(row) > _PER_FINGER and palm is None and _from_palm(rig, finger, row):
            palm, row = row[0], row[1:]
        found[finger] = (palm, row[:_PER_FINGER])
    return found


def _mitten(rig: Rig, own: Sequence[int]) -> dict[str, list[int]]:
    """The one row that moves all fingers but thumb and index, as Synty's `Finger_01`, as the middle one."""
    row = [place for place in own if _MITTEN.fullmatch("".join(words(rig.names[place])))]
    row.sort(key=rig.tree.depth)
    in_line = all(rig.parents[lower] == upper for upper, lower in pairwise(row))
    return {"middle": row} if row and in_line else {}


def _from_palm(rig: Rig, finger: str, row: Sequence[int]) -> bool:
    """Whether a row of four begins in the palm: its last bone is no end, or its first one is numbered 0; of a
    thumb, whose first bone is a metacarpal itself, if its first one is called a carpal."""
    own = words(rig.names[row[0]])
    if finger == "thumb":
        return "carpal" in own
    numbers = [word for word in own if word.isdecimal()]
    return bool(rig.tree.children[row[_PER_FINGER]]) or bool(numbers and int(numbers[-1]) == 0)


def _finger(name: str, start: int) -> tuple[str, bool] | None:
    """(finger, whether it is a bone of the palm) of a name, None where it is no finger's."""
    own = words(name)
    if _NO_FINGER & set(own):
        return None
    palm = any(word in _PALM for word in own) or ("in", "hand") in pairwise(own)
    for word in own:
        joined = _JOINED.fullmatch(word)
        if joined or word in _WORDS:
            return _WORDS[joined[1] if joined else word], palm
    for place, word in enumerate(own[:-1]):
        number = own[place + 1]
        if number.isdecimal() and (word in ("finger", "fingers") or (palm and word in _PALM)):
            counted = int(number[0]) if word.startswith("finger") else int(number)
            counted = counted - start if word.startswith("finger") else counted
            return (_COUNTED[counted], palm) if 0 <= counted < len(_COUNTED) else None
    return None


def _grown(rig: Rig, wrist: int, elbow: int) -> dict[str, tuple[int | None, list[int]]]:
    """By the shape of the hand: the thumb grows where it leaves the forearm's direction the most."""
    lines = [_line(rig, child) for child in rig.tree.children[wrist]]
    whole = [line for line in lines if len(line) >= _PER_FINGER]
    lines = whole or [line for line in lines if len(line) == _PER_FINGER - 1]
    if len(lines) != len(_COUNTED) or elbow < 0:
        return {}
    arm = rig.heads[wrist] - rig.heads[elbow]
    arm = arm / max(float(np.linalg.norm(arm)), 1e-9)
    ends = [rig.heads[line[:_PER_FINGER][-1]] - rig.heads[line[0]] for line in lines]
    along = [float(end @ arm) / max(float(np.linalg.norm(end)), 1e-9) for end in ends]
    thumb = int(np.argmin(along))
    others = [line for place, line in enumerate(lines) if place != thumb]
    towards = rig.heads[lines[thumb][0]] - np.mean([rig.heads[line[0]] for line in others], axis=0)
    towards = towards - (towards @ arm) * arm
    rest = sorted(others, key=lambda line: -float(rig.heads[line[0]] @ towards))
    found: dict[str, tuple[int | None, list[int]]] = {}
    for finger, line in zip(_COUNTED, [lines[thumb], *rest], strict=True):
        long = len(line) > _PER_FINGER and finger != "thumb" and _in_palm(rig, wrist, line)
        found[finger] = (line[0] if long else None, line[int(long) : _PER_FINGER + int(long)])
    return found


def _in_palm(rig: Rig, wrist: int, line: Sequence[int]) -> bool:
    """Whether a finger's first bone lies much nearer to the wrist than its second one, as no knuckle does."""
    first, second = np.linalg.norm(rig.heads[[line[0], line[1]]] - rig.heads[wrist], axis=-1)
    return bool(first < 0.6 * second)


def _line(rig: Rig, place: int) -> list[int]:
    """The bones of a finger, as far as they do not branch."""
    row = [place]
    while len(rig.tree.children[row[-1]]) == 1:
        row.append(rig.tree.children[row[-1]][0])
    return row
