"""Fewer keys on a few curves that belong together, such as those of one bone's rotation."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from .curve_keys import chosen, key_frames, read_keys, write_keys

_STRAIGHT = bpy.types.Keyframe.bl_rna.properties["interpolation"].enum_items["LINEAR"].value

Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Two states (T, C) of C curves → how far they are apart (T,)."""


def distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of places (T, C): metres (T,)."""
    return np.asarray(np.linalg.norm(first - second, axis=-1))


def thin_out(curves: list[bpy.types.FCurve], apart: Distance, limit: float, fixed: np.ndarray) -> float:
    """Remove keys that keep the curves within `limit` of what they are, by this measure of distance; how far
    they are off. Ends, smooth and held keys, those at the frames `fixed` (N,), and keys that the curves do
    not share stay."""
    frames = key_frames(curves[0])
    if len(frames) < 3 or any(not np.array_equal(key_frames(curve), frames) for curve in curves[1:]):
        return 0.0
    keys = [read_keys(curve) for curve in curves]
    values = np.stack([each["co"][:, 1] for each in keys], axis=1).astype(float)
    kept = np.isin(frames, fixed) | np.any([each["interpolation"] != _STRAIGHT for each in keys], axis=0)
    kept[[0, -1]] = True
    while True:
        off = apart(_between(frames, values, kept), values)
        if off.max() <= limit:
            break
        piece = np.cumsum(kept)
        for part in np.unique(piece[off > limit]):
            inside = np.flatnonzero(piece == part)
            kept[inside[off[inside].argmax()]] = True
    if not kept.all():
        for curve, each in zip(curves, keys, strict=True):
            write_keys(curve, chosen(each, kept))
    return float(off.max())


def _between(frames: np.ndarray, values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """(T, C) straight pieces between the keys that are kept."""
    rows = np.flatnonzero(kept)
    return np.stack([np.interp(frames, frames[rows], column[rows]) for column in values.T], axis=1)
