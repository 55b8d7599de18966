"""Which joint of a named skeleton is which of SMPL's, whatever the convention of its names.

Known: MotionBuilder and Mixamo (LeftUpLeg, LeftArm), Biovision and Xsens (LeftHip, LeftKnee, LeftCollar),
3ds Max (Bip01 L Thigh), Unreal (thigh_l), Rigify (upper_arm.L), VRM (J_Bip_L_UpperLeg), Poser (lShldr),
Acclaim (lfemur), Motive (LUArm, LFArm), SMPL (L_Hip), MikuMikuDance (左足, 左ひじ). Spines differ too much to
go by names: the chest is where the arms meet, the pelvis where the legs do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .bone_words import BEHIND, SIDES, TOKEN, english, plain_name

_PARTS = {
    "hip": "upleg upperleg legupper thigh femur thighbend upperleg01",
    "knee": "lowleg lowerleg leglower shin calf tibia knee lowerleg01",
    "ankle": "ankle talus",
    "foot": "toebase toe toes ball toe0 toe1 toe11",
    "shoulder": "arm uparm upperarm armupper uarm bicep shldr humerus shldrbend upperarm01",
    "elbow": "forearm lowarm lowerarm armlower farm elbow radius ulna forearmbend lowerarm01",
    "wrist": "hand wrist fist",
    "collar": "collar clavicle",
    "loose leg": "leg",
    "loose hip": "hip",
    "loose shoulder": "shoulder",
    "second shoulder": "shoulder2",
    "loose foot": "foot",
    "loose palm": "palm",
}
_PART_OF = {alias: part for part, aliases in _PARTS.items() for alias in aliases.split()}
_SQUASHED = re.compile(r"(?<![a-z\d])(left|right|l|r)([a-z]+)$")
_LOOSE = (
    ("leg", "knee", "hip"),
    ("hip", "hip", "hip"),
    ("shoulder", "shoulder", "collar"),
    ("foot", "ankle", "foot"),
    ("palm", "wrist", "palm"),
)
"""A LeftLeg is the shin, but the thigh where there is a LeftShin, as in NVIDIA's SOMA; a LeftHip is the
thigh's joint unless there is a LeftUpLeg; a LeftShoulder beside a LeftArm, or a second one, is a collar; a
LeftFoot below a LeftAnkle is the ball, whatever the toes are called."""
_FURTHER = (*BEHIND, "stretch", "0", "00", "1", "01")
"""What may stand behind a part: also Auto-Rig Pro's bones that stretch, and numbers of the first of a row."""
_LEGS, _ARMS = ("hip", "knee", "ankle", "foot"), ("collar", "shoulder", "elbow", "wrist")


def joint_roles(names: Sequence[str], parents: Sequence[int]) -> dict[str, int]:
    """SMPL's joint name -> index of the joint, for what the skeleton has of them.

    names, parents: a tree in which parents come first, or none at all; "" is a joint without a name.
    """
    roles = carrying_roles(names, parents) if max(parents, default=-1) >= 0 else limb_roles(names)
    return roles | _centre(names, parents, roles)


def limb_roles(names: Sequence[str]) -> dict[str, int]:
    """SMPL's joint name -> index of the joint, of arms and legs; "" is a joint without a name."""
    sided = _sided(names)
    roles: dict[str, int] = {}
    for side in ("left", "right"):
        own = {part: place for (each, part), place in sided.items() if each == side}
        if "second shoulder" in own:
            own.setdefault("shoulder", own["second shoulder"])
        for loose, part, beside in _LOOSE:
            place = own.pop(f"loose {loose}", None)
            if place is not None and part in own and loose == "foot":
                own[beside] = place
            elif place is not None:
                own.setdefault(beside if part in own else part, place)
        roles |= {f"{side}_{part}": own[part] for part in (*_LEGS, *_ARMS) if part in own}
    return roles


