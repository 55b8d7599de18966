"""The keys of an F-curve as arrays: taken out, changed, put back, all at once."""

from __future__ import annotations

from collections.abc import Collection

import bpy
import numpy as np

_FIELDS: dict[str, tuple[int, type]] = {
    "co": (2, np.float32),
    "handle_left": (2, np.float32),
    "handle_right": (2, np.float32),
    # Blender keeps these in bytes: the same type here is copied at once, any other key by key.
    "interpolation": (1, np.uint8),
    "handle_left_type": (1, np.uint8),
    "handle_right_type": (1, np.uint8),
    "type": (1, np.uint8),
    "easing": (1, np.int32),
    "select_control_point": (1, np.bool_),
}
"""What a key is made of: numbers of each kind, and their type."""
_POINTS = ("co", "handle_left", "handle_right")
_SAME_FRAME = 0.01

CurveKeys = dict[str, np.ndarray]
"""Columns of N keys, by the names of Blender's properties."""


def read_keys(curve: bpy.types.FCurve, fields: Collection[str] = tuple(_FIELDS)) -> CurveKeys:
    """All keys of a curve, or these properties of them: those that Blender copies key by key take long."""
    points = curve.keyframe_points
    found = {}
    for name in fields:
        width, kind = _FIELDS[name]
        values: np.ndarray = np.empty(len(points) * width, kind)
        points.foreach_get(name, values)
        found[name] = values.reshape(-1, width) if width > 1 else values
    return found


def key_frames(curve: bpy.types.FCurve) -> np.ndarray:
    """(N,) where its keys are."""
    places = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", places)
    return places[::2].astype(float)


def write_keys(curve: bpy.types.FCurve, keys: CurveKeys) -> None:
    """These keys in place of those that the curve has; their frames increase."""
    points = curve.keyframe_points
    points.clear()
    points.add(len(keys["co"]))
    for name, values in keys.items():
        points.foreach_set(name, values.ravel())
    curve.update()


def move_keys(curve: bpy.types.FCurve, axis: int, *, factor: float = 1.0, shift: float = 0.0) -> None:
    """Frames (axis 0) or values (axis 1) of all keys, with their handles, times a factor and shifted."""
    keys = read_keys(curve)
    for name in _POINTS:
        keys[name][:, axis] = keys[name][:, axis] * factor + shift
    write_keys(curve, keys)


def chosen(keys: CurveKeys, rows: np.ndarray) -> CurveKeys:
    """Some of the keys; rows: indices or a mask."""
    return {name: values[rows] for name, values in keys.items()}


def with_values(keys: CurveKeys, frames: np.ndarray, values: np.ndarray) -> CurveKeys:
    """The keys with these values (N,) at these frames (N,), which increase; where there is no key, one is
    added that is shaped like the one before it. Handles move along."""
    missing = frames[~_has(keys["co"][:, 0], frames)]
    places = np.searchsorted(keys["co"][:, 0], missing)
    copied = np.maximum(places - 1, 0)
    found = {name: np.insert(column, places, column[copied], axis=0) for name, column in keys.items()}
    added = places + np.arange(len(places))
    shift = missing - found["co"][added, 0]
    for name in _POINTS:
        found[name][added, 0] += shift
    rows = np.searchsorted(found["co"][:, 0], frames - _SAME_FRAME)
    lift = values - found["co"][rows, 1]
    for name in _POINTS:
        found[name][rows, 1] += lift
    return found


def _has(known: np.ndarray, frames: np.ndarray) -> np.ndarray:
    near = np.searchsorted(known, frames - _SAME_FRAME)
    return np.abs(known[np.minimum(near, len(known) - 1)] - frames) <= _SAME_FRAME
