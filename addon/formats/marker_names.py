"""Free marker and keypoint names, mapped to canonical points by one table of aliases.

'RHip', 'R_Hip', 'right hip' and 'Hip.R' are the same; a subject's prefix ('Anna:RHip') is dropped, and what
tools add behind: '#2', pyCGM2's '_CGM_2.4', Apple's '_3D'. Skin markers on both sides of a joint are a pair.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..body.points import POINT_INDEX
from ..rigs.bone_words import plain_name

_SIDED = {
    "hip": "hip hips hipjoint",
    "knee": "knee legjoint kneejoint kneejc kjc feo kneejointcenter kneejointcentre kneecenter",
    "ankle": "ankle footjoint anklejoint anklejc ajc tio anklejointcenter anklejointcentre anklecenter",
    "foot": "foot toebase ball toesjoint",
    "big_toe": "bigtoe footindex toetip greattoe",
    "small_toe": "smalltoe littletoe pinkytoe",
    "heel": "heel",
    "collar": "collar clavicle",
    "shoulder": "shoulder shoulderjoint",
    "elbow": "elbow forearmjoint elbowjoint elbowjc ejc huo elbowjointcenter elbowjointcentre elbowcenter",
    "wrist": "wrist handjoint wristjoint wristjc wjc rao wristjointcenter wristjointcentre wristcenter",
    "hand": "hand",
    "eye": "eye",
    "eye_inner": "eyeinner innereye",
    "eye_outer": "eyeouter outereye",
    "ear": "ear",
    "mouth": "mouth mouthcorner",
    "thumb_knuckle": "thumb",
    "index_knuckle": "index",
    "pinky_knuckle": "pinky",
    "joint hip": "uplegjoint hjc fep hipjc hipjointcenter hipjointcentre hipcenter",
    "joint shoulder": (
        "armjoint sjc gjc clo shoulderjc shoulderjointcenter shoulderjointcentre shouldercenter"
    ),
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
_OUTER = "{0} l{0} lat{0} lateral{0} {0}lat {0}lateral {0}out {0}outer {0}ext"
_INNER = "m{0} med{0} medial{0} {0}m {0}med {0}medial {0}in {0}inner {0}int"
_PAIRED = {
    "knee": (
        "knee kne",
        "lk lfe fle lfc lateralfemoralepicondyle kneelatepicondyle",
        "mk knm mfe fme mfc medialfemoralepicondyle kneemedepicondyle",
    ),
    "ankle": (
        "ankle ank",
        "la lm fal lmal latmal lateralmalleolus latmalleolus",
        "ma anm med mm tam mmal medmal medialmalleolus medmalleolus",
    ),
    "elbow": (
        "elbow elb",
        "le lhe hle epicl lel lateralepicondyle lateralhumeralepicondyle armlatepicondyle"
        " armlateralepicondyle",
        "me mhe hme epicm mel medialepicondyle medialhumeralepicondyle armmedepicondyle armmedialepicondyle",
    ),
    "wrist": (
        "wrist",
        "wristradius wristrad radialwrist wra rs rsp stylr radialstyloid faradius",
        "wristulna wristuln ulnarwrist wrb us usp stylu ulnarstyloid faulna",
    ),
}
"""Joint -> its names, which may have the side of the skin marker beside them, and names of the bones' ends on
the outer (thumb's) and the inner side: OpenCap, Plug-in Gait, Qualisys, ISB, OpenSim."""
_DETECTOR = {"hip": "coco_{}_hip", "shoulder": "coco_{}_shoulder"}
_DETECTOR_CENTRE = {"mid_hip": "coco_mid_hip", "neck": "coco_neck", "head": "head_top"}
_SMPL_CENTRE = {"mid_hip": "pelvis"}
_SMPL_ONLY = {"spine1", "spine2", "spine3", "left_collar", "right_collar"}

_SIDED_PART = {alias: part for part, aliases in _SIDED.items() for alias in aliases.split()}
_CENTRE_PART = {alias: part for part, aliases in _CENTRE.items() for alias in aliases.split()}
_PAIRED_PART = {
    alias: (part, inner)
    for part, (stems, *ends) in _PAIRED.items()
    for inner, (form, bones) in enumerate(zip((_OUTER, _INNER), ends, strict=True))
    for alias in (*bones.split(), *(name for stem in stems.split() for name in form.format(stem).split()))
}
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_FRONT = re.compile("^(?:[qQ]_|p(?=[A-Z]|left|right|sacrum|ij$|px$|c7|t8|topofhead))")
_SIDE_FIRST = re.compile(r"(left|right|l|r)(.+)")
_SIDE_LAST = re.compile(r"(.+?)(left|right|l|r)")


def canonical_names(names: Sequence[str]) -> tuple[str | None, ...]:
    """For each name its canonical point, None where there is none or another name took it already.

    Hips, shoulders and neck are a detector's (COCO's) unless names that only SMPL has are among them. Of two
    names for one point, that which is written as the hips are goes first: OpenCap's r_knee is a skin marker
    beside the joint RKnee. Then the point's own name does: a root lies on the floor where there is a pelvis.
    """
    points = _points(names)
    hips = {_style(name) for name, point in zip(names, points, strict=True) if point and "_hip" in point}
    taken: dict[str, int] = {}

    def behind(place: int) -> tuple[bool, bool]:
        return _style(names[place]) not in hips, _squashed(names[place]) != points[place]

    for place in sorted(range(len(names)), key=behind):
        point = points[place]
        if point in POINT_INDEX:
            taken.setdefault(str(point), place)
    return tuple(point if point and taken.get(point) == place else None for place, point in enumerate(points))


def joint_pairs(names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Canonical joint -> (outer, inner) of the skin markers whose middle it is."""
    return {
        joint: (pair[0], pair[1])
        for joint, pair in bone_ends(names).items()
        if len(pair) == 2 and _style(names[pair[0]])[:1] == _style(names[pair[1]])[:1]
    }


def bone_ends(names: Sequence[str]) -> dict[str, dict[int, int]]:
    """Canonical joint -> the skin markers on its outer (0) and inner (1) side, as far as there are any."""
    found: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        for side, rest in _sides_of(name):
            if rest in _PAIRED_PART:
                part, inner = _PAIRED_PART[rest]
                found.setdefault(f"{side}_{part}", {}).setdefault(inner, place)
                break
    return found


def sided(name: str) -> list[tuple[str, str]]:
    """("left" or "right", the rest in lower case) in the ways in which a name may start or end with a side;
    ("", the whole name) last."""
    return [*_sides_of(name), ("", _squashed(name))]


def skin_markers(names: Sequence[str]) -> set[int]:
    """Places of the names that are markers on the skin though they sound like joints.

    Those of a pair; and where there are pairs but no hips of the same spelling, all of that spelling.
    """
    pairs = joint_pairs(names)
    places = {place for pair in pairs.values() for place in pair}
    if len(pairs) < 2:
        return places
    styles = {_style(names[place]) for place in places}
    styles -= {_style(name) for name in names if (_part(name) or ("", ""))[1] == "hip"}
    plain = {*_PAIRED_PART, "shoulder"}
    return places | {
        place
        for place, name in enumerate(names)
        if _style(name) in styles and any(rest in plain for _, rest in _sides_of(name))
    }


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
    squashed = _squashed(name)
    if squashed in _CENTRE_PART:
        return None, _CENTRE_PART[squashed]
    return next(((side, _SIDED_PART[rest]) for side, rest in _sides_of(name) if rest in _SIDED_PART), None)


def _squashed(name: str) -> str:
    """Letters and digits in lower case, without Xsens' p and Qualisys' Q_ in front."""
    return re.sub(r"[^a-z0-9]", "", _FRONT.sub("", plain_name(name)).lower())


def _sides_of(name: str) -> list[tuple[str, str]]:
    """("left", the rest of the name) as far as it starts or ends with a side."""
    first, last = _SIDE_FIRST.fullmatch(_squashed(name)), _SIDE_LAST.fullmatch(_squashed(name))
    found = [(_SIDES[first[1]], first[2])] if first else []
    return found + ([(_SIDES[last[2]], last[1])] if last else [])


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
