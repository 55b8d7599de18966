"""Which bone of a rig is which joint of a body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ..body.hands import FINGER_NAMES, FINGERS
from ..body.skeleton import JOINT_NAMES
from ..safe_read import one_line

_Bone = TypeVar("_Bone", int, str)
FINGER_SLOTS: tuple[str, ...] = tuple(f"{side}_{name.capitalize()}" for side in "LR" for name in FINGER_NAMES)
"""L_Index1 … R_Thumb3, in the order of `body.hands`."""
PALM_SLOTS: tuple[str, ...] = tuple(f"{side}_{name.capitalize()}" for side in "LR" for name in FINGERS)
"""L_Index … R_Thumb: the bones of the palm before the knuckles."""
SEGMENTS: tuple[str, ...] = tuple(
    f"{side}_{part}" for side in ("left", "right") for part in ("hip", "knee", "shoulder", "elbow")
)
"""Joints whose bones may be cut in parts that share a twist."""
NEEDED: tuple[str, ...] = (
    "pelvis",
    *(
        f"{side}_{part}"
        for part in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
        for side in ("left", "right")
    ),
)
"""Joints without which nothing is a person."""


@dataclass(frozen=True)
class BoneMap:
    """Names of a rig's bones by what they are of a body; what a rig lacks is not there.

    joints: by names of `body.skeleton.JOINT_NAMES`. Of a spine with fewer or more bones than SMPL's three,
        spine3 is the one that carries the arms, spine1 the lowest, spine2 one between; neck is the lowest.
    spine: all bones from above the pelvis to the one that carries the arms, the lowest first. neck: all
        between that and the head, the lowest first.
    lower: bones between the pelvis, on which the spine hangs too, and the legs: the hips of a Daz figure.
    roots: bones above the pelvis, the highest first.
    twists: by joint of SEGMENTS, the bones that share the twist of what hangs on it, from the body outwards.
    fingers: by FINGER_SLOTS. metacarpals: by PALM_SLOTS.
    family: whose names these are, "" where no names told. confidence: 0..1.
    """

    joints: Mapping[str, str] = field(default_factory=dict)
    spine: tuple[str, ...] = ()
    neck: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    twists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fingers: Mapping[str, str] = field(default_factory=dict)
    metacarpals: Mapping[str, str] = field(default_factory=dict)
    family: str = ""
    confidence: float = 1.0

    @property
    def missing(self) -> tuple[str, ...]:
        """Joints that a person needs and that have no bone."""
        return tuple(joint for joint in NEEDED if joint not in self.joints)

    @property
    def bones(self) -> frozenset[str]:
        """All bones that are named anywhere in it."""
        return frozenset(name for _, name in self.entries())

    @property
    def doubled(self) -> str:
        """A sentence on a bone of the body that is to be a finger or a twist, too; "" where none is."""
        body = {bone: joint for joint, bone in self.joints.items() if not joint.endswith("_hand")}
        parts = [(bone, slot) for slot, bone in self.fingers.items()]
        parts += [(bone, f"{joint} twist") for joint, row in self.twists.items() for bone in row]
        for bone, part in parts:
            if bone in body:
                names = " and the ".join(one.replace("_", " ") for one in (body[bone], part))
                return f"{one_line(bone)} is matched to the {names}; choose another bone for one of them."
            body[bone] = part
        return ""

    def entries(self) -> Iterator[tuple[str, str]]:
        """(what, bone) of everything in it: joints, fingers, and as "spine 1" what stands in a row."""
        yield from ((joint, self.joints[joint]) for joint in JOINT_NAMES if joint in self.joints)
        for what, row in (
            ("spine", self.spine),
            ("neck", self.neck),
            ("lower", self.lower),
            ("root", self.roots),
        ):
            yield from ((f"{what} {place}", name) for place, name in enumerate(row, 1))
        for joint, row in self.twists.items():
            yield from ((f"{joint} twist {place}", name) for place, name in enumerate(row, 1))
        yield from self.fingers.items()
        yield from ((f"{what} palm", name) for what, name in self.metacarpals.items())

    def renamed(self, name_of: Callable[[str], str]) -> BoneMap:
        """The same for bones with other names."""

        def table(names: Mapping[str, str]) -> dict[str, str]:
            return {what: name_of(name) for what, name in names.items()}

        def row(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(map(name_of, names))

        return replace(
            self, joints=table(self.joints), fingers=table(self.fingers), metacarpals=table(self.metacarpals),
            spine=row(self.spine), neck=row(self.neck), lower=row(self.lower), roots=row(self.roots),
            twists={joint: row(names) for joint, names in self.twists.items()},
        )  # fmt: skip

    def with_bone(self, joint: str, bone: str) -> BoneMap:
        """The same with another bone for what `entries` calls so, without one for ""; the bone is taken from
        whatever it was of that kind. Joints of spine and neck are kept along. Raises KeyError."""
        if joint in FINGER_SLOTS:
            return replace(self, fingers=_placed(self.fingers, joint, bone))
        what, _, number = joint.rpartition(" ")
        if number.isdecimal():
            return self._with_place(what, int(number), bone)
        if joint not in JOINT_NAMES:
            raise KeyError(joint)
        before = self.joints.get(joint, "")
        spine = _in_row(self.spine, before, bone) if joint.startswith("spine") else self.spine
        neck = _in_row(self.neck, before, bone) if joint == "neck" else self.neck
        return replace(self, joints=_placed(self.joints, joint, bone), spine=spine, neck=neck)

    def _with_place(self, what: str, number: int, bone: str) -> BoneMap:
        """With another bone at a place of a row, counted from 1; one beyond its end comes to its end."""
        limb = what.removesuffix(" twist")
        if what in ("spine", "neck"):
            row = _at(getattr(self, what), number, bone)
            joints = {joint: name for joint, name in self.joints.items() if not joint.startswith(what)}
            if what == "spine":
                return replace(self, joints=joints | spine_joints(row), spine=row)
            return replace(self, joints=joints | dict(zip(["neck"], row, strict=False)), neck=row)
        if what == "root":
            return replace(self, roots=_at(self.roots, number, bone))
        if limb == what or limb not in SEGMENTS:
            raise KeyError(what)
        row = _at(self.twists.get(limb, ()), number, bone)
        kept = {joint: names for joint, names in self.twists.items() if joint != limb}
        return replace(self, twists={**kept, limb: row} if row else kept)


def _at(row: tuple[str, ...], number: int, bone: str) -> tuple[str, ...]:
    found = list(row)
    found[number - 1 : number] = [bone]
    return tuple(dict.fromkeys(name for name in found if name))


def spine_joints(spine: tuple[_Bone, ...]) -> dict[str, _Bone]:
    """SMPL's three spine joints among one to many bones; see `BoneMap.joints`."""
    found: dict[str, _Bone] = {}
    if len(spine) > 2:
        found["spine2"] = spine[len(spine) // 2]
    if len(spine) > 1:
        found["spine1"] = spine[0]
    if spine:
        found["spine3"] = spine[-1]
    return found


def _placed(table: Mapping[str, str], slot: str, bone: str) -> dict[str, str]:
    kept = {each: name for each, name in table.items() if each != slot and name != bone}
    return {**kept, slot: bone} if bone else kept


def _in_row(row: tuple[str, ...], before: str, bone: str) -> tuple[str, ...]:
    """The row with one bone in place of another."""
    rest = tuple(name for name in row if name != bone or name == before)
    if before in rest:
        return tuple(bone if name == before else name for name in rest if name != before or bone)
    return (*rest, bone) if bone else rest
