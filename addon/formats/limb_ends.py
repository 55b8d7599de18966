"""Ankles and wrists of rigs that end with shins and forearms: they lie at the tips of these bones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..body.hands import SIDES
from ..rigs import SampledRig
from ..safe_read import one_line

_LIMBS = (("hip", "knee", "ankle"), ("shoulder", "elbow", "wrist"))
_SHORTEST, _LONGEST = 0.5, 1.8
"""Length of a shin or forearm in that of the bone above; others have a tip that some program has made up."""
_MOST_BENT = np.cos(np.radians(75.0))
_NOTE = "{name} has no bones for {missing}: they are where the bones above end, with hands and feet at rest."


def with_ends(one: SampledRig, notes: list[str]) -> SampledRig:
    """The rig with bones that start at these tips and turn with their shin or forearm; notes: gets a sentence
    on them. Without those whose tip is none of a limb."""
    joints = one.bone_map.joints
    limbs = [tuple(f"{side}_{joint}" for joint in limb) for limb in _LIMBS for side in SIDES]
    lacking = [limb for limb in limbs if limb[2] not in joints and {limb[0], limb[1]} <= set(joints)]
    found = {limb[2]: limb for limb in lacking if _is_limb(one, joints[limb[0]], joints[limb[1]])}
    for end, (upper, middle, _) in found.items():
        one = _with_tip(one, end, joints[upper], joints[middle])
    if found:
        missing = ", ".join(end.replace("_", " ") for end in found)
        notes.append(_NOTE.format(name=one_line(one.name), missing=missing))
    return one


def _is_limb(one: SampledRig, upper: str, middle: str) -> bool:
    """Whether a bone goes on from the one above as a shin or forearm does at rest."""
    rig = one.rig
    first = rig.heads[rig.index[middle]] - rig.heads[rig.index[upper]]
    second = rig.tails[rig.index[middle]] - rig.heads[rig.index[middle]]
    above, long = float(np.linalg.norm(first)), float(np.linalg.norm(second))
    straight = float(first @ second) > _MOST_BENT * above * long
    return above > 0.0 and straight and _SHORTEST < long / above < _LONGEST


def _with_tip(one: SampledRig, end: str, upper: str, middle: str) -> SampledRig:
    """With a bone for the joint `end` at the tip of the bone `middle`."""
    rig, name = one.rig, f"{middle} {end}"
    place, high, low = rig.index[middle], one.bones.index(upper), one.bones.index(middle)
    tail = rig.tails[place]
    along = tail - rig.heads[place]
    rest = np.linalg.norm(rig.heads[place] - rig.heads[rig.index[upper]])
    scale = np.median(np.linalg.norm(one.places[:, low] - one.places[:, high], axis=-1)) / rest
    tips = one.places[:, low] + scale * one.turns[:, low] @ along
    longer = replace(
        rig,
        names=(*rig.names, name),
        parents=(*rig.parents, place),
        heads=np.concatenate([rig.heads, tail[None]]),
        tails=np.concatenate([rig.tails, (tail + along)[None]]),
        axes=np.concatenate([rig.axes, rig.axes[place][None]]),
    )
    return replace(
        one,
        rig=longer,
        bone_map=replace(one.bone_map, joints={**one.bone_map.joints, end: name}),
        bones=(*one.bones, name),
        places=np.concatenate([one.places, tips[:, None]], axis=1),
        turns=np.concatenate([one.turns, one.turns[:, low, None]], axis=1),
    )
