"""What the contact network sees of a body: how its feet move and lie, without knowing the floor.

Both feet are seen alike: each as "own" beside the "other", its outward side counted positive, so that one
network serves left and right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...body.arrays import stacked
from ...body.kinematics import forward
from ...body.points import size
from ...body.quantiles import quantile
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES
from ...body.soles import CARRIERS, HEEL, INNER, OUTER, TOE, soles
from ..timeline import NETWORK_FPS

_PLACES = 3
"""Heel, ball and toe tip."""
OTHERS = [joint for joint in range(JOINT_COUNT) if joint not in CARRIERS]
_HIPS = [JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right")]
LOW_SHARE = 0.1
AROUND = 1.0
"""Seconds before and after a frame whose lowest soles tell of the floor there."""
_OWN = _PLACES * 8
FEATURES = 2 * _OWN + 6
"""Of both feet's places: velocity, height over three floors, place beside the pelvis; and of the body."""
_LIMIT = 3.0


@dataclass(frozen=True)
class Stance:
    """What of T poses the features are made of, metres: four places under each foot (T, 2, 4, 3), pelvis
    (T, 3), hips (T, 2, 3), height of the lowest other joint (T,)."""

    places: np.ndarray
    pelvis: np.ndarray
    hips: np.ndarray
    lowest_other: np.ndarray


def stance_of(rotations: np.ndarray, pelvis: np.ndarray, bones: np.ndarray) -> tuple[np.ndarray, ...]:
    """The parts of a `Stance` of T frames: rotations (T, 24, 3, 3), pelvis (T, 3) and bones (24, 3) in
    metres."""
    joints, world = forward(rotations, pelvis, bones)
    parts = soles(joints, world, bones), joints[:, 0], joints[:, _HIPS], joints[:, OTHERS, 1].min(1)
    return tuple(np.asarray(part, np.float32) for part in parts)


def feet_features(stance: Stance, bones: np.ndarray) -> np.ndarray:
    """(2, T, FEATURES) for the left and the right foot, of T frames at the network's rate; bones (24, 3)."""
    scale = float(size(bones))
    four, pelvis = stance.places / scale, stance.pelvis / scale
    ball = (four[..., INNER, :] + four[..., OUTER, :]) / 2.0
    places = stacked([four[..., HEEL, :], ball, four[..., TOE, :]], -2)
    axes = _heading(stance.hips)
    velocity = _in(axes, _velocity(places))
    beside = _in(axes, places - pelvis[:, None, None])
    heights = places[..., 1]
    lowest = heights.reshape(len(heights), -1).min(1)
    whole = np.full_like(lowest, quantile(lowest, LOW_SHARE))
    floors = stacked([lowest, _around(lowest), whole], -1)
    over = (heights[..., None] - floors[:, None, None]) * 5.0
    body = np.concatenate(
        [
            _in(axes, _velocity(pelvis)),
            (pelvis[:, 1] - lowest)[:, None],
            (stance.lowest_other / scale - lowest)[:, None] * 5.0,
            (lowest - floors[:, 1])[:, None] * 5.0,
        ],
        -1,
    )
    each = np.concatenate([velocity, over, beside[..., [0, 2]]], -1)
    seen = [_of_side(each, body, side) for side in (0, 1)]
    return np.clip(stacked(seen), -_LIMIT, _LIMIT).astype(np.float32)


def _of_side(each: np.ndarray, body: np.ndarray, side: int) -> np.ndarray:
    """(T, FEATURES) with the places (T, 2, 3, 8) of this side's foot first; +X is the left side."""
    outward = 1.0 if side == 0 else -1.0
    signs = np.array([outward, 1.0, 1.0, 1.0, 1.0, 1.0, outward, 1.0], np.float32)
    both = (each[:, [side, 1 - side]] * signs).reshape(len(each), -1)
    return np.concatenate([both, body * np.array([outward, *[1.0] * 5], np.float32)], -1)


def _heading(hips: np.ndarray) -> np.ndarray:
    """(T, 3, 3) axes of the heading of a body with these hips (T, 2, 3), as rows: its left, up, its front."""
    across = hips[:, 0] - hips[:, 1]
    left = across * np.array([1.0, 0.0, 1.0], np.float32)
    left /= np.linalg.norm(left, axis=-1, keepdims=True) + 1e-9
    up = np.broadcast_to(np.array([0.0, 1.0, 0.0], np.float32), left.shape)
    front = left[:, ::-1] * np.array([-1.0, 0.0, 1.0], np.float32)
    return stacked([left, up, front], 1)


def _in(axes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Vectors (T, …, 3) along these axes (T, 3, 3)."""
    flat = values.reshape(len(values), -1, 3) @ np.swapaxes(axes, 1, 2)
    return np.asarray(flat.reshape(values.shape))


def _velocity(values: np.ndarray) -> np.ndarray:
    """(T, …, 3) metres a second."""
    if len(values) < 2:
        return np.zeros_like(values)
    return np.asarray(np.gradient(values, axis=0)) * NETWORK_FPS


def _around(lowest: np.ndarray) -> np.ndarray:
    """(T,) the lower quarter of the lowest soles (T,) around each frame."""
    if len(lowest) == 1:
        return lowest
    reach = round(AROUND * NETWORK_FPS)
    padded = lowest[np.arange(-reach, len(lowest) + reach).clip(0, len(lowest) - 1)]
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)[:, ::3]
    return np.asarray(np.partition(windows, windows.shape[1] // 4, axis=1)[:, windows.shape[1] // 4])
