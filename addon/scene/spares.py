"""Copies of what a run changes in place; they take its place again when the run fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import bpy

from .action import FIT_ERROR, UNCERTAINTY
from .contacts import CONTACTS
from .curve_keys import read_keys, write_keys
from .kept_before import packed_meshes
from .kept_keypoints import kept_mesh
from .own_time import own_actions_of, owners_of
from .rollback import leave_edit_mode
from .versions import own_actions

Undo = Callable[[], None]


@contextmanager
def as_before_when_it_fails(objects: Sequence[bpy.types.Object]) -> Iterator[None]:
    """Objects, their data and the actions of their results are as they were when it raises.

    The objects are the same ones; data and actions are equal copies then.
    """
    undo = [step for ob in objects for step in _steps(ob)]
    blocks = dict.fromkeys(block for ob in objects for block in (ob.data, *_actions(ob), *_kept_meshes(ob)))
    spares = {block: block.copy() for block in blocks}
    try:
        yield
    except BaseException:
        leave_edit_mode()
        for step in undo:
            step()
        for block, spare in spares.items():
            _exchange(block, spare)
        raise
    bpy.data.batch_remove(list(spares.values()))


def _exchange(block: bpy.types.ID, spare: bpy.types.ID) -> None:
    """Let the spare go by the block's name and do what the block did, which is gone then."""
    name, kept = block.name, block.use_fake_user
    for ob in bpy.data.objects:
        if ob.data == block:
            ob.data = spare  # with the pose, which `user_remap` leaves without bones
    block.user_remap(spare)
    bpy.data.batch_remove([block])
    spare.name, spare.use_fake_user = name, kept


def _actions(ob: bpy.types.Object) -> list[bpy.types.Action]:
    played = own_actions_of(owners_of(ob))
    return [action for action in dict.fromkeys([*own_actions(ob), *played]) if action.is_editable]


def _kept_meshes(ob: bpy.types.Object) -> list[bpy.types.Mesh]:
    found = (kept_mesh(ob), *packed_meshes(ob))
    return [mesh for mesh in found if mesh is not None and mesh.is_editable]


def _steps(ob: bpy.types.Object) -> list[Undo]:
    """What brings back all that a run may change on the object itself."""
    steps: list[Undo] = [partial(_put_properties, ob, _properties(ob)), *_animation_steps(ob)]
    names = ("parent", "matrix_parent_inverse", "hide_viewport", "hide_render")
    steps += [partial(setattr, ob, name, _value(getattr(ob, name))) for name in names]
    for modifier in ob.modifiers:
        if modifier.type == "ARMATURE":
            steps.append(partial(setattr, modifier, "object", modifier.object))
    for bone in ob.pose.bones if ob.pose is not None else ():
        steps += _colour_steps(bone.color)
    return steps


def _animation_steps(ob: bpy.types.Object) -> list[Undo]:
    animation = ob.animation_data
    if animation is None:
        return [ob.animation_data_clear]
    steps: list[Undo] = []
    strips = [strip for track in animation.nla_tracks for strip in track.strips]
    for strip in (*strips, *reversed(strips)):  # those that are still to move don't stand in the way twice
        for name in ("action_frame_start", "action_frame_end", "frame_start_ui"):
            steps.append(partial(setattr, strip, name, getattr(strip, name)))
        steps += [partial(write_keys, curve, read_keys(curve)) for curve in strip.fcurves]
    slot = getattr(animation, "action_slot", None)
    return [*steps, partial(_play, animation, animation.action, slot)]


def _play(animation: bpy.types.AnimData, action: bpy.types.Action | None, slot: Any) -> None:
    animation.action = action
    if slot is not None:
        animation.action_slot = slot


def _colour_steps(colour: bpy.types.BoneColor) -> list[Undo]:
    if colour.palette != "CUSTOM":
        return [partial(setattr, colour, "palette", colour.palette)]
    shades = ("normal", "select", "active")
    steps = [partial(setattr, colour.custom, name, tuple(getattr(colour.custom, name))) for name in shades]
    return [partial(setattr, colour, "palette", "CUSTOM"), *steps]


def _properties(ob: bpy.types.Object) -> dict[str, Any]:
    """The custom properties that a run writes."""
    found = [*ob.keys()]
    ours = (key for key in found if key.startswith("spr_") or key in (FIT_ERROR, UNCERTAINTY, *CONTACTS))
    return {key: _value(ob[key]) for key in ours}


def _put_properties(ob: bpy.types.Object, wanted: dict[str, Any]) -> None:
    for key in _properties(ob).keys() - wanted.keys():
        del ob[key]
    for key, value in wanted.items():
        ob[key] = value


def _value(found: Any) -> Any:
    """The value itself, where Blender gives a view of it."""
    if hasattr(found, "to_list"):
        return found.to_list()
    return found.copy() if hasattr(found, "to_4x4") else found
