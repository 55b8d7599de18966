# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""What a scene remembers of a batch: a folder, its recordings with ticks and results, what to write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bpy

from .. import batch
from ..batch.record import DONE, FAILED, LEFT_OUT
from ..formats import container
from ..words import plural
from ..writers.presets import FBX_PRESETS, preset_items
from .batch_job import NPZ
from .language import BoolProperty, CollectionProperty, EnumProperty, IntProperty, StringProperty
from .retarget_settings import armature_names

ROWS = 6
NAME_SHARE = 0.6
"""Part of a line that the name takes."""
KIND_ITEMS = [
    *(
        (name, f"FBX, {label}" if name in FBX_PRESETS else label, told)
        for name, label, told in preset_items()
    ),
    (NPZ, "NPZ", "Poses as AMASS files have them, for Python and for opening here again"),
]
_ICONS = {DONE: "CHECKMARK", FAILED: "ERROR", LEFT_OUT: "REMOVE", "": "BLANK1"}


class SPR_PG_batch_clip(bpy.types.PropertyGroup):
    """One recording. The property `name` is that of its result."""

    files: StringProperty(name="Files", description="The recording's files, as JSON")
    chosen: BoolProperty(name="Refine", description="Refine this recording", default=True)
    status: StringProperty(name="Status")
    told: StringProperty(name="Result", description="Figures of the result, or why there is none")
    sentences: StringProperty(name="Sentences", description="What is doubtful about it, one to a line")


class SPR_UL_batch(bpy.types.UIList):
    """Ticks, names and results."""

    bl_idname = "SPR_UL_batch"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: SPR_PG_batch_clip,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        _index: int = 0,
        _flag: int = 0,
    ) -> None:
        """One recording."""
        row = layout.row(align=True)
        row.prop(item, "chosen", text="")
        split = row.split(factor=NAME_SHARE)
        split.active = item.chosen
        split.label(text=item.name, translate=False)
        split.label(text=item.told, icon=_ICONS.get(item.status, "BLANK1"), translate=False)


class SPR_PG_batch(bpy.types.PropertyGroup):
    """A scene's batch."""

    folder: StringProperty(name="Folder", description="Where the recordings are", subtype="DIR_PATH")
    output: StringProperty(
        name="Results", description="Folder that the results are written to", subtype="DIR_PATH"
    )
    stated: StringProperty(
        name="Stated", description="What was stated about the files, as JSON", default="{}"
    )
    kind: EnumProperty(name="Write", description="Kind of file that each result becomes", items=KIND_ITEMS)
    character: StringProperty(
        name="On Character",
        description="Armature of the scene that is written with the motion of each recording, with its own"
        " bones and meshes, in place of the person. How is set in the panel Retarget. Empty: the person",
        search=armature_names,
    )
    again: BoolProperty(
        name="Again",
        description="Refine also what is done already. Otherwise recordings whose files and settings are as"
        " they were are left as they are",
    )
    clips: CollectionProperty(name="Recordings", type=SPR_PG_batch_clip)
    active_clip: IntProperty(name="Active Recording")
    result: StringProperty(name="Result", description="What came of the last batch")


def list_clips(
    settings: SPR_PG_batch, folder: Path, clips: Sequence[batch.Clip], hints: container.Hints
) -> None:
    """Show the recordings of a folder, all of them ticked."""
    settings.folder, settings.result, settings.active_clip = str(folder), "", 0
    settings.output = str(folder / "refined")
    settings.stated = json.dumps({name: value for name, value in asdict(hints).items() if value})
    settings.clips.clear()
    for clip in clips:
        row = settings.clips.add()
        row.name, row.files = clip.name, json.dumps([str(path) for path in clip.files])


def ticked_clips(settings: SPR_PG_batch) -> list[batch.Clip]:
    """The recordings with a tick."""
    ticked = [
        batch.Clip(tuple(map(Path, json.loads(row.files))), row.name, listed=True)
        for row in settings.clips
        if row.chosen
    ]
    return batch.told_of_others(ticked, [row.name for row in settings.clips])


def stated_hints(settings: SPR_PG_batch) -> container.Hints:
    """What was stated about the files."""
    return container.Hints(**json.loads(settings.stated))


def show_record(settings: SPR_PG_batch, record: batch.Record) -> None:
    """Bring a result to its line."""
    row = settings.clips.get(record.name)
    if row is not None:
        row.status, row.told = record.status, _told(record)
        row.sentences = "\n".join([*([record.sentence] if record.sentence else []), *record.warnings])


def _told(record: batch.Record) -> str:
    """'12.3 → 4.5 mm', '100 frames' without keypoints, 'Failed'."""
    if record.status != DONE:
        return record.status.capitalize()
    if record.after_mm is None:
        return plural(record.frames, "frame")
    before = "" if record.before_mm is None else f"{record.before_mm:.0f} → "
    return f"{before}{record.after_mm:.0f} mm"


CLASSES = (SPR_PG_batch_clip, SPR_PG_batch, SPR_UL_batch)
