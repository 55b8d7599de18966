"""Goals of IK: bones beside a body that rest where its hands and feet do, and go along with them."""

from __future__ import annotations

import numpy as np

from ..body.hands import SIDES
from ..rigs.bone_words import words
from .bones import Bones, Rest, hung_beside
from .pose import Pose
from .target import LIMBS

_THERE = 0.005
"""Of the armature's height: how far from a hand or foot its goal may rest."""


def goals_of(rest: Rest, bones: Bones) -> dict[str, str]:
    """Such bones by their names, each with the hand or foot that it is for: `ik_foot_l` of Unreal and others
    that say IK and hang on nothing of the body."""
    places = dict(zip(rest.names, rest.heads, strict=True))
    near = _THERE * float(np.ptp(rest.heads, axis=0).max())
    parts = [f"{side}_{limb[-1]}" for limb in LIMBS.values() for side in SIDES]
    ends = [bones.joints[part] for part in parts if part in bones.joints]
    return {
        name: end
        for name in hung_beside(rest, bones)
        for end in ends
        if "ik" in words(name) and np.linalg.norm(places[name] - places[end]) < near
    }


def follow(pose: Pose) -> None:
    """Take the goals to where their hands and feet are."""
    heads = pose.target.heads
    for goal, end in pose.target.goals.items():
        pose.turns[goal] = pose.turn(end)
        pose.placed[goal] = pose.place(end) + pose.turn(end) @ (heads[goal] - heads[end])