def carrying_roles(names: Sequence[str], parents: Sequence[int]) -> dict[str, int]:
    """The same of a tree in any order, where of two bones with a joint's name the one counts that carries the
    other or the next joint: helpers that lie beside a knee or fill an upper arm carry nothing."""
    order = _from_the_roots(parents)
    roles = _roles_in(order, names)
    for side in ("left", "right"):
        for upper, lower in (*pairwise(_LEGS), *pairwise(_ARMS)):
            joint, end = f"{side}_{upper}", f"{side}_{lower}"
            others, found = list(names), roles
            while {joint, end} <= set(found) and found[joint] not in _line(found[end], parents):
                others[found[joint]] = ""
                found = _roles_in(order, others)
            if joint in found and found.get(end) == roles.get(end):
                names, roles = others, found
    return roles


def _roles_in(order: Sequence[int], names: Sequence[str]) -> dict[str, int]:
    return {role: order[row] for role, row in limb_roles([names[place] for place in order]).items()}


def _from_the_roots(parents: Sequence[int]) -> list[int]:
    """The places of a tree in their own order, but each behind the one that it hangs on."""
    found: dict[int, None] = {}
    for place in range(len(parents)):
        line = [place, *_line(place, parents)]
        found |= dict.fromkeys(reversed(line))
    return list(found)


def _sided(names: Sequence[str]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for place, name in enumerate(names):
        part = side_and_part(name)
        if part is not None:
            found.setdefault(part, place)
    return found


def side_and_part(name: str) -> tuple[str, str] | None:
    """("left", "knee") of a joint's name, None where it is no part of a limb."""
    plain = plain_name(english(name))
    stuck = _stuck(plain)
    if stuck is not None:
        return stuck
    tokens = [token.lower() for token in TOKEN.findall(plain)]
    sides = [place for place, token in enumerate(tokens) if token in SIDES]
    if not sides:
        return None
    rest = tokens[: sides[-1]] + tokens[sides[-1] + 1 :]
    return _with_part(SIDES[tokens[sides[-1]]], rest)


def _stuck(name: str) -> tuple[str, str] | None:
    """Of a name whose last piece begins with its side, as Bob_LUArm."""
    match = _SQUASHED.search(name.lower())
    return _with_part(SIDES[match[1]], [match[2]]) if match else None


def _with_part(side: str, tokens: list[str]) -> tuple[str, str] | None:
    """By the longest end of the name that is known, so that prefixes do not matter; what says nothing behind
    is left out if it has to be."""
    for start in range(len(tokens)):
        part = _PART_OF.get("".join(tokens[start:]))
        if part is not None:
            return side, part
    return _with_part(side, tokens[:-1]) if tokens and tokens[-1] in _FURTHER else None


def _centre(names: Sequence[str], parents: Sequence[int], roles: dict[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    if {"left_hip", "right_hip"} <= set(roles):
        found["pelvis"] = _meeting(roles["left_hip"], roles["right_hip"], parents)
    arms = [roles.get(f"{side}_collar", roles.get(f"{side}_shoulder", -1)) for side in ("left", "right")]
    if min(arms) >= 0:
        found["spine3"] = _meeting(arms[0], arms[1], parents)
    for joint in ("neck", "head"):
        places = [place for place, name in enumerate(names) if _plain(name).endswith(joint)]
        if places:
            found[joint] = places[0]
    return {joint: place for joint, place in found.items() if place >= 0}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", plain_name(english(name)).lower())


def _meeting(first: int, second: int, parents: Sequence[int]) -> int:
    """The joint from which two others hang, -1 when there is none."""
    above = _line(first, parents)
    return next((place for place in _line(second, parents) if place in above), -1)


def _line(place: int, parents: Sequence[int]) -> list[int]:
    """The joints above this one, the nearest first."""
    line = []
    while parents[place] >= 0:
        place = parents[place]
        line.append(place)
    return line
