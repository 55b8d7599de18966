# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The list of a recording's people, each with a tick, a colour chip and its frames."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np
from bpy.props import BoolProperty, IntProperty, StringProperty

from ..recording import Person, Recording
from ..scene.colours import display_colour
from .describe import length
from .icons import icon_id
from .redraw import redraw_views

CHIP = 16
"""Pixels along a side of a colour chip."""
ROWS = 5


def _ticked(_entry: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    redraw_views()


class SPR_PG_person(bpy.types.PropertyGroup):
    """One line of the list."""

    person_id: StringProperty(name="Person ID")
    chosen: BoolProperty(
        name="Refine",
        description="Refine this person. Everybody with a tick is refined in one run, an armature each",
        default=True,
        update=_ticked,
    )
    frames: StringProperty(name="Frames")
    place: IntProperty(name="Place", description="Place in the recording, which gives the colour")


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
        split = row.split(factor=0.4)
        split.active = item.chosen
        split.label(text=f"Person {item.person_id}", icon_value=chip(item.place))
        split.label(text=item.frames)


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
    """Bring the list up to date; ticks stay with the people who are still there."""
    left_out = _left_out(settings)
    settings.people.clear()
    for place, person in enumerate(recording.people):
        entry = settings.people.add()
        entry.name = entry.person_id = person.id
        entry.frames, entry.place = length(person), place
        if person.id in left_out:
            entry.chosen = False


def chosen_people(settings: bpy.types.PropertyGroup, recording: Recording) -> tuple[Person, ...]:
    """The people of the recording with a tick."""
    left_out = _left_out(settings)
    return tuple(person for person in recording.people if person.id not in left_out)


def _left_out(settings: bpy.types.PropertyGroup) -> set[str]:
    return {entry.person_id for entry in settings.people if not entry.chosen}


def draw_people(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """The list, and buttons to tick everybody or nobody."""
    rows = min(max(len(settings.people), 2), ROWS)
    layout.template_list("SPR_UL_people", "", settings, "people", settings, "active_person", rows=rows)
    row = layout.row(align=True)
    row.operator("spr.choose_people", text="All").chosen = True
    row.operator("spr.choose_people", text="None").chosen = False


def chip(place: int) -> int:
    """The icon that shows a person's colour."""
    picture = np.broadcast_to(display_colour(place), (CHIP, CHIP, 4))
    return icon_id(f"person {place}", picture)


CLASSES = (SPR_PG_person, SPR_UL_people, SPR_OT_choose_people)
