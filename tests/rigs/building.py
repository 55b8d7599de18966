"""Rigs of other programs, built from the names of their bones and their rest poses as they are documented.

Z up, facing -Y, left arm along +X, metres, as Blender imports them. What a bone is stands beside its name, so
that a test can tell what a map should say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from addon.body.hands import FINGERS, REST_FINGERS, REST_TIPS
from addon.body.skeleton import JOINT_NAMES, REST_JOINTS
from addon.rigs import Rig

FLOOR = 1.2
SIDES = ("left", "right")
_ENDS = {"head": np.array([0.005, 0.56, 0.03]), "foot": np.array([0.12, -1.15, 0.17])}
_NEXT = {
    "hip": "knee", "knee": "ankle", "ankle": "foot", "foot": "toe", "collar": "shoulder",
    "shoulder": "elbow", "elbow": "wrist", "wrist": "middle1", "pelvis": "spine3", "spine3": "neck",
    "neck": "head", "head": "top",
}  # fmt: skip
"""Where a bone that is part of the way lies: between these."""


@dataclass(frozen=True)
class Known:
    """A rig's table. bones: lines `name parent place`, parent perhaps with another one for where
    that is missing, place `joint` or `joint+part`; {S} stands for a side,
    {F} and {N} for a finger and its number; sides, fingers: how they are called. arms_down: degrees from a
    T-pose. scale, turn: of the whole rig."""

    family: str
    bones: str
    sides: tuple[str, str] = ("Left", "Right")
    fingers: dict[str, str] = field(default_factory=lambda: {each: each.capitalize() for each in FINGERS})
    arms_down: float = 0.0

    def rows(self) -> list[tuple[str, str, str]]:
        """(bone, its parent or "", its place with the side before it) of all bones."""
        found: list[tuple[str, str, str]] = []
        for line in filter(None, self.bones.splitlines()):
            name, parent, place = line.split("|") if "|" in line else line.split()
            found += self._expanded(name.strip(), parent.strip(), place.strip())
        names = {name for name, _, _ in found}
        parents = [next((one for one in parent.split("/") if one in names), "") for _, parent, _ in found]
        return [(name, parent, place) for (name, _, place), parent in zip(found, parents, strict=True)]

    def _expanded(self, name: str, parent: str, place: str) -> list[tuple[str, str, str]]:
        parent = "" if parent == "." else parent
        if "{F}" in name:
            return self._finger_rows(name, parent, place)
        if "{S}" not in name:
            return [(name, parent, place)]
        return [
            (name.replace("{S}", own), parent.replace("{S}", own), f"{side}_{place}")
            for side, own in zip(SIDES, self.sides, strict=True)
        ]

    def _finger_rows(self, name: str, parent: str, place: str) -> list[tuple[str, str, str]]:
        """place: numbers of a finger as they are written, one each joint, as 1,2,3."""
        found = []
        for side, own in zip(SIDES, self.sides, strict=True):
            for finger, word in self.fingers.items():
                above = parent.replace("{S}", own).replace("{F}", word)
                for number, written in enumerate(place.split(","), 1):
                    bone = name.replace("{S}", own).replace("{F}", word).replace("{N}", written)
                    found.append((bone, above, f"{side}_{finger}{number}"))
                    above = bone
        return found


@cache
def _places() -> dict[str, np.ndarray]:
    """Where everything lies in SMPL's frame."""
    found = dict(zip(JOINT_NAMES, REST_JOINTS, strict=True)) | {
        "top": _ENDS["head"],
        "floor": np.array([0.0, -FLOOR, 0.0]),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        mirror = np.array([sign, 1.0, 1.0])
        found[f"{side}_toe"] = _ENDS["foot"] * mirror
        for finger, bones, tip in zip(FINGERS, REST_FINGERS.reshape(5, 3, 3), REST_TIPS, strict=True):
            at = found[f"{side}_wrist"]
            for number, bone in enumerate((*bones, tip), 1):
                at = at + bone * mirror
                found[f"{side}_{finger}{number}"] = at
    return found


def _place(text: str) -> np.ndarray:
    joint, _, part = text.partition("+")
    joint = joint if joint in _places() else joint.partition("_")[2]
    at = _places()[joint]
    if not part:
        return at
    side, _, plain = joint.rpartition("_")
    after = f"{side}_{_NEXT[plain]}" if side else _NEXT[plain]
    return at + float(part) * (_places()[after] - at)


def _lowered(place: str, at: np.ndarray, degrees: float) -> np.ndarray:
    """A point of an arm, with the arm turned down about its shoulder."""
    side, _, part = place.partition("+")[0].rpartition("_")
    if not side or part.rstrip("1234") not in ("shoulder", "elbow", "wrist", *FINGERS):
        return at
    angle = np.radians(degrees) * (-1.0 if side == "left" else 1.0)
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    shoulder = _places()[f"{side}_shoulder"]
    return shoulder + turn @ (at - shoulder)


def build(known: Known) -> Rig:
    """The rig of a table."""
    rows = known.rows()
    names = [name for name, _, _ in rows]
    heads = np.stack([_lowered(place, _place(place), known.arms_down) for _, _, place in rows])
    heads = np.stack([heads[:, 0], -heads[:, 2], heads[:, 1] + FLOOR], axis=1)
    parents = [names.index(parent) if parent else -1 for _, parent, _ in rows]
    tails = np.stack([_tail(place, parents, heads) for place in range(len(names))])
    return Rig(tuple(names), tuple(parents), heads, tails, _axes(heads, tails))


def _tail(place: int, parents: list[int], heads: np.ndarray) -> np.ndarray:
    """At the child, else on along the parent's direction."""
    child = next((each for each, parent in enumerate(parents) if parent == place), None)
    if child is not None and np.linalg.norm(heads[child] - heads[place]) > 1e-3:
        return np.asarray(heads[child])
    along = heads[place] - heads[parents[place]] if parents[place] >= 0 else np.array([0.0, 0.0, 0.1])
    size = np.linalg.norm(along)
    return heads[place] + (along / size * 0.05 if size > 1e-3 else np.array([0.0, 0.0, 0.05]))


def _axes(heads: np.ndarray, tails: np.ndarray) -> np.ndarray:
    along = tails - heads
    along = along / np.linalg.norm(along, axis=-1, keepdims=True)
    aside = np.where(np.abs(along[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    across = np.cross(along, aside)
    across = across / np.linalg.norm(across, axis=-1, keepdims=True)
    return np.stack([across, along, np.cross(across, along)], axis=2)


def expected(known: Known) -> dict[str, str]:
    """SMPL's joint -> bone of limbs, pelvis and head, as the table has them."""
    parts = ("hip", "knee", "ankle", "foot", "collar", "shoulder", "elbow", "wrist")
    wanted = {"pelvis", "head", *(f"{side}_{part}" for side in SIDES for part in parts)}
    found: dict[str, str] = {}
    for name, _, place in known.rows():
        if place in wanted:
            found.setdefault(place, name)
    return found


def expected_fingers(known: Known) -> dict[str, str]:
    """L_Index1 … -> bone."""
    found = {}
    for name, _, place in known.rows():
        side, _, part = place.rpartition("_")
        if part[:-1] in FINGERS and part[-1] in "123":
            found[f"{side[0].upper()}_{part.capitalize()}"] = name
    return found


def stripped(rig: Rig) -> Rig:
    """The same rig with names that say nothing."""
    return Rig(
        tuple(f"Bone.{place:03}" for place in range(len(rig.names))),
        rig.parents,
        rig.heads,
        rig.tails,
        rig.axes,
    )
