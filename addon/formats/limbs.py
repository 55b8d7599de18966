"""Limbs of keypoints, whatever their layout: lengths, and how they compare with SMPL's mean skeleton."""

from __future__ import annotations

import numpy as np

from ..body.known_values import known_median
from ..body.points import POINT_INDEX, POINT_OFFSETS, POINT_WEIGHTS
from ..body.skeleton import REST_OFFSETS, rest_joints
from ..recording import Keypoints

_HIPS = ("{}_hip", "h36m_{}_hip", "coco_{}_hip")
_SHOULDERS = ("{}_shoulder", "coco_{}_shoulder")
LIMBS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "thigh": (_HIPS, ("{}_knee",)),
    "shin": (("{}_knee",), ("{}_ankle",)),
    "upper arm": (_SHOULDERS, ("{}_elbow",)),
    "forearm": (("{}_elbow",), ("{}_wrist",)),
}
ACROSS = {"hips": _HIPS, "shoulders": _SHOULDERS}
HEAD = ("head_top", "nose", "head", "left_ear", "right_ear", "left_eye", "right_eye")
NECK = ("neck", "coco_neck", "h36m_neck_nose", "h36m_thorax", "spine3", *(
    name.format(side) for name in _SHOULDERS for side in ("left", "right")
))  # fmt: skip
HIPS = ("pelvis", "coco_mid_hip", "h36m_mid_hip", *(
    name.format(side) for name in _HIPS for side in ("left", "right")
))  # fmt: skip
FEET = ("left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot", "right_foot")

_REST = POINT_WEIGHTS @ rest_joints(REST_OFFSETS) + POINT_OFFSETS.sum(axis=1)
"""(P, 3) canonical points of the mean skeleton at rest."""


def column(keypoints: Keypoints, names: tuple[str, ...], side: str = "") -> int | None:
    """Index of the first of these canonical points that the keypoints have."""
    for name in names:
        if name.format(side) in keypoints.canonical:
            return keypoints.canonical.index(name.format(side))
    return None


def middle(keypoints: Keypoints, names: tuple[str, ...]) -> np.ndarray | None:
    """(T, 3) mean of those canonical points that the keypoints have, None when they have none."""
    held = [keypoints.canonical.index(name) for name in names if name in keypoints.canonical]
    if not held:
        return None
    return mean_of(keypoints.positions[:, held])


def mean_of(points: np.ndarray) -> np.ndarray:
    """(T, 3) mean of those of the points (T, N, 3) that are there, NaN where none is."""
    present = np.isfinite(points).all(-1)
    total = np.where(present[..., None], points, 0.0).sum(1)
    count = present.sum(1)[:, None]
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def limb_lengths(keypoints: Keypoints) -> dict[tuple[str, str], np.ndarray]:
    """(limb, side) -> (T,) lengths in the keypoints' unit, for the limbs whose ends are there."""
    lengths = {}
    for limb, (upper, lower) in LIMBS.items():
        for side in ("left", "right"):
            ends = column(keypoints, upper, side), column(keypoints, lower, side)
            if ends[0] is not None and ends[1] is not None:
                bone = keypoints.positions[:, ends[1]] - keypoints.positions[:, ends[0]]
                lengths[limb, side] = np.linalg.norm(bone, axis=-1)
    for limb, names in ACROSS.items():
        left, right = column(keypoints, names, "left"), column(keypoints, names, "right")
        if left is not None and right is not None:
            across = keypoints.positions[:, left] - keypoints.positions[:, right]
            lengths[limb, "both"] = np.linalg.norm(across, axis=-1)
    return {limb: values for limb, values in lengths.items() if np.isfinite(values).any()}


def size_ratios(keypoints: Keypoints) -> dict[tuple[str, str], float]:
    """(limb, side) -> median length relative to the same limb of SMPL's mean skeleton in metres."""
    ratios = {}
    for (limb, side), values in limb_lengths(keypoints).items():
        length = float(known_median(values))
        rest = _rest_length(keypoints, limb, side)
        if length > 0:
            ratios[limb, side] = length / rest
    return ratios


def _rest_length(keypoints: Keypoints, limb: str, side: str) -> float:
    if side == "both":
        ends = [column(keypoints, ACROSS[limb], each) for each in ("left", "right")]
    else:
        ends = [column(keypoints, names, side) for names in LIMBS[limb]]
    places = [_REST[POINT_INDEX[str(keypoints.canonical[end or 0])]] for end in ends]
    return float(np.linalg.norm(places[0] - places[1]))


def _leg_length() -> float:
    places = [_REST[POINT_INDEX[f"left_{part}"]] for part in ("hip", "knee", "ankle")]
    return float(np.linalg.norm(places[0] - places[1]) + np.linalg.norm(places[1] - places[2]))


LEG_LENGTH = _leg_length()
"""Metres from hip over knee to ankle on SMPL's mean skeleton."""
