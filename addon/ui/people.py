# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The list of a recording's people, each with a tick, a colour chip, a name and frames."""

from __future__ import annotations

from itertools import count
from typing import Any

import bpy
import numpy as np

from ..recording import Person, Recording
from ..scene.colours import display_colour
from .describe import frames_shown, length, person_name
from .drawn_text import draw_message
from .icons import icon_id
from .language import BoolProperty, IntProperty, StringProperty
from .redraw import redraw_views

CHIP = 16
"""Pixels along a side of a colour chip."""
ROWS = 4
NAME_SHARE = 0.6
"""Part of a line that the name takes."""


def _changed(_entry: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    redraw_views()


class SPR_PG_person(bpy.types.PropertyGroup):
    """One line of the list."""

    person_id: StringProperty(name="Person ID")
    label: StringProperty(
        name="Name",
        description="What this person is called here, in the Outliner and in exported files."
        " Double-click to change it",
        update=_changed,
    )
    chosen: BoolProperty(
        name="Refine",
        description="Refine this person. Everybody with a tick is refined in one run, an armature each",
        default=True,
        update=_changed,
    )
    frames: StringProperty(name="Frames")
    short: StringProperty(name="Frames in Short")
    place: IntProperty(name="Place", description="Place among the scene's people, which gives the colour")


class SPR_UL_people(bpy.types.UIList):
    """Ticks, colours, names and frames."""

    bl_idname = "SPR_UL_people"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: SPR_PG_person,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        _index: int = 0,
        _flag: int = 0,
    ) -> None:
        """One person."""
        row = layout.row(align=True)
        row.prop(item, "chosen", text="")
        split = row.split(factor=NAME_SHARE)
        split.active = item.chosen
        named = split.row(align=True)
        named.label(text="", icon_value=chip(item.place))
        if item.label:
            named.prop(item, "label", text="", emboss=False)
        else:  # a .blend from before people had names
            named.label(text=person_name(item.person_id), translate=False)
        right = split.row()
        right.alignment = "RIGHT"
        right.label(text=item.short or item.frames, translate=False)


class SPR_OT_choose_people(bpy.types.Operator):
    """Tick everybody in the list, or nobody"""

    bl_idname = "spr.choose_people"
    bl_label = "Choose People"
    bl_options = {"REGISTER", "UNDO"}

    chosen: BoolProperty(name="Everybody", default=True)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set all ticks alike."""
        for entry in context.scene.spr.people:
            entry.chosen = self.chosen
        return {"FINISHED"}


def list_people(settings: bpy.types.PropertyGroup, recording: Recording) -> None:
    """Bring the list up to date; ticks, names and colours stay with the people who are still there."""
    left_out, labels = _left_out(settings), {entry.person_id: entry.label for entry in settings.people}
    places = places_of(settings, recording)
    settings.people.clear()
    for person in recording.people:
        entry = settings.people.add()
        entry.name = entry.person_id = person.id
        entry.label = labels.get(person.id) or person_name(person.id)
        entry.frames, entry.short = length(person), frames_shown(person)
        entry.place = places[person.id]
        if person.id in left_out:
            entry.chosen = False
    settings.active_person = min(settings.active_person, len(settings.people) - 1)


def places_of(settings: bpy.types.PropertyGroup, recording: Recording) -> dict[str, int]:
    """Which of the scene's people each one of a recording is, by id: what gives the colour."""
    listed = {entry.person_id: entry.place for entry in settings.people}
    known = {person.id: listed[person.id] for person in recording.people if person.id in listed}
    free = (place for place in count(settings.first_colour) if place not in known.values())
    new = {person.id: next(free) for person in recording.people if person.id not in known}
    return known | new


def chosen_people(settings: bpy.types.PropertyGroup, recording: Recording) -> tuple[Person, ...]:
    """The people of the recording with a tick."""
    left_out = _left_out(settings)
    return tuple(person for person in recording.people if person.id not in left_out)


def _left_out(settings: bpy.types.PropertyGroup) -> set[str]:
    return {entry.person_id for entry in settings.people if not entry.chosen}


def label_of(settings: bpy.types.PropertyGroup, person_id: str) -> str:
    """What a person is called in the list."""
    labels = (entry.label for entry in settings.people if entry.person_id == person_id)
    return next(labels, "") or person_name(person_id)


def object_name(settings: bpy.types.PropertyGroup, stem: str, person_id: str, several: bool) -> str:
    """What a person's armature is called: as the person was named by hand, else as file and track are."""
    label = label_of(settings, person_id)
    if label != person_name(person_id):
        return label
    return f"{stem} {person_id}" if several or settings.also != "[]" else stem


def active_person(settings: bpy.types.PropertyGroup, recording: Recording) -> Person | None:
    """The person on whose line the list stands."""
    entry = settings.people[settings.active_person] if settings.active_person < len(settings.people) else None
    people = (person for person in recording.people if entry is not None and person.id == entry.person_id)
    return next(people, None)


def draw_people(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: bpy.types.PropertyGroup
) -> None:
    """The list, buttons beside it, and more of the person whose line is chosen."""
    row = layout.row()
    row.template_list(
        "SPR_UL_people", "", settings, "people", settings, "active_person", rows=ROWS, maxrows=ROWS
    )
    buttons = row.column(align=True)
    buttons.operator("spr.choose_people", text="", icon="CHECKBOX_HLT").chosen = True
    buttons.operator("spr.choose_people", text="", icon="CHECKBOX_DEHLT").chosen = False
    buttons.separator()
    buttons.operator_menu_enum("spr.join_tracks", "other", text="", icon="LINKED")
    buttons.operator("spr.split_track", text="", icon="UNLINKED")
    if settings.active_person < len(settings.people):
        draw_message(layout, context, settings.people[settings.active_person].frames, "TIME")
    if settings.track_edits != "[]":
        layout.operator("spr.tracks_as_in_file", icon="LOOP_BACK")


def chip(place: int) -> int:
    """The icon that shows a person's colour."""
    picture = np.broadcast_to(display_colour(place), (CHIP, CHIP, 4))
    return icon_id(f"person {place}", picture)


CLASSES = (SPR_PG_person, SPR_UL_people, SPR_OT_choose_people)
