# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The scene's files: those that were opened together, and those that people in the scene came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..recording import Recording
from ..safe_read import FormatError
from .controls import begin_anew
from .describe import recording_name
from .hints import load
from .language import IntProperty, StringProperty
from .people import list_people
from .redraw import redraw_views
from .refined import SOURCE_KEY, refined_armatures
from .scene_range import fit_range

ROWS = 3
_STATED = [
    "layout", "use_fps", "fps", "up", "units", "mirror", "keep_height", "join_tracks", "keep_sides", "also",
    "track_edits", "take", "first_frame",
]  # fmt: skip
"""What belongs to a file besides its path."""


class SPR_PG_file(bpy.types.PropertyGroup):
    """One line of the list: one recording."""

    source: StringProperty(name="Source", subtype="FILE_PATH")
    stated: StringProperty(name="Stated", description="What was stated about the file, as JSON")
    first_colour: IntProperty(name="First Colour", description="Place of its first person among the scene's")
    people: IntProperty(name="People", description="How many people it holds", default=1)


class SPR_UL_files(bpy.types.UIList):
    """Names of recordings."""

    bl_idname = "SPR_UL_files"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: SPR_PG_file,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        _index: int = 0,
        _flag: int = 0,
    ) -> None:
        """One recording."""
        layout.label(text=item.name, icon="FILE", translate=False)


def list_files(scene: bpy.types.Scene, takes: Sequence[Sequence[str]], opened: int) -> None:
    """The files that were opened just now, and those that people in the scene came from.

    takes: paths of each recording; opened: which of them is the scene's, whose settings are made already.
    """
    settings = scene.spr
    new = {take[0] for take in takes}
    kept = [_fields(row) for row in settings.files if row.source not in new and row.source in _sources(scene)]
    known = {row.source: _fields(row) for row in settings.files}
    settings.files.clear()
    for fields in kept:
        _add(settings, fields)
    for take in takes:
        stated = {name: getattr(settings, name) for name in _STATED} | {"also": also_of(take)}
        fields = known.get(take[0], {"source": take[0]})
        _add(settings, fields | {"stated": json.dumps(stated), "name": _name(take)})
    settings.active_file = len(kept) + opened


def also_of(take: Sequence[str]) -> str:
    """The further files of a take, as the settings keep them."""
    return json.dumps([Path(path).name for path in take[1:]])


def _name(take: Sequence[str]) -> str:
    more = f" and {len(take) - 1} more" if len(take) > 1 else ""
    return Path(take[0]).name + more


def _fields(row: SPR_PG_file) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("name", "source", "stated", "first_colour", "people")}


def _add(settings: bpy.types.PropertyGroup, fields: dict[str, Any]) -> None:
    row = settings.files.add()
    for name, value in fields.items():
        setattr(row, name, value)


def _sources(scene: bpy.types.Scene) -> set[str]:
    """The files that people in the scene are from."""
    return {str(ob[SOURCE_KEY]) for ob in refined_armatures(scene) if SOURCE_KEY in ob}


def first_colour(scene: bpy.types.Scene, source: str) -> int:
    """Place of a file's first person among the scene's people: after those of other files who are there."""
    rows = {row.source: row for row in scene.spr.files}
    present = _sources(scene)
    if source in rows and source in present:
        return int(rows[source].first_colour)
    ends = [rows[other].first_colour + rows[other].people for other in present - {source} if other in rows]
    unlisted = sum(str(ob.get(SOURCE_KEY)) not in (source, *rows) for ob in refined_armatures(scene))
    return max([*ends, unlisted])


def note_opened(scene: bpy.types.Scene, recording: Recording) -> None:
    """Keep with the open file how many colours its people take."""
    settings = scene.spr
    row = current_file(settings)
    if row is not None:
        row.first_colour, row.people = settings.first_colour, len(recording.people)


def current_file(settings: bpy.types.PropertyGroup) -> SPR_PG_file | None:
    """The line of the open file."""
    return next((row for row in settings.files if row.source == settings.source), None)


def _stated(settings: bpy.types.PropertyGroup) -> str:
    """What was stated of the open file, and what its people were called and whether they are ticked."""
    people = {entry.person_id: (entry.label, entry.chosen) for entry in settings.people}
    swaps = [(one.person_id, one.first, one.last) for one in settings.swaps]
    stated = {name: getattr(settings, name) for name in _STATED}
    return json.dumps(stated | {"people": people, "swaps": swaps})


def go_to_file(settings: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    """The line that was clicked becomes the open recording, with what was stated of it before."""
    if not 0 <= settings.active_file < len(settings.files):
        return
    row = settings.files[settings.active_file]
    if row.source == settings.source:
        return
    left = current_file(settings)
    if left is not None:
        left.stated = _stated(settings)
    _restore(settings, row)
    _read(settings, settings.id_data)
    _restore_people(settings, row)
    redraw_views()


def _restore(settings: bpy.types.PropertyGroup, row: SPR_PG_file) -> None:
    """The settings of a file as they were left, else as for a file that is opened for the first time."""
    settings.source = ""  # so that setting the hints one by one reads nothing
    settings.targets.source = ""
    stated = json.loads(row.stated or "{}")
    for name in _STATED:
        if name in stated:
            setattr(settings, name, stated[name])
        else:
            settings.property_unset(name)
    settings.swaps.clear()
    for person_id, first, last in stated.get("swaps", []):
        swap = settings.swaps.add()
        swap.person_id, swap.first, swap.last = person_id, first, last
    settings.source = row.source


def _restore_people(settings: bpy.types.PropertyGroup, row: SPR_PG_file) -> None:
    known = json.loads(row.stated or "{}").get("people", {})
    for entry in settings.people:
        entry.label, entry.chosen = known.get(entry.person_id, (entry.label, entry.chosen))


def _read(settings: bpy.types.PropertyGroup, scene: bpy.types.Scene) -> None:
    settings.people.clear()
    settings.active_person, settings.result = 0, ""
    settings.first_colour = first_colour(scene, settings.source)
    try:
        recording = load(settings)
    except FormatError:
        return  # the session keeps the refusal, and the panel shows it
    list_people(settings, recording)
    begin_anew(settings, recording)
    note_opened(scene, recording)
    fit_range(scene, recording)


def stem_of(settings: bpy.types.PropertyGroup, source: str) -> str:
    """What to call what comes of a file, with those that belong to it."""
    also = settings.also
    if source != settings.source:
        row = next((row for row in settings.files if row.source == source), None)
        also = json.loads((row.stated if row else "") or "{}").get("also", "[]")
    return recording_name(source, json.loads(also))


def draw_files(layout: bpy.types.UILayout, settings: bpy.types.PropertyGroup) -> None:
    """The list, where there is more than one file."""
    if len(settings.files) > 1:
        layout.template_list(
            "SPR_UL_files",
            "",
            settings,
            "files",
            settings,
            "active_file",
            rows=min(len(settings.files), ROWS),
        )


CLASSES = (SPR_PG_file, SPR_UL_files)
