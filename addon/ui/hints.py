# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""A file in a scene: its path, what a user states in place of it, and what was read with that."""

from __future__ import annotations

import json
from collections.abc import Callable

import bpy

from ..body.layouts import LAYOUTS
from ..formats import container, rig_files
from ..recording import Recording
from ..safe_read import FormatError
from .language import BoolProperty, EnumProperty, FloatProperty, StringProperty
from .session import SESSION

AUTO = "auto"
RELOAD_DELAY = 0.3
"""Seconds without a further change before the file is read again: dragging a number changes it often."""

AXES = ("+x", "-x", "+y", "-y", "+z", "-z")
UP_ITEMS = [(AUTO, "From File", "As the file says, or as its motion shows")] + [
    (axis, axis.upper(), f"The file's {axis.upper()} axis points up") for axis in AXES
]
UNIT_ITEMS = [
    (AUTO, "From File", "As the file says, or as the size of the bodies shows"),
    ("m", "Metres", "Positions are in metres"),
    ("cm", "Centimetres", "Positions are in centimetres"),
    ("mm", "Millimetres", "Positions are in millimetres"),
    ("in", "Inches", "Positions are in inches"),
    ("ft", "Feet", "Positions are in feet"),
]
LAYOUT_ITEMS = [(AUTO, "From File", "As the file says, or as the number of keypoints shows")] + [
    (name, name, f"{len(layout.keypoints)} keypoints") for name, layout in LAYOUTS.items()
]


_readers: list[Callable[[], None]] = []
"""What reads files again after a change; a timer, so it finds the scenes itself."""


def read_with(reader: Callable[[], None]) -> None:
    """Call this after changes from now on."""
    _readers.append(reader)


def stop_reading() -> None:
    """Call nothing any more."""
    for reader in _readers:
        if bpy.app.timers.is_registered(reader):
            bpy.app.timers.unregister(reader)
    _readers.clear()


def changed(settings: FileSettings, _context: bpy.types.Context) -> None:
    """After a change of what is stated: read the file again, soon."""
    for reader in _readers if settings.source else ():
        if bpy.app.background:
            reader()
            continue
        if bpy.app.timers.is_registered(reader):
            bpy.app.timers.unregister(reader)
        bpy.app.timers.register(reader, first_interval=RELOAD_DELAY)


def _takes(settings: FileSettings, _context: bpy.types.Context, text: str) -> list[str]:
    return [name for name in takes_of(settings) if text.lower() in name.lower()]


def takes_of(settings: FileSettings) -> tuple[str, ...]:
    """The names of the takes of the file, as it was read."""
    return rig_files.known_takes(bpy.path.abspath(settings.source)) if settings.source else ()


class FileSettings:
    """Properties of a group that holds a file."""

    source: StringProperty(
        name="Source", description="File or folder that the recording is read from", subtype="FILE_PATH"
    )
    layout: EnumProperty(
        name="Layout",
        description="Which keypoints the file holds, and in which order",
        items=LAYOUT_ITEMS,
        update=changed,
    )
    use_fps: BoolProperty(
        name="Set Frame Rate", description="State the frame rate in place of the file's", update=changed
    )
    fps: FloatProperty(
        name="Frame Rate",
        description="Frames per second at which the recording was made",
        default=30.0,
        min=1.0,
        max=10000.0,
        soft_max=240.0,
        step=100,
        update=changed,
    )
    up: EnumProperty(
        name="Up Axis",
        description="Which of the file's axes points up",
        items=UP_ITEMS,
        update=changed,
    )
    units: EnumProperty(
        name="Units", description="Unit of the file's positions", items=UNIT_ITEMS, update=changed
    )
    mirror: BoolProperty(
        name="Mirror",
        description="Turn a mirror image back, as a selfie camera or left-handed axes make it",
        update=changed,
    )
    keep_height: BoolProperty(
        name="Keep Height",
        description="Leave people as high as the file has them, also where it has no floor",
        update=changed,
    )
    join_tracks: BoolProperty(
        name="Join Tracks",
        description="Make one person of tracks that follow each other in time",
        update=changed,
    )
    keep_sides: BoolProperty(
        name="Keep Left/Right",
        description="Leave left and right as the file has them. Otherwise frames in which the tracker took"
        " one for the other are found and exchanged back",
        update=changed,
    )
    take: StringProperty(
        name="Take",
        description="Which of the file's several animations is read; empty for the first one",
        search=_takes,
        update=changed,
    )
    also: StringProperty(name="Also", description="Further files of the same take, as JSON", default="[]")
    track_edits: StringProperty(
        name="Track Edits", description="Tracks that were split and joined by hand, as JSON", default="[]"
    )
    show_warnings: BoolProperty(name="Warnings", description="Show what is doubtful about the file")


def hints_of(settings: FileSettings) -> container.Hints:
    """The user's overrides; what is left to the file is None."""
    return container.Hints(
        layout=_stated(settings.layout),
        fps=settings.fps if settings.use_fps else None,
        up=_stated(settings.up),
        units=_stated(settings.units),
        mirror=settings.mirror,
        keep_height=settings.keep_height,
        join_tracks=settings.join_tracks,
        keep_sides=settings.keep_sides,
        swaps=tuple((one.person_id, one.first, one.last) for one in getattr(settings, "swaps", ())),
        also=tuple(json.loads(settings.also)),
        edits=tuple(map(tuple, json.loads(settings.track_edits))),
        take=settings.take or None,
    )


def _stated(value: str) -> str | None:
    return None if value == AUTO else value


def peek(settings: FileSettings) -> Recording | FormatError | None:
    """What the file holds, without touching the disk; None when there is none or it must be read again."""
    return SESSION.peek(settings.source, hints_of(settings)) if settings.source else None


def load(settings: FileSettings) -> Recording:
    """What the file holds, read again when it has changed. Raises FormatError."""
    return SESSION.load(bpy.path.abspath(settings.source), hints_of(settings))
