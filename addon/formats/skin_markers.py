"""Joint centres out of markers on the skin: sets with four markers on the pelvis and one on each joint.

Plug-in Gait, Helen Hayes, CMU's, Qualisys', Xsens' and OptiTrack's Baseline. Hips lie where Harrington et al.
(J. Biomech. 40, 2007) found them from the front of the pelvis, by its breadth and depth; shoulders below the
acromion by a share of the shoulders' breadth (Rab, Petuskey and Bagley, Gait & Posture 15, 2002). Knees,
ankles and elbows lie beside their marker as far as bones are thick, such that, as in Plug-in Gait, the bone
above stands square on the way there. That way is told by a marker on the bone or by the foot, and by how the
limb is bent.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..body.hands import SIDES
from .inference import RARE_METRES, UNIT_METRES
from .marker_names import bone_ends, canonical_names, joint_pairs, sided

FROM_SKIN = " from markers"
"""Behind the names of joints that were computed so."""
_ALIASES = {
    "asis": "asi asis fwt ias", "psis": "psi psis bwt ips", "thigh": "thi thigh", "arm": "upa uarmhigh bicep",
    "acromion": "sho shoulder shouldertop acr acromion acromium ac sae",
    "heel": "hee heel cal calc fcc heelback heelfoot", "toe": "toe toetip mtp2 mt2 fm2",
    "hand": "fin", "temple": "fhd", "back of head": "bhd", "ear": "auricularis",
    "inner ball": "firstmetatarsal fm1 mt1 mtp1", "outer ball": "fifthmetatarsal fm5 mt5 mtp5",
}  # fmt: skip
_CENTRAL = {
    "sacrum": "sacr sacrum vsacral sacral", "neck": "c7 cv7 backtop spinetop c7spinalprocess",
    "throat": "clav ij sjn chesttop", "sternum": "strn sxs px", "back": "t10 tv10 t8spinalprocess",
    "head_top": "topofhead headtop tophead",
}  # fmt: skip
_WAIST = {
    f"waist{side[0]}{end}": (side, what)
    for side in SIDES
    for end, what in (("front", "asis"), ("back", "psis"))
}
"""OptiTrack has the side in the middle."""
_PARTS = {alias: part for part, aliases in _ALIASES.items() for alias in aliases.split()}
_MIDDLE = {alias: part for part, aliases in _CENTRAL.items() for alias in aliases.split()}
_HIP = np.array([[0.33, 0.0, 0.0073], [-0.30, 0.0, -0.0109], [0.0, -0.24, -0.0099]])
"""Left, up and ahead from the middle of the front of the pelvis to the left hip: shares of the pelvis'
breadth and depth, and metres."""
_BREADTH = 0.24
"""Metres of a mean pelvis, by which the unit is told."""
_PELVIS, _TILT = 0.38, np.radians(12.0)
"""SMPL's pelvis above its hips in pelvic breadths; how far the pelvis of who stands leans ahead."""
_SHOULDER, _BAND = 0.17, 0.25
"""How far shoulders are below the acromion in their breadth, and ears below a band in the head's depth."""
_THICK = {"knee": 0.065, "ankle": 0.046, "elbow": 0.046, "hand": 0.025}
"""From a marker's middle to the joint's, in lengths of the leg: half the width of bones, and the marker."""
_TIP = 1.15
"""How much farther from the heel than the ball a marker is that lies on the tip of the toe."""
_STRAIGHT, _ROUNDS, _SIDEWAYS = 0.5, 4, 0.7
"""Sine of the angle at which a limb's bend counts as much as the marker that tells where inside is; how often
the joint is put anew; cosine within which that marker of a thigh must be beside it."""
_NEEDED = ("asis", "sacrum", "knee", "ankle")
_Places = dict[str, np.ndarray]


def is_skin_set(names: Sequence[str]) -> bool:
    """Whether markers lie on the skin of a pelvis, knees and ankles, and nobody names the joints of hips."""
    ends = bone_ends(names)
    legs = all(0 in ends.get(f"{side}_{joint}", {}) for side in SIDES for joint in ("knee", "ankle"))
    known = {part for part in map(_part, names) if part}
    back = "sacrum" in known or {"left psis", "right psis"} <= known
    hips = any(point and point.endswith("_hip") for point in canonical_names(names))
    return legs and back and {"left asis", "right asis"} <= known and not hips


def joint_centres(names: Sequence[str], positions: np.ndarray) -> dict[str, np.ndarray]:
    """Canonical point -> (T, 3), in the unit of positions (T, K, 3), of what `is_skin_set` knows."""
    held = _named(names, positions)
    points = _pelvis(held)
    points |= _trunk(held, points["pelvis"])
    points |= {joint: positions[:, list(pair)].mean(1) for joint, pair in joint_pairs(names).items()}
    leg = _leg(held, points)
    for side in SIDES:
        _leg_joints(held, points, side, leg)
        _arm_joints(held, points, side, leg)
    return points


