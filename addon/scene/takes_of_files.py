"""The takes of an imported file: animations of the same armatures, of which Blender plays one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import bpy

from ..overrides import give
from ..safe_read import FormatError, one_line
from ..words import listed
from .layers import put_on

_COPY = re.compile(r"\.\d{3,}$")
_BONE = 'pose.bones["'
_MOST_SHOWN = 6


def plain_name(name: str) -> str:
    """Without the number that Blender adds where the scene has something of this name."""
    return _COPY.sub("", name)


@dataclass(frozen=True)
class Takes:
    """The names of all takes of a file, and a sentence on which is read where there are several."""

    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Take:
    action: bpy.types.Action
    slot: Any


def play_take(
    file: str, bodies: Sequence[bpy.types.Object], wanted: str | None, earlier: frozenset[int]
) -> tuple[list[bpy.types.Object], Takes]:
    """Let the armatures play a take, for None the one that Blender has chosen or else their first; those that
    have it. earlier: numbers of actions that are not of the file. Raises FormatError where none has."""
    actions = [action for action in bpy.data.actions if action.session_uid not in earlier]
    known = {one.name: _takes(one, actions, len(bodies) == 1) for one in bodies}
    names = tuple(dict.fromkeys(name for takes in known.values() for name in takes))
    if wanted is not None and wanted not in names:
        has = f"it has {_listed(names)}" if names else "it has no animation of its armatures"
        raise FormatError(f"{file} has no take {one_line(wanted)}; {has}.")
    playing = list(bodies) if wanted is None else [one for one in bodies if wanted in known[one.name]]
    for one in playing:
        _play(one, known[one.name], wanted)
    now = next((found for one in playing if (found := _played(one, known[one.name]))), "")
    if all(len(takes) < 2 for takes in known.values()):
        return playing, Takes()  # several people may have a clip each
    note = f"{file} has {len(names)} takes ({_listed(names)}), of which {one_line(now)} is read; for another"
    return playing, Takes(names, (f"{note}, {give('take')}.",))


def _listed(names: Sequence[str]) -> str:
    return listed([one_line(name) for name in names], _MOST_SHOWN)


def _takes(one: bpy.types.Object, actions: Sequence[bpy.types.Action], alone: bool) -> dict[str, _Take]:
    """By name: what its NLA tracks hold, as glTF comes in, or else those of the actions that are for its
    bones, as of FBX. alone: that no other armature may claim an action without a name of whose it is."""
    data = one.animation_data
    tracks = () if data is None else data.nla_tracks
    found = {
        track.name: _Take(track.strips[0].action, getattr(track.strips[0], "action_slot", None))
        for track in tracks
        if track.strips and track.strips[0].action
    }
    if found or data is None or data.action is None:
        return found
    own = _Take(data.action, getattr(data, "action_slot", None))
    others = {action: _slot(action, one, alone) for action in actions if action != data.action}
    takes = [own, *(_Take(action, slot) for action, slot in others.items() if slot is not None)]
    whole = [plain_name(take.action.name) for take in takes]
    short = [name.removeprefix(f"{one.name}|").removeprefix(f"{plain_name(one.name)}|") for name in whole]
    return dict(zip(short if len(set(short)) == len(short) else whole, takes, strict=True))


def _slot(action: bpy.types.Action, one: bpy.types.Object, alone: bool) -> Any:
    """The action's slot for an armature, True in Blenders without slots; None where it is another's."""
    if not hasattr(action, "slots"):
        moved = (curve.data_path for curve in action.fcurves if curve.data_path.startswith(_BONE))
        fits = any(path[len(_BONE) :].split('"')[0] in one.data.bones for path in moved)
        return True if fits and (alone or action.name.startswith(f"{one.name}|")) else None
    own = [slot for slot in action.slots if slot.target_id_type == "OBJECT"]
    names = (f"OB{one.name}", f"OB{plain_name(one.name)}")
    return next((slot for slot in own if slot.identifier in names), None)


def _play(one: bpy.types.Object, takes: Mapping[str, _Take], wanted: str | None) -> None:
    data = one.animation_data
    if data is None or not takes:
        return
    if wanted is None:
        if data.action is not None or any(not track.mute for track in data.nla_tracks):
            return
        wanted = next(iter(takes))
    take = takes[wanted]
    for track in data.nla_tracks:
        track.mute = True
    put_on(one, take.action, None if take.slot is True else take.slot)


def _played(one: bpy.types.Object, takes: Mapping[str, _Take]) -> str:
    data = one.animation_data
    action = None if data is None else data.action
    return next((name for name, take in takes.items() if take.action == action), "")
