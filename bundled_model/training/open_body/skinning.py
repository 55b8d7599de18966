"""Skin weights on SMPL's 24 joints from the rig's 163 bones."""

from __future__ import annotations

import numpy as np

from addon.body.body_warp import rise
from addon.body.skeleton import JOINT_COUNT, JOINT_NAMES, MIRROR_JOINTS

from .proportions import mean_joints
from .source import Source

# Beginnings of bone names -> joint and share; the first that fits counts, all others belong to the head.
BONES: tuple[tuple[str, dict[str, float]], ...] = (
    ("root", {"pelvis": 1.0}),
    ("pelvis", {"pelvis": 1.0}),
    ("spine", {"spine3": 1.0}),
    ("breast", {"spine3": 1.0}),
    ("neck", {"neck": 1.0}),
    ("clavicle", {"collar": 1.0}),
    ("shoulder01", {"collar": 0.8, "shoulder": 0.2}),
    ("upperarm", {"shoulder": 1.0}),
    ("lowerarm", {"elbow": 1.0}),
    ("wrist", {"wrist": 1.0}),
    ("metacarpal", {"wrist": 1.0}),
    ("finger1", {"wrist": 1.0}),
    ("finger", {"hand": 1.0}),
    ("upperleg", {"hip": 1.0}),
    ("lowerleg", {"knee": 1.0}),
    ("foot", {"ankle": 1.0}),
    ("toe", {"foot": 1.0}),
)

# The trunk bends about SMPL's spine joints, each over this height to both sides (metres).
SPINE = (("spine1", 0.06), ("spine2", 0.05), ("spine3", 0.05))

MOST_JOINTS = 4


def skin_weights(source: Source, kept: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(V, 24) weights of the kept source vertices; vertices (V, 3) lie in SMPL's proportions."""
    weights = np.zeros((len(kept), JOINT_COUNT))
    for bone, values in source.bone_weights.items():
        for joint, share in _joints(bone):
            weights[:, joint] += share * values[kept]
    return limited(_spread_spine(weights, vertices))


def _joints(bone: str) -> list[tuple[int, float]]:
    name, _, side = bone.partition(".")
    table = next((shares for start, shares in BONES if name.startswith(start)), {"head": 1.0})
    prefix = {"L": "left_", "R": "right_"}.get(side, "")
    return [
        (JOINT_NAMES.index(joint if joint in JOINT_NAMES else prefix + joint), share)
        for joint, share in table.items()
    ]


def _spread_spine(weights: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Pelvis and spine weights shared anew by height."""
    chain = [JOINT_NAMES.index(name) for name in ("pelvis", "spine1", "spine2", "spine3")]
    total = weights[:, chain].sum(axis=1)
    heights = mean_joints()[:, 1]
    above = np.ones(len(vertices))
    result = weights.copy()
    for place, (name, reach) in enumerate(SPINE):
        centre = heights[JOINT_NAMES.index(name)]
        beyond = above * rise(vertices[:, 1], centre - reach, centre + reach)
        result[:, chain[place]] = total * (above - beyond)
        above = beyond
    result[:, chain[-1]] = total * above
    return result


def limited(weights: np.ndarray) -> np.ndarray:
    """The largest four weights of each vertex, summing to 1; equal ones stay or go together."""
    fifth = np.sort(weights, axis=1)[:, -1 - MOST_JOINTS, None]
    weights = np.where(weights > fifth + 1e-9, weights, 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


def symmetric(weights: np.ndarray, mirror: np.ndarray) -> np.ndarray:
    """Weights averaged with those of each vertex's mirror image (indices `mirror`)."""
    return limited((weights + weights[mirror][:, list(MIRROR_JOINTS)]) / 2)
