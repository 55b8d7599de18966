"""From a rig to its bone map: by names, and by the shape of the tree where names say too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .bone_map import NEEDED, BoneMap, spine_joints
from .bone_words import without_numbers
from .by_names import named_limbs
from .by_shape import FOUR_LEGS, NoHumanoid, shaped_limbs
from .deform import deforming
from .families import family_of
from .hands import finger_bones
from .head import head_by_place
from .rig import Rig
from .trunk import trunk_of
from .twists import twist_bones

_LIMBS = tuple(joint for joint in NEEDED if joint != "pelvis")
_CORE = tuple(joint for joint in _LIMBS if joint.endswith(("hip", "knee", "shoulder", "elbow")))
_BY_NAME, _BY_BOTH, _BY_SHAPE, _ODD_REST = 1.0, 0.8, 0.6, 0.5
_SLANTED = 0.5
_ONE_PLACE = 0.002
"""Of the rig's extent, how far apart bones lie that start in one place."""
_MOST_OF_IT = 5
"""So many of the joints of _CORE are more than half of a body."""


def match(rig: Rig) -> BoneMap:
    """Which of the rig's bones is what of a body. Raises NoHumanoid with one sentence that says what the rig
    is instead."""
    own = deforming(rig)
    read = replace(own, names=without_numbers(own.names))
    limbs, sure = _limbs(read)
    return _assembled(read, own.names, limbs, sure)


def _limbs(rig: Rig) -> tuple[dict[str, int], float]:
    """SMPL's joints of limbs and head -> index; how sure that is."""
    named = named_limbs(rig)
    if set(named) >= set(_LIMBS):
        return _with_head(rig, named), _standing(rig, named)
    try:
        shaped = shaped_limbs(rig)
    except NoHumanoid:
        if set(named) >= set(_CORE):
            return _with_head(rig, named), min(_standing(rig, named), _ODD_REST)
        if len(set(named) & set(_CORE)) >= _MOST_OF_IT:
            raise NoHumanoid(_lacking(set(named))) from None
        raise
    if set(named) >= set(_CORE) and any(shaped.get(joint) != named[joint] for joint in _CORE):
        return _with_head(rig, named), min(_standing(rig, named), _ODD_REST)
    agreeing = {
        joint: place for joint, place in named.items() if _in_one_place(rig, shaped.get(joint, place), place)
    }
    return {**shaped, **agreeing}, _BY_BOTH if set(agreeing) & set(_LIMBS) else _BY_SHAPE


def _in_one_place(rig: Rig, one: int, other: int) -> bool:
    """Whether two bones are one joint: the end of a shin, and a foot that hangs elsewhere."""
    extent = float(np.linalg.norm(np.ptp(rig.heads, axis=0)))
    return bool(np.linalg.norm(rig.heads[one] - rig.heads[other]) < _ONE_PLACE * extent)


def _lacking(named: set[str]) -> str:
    """A sentence on the limbs that the names of a body do not tell."""
    *most, last = (joint.replace("_", " ") for joint in _LIMBS if joint not in named)
    return (
        f"No bone was found for the {' and '.join((', '.join(most), last)) if most else last}, and a body"
        " needs two arms and two legs; if it has them under other names, choose them in the table."
    )


def _with_head(rig: Rig, limbs: dict[str, int]) -> dict[str, int]:
    if "head" in limbs:
        return limbs
    head = head_by_place(rig, limbs)
    return limbs if head is None else limbs | {"head": head}


def _standing(rig: Rig, limbs: dict[str, int]) -> float:
    """How sure the names are for a body that rests standing. Raises NoHumanoid for one on four legs."""
    hips, shoulders = _between(rig, limbs, "hip"), _between(rig, limbs, "shoulder")
    trunk = shoulders - hips
    legs = _between(rig, limbs, "ankle", "knee") - hips
    arms = _between(rig, limbs, "wrist", "elbow") - shoulders
    if abs(_cosine(legs, trunk)) < _SLANTED and _cosine(arms, legs) > _SLANTED:
        raise NoHumanoid(FOUR_LEGS)
    return _BY_NAME if _cosine(legs, trunk) < -_SLANTED else _ODD_REST


def _between(rig: Rig, limbs: dict[str, int], *parts: str) -> np.ndarray:
    """(3,) the middle of the first of these parts that both sides have."""
    both = ([limbs.get(f"{side}_{part}", -1) for side in ("left", "right")] for part in parts)
    return np.asarray(rig.heads[next(pair for pair in both if min(pair) >= 0)].mean(0))


def _cosine(first: np.ndarray, second: np.ndarray) -> float:
    return float(first @ second / max(np.linalg.norm(first) * np.linalg.norm(second), 1e-12))


def _assembled(rig: Rig, names: tuple[str, ...], limbs: dict[str, int], sure: float) -> BoneMap:
    """names: the bones' own ones."""
    trunk = trunk_of(rig, limbs)
    joints = limbs | spine_joints(trunk.spine) | _collars(rig, limbs, trunk.spine)
    joints |= {"pelvis": trunk.pelvis} if trunk.pelvis >= 0 else {}
    joints |= {"neck": trunk.neck[0]} if trunk.neck else {}
    fingers, palms = finger_bones(rig, limbs)
    family = family_of(rig.names)
    twists = twist_bones(rig, limbs, named=bool(family) or sure == _BY_NAME)
    named = {what: names[place] for what, place in joints.items()}
    lacking = sum(joint not in named for joint in NEEDED) / len(NEEDED)

    def row(places: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(names[place] for place in places)

    return BoneMap(
        joints=named,
        spine=row(trunk.spine),
        neck=row(trunk.neck),
        lower=row(trunk.lower),
        roots=row(trunk.roots),
        twists={joint: row(places) for joint, places in twists.items()},
        fingers={slot: names[place] for slot, place in fingers.items()},
        metacarpals={slot: names[place] for slot, place in palms.items()},
        family=family,
        confidence=sure * (1.0 - lacking),
    )


def _collars(rig: Rig, limbs: dict[str, int], spine: tuple[int, ...]) -> dict[str, int]:
    """Bones between the chest and the shoulders that have no name of a collar."""
    found: dict[str, int] = {}
    for side in ("left", "right"):
        if spine and f"{side}_collar" not in limbs and f"{side}_shoulder" in limbs:
            between = rig.tree.way(spine[-1], limbs[f"{side}_shoulder"])[1:-1]
            found |= {f"{side}_collar": between[0]} if between else {}
    return found
