"""Pelvis, spine, neck and what is above and between, out of a rig's limbs and its tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bone_words import words
from .rig import Rig

_NEAR = 0.6
"""Of the trunk's length, how far from between the hips a pelvis may lie."""


@dataclass(frozen=True)
class Trunk:
    """Places of bones: the pelvis, -1 where none was found, and rows as `BoneMap` has them."""

    pelvis: int
    spine: tuple[int, ...] = ()
    neck: tuple[int, ...] = ()
    lower: tuple[int, ...] = ()
    roots: tuple[int, ...] = ()


def trunk_of(rig: Rig, limbs: dict[str, int]) -> Trunk:
    """The trunk between these limbs, by SMPL's joint names."""
    hips = [limbs[joint] for joint in ("left_hip", "right_hip") if joint in limbs]
    arms = [_top_of_arm(limbs, side) for side in ("left", "right")]
    arms = [place for place in arms if place >= 0]
    if len(hips) < 2:
        return Trunk(-1)
    between = rig.tree.meeting(hips)
    if len(arms) < 2:
        return Trunk(between, roots=_above(rig, between))
    all_limbs = rig.tree.meeting([*hips, *arms])
    chest = _below_neck(rig, _carrier(rig, arms, limbs.get("head", -1)))
    pelvis = _pelvis(rig, hips, arms, between, all_limbs)
    start = (
        pelvis if chest in rig.tree.below(pelvis) else rig.tree.meeting([pelvis, chest]) if chest >= 0 else -1
    )
    spine = tuple(rig.tree.way(start, chest)[1:]) if start >= 0 else ()
    lower = tuple(rig.tree.way(pelvis, between)[1:]) if between >= 0 else ()
    return Trunk(pelvis, spine, _neck(rig, chest, limbs.get("head", -1)), lower, _above(rig, pelvis))


def _top_of_arm(limbs: dict[str, int], side: str) -> int:
    return limbs.get(f"{side}_collar", limbs.get(f"{side}_shoulder", -1))


def _carrier(rig: Rig, arms: list[int], head: int) -> int:
    """The bone that both arms hang on; where they hang on none, the one that the head does."""
    meeting = rig.tree.meeting(arms)
    return rig.parents[head] if meeting < 0 <= head else meeting


def _below_neck(rig: Rig, chest: int) -> int:
    """The bone that carries the arms; in 3ds Max they hang on the neck, which is no part of the spine."""
    while chest >= 0 and rig.parents[chest] >= 0 and "neck" in words(rig.names[chest]):
        chest = rig.parents[chest]
    return chest


def _pelvis(rig: Rig, hips: list[int], arms: list[int], between: int, all_limbs: int) -> int:
    """The bone that carries legs and spine, if it is no root on the floor; else that of the legs, else the
    one in the middle that lies nearest."""
    middle, top = rig.heads[hips].mean(0), rig.heads[arms].mean(0)
    reach = _NEAR * float(np.linalg.norm(top - middle))

    def near(place: int) -> bool:
        return place >= 0 and float(np.linalg.norm(rig.heads[place] - middle)) <= reach

    if near(all_limbs):
        return all_limbs
    if near(between):
        return between
    across = rig.heads[hips[0]] - rig.heads[hips[1]]
    across = across / max(float(np.linalg.norm(across)), 1e-9)
    centre = [
        place
        for place in range(len(rig.names))
        if near(place) and abs((rig.heads[place] - middle) @ across) < 0.05 * reach
    ]
    if not centre:
        return all_limbs
    return min(centre, key=lambda place: (-len(rig.tree.below(place)), rig.tree.depth(place)))


def _neck(rig: Rig, chest: int, head: int) -> tuple[int, ...]:
    if chest < 0 or head < 0:
        return ()
    start = rig.tree.meeting([chest, head])
    return tuple(rig.tree.way(start, head)[1:-1]) if start >= 0 else ()


def _above(rig: Rig, place: int) -> tuple[int, ...]:
    return tuple(list(rig.tree.above(place))[1:][::-1]) if place >= 0 else ()
