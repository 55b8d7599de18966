"""Free marker and keypoint names, mapped to canonical points by one table of aliases.

'RHip', 'R_Hip', 'right hip' and 'Hip.R' are the same; a subject's prefix ('Anna:RHip') is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..body.points import POINT_INDEX

_SIDED = {
    "hip": "hip hips hipjoint",
    "knee": "knee legjoint kneejoint kneejc kjc kneejointcenter kneejointcentre kneecenter",
    "ankle": "ankle footjoint anklejoint anklejc ajc anklejointcenter anklejointcentre anklecenter",
    "foot": "foot toebase ball toesjoint",
    "big_toe": "bigtoe footindex toetip greattoe",
    "small_toe": "smalltoe littletoe pinkytoe",
    "heel": "heel",
    "collar": "collar clavicle",
    "shoulder": "shoulder shoulderjoint",
    "elbow": "elbow forearmjoint elbowjoint elbowjc ejc elbowjointcenter elbowjointcentre elbowcenter",
    "wrist": "wrist handjoint wristjoint wristjc wjc wristjointcenter wristjointcentre wristcenter",
    "hand": "hand",
    "eye": "eye",
    "eye_inner": "eyeinner innereye",
    "eye_outer": "eyeouter outereye",
    "ear": "ear",
    "mouth": "mouth mouthcorner",
    "thumb_knuckle": "thumb",
    "index_knuckle": "index",
    "pinky_knuckle": "pinky",
    "joint hip": "uplegjoint hjc hipjc hipjointcenter hipjointcentre hipcenter",
    "joint shoulder": "armjoint sjc shoulderjc shoulderjointcenter shoulderjointcentre shouldercenter gjc",
}
_CENTRE = {
    "pelvis": "pelvis",
    "mid_hip": "midhip midhips hip hips chip root hipcenter hipcentre midpelvis bottomtorso",
    "neck": "neck upperneck",
    "head": "head",
    "joint head": "headjoint",
    "head_top": "headtop tophead topofhead tophd vertex",
    "nose": "nose",
    "chin": "chin",
    "h36m_spine": "spine torso belly",
    "h36m_thorax": "thorax chest",
    "spine1": "spine1",
    "spine2": "spine2",
    "spine3": "spine3",
}
_DETECTOR = {"hip": "coco_{}_hip", "shoulder": "coco_{}_shoulder"}
_DETECTOR_CENTRE = {"mid_hip": "coco_mid_hip", "neck": "coco_neck", "head": "head_top"}
_SMPL_CENTRE = {"mid_hip": "pelvis"}
_SMPL_ONLY = {"spine1", "spine2", "spine3", "left_collar", "right_collar"}

_SIDED_PART = {alias: part for part, aliases in _SIDED.items() for alias in aliases.split()}
_CENTRE_PART = {alias: part for part, aliases in _CENTRE.items() for alias in aliases.split()}
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_SIDE_FIRST = re.compile(r"(left|right|l|r)(.+)")
_SIDE_LAST = re.compile(r"(.+?)(left|right|l|r)")


def canonical_names(names: Sequence[str]) -> tuple[str | None, ...]:
    """For each name its canonical point, None where there is none or another name took it already.

    Hips, shoulders and neck are a detector's (COCO's) unless names that only SMPL has are among them. Of two
    names for one point, that which is written as the hips are goes first: OpenCap's r_knee is a skin marker
    beside the joint RKnee.
    """
    points = _points(names)
    hips = {_style(name) for name, point in zip(names, points, strict=True) if point and "_hip" in point}
    taken: dict[str, int] = {}
    for place in sorted(range(len(names)), key=lambda place: _style(names[place]) not in hips):
        point = points[place]
        if point in POINT_INDEX:
            taken.setdefault(str(point), place)
    return tuple(point if point and taken.get(point) == place else None for place, point in enumerate(points))


def _points(names: Sequence[str]) -> list[str | None]:
    parts = [_part(name) for name in names]
    smpl = bool({_point(part, smpl=True) for part in parts if part} & _SMPL_ONLY)
    return [
        name if name.startswith(("coco_", "h36m_")) else _point(part, smpl=smpl) if part else None
        for name, part in zip(names, parts, strict=True)
    ]


def _style(name: str) -> str:
    """How a name starts: "AA" of RHip, "a_" of r_hip, "Aa" of RightHip."""
    start = name.rpartition(":")[2][:2]
    return re.sub(r"[^aA]", "_", re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", start)))


def subject_of(name: str) -> str:
    """The subject's prefix of a name such as 'Anna:RHip', "" when it has none."""
    return name.rpartition(":")[0]


def _part(name: str) -> tuple[str | None, str] | None:
    """(side, part) of a name; the side is None for a point in the body's middle plane."""
    squashed = re.sub(r"[^a-z0-9]", "", name.rpartition(":")[2].lower())
    if squashed in _CENTRE_PART:
        return None, _CENTRE_PART[squashed]
    for pattern, side, rest in ((_SIDE_FIRST, 1, 2), (_SIDE_LAST, 2, 1)):
        match = pattern.fullmatch(squashed)
        if match and match[rest] in _SIDED_PART:
            return _SIDES[match[side]], _SIDED_PART[match[rest]]
    return None


def _point(part: tuple[str | None, str], *, smpl: bool) -> str:
    side, name = part
    if side is None and name.startswith("joint "):
        return name.removeprefix("joint ")
    if side is None:
        return (_SMPL_CENTRE if smpl else _DETECTOR_CENTRE).get(name, name)
    if name.startswith("joint "):
        return f"{side}_{name.removeprefix('joint ')}"
    if not smpl and name in _DETECTOR:
        return _DETECTOR[name].format(side)
    return f"{side}_{name}"
