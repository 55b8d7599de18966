"""What the contact network sees of a body: how its feet move and lie, without knowing the floor.

Both feet are seen alike: each as "own" beside the "other", its outward side counted positive, so that one
network serves left and right.
"""

from __future__ import annotations

import numpy as np

from ...body.points import size
from ...body.skeleton import JOINT_COUNT, JOINT_NAMES
from ...body.soles import CARRIERS, HEEL, INNER, OUTER, TOE, soles
from ..timeline import NETWORK_FPS

_PLACES = 3
"""Heel, ball and toe tip."""
_OTHERS = [joint for joint in range(JOINT_COUNT) if joint not in CARRIERS]
_HIPS = [JOINT_NAMES.index(f"{side}_hip") for side in ("left", "right")]
LOW_PERCENT = 10.0
AROUND = 1.0
"""Seconds before and after a frame whose lowest soles tell of the floor there."""
_OWN = _PLACES * 8
FEATURES = 2 * _OWN + 6
"""Of both feet's places: velocity, height over three floors, place beside the pelvis; and of the body."""
_LIMIT = 3.0


def feet_features(joints: np.ndarray, world: np.ndarray, bones: np.ndarray) -> np.ndarray:
    """(2, T, FEATURES) for the left and the right foot, of T frames at the network's rate.

    joints (T, 24, 3), world (T, 24, 3, 3): as `kinematics.forward` gives them; bones (24, 3); metres.
    """
    scale = float(size(bones))
    four = np.asarray(soles(joints, world, bones)) / scale
    places = np.stack(
        [four[..., HEEL, :], (four[..., INNER, :] + four[..., OUTER, :]) / 2.0, four[..., TOE, :]], -2
    )
    pelvis = joints[:, 0] / scale
    axes = _heading(joints)
    velocity = _in(axes, _velocity(places))
    beside = _in(axes, places - pelvis[:, None, None])
    heights = places[..., 1]
    lowest = heights.reshape(len(heights), -1).min(1)
    floors = np.stack([lowest, _around(lowest), np.full_like(lowest, np.percentile(lowest, LOW_PERCENT))], -1)
    over = (heights[..., None] - floors[:, None, None]) * 5.0
    body = np.concatenate(
        [
            _in(axes, _velocity(pelvis)),
            (pelvis[:, 1] - lowest)[:, None],
            (joints[:, _OTHERS, 1].min(1) / scale - lowest)[:, None] * 5.0,
            (lowest - floors[:, 1])[:, None] * 5.0,
        ],
        -1,
    )
    each = np.concatenate([velocity, over, beside[..., [0, 2]]], -1)
    seen = [_of_side(each, body, side) for side in (0, 1)]
    return np.clip(np.stack(seen), -_LIMIT, _LIMIT).astype(np.float32)


def _of_side(each: np.ndarray, body: np.ndarray, side: int) -> np.ndarray:
    """(T, FEATURES) with the places (T, 2, 3, 8) of this side's foot first; +X is the left side."""
    outward = 1.0 if side == 0 else -1.0
    signs = np.array([outward, 1.0, 1.0, 1.0, 1.0, 1.0, outward, 1.0])
    both = (each[:, [side, 1 - side]] * signs).reshape(len(each), -1)
    return np.concatenate([both, body * np.array([outward, 1.0, 1.0, 1.0, 1.0, 1.0])], -1)


def _heading(joints: np.ndarray) -> np.ndarray:
    """(T, 3, 3) axes of the body's own heading, as rows: its left, up, its front."""
    across = joints[:, _HIPS[0]] - joints[:, _HIPS[1]]
    left = across * [1.0, 0.0, 1.0]
    left /= np.linalg.norm(left, axis=-1, keepdims=True) + 1e-9
    up = np.broadcast_to([0.0, 1.0, 0.0], left.shape)
    return np.stack([left, up, np.cross(left, up)], 1)


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
    reach = round(AROUND * NETWORK_FPS)
    padded = np.pad(lowest, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)[:, ::3]
    return np.asarray(np.partition(windows, windows.shape[1] // 4, axis=1)[:, windows.shape[1] // 4])
