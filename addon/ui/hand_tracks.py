# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Join and split tracks by hand: who the tracker took for another becomes one person again."""

from __future__ import annotations

import json

import bpy

from ..formats import edits
from ..recording import Person, Recording
from .hints import peek
from .language import EnumProperty
from .moments import number_shown
from .moved_keys import follow_all
from .people import active_person, label_of
from .reading import read_again

_items: list[tuple[str, str, str]] = []
"""The items last handed to Blender, which keeps no copy of their strings."""


def _others(_operator: object, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    """The tracks that may be the active one's, the nearest in time first."""
    found = _active(context) if context is not None else None
    _items.clear()
    if found is not None and context is not None:
        recording, one = found
        fitting = [other for other in recording.people if edits.can_join(one, other)]
        for other in sorted(fitting, key=lambda other: _gap(one, other)):
            name, away = label_of(context.scene.spr, other.id), _gap(one, other) / one.fps
            _items.append((other.id, f"{name} ({away:.1f} s away)", f"Make one person of it and {name}"))
    return _items


def _gap(one: Person, other: Person) -> int:
    """Frames from the end of one to the start of the other."""
    return max(int(other.frame_ids[0] - one.frame_ids[-1]), int(one.frame_ids[0] - other.frame_ids[-1]))


def _active(context: bpy.types.Context) -> tuple[Recording, Person] | None:
    recording = peek(context.scene.spr)
    if not isinstance(recording, Recording):
        return None
    person = active_person(context.scene.spr, recording)
    return None if person is None else (recording, person)


class SPR_OT_join_tracks(bpy.types.Operator):
    """Make one person of the chosen track and another one that is never there at the same time"""

    bl_idname = "spr.join_tracks"
    bl_label = "Join With"
    bl_options = {"REGISTER", "UNDO"}

    other: EnumProperty(name="Other Track", description="The track that is the same person", items=_others)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a track that fits."""
        if _active(context) is None or not _others(None, context):
            cls.poll_message_set("Every other track is there at the same time or holds other keypoints")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remember it with the file."""
        found = _active(context)
        if found is None or not self.other:
            return {"CANCELLED"}
        return _edit(self, context, edits.join(found[1].id, self.other))


class SPR_OT_split_track(bpy.types.Operator):
    """Make two people of the chosen track at the current frame, where the tracker went over to another"""

    bl_idname = "spr.split_track"
    bl_label = "Split Here"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """The person must be there before and after the current frame."""
        found = _active(context)
        if found is None or not edits.can_split(found[1], number_shown(context.scene, *found)):
            cls.poll_message_set("Go to a frame inside the chosen track first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remember it with the file."""
        found = _active(context)
        if found is None:
            return {"CANCELLED"}
        follow_all(context.scene)
        return _edit(self, context, edits.split(found[1].id, number_shown(context.scene, *found)))


class SPR_OT_tracks_as_in_file(bpy.types.Operator):
    """Take the tracks as the file has them, without those that were split and joined by hand"""

    bl_idname = "spr.tracks_as_in_file"
    bl_label = "Tracks as in File"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a change."""
        return context.scene.spr.track_edits != "[]"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget all of them."""
        context.scene.spr.track_edits = "[]"
        return read_again(self, context)


def _edit(operator: bpy.types.Operator, context: bpy.types.Context, edit: tuple[object, ...]) -> set[str]:
    settings = context.scene.spr
    settings.track_edits = json.dumps([*json.loads(settings.track_edits), edit])
    return read_again(operator, context)


CLASSES = (SPR_OT_join_tracks, SPR_OT_split_track, SPR_OT_tracks_as_in_file)
