"""Stretches a body from one rest skeleton to another, without kinks.

Limbs, hands, feet and head take one affine map each. The trunk moves as one piece along smooth curves:
short, noisy spine bones must not crease the belly. All is blended by the skin weights.
"""

from __future__ import annotations

import numpy as np

from .easing import smooth_step
from .skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS

# A part grows less in girth than its owner in height; a head even less.
GIRTH_POWER = 0.75
HEAD_POWER = 0.5

# Bones shorter than about this say little about the part around them (metres).
SHORT_BONE = 0.03

_INDEX = {name: index for index, name in enumerate(JOINT_NAMES)}
_TRUNK = tuple(
    _INDEX[name] for name in ("pelvis", "spine1", "spine2", "spine3", "neck", "left_collar", "right_collar")
)
_LIMBS = tuple(joint for joint in range(JOINT_COUNT) if joint not in _TRUNK and joint != _INDEX["head"])
# Hands and feet keep their shape: they grow evenly with their own bone.
_EVEN_PARTS = tuple(_INDEX[name] for name in ("left_ankle", "right_ankle", "left_wrist", "right_wrist"))
_HIPS = (_INDEX["left_hip"], _INDEX["right_hip"])
_CHILD = {PARENTS[joint]: joint for joint in _LIMBS}


def warped(vertices: np.ndarray, weights: np.ndarray, joints: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Vertices (V, 3) bound to rest joints (24, 3), moved to the rest joints `targets` (24, 3).

    weights (V, 24); metres, both skeletons in SMPL's rest pose with the pelvis at the origin.
    """
    moved = weights[:, list(_TRUNK)].sum(axis=1)[:, None] * _trunk(vertices, joints, targets)
    maps = _limb_maps(joints, targets)
    maps[_INDEX["head"]] = np.eye(3) * _growth(joints, targets) ** HEAD_POWER
    for joint, change in maps.items():
        part = (vertices - joints[joint]) @ change.T + targets[joint]
        moved += weights[:, joint, None] * part
    return moved


def _growth(joints: np.ndarray, targets: np.ndarray) -> float:
    """Size of the target skeleton relative to the other: the ratio of summed bone lengths."""
    return float(_lengths(targets).sum() / _lengths(joints).sum())


def _lengths(joints: np.ndarray) -> np.ndarray:
    offsets = joints - joints[list(PARENTS)]
    offsets[0] = 0.0
    return np.linalg.norm(offsets, axis=-1)


def _limb_maps(joints: np.ndarray, targets: np.ndarray) -> dict[int, np.ndarray]:
    """For each limb joint the least change (3, 3) of an even scaling that takes its bone to the target's."""
    girth = _growth(joints, targets) ** GIRTH_POWER
    old_lengths, new_lengths = _lengths(joints), _lengths(targets)
    maps: dict[int, np.ndarray] = {}
    for joint in _LIMBS:
        child = _CHILD.get(joint)
        if child is None:
            maps[joint] = maps[PARENTS[joint]]
            continue
        even = girth
        if joint in _EVEN_PARTS:
            even = new_lengths[child] / old_lengths[child]
        elif joint in _HIPS:  # thighs thicker than the hips are wide would run into each other
            even = min(girth, new_lengths[joint] / old_lengths[joint])
        old, new = joints[child] - joints[joint], targets[child] - targets[joint]
        stretch = np.outer(new - even * old, old) / (old @ old + SHORT_BONE**2)
        maps[joint] = even * np.eye(3) + stretch
    return maps


def _trunk(vertices: np.ndarray, joints: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(V, 3) every vertex moved with the trunk."""

    def base(places: np.ndarray) -> np.ndarray:
        return _column(places, joints, targets)

    moved = base(vertices)
    height = vertices[:, 1]
    for side in ("left", "right"):
        shoulder, hip = joints[_INDEX[f"{side}_shoulder"]], joints[_INDEX[f"{side}_hip"]]
        outward = vertices[:, 0] * np.sign(shoulder[0])
        near_shoulder = rise(outward, 0.06, abs(shoulder[0])) * rise(
            height, joints[_INDEX["spine3"], 1], shoulder[1] - 0.05
        )
        near_hip = rise(outward, 0.0, abs(hip[0])) * rise(-height, -joints[_INDEX["spine1"], 1], -hip[1])
        moved += near_shoulder[:, None] * (targets[_INDEX[f"{side}_shoulder"]] - base(shoulder[None]))
        moved += near_hip[:, None] * (targets[_INDEX[f"{side}_hip"]] - base(hip[None]))
    return moved


def _column(places: np.ndarray, joints: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Places (V, 3) carried along a column from hips to head; the girth grows evenly."""
    girth = _growth(joints, targets) ** GIRTH_POWER

    def levels(rest: np.ndarray) -> np.ndarray:
        hips = (rest[_INDEX["left_hip"]] + rest[_INDEX["right_hip"]]) / 2
        return np.stack([hips, rest[0], rest[_INDEX["spine2"]], rest[_INDEX["neck"]], rest[_INDEX["head"]]])

    old, new = levels(joints), levels(targets)
    moved = places * girth
    moved[:, 1] = monotone(old[:, 1], new[:, 1], places[:, 1])
    ends = [0, 3, 4]
    moved[:, 2] += monotone(old[ends, 1], (new - girth * old)[ends, 2], places[:, 1], hold=True)
    return moved


def rise(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """(...) 0 where values (...) are below `low`, 1 above `high`, smooth between."""
    return smooth_step((values - low) / (high - low))


def monotone(
    places: np.ndarray, results: np.ndarray, values: np.ndarray, *, hold: bool = False
) -> np.ndarray:
    """Cubic interpolation through (places, results) that never overshoots (Fritsch and Butland, 1984).

    places rise. Beyond the ends it goes on straight, or stays constant with `hold`.
    """
    steps = np.diff(places)
    slopes = np.diff(results) / steps
    inner = np.zeros(len(slopes) - 1)
    same = slopes[1:] * slopes[:-1] > 0
    first, second = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    before, after = slopes[:-1][same], slopes[1:][same]
    inner[same] = (first + second)[same] / (first[same] / before + second[same] / after)
    tangents = np.concatenate([slopes[:1], inner, slopes[-1:]])
    inside = np.clip(values, places[0], places[-1])
    k = np.clip(np.searchsorted(places, inside, side="right") - 1, 0, len(steps) - 1)
    t = (inside - places[k]) / steps[k]
    curve = (1 + 2 * t) * (1 - t) ** 2 * results[k] + t * t * (3 - 2 * t) * results[k + 1]
    curve += steps[k] * t * (1 - t) * ((1 - t) * tangents[k] - t * tangents[k + 1])
    if hold:
        return curve
    beyond = values - inside
    return curve + beyond * np.where(beyond < 0, tangents[0], tangents[-1])
