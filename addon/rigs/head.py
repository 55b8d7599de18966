"""The head where names say nothing: by its place above the shoulders."""

from __future__ import annotations

import numpy as np

from .rig import Rig

_HEAD, _ASIDE = 0.24, 0.2
"""How far above the shoulders the head's joint lies, of the trunk; what its place ahead weighs."""


def head_by_place(rig: Rig, limbs: dict[str, int]) -> int | None:
    """The bone above the shoulders whose joint lies where a head's does, of a body that rests standing."""
    shoulders = rig.heads[[limbs["left_shoulder"], limbs["right_shoulder"]]]
    middle = shoulders.mean(0)
    trunk = middle - rig.heads[[limbs["left_hip"], limbs["right_hip"]]].mean(0)
    across = shoulders[0] - shoulders[1]
    wide = float(np.linalg.norm(across))
    if wide < 1e-9:
        return None
    chest = rig.tree.meeting([limbs["left_shoulder"], limbs["right_shoulder"]])
    offsets = rig.heads - middle
    above = (np.abs(offsets @ across) < 0.05 * wide**2) & (offsets @ trunk > 0.05 * trunk @ trunk)
    places = [
        place for place in (rig.tree.below(chest) if chest >= 0 else range(len(rig.names))) if above[place]
    ]
    if not places:
        return None
    height = offsets @ trunk / (trunk @ trunk)
    aside = np.linalg.norm(offsets - height[:, None] * trunk, axis=-1) / np.linalg.norm(trunk)
    return min(places, key=lambda place: float(abs(height[place] - _HEAD) + _ASIDE * aside[place]))
