# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The list of target points that were moved or muted: kept in the scene, used in place of the file's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import bpy

from ..recording import Recording
from .fixed_points import Fix, with_fixes
from .language import EnumProperty, FloatVectorProperty, IntProperty, StringProperty
from .redraw import redraw_views

KIND_ITEMS = [
    ("MOVE", "Moved", "The point is moved, easing in and out"),
    ("MUTE", "Muted", "The point counts as not seen"),
]
_KEPT = 4
_known: list[tuple[Recording, tuple[Fix, ...], Recording]] = []
"""Recordings, fixes and what both make, the latest last."""


def _changed(_fix: SPR_PG_fix, _context: bpy.types.Context) -> None:
    redraw_views()


class SPR_PG_fix(bpy.types.PropertyGroup):
    """One line of the list."""

    source: StringProperty(name="Source")
    person_id: StringProperty(name="Person ID")
    point: StringProperty(name="Point")
    kind: EnumProperty(name="Kind", items=KIND_ITEMS)
    first: IntProperty(name="First", description="First frame, as the recording numbers its frames")
    last: IntProperty(name="Last", description="Last frame, as the recording numbers its frames")
    frame: IntProperty(name="Frame", description="Frame in which the point is moved all the way")
    move: FloatVectorProperty(
        name="Move", description="In the recording's frame", subtype="XYZ", unit="LENGTH"
    )


def fixes_of(settings: bpy.types.PropertyGroup) -> tuple[Fix, ...]:
    """The list for the open recording."""
    return tuple(
        Fix(
            one.person_id, one.point, min(one.first, one.last), max(one.first, one.last), one.frame,
            tuple(one.move) if one.kind == "MOVE" else None,
        )
        for one in settings.fixes
        if one.source == settings.source
    )  # fmt: skip


def fixed(settings: bpy.types.PropertyGroup, recording: Recording) -> Recording:
    """The recording with the user's fixes; the same object for the same ones."""
    fixes = fixes_of(settings)
    if not fixes:
        return recording
    for known, made_of, found in _known:
        if known is recording and made_of == fixes:
            return found
    # Who is not concerned by a change stays the same object: nothing of them is worked out again.
    found = with_fixes(recording, fixes)
    before = next((one[2] for one in reversed(_known) if one[0] is recording), None)
    if before is not None:
        found = _sharing(found, before, fixes, next(one[1] for one in reversed(_known) if one[2] is before))
    _known.append((recording, fixes, found))
    del _known[:-_KEPT]
    return found


def _sharing(
    found: Recording, before: Recording, fixes: tuple[Fix, ...], earlier: tuple[Fix, ...]
) -> Recording:
    def own(of: tuple[Fix, ...], name: str) -> list[Fix]:
        return [fix for fix in of if fix.person_id == name]

    people = tuple(
        old if own(fixes, new.id) == own(earlier, new.id) else new
        for new, old in zip(found.people, before.people, strict=True)
    )
    return replace(found, people=people)


def add_fix(settings: bpy.types.PropertyGroup, fix: Fix) -> SPR_PG_fix:
    """Put a fix at the end of the list."""
    entry = settings.fixes.add()
    entry.source, entry.person_id, entry.point = settings.source, fix.person_id, fix.point
    entry.kind = "MUTE" if fix.move is None else "MOVE"
    entry.first, entry.last, entry.frame = fix.first, fix.last, fix.frame
    if fix.move is not None:
        entry.move = fix.move
    entry.name = fix.point
    settings.active_fix = len(settings.fixes) - 1
    return entry


class SPR_UL_fixes(bpy.types.UIList):
    """Points, what was done, and frames."""

    bl_idname = "SPR_UL_fixes"

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: Any,
        item: SPR_PG_fix,
        _icon: int,
        _active_data: Any,
        _active_property: str,
        _index: int = 0,
        _flag: int = 0,
    ) -> None:
        """One fix; its frames can be changed."""
        split = layout.split(factor=0.5)
        icon = "HIDE_ON" if item.kind == "MUTE" else "EMPTY_ARROWS"
        split.label(text=item.point.replace("_", " "), icon=icon, translate=False)
        row = split.row(align=True)
        row.prop(item, "first", text="", emboss=False)
        row.prop(item, "last", text="", emboss=False)

    def filter_items(self, _context: bpy.types.Context, data: Any, name: str) -> tuple[list[int], list[int]]:
        """Those of the open recording only."""
        shown = self.bitflag_filter_item
        return [shown if one.source == data.source else 0 for one in getattr(data, name)], []


class SPR_OT_remove_fix(bpy.types.Operator):
    """Take the chosen fix of a target point back: the file's own point counts again"""

    bl_idname = "spr.remove_fix"
    bl_label = "Remove Fix"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs one."""
        settings = context.scene.spr
        if not 0 <= settings.active_fix < len(settings.fixes):
            cls.poll_message_set("No target point was moved or muted")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove the active line."""
        settings = context.scene.spr
        settings.fixes.remove(settings.active_fix)
        settings.active_fix = max(min(settings.active_fix, len(settings.fixes) - 1), 0)
        redraw_views()
        return {"FINISHED"}


def forget_fixes() -> None:
    """Let the recordings go."""
    _known.clear()


CLASSES = (SPR_PG_fix, SPR_UL_fixes, SPR_OT_remove_fix)
