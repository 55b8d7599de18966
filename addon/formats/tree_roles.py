"""Which joint of a whole skeleton is which of SMPL's, by names, tree and shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..rigs import NEEDED, NoHumanoid, Rig, match
from ..rigs.joint_names import joint_roles

_BETWEEN = ("spine1", "spine2")
_LIMBS = frozenset(NEEDED) - {"pelvis"}


def tree_roles(names: Sequence[str], parents: Sequence[int], rest: np.ndarray) -> dict[str, int]:
    """SMPL's joint -> index of the joint: the trunk as the tree has it, and limbs by its shape where the
    names tell too little. names: "" for a joint without one; rest: (J, 3) where the joints lie at rest."""
    roles = joint_roles(names, parents)
    shown = tuple(f"{name or 'end'}.{place}" for place, name in enumerate(names))
    axes = np.broadcast_to(np.eye(3), (len(shown), 3, 3))
    try:
        found = match(Rig(shown, tuple(parents), rest, rest, axes))
    except NoHumanoid:
        return roles
    bones = {**found.joints, **({"pelvis": found.lower[-1]} if found.lower else {})}
    told = {joint: shown.index(bone) for joint, bone in bones.items() if joint not in _BETWEEN}
    other = any(told.get(joint) != roles.get(joint) for joint in _LIMBS)
    return roles if other and set(roles) >= _LIMBS else told
