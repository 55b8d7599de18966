"""The one way keys are written, the same on Blender 4.2 … 5.3 (actions without and with slots)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..steps import Stepped, Steps

_OF_NOBODY = '["spr_idle"]'


@dataclass(frozen=True)
class Curve:
    """One F-curve: RNA path and index, values (N,) at the keys, and the channel group that shows it."""

    path: str
    index: int
    values: np.ndarray
    group: str


@dataclass(frozen=True)
class KeyTable:
    """Curves with their keys at the same scene frames (N,); holds and filled as `write_curves` has them."""

    frames: np.ndarray
    curves: list[Curve]
    holds: np.ndarray
    filled: np.ndarray


def table(
    frames: np.ndarray,
    curves: Sequence[Curve],
    holds: np.ndarray | None = None,
    filled: np.ndarray | None = None,
) -> KeyTable:
    """Keys at scene frames (N,) that neither hold nor are filled in unless holds, filled (N,) tell it."""
    none = np.zeros(len(frames), bool)
    return KeyTable(
        frames, list(curves), none if holds is None else holds, none if filled is None else filled
    )


def vector_curves(path: str, values: np.ndarray, group: str) -> list[Curve]:
    """One curve for each column of values (N, C)."""
    return [Curve(path, index, values[:, index], group) for index in range(values.shape[1])]


@Stepped
def write_curves(
    owner: bpy.types.ID,
    frames: np.ndarray,
    curves: Sequence[Curve],
    interpolation: str = "LINEAR",
    *,
    holds: np.ndarray | None = None,
    filled: np.ndarray | None = None,
) -> Steps[None]:
    """Write curves with keys at scene frames (N,) into the owner's own action, made when it has none; a curve
    a step.

    frames increase; keys of the same channels are replaced, while a curve's modifiers, group and mute stay.
    holds: (N,) bool, keys whose value stays until the next one. filled: (N,) bool, keys to mark as fillers,
    which Blender calls jitter. `keyframe_insert` takes seconds where this takes milliseconds. `FCurve.update`
    would double the time: the keys are sorted, and Blender's editors work out handles when somebody makes a
    key smooth.
    """
    channels, groups = _channels(owner)
    coordinates = np.empty((len(frames), 2), np.float32)
    coordinates[:, 0] = frames
    # Blender keeps these in bytes: the same type here is copied at once, any other key by key.
    shape = np.full(len(frames), _enum("interpolation", interpolation), np.uint8)
    if holds is not None:
        shape[holds] = _enum("interpolation", "CONSTANT")
    kinds = np.full(len(frames), _enum("type", "KEYFRAME"), np.uint8)
    if filled is not None:
        kinds[filled] = _enum("type", "JITTER")
    for curve in curves:
        fcurve = channels.find(curve.path, index=curve.index)
        if fcurve is None:
            fcurve = channels.new(curve.path, index=curve.index)
            fcurve.group = groups.get(curve.group) or groups.new(curve.group)
        coordinates[:, 1] = curve.values
        points = fcurve.keyframe_points
        points.clear()
        points.add(len(frames))
        points.foreach_set("co", coordinates.ravel())
        points.foreach_set("interpolation", shape)
        if filled is not None and filled.any():
            points.foreach_set("type", kinds)
        yield None


def drop_action(owner: bpy.types.ID) -> None:
    """Take the owner's action away, and out of the file where nobody else uses it; drivers stay."""
    animation = owner.animation_data
    if animation is None or animation.action is None:
        return
    action, animation.action = animation.action, None
    if action.users == 0:
        bpy.data.actions.remove(action)


def drop_every_action(owner: bpy.types.ID) -> None:
    """The same with all that its custom properties point to."""
    pointers = [name for name, value in owner.items() if isinstance(value, bpy.types.Action)]
    for action in {owner.pop(name) for name in pointers}:
        if action.users == 0:
            bpy.data.actions.remove(action)
    drop_action(owner)


def find_curves(owner: bpy.types.ID) -> dict[tuple[str, int], bpy.types.FCurve]:
    """The curves of the owner's action that play, by RNA path and index; empty without an action."""
    animation = owner.animation_data
    if animation is None or animation.action is None:
        return {}
    return curves_in(animation.action, getattr(animation, "action_slot", None))


def curves_in(action: bpy.types.Action, slot: Any) -> dict[tuple[str, int], bpy.types.FCurve]:
    """The curves of an action that play for who uses this slot of it, which is None before Blender 4.4."""
    channels = (curve for curve in every_curve_in(action, slot) if not curve.mute)
    return {(curve.data_path, curve.array_index): curve for curve in channels}


def every_curve_in(action: bpy.types.Action, slot: Any) -> list[bpy.types.FCurve]:
    """The same as a list, with those that are muted."""
    return [curve for held, _ in _holders(action, slot) for curve in held]


def count_curves(action: bpy.types.Action) -> int:
    """How many curves an action has for all who may use it."""
    slots = getattr(action, "slots", (None,))
    return sum(len(held) for slot in slots for held, _ in _holders(action, slot))


