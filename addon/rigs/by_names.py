"""The joints of arms, legs and head by what the bones are called."""

from __future__ import annotations

import re
from itertools import pairwise

from .bone_words import english, is_copy, words
from .joint_names import carrying_roles
from .rig import Rig

_HELPERS = frozenset(
    [
        "ik",
        "fk",
        "ctrl",
        "control",
        "pole",
        "target",
        "twist",
        "roll",
        "share",
        "corrective",
        "helper",
        "tweak",
        "mch",
        "vis",
        "parent",
        "widget",
        "end",
        "nub",
        "tip",
        "footsteps",
        "copy",
        "cancel",
        "attach",
        "weapon",
        "prop",
        "cloth",
        "skirt",
        "dummy",
    ]
)
"""Words of bones that stand for no joint."""
_HEAD = re.compile(r"(DEF-)?spine\.006|head neck upper")
"""Rigify's head is the last bone of the spine; XNALara's has the neck in its name."""
_ORDER = ("hip", "knee", "ankle", "foot"), ("collar", "shoulder", "elbow", "wrist")


def named_limbs(rig: Rig) -> dict[str, int]:
    """SMPL's joint -> index, of arms, legs and head, for what the names tell and the tree does not deny."""
    shown = [_shown(name) for name in rig.names]
    found = _hanging(carrying_roles(shown, rig.parents), rig)
    head = [place for place, name in enumerate(shown) if _is_head(name)]
    head = head or [place for place, name in enumerate(rig.names) if _HEAD.fullmatch(name)]
    if head:
        found["head"] = min(head, key=rig.tree.depth)
    return found


def _shown(name: str) -> str:
    """The name as the tables know it, "" where the bone is a helper."""
    own = words(name)
    # What begins with "sock" holds things, or is clothing.
    aside = any(word.endswith("twist") or word.startswith("sock") for word in own)
    if not own or is_copy(name) or _HELPERS & set(own) or aside:
        return ""
    plain = english(name) if not name.isascii() else name
    return re.sub(r"(?i)[\s_.-]*(joint|jnt|jt|bone|bind|skin|def)$", "", plain)


def _is_head(name: str) -> bool:
    own = [word for word in words(name) if not word.isdecimal()]
    return bool(own) and own[-1] == "head" and not {"l", "r", "left", "right"} & set(own)


def _hanging(roles: dict[str, int], rig: Rig) -> dict[str, int]:
    """The roles without those that lie above the joint that they should hang on."""
    kept = dict(roles)
    for side in ("left", "right"):
        for order in _ORDER:
            row = [f"{side}_{part}" for part in order if f"{side}_{part}" in kept]
            for upper, lower in pairwise(row):
                if kept[lower] in list(rig.tree.above(kept.get(upper, -1))):
                    kept.pop(lower)
    return kept