def _part(name: str) -> str | None:
    """What a marker is called here."""
    *sides, (_, whole) = sided(name)
    known = (f"{side} {_PARTS[rest]}" for side, rest in sides if rest in _PARTS)
    return next(known, " ".join(_WAIST.get(whole, ())) or _MIDDLE.get(whole))


def _named(names: Sequence[str], positions: np.ndarray) -> _Places:
    held: _Places = {}
    for place, name in enumerate(names):
        held.setdefault(_part(name) or "", positions[:, place])
    for joint, ends in bone_ends(names).items():
        for end, place in ends.items():
            held[joint.replace("_", " ") + (" inside" if end else "")] = positions[:, place]
    if "left psis" in held and "right psis" in held:
        held.setdefault("sacrum", (held["left psis"] + held["right psis"]) / 2)
    return {name: each for name, each in held.items() if name.endswith(_NEEDED) or np.isfinite(each).any()}


def _pelvis(held: _Places) -> _Places:
    """Hips and pelvis."""
    front = (held["left asis"] + held["right asis"]) / 2
    across = held["left asis"] - held["right asis"]
    breadth = _length(across)
    left = _unit(across)
    ahead = _unit(_square(front - held["sacrum"], left))
    up = np.cross(ahead, left)
    depth = _length(front - held["sacrum"])
    metre = 1.0 / min(
        (*UNIT_METRES.values(), *RARE_METRES.values()), key=lambda m: abs(np.log(breadth * m / _BREADTH))
    )
    way = _HIP @ [breadth, depth, metre]
    hips = {
        f"{side}_hip": front + np.einsum("a,atx->tx", way * [sign, 1, 1], [left, up, ahead])
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    level = np.cos(_TILT) * up - np.sin(_TILT) * ahead
    middle = (hips["left_hip"] + hips["right_hip"]) / 2
    return hips | {"pelvis": middle + _PELVIS * breadth * level}


def _trunk(held: _Places, pelvis: np.ndarray) -> _Places:
    """Shoulders, neck, head and ears as far as there are markers on them."""
    points: _Places = {"head_top": held["head_top"]} if "head_top" in held else {}
    if {"neck", "throat"} <= set(held):
        points["neck"] = (held["neck"] + held["throat"]) / 2
    if {"left acromion", "right acromion"} <= set(held):
        chest = (held["sternum"] + held["back"]) / 2 if {"sternum", "back"} <= set(held) else pelvis
        up = _unit(points.get("neck", (held["left acromion"] + held["right acromion"]) / 2) - chest)
        across = held["left acromion"] - held["right acromion"]
        below = _SHOULDER * _length(across)
        points |= {f"{side}_shoulder": held[f"{side} acromion"] - below * up for side in SIDES}
    return points | _ears(held, points)


def _ears(held: _Places, points: _Places) -> _Places:
    """Ears, by their own markers, or between those of a band around the head and some way below it."""
    own = {f"{side}_ear": held[f"{side} ear"] for side in SIDES if f"{side} ear" in held}
    if own:
        return own
    ends = {side: (held.get(f"{side} temple"), held.get(f"{side} back of head")) for side in SIDES}
    band = {
        side: (front + back) / 2
        for side, (front, back) in ends.items()
        if front is not None and back is not None
    }
    if len(band) < len(SIDES) or "neck" not in points:
        return {}
    depth = _length(held["left temple"] - held["left back of head"])
    down = _BAND * depth * _unit(points["neck"] - (band["left"] + band["right"]) / 2)
    return {f"{side}_ear": place + down for side, place in band.items()}


def _leg(held: _Places, points: _Places) -> float:
    """From hip to knee to ankle, the mean of both sides."""
    ways = [
        _length(upper - lower)
        for side in SIDES
        for upper, lower in (
            (points[f"{side}_hip"], held[f"{side} knee"]),
            (held[f"{side} knee"], held[f"{side} ankle"]),
        )
    ]
    return sum(ways) / 2


def _leg_joints(held: _Places, points: _Places, side: str, leg: float) -> None:
    """Adds the side's knee and ankle where they have no centre yet, and the foot."""
    sign = 1.0 if side == "right" else -1.0
    hip, knee, ankle = points[f"{side}_hip"], held[f"{side} knee"], held[f"{side} ankle"]
    toe, heel = held.get(f"{side} toe"), held.get(f"{side} heel")
    across = sign * (held["left asis"] - held["right asis"])
    foot = across if toe is None or heel is None else sign * np.cross(hip - knee, toe - heel)
    inside = _inside(hip, knee, held.get(f"{side} thigh"), across, foot)
    thick = _THICK["ankle"] * leg
    centre = _hinge(hip, knee, _beside(knee, ankle, inside, thick), inside, -sign, _THICK["knee"] * leg)
    points.setdefault(f"{side}_knee", centre)
    points.setdefault(f"{side}_ankle", _beside(points[f"{side}_knee"], ankle, foot, thick))
    _foot(held, points, side)


def _foot(held: _Places, points: _Places, side: str) -> None:
    """Adds heel, ball and, where a marker lies well ahead of the ball, the big toe."""
    heel, toe = held.get(f"{side} heel"), held.get(f"{side} toe")
    inner, outer = held.get(f"{side} inner ball"), held.get(f"{side} outer ball")
    if heel is not None:
        points[f"{side}_heel"] = heel
    ball = toe if inner is None or outer is None else (inner + outer) / 2
    if ball is not None:
        points[f"{side}_foot"] = ball
    if ball is not None and toe is not None and heel is not None:
        ahead = _length(toe - heel) > _TIP * _length(ball - heel)
        points |= {f"{side}_big_toe": toe} if ahead else {}


def _arm_joints(held: _Places, points: _Places, side: str, leg: float) -> None:
    """Adds the side's wrist and elbow where they have no centre yet, and the hand."""
    sign = 1.0 if side == "right" else -1.0
    if f"{side} wrist" in held:
        points.setdefault(f"{side}_wrist", held[f"{side} wrist"])
    ends, hand = [held.get(f"{side} wrist{end}") for end in ("", " inside")], held.get(f"{side} hand")
    if hand is not None and ends[0] is not None and ends[1] is not None:
        back = -sign * _unit(np.cross(ends[0] - ends[1], hand - points[f"{side}_wrist"]))
        points[f"{side}_hand"] = hand - _THICK["hand"] * leg * back
    shoulder, wrist, elbow = (
        points.get(f"{side}_shoulder"),
        points.get(f"{side}_wrist"),
        held.get(f"{side} elbow"),
    )
    if shoulder is None or wrist is None or elbow is None:
        return
    bent = sign * np.cross(shoulder - elbow, wrist - elbow)
    arm = held.get(f"{side} arm")
    inside = bent if arm is None else elbow - arm
    points.setdefault(f"{side}_elbow", _hinge(shoulder, elbow, wrist, inside, sign, _THICK["elbow"] * leg))


def _inside(
    upper: np.ndarray, marker: np.ndarray, wand: np.ndarray | None, across: np.ndarray, otherwise: np.ndarray
) -> np.ndarray:
    """(T, 3) away from a marker on the bone, where that is beside it as seen from the body."""
    if wand is None:
        return otherwise
    along = _unit(upper - marker)
    away = _unit(_square(marker - wand, along))
    beside = (away * _unit(across)).sum(-1)
    beside = beside[np.isfinite(beside)]
    return away if beside.size and np.median(beside) > _SIDEWAYS else otherwise


def _hinge(
    upper: np.ndarray, marker: np.ndarray, lower: np.ndarray, inside: np.ndarray, sign: float, thick: float
) -> np.ndarray:
    """(T, 3) middle of a joint: inside of its marker, and the more bent it is the more along its own axis.

    sign: of the turn about the way inside by which the limb bends.
    """
    first = _unit(_square(inside, _unit(upper - marker)))
    centre = _beside(upper, marker, first, thick)
    for _ in range(_ROUNDS):
        bent = sign * np.cross(_unit(upper - centre), _unit(lower - centre))
        centre = _beside(upper, marker, bent + _STRAIGHT * first, thick)
    return centre


def _beside(upper: np.ndarray, marker: np.ndarray, inside: np.ndarray, thick: float) -> np.ndarray:
    """(T, 3) as far inside of the marker as the bone is thick, square to the bone above."""
    way = upper - marker
    far = np.linalg.norm(way, axis=-1, keepdims=True)
    share = np.clip(thick / far, 0.0, 1.0)
    return marker + thick * (np.sqrt(1 - share**2) * _unit(_square(inside, _unit(way))) + share * way / far)


def _length(vectors: np.ndarray) -> float:
    """The typical one of vectors (T, 3); NaN where none is known."""
    lengths = np.linalg.norm(vectors, axis=-1)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.median(lengths)) if len(lengths) else np.nan


def _square(vectors: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """What of vectors (T, 3) is square to unit axes (T, 3)."""
    return vectors - (vectors * axes).sum(-1, keepdims=True) * axes


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