def _holders(action: bpy.types.Action, slot: Any) -> list[tuple[Any, Any]]:
    """F-curves and groups that an action holds for a slot."""
    if not hasattr(action, "layers"):  # before Blender 4.4
        return [(action.fcurves, action.groups)]
    strips = [strip for layer in action.layers for strip in layer.strips] if slot is not None else []
    bags = [strip.channelbag(slot) for strip in strips]
    return [(bag.fcurves, bag.groups) for bag in bags if bag is not None]


def remove_curves(owner: bpy.types.ID, unwanted: Callable[[bpy.types.FCurve], bool]) -> int:
    """Take curves out of the action that the owner plays; how many stay in it."""
    animation = owner.animation_data
    if animation is None or animation.action is None:
        return 0
    stay = 0
    for curves, _ in _holders(animation.action, getattr(animation, "action_slot", None)):
        for curve in [curve for curve in curves if unwanted(curve)]:
            curves.remove(curve)
        stay += len(curves)
    return stay


def remove_all_curves(action: bpy.types.Action, *, idle: bool = False) -> None:
    """Leave an action with its slots, and without curves and groups.

    idle: but for a curve of what nobody has, for which exporters of all actions (Blender's FBX) pass it by.
    """
    for slot in getattr(action, "slots", (None,)):
        for curves, groups in _holders(action, slot):
            curves.clear()
            for group in list(groups):
                groups.remove(group)
            if idle:
                curves.new(_OF_NOBODY)


def remove_bone_curves(owner: bpy.types.ID, *bones: str) -> None:
    """Take all channels of these pose bones, and the groups that have their names, out of the action."""
    starts = tuple(f'pose.bones["{name}"]' for name in bones)
    if find_curves(owner):
        remove_curves(owner, lambda curve: curve.data_path.startswith(starts))
        _, groups = _channels(owner)
        for name in bones:
            if name in groups and len(groups[name].channels) == 0:
                groups.remove(groups[name])


def read_curve(owner: bpy.types.ID, path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Frames (N,), values (N,) and whether filled in (N,) of the keys of a number that the owner's action
    moves; None where it has no such curve, or one without keys."""
    curve = find_curves(owner).get((path, 0))
    return None if curve is None or len(curve.keyframe_points) == 0 else keys_of(curve)


def keys_of(curve: bpy.types.FCurve) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames (N,), values (N,) and whether filled in (N,) of a curve's keys."""
    points = curve.keyframe_points
    coordinates, kinds = np.empty(2 * len(points), np.float32), np.empty(len(points), np.uint8)
    points.foreach_get("co", coordinates)
    points.foreach_get("type", kinds)
    frames, values = coordinates.reshape(-1, 2).T.astype(float)
    return frames, values, kinds == _enum("type", "JITTER")


def held_keys(curve: bpy.types.FCurve) -> np.ndarray:
    """(N,) whether the value of each of a curve's keys stays until the next one."""
    shapes = np.empty(len(curve.keyframe_points), np.uint8)
    curve.keyframe_points.foreach_get("interpolation", shapes)
    return shapes == _enum("interpolation", "CONSTANT")


def evaluate(curve: bpy.types.FCurve, frames: np.ndarray) -> np.ndarray:
    """The curve's values (T,) at these scene frames; all at once where it is made of straight pieces."""
    points = curve.keyframe_points
    shapes = np.empty(len(points), np.uint8)
    points.foreach_get("interpolation", shapes)
    holds = shapes == _enum("interpolation", "CONSTANT")
    straight = (holds | (shapes == _enum("interpolation", "LINEAR"))).all() and len(points) > 0
    if not straight or curve.modifiers or curve.extrapolation != "CONSTANT":
        return np.array([curve.evaluate(frame) for frame in frames])
    keys = np.empty((len(points), 2), np.float32)
    points.foreach_get("co", keys.ravel())
    places, values = keys.T.astype(np.float64)
    before = np.clip(np.searchsorted(places, frames, side="right") - 1, 0, len(places) - 1)
    after = np.where(holds[before], before, np.minimum(before + 1, len(places) - 1))
    span = np.where(after > before, places[after] - places[before], 1.0)
    share = np.clip((frames - places[before]) / span, 0.0, 1.0)
    return values[before] + share * (values[after] - values[before])


def _channels(owner: bpy.types.ID) -> tuple[Any, Any]:
    """F-curves and groups of the owner's action, for a slot of its own where actions have slots."""
    animation = owner.animation_data or owner.animation_data_create()
    if animation.action is None:
        animation.action = bpy.data.actions.new(owner.name)
    action = animation.action
    if not hasattr(action, "layers"):  # before Blender 4.4
        return action.fcurves, action.groups
    if animation.action_slot is None:
        suitable = next(iter(animation.action_suitable_slots), None)
        animation.action_slot = suitable or action.slots.new(id_type=owner.id_type, name=owner.name)
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    bag = strip.channelbag(animation.action_slot, ensure=True)
    return bag.fcurves, bag.groups


def _enum(name: str, identifier: str) -> int:
    return bpy.types.Keyframe.bl_rna.properties[name].enum_items[identifier].value
