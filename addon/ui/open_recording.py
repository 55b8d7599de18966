# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Open a recording: File > Import, drag and drop, and the sidebar's button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import bpy
from bpy_extras.io_utils import ImportHelper

from .. import formats
from ..formats import ENDINGS, PACKED, container
from ..overrides import asked, in_panel
from ..recording import Recording
from ..safe_read import FormatError
from ..words import listed
from .controls import begin_anew
from .describe import opened, warned
from .framing import show_recording, untouched
from .hints import AUTO, LAYOUT_ITEMS, UNIT_ITEMS, UP_ITEMS, FileSettings
from .language import BoolProperty, CollectionProperty, EnumProperty, FloatProperty, StringProperty
from .leading import TAB, lead_on
from .log import report_error
from .moments import first_frame
from .moved_files import follow_moved_file
from .opened_files import also_of, first_colour, list_files, note_opened
from .panels_warnings import draw_rate
from .people import list_people
from .reading import read_again
from .redraw import redraw_views
from .session import SESSION

SEVERAL_ITEMS = [
    (
        "AUTO",
        "As They Belong",
        "Files of one take are one recording, as their names, lengths and places show",
    ),
    ("TOGETHER", "One Recording", "All files are of one take: their people become one recording"),
    ("APART", "One Each", "Every file is a recording of its own, and all are listed"),
]
USUAL_FPS = 30.0
"""What a rate that is stated begins with."""
WHERE = f"in the sidebar ({TAB} ▸ Source)"
"""Where the controls are that a report asks for."""


def _is_rate_stated(chooser: FileChooser) -> bool:
    return bool(chooser.fps > 0.0)


def _state_rate(chooser: FileChooser, stated: bool) -> None:
    chooser.fps = USUAL_FPS if stated else 0.0


class FileChooser(ImportHelper):
    """The file browser, with what a user may state beside it."""

    # FileHandler asks for a path that is not remembered from the last use.
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filter_glob: StringProperty(
        default=";".join(f"*{end}" for end in (*ENDINGS, *PACKED)), options={"HIDDEN"}
    )
    layout_name: EnumProperty(
        name="Layout",
        description="Which keypoints the file holds, and in which order",
        items=LAYOUT_ITEMS,
        options={"SKIP_SAVE"},
    )
    fps: FloatProperty(
        name="Frame Rate",
        description="Frames per second at which the recording was made; 0 leaves it to the file",
        default=0.0,
        min=0.0,
        max=10000.0,
        options={"SKIP_SAVE"},
    )
    use_fps: BoolProperty(
        name="Set Frame Rate",
        description="State the frame rate in place of the file's",
        get=_is_rate_stated,
        set=_state_rate,
    )
    up: EnumProperty(
        name="Up Axis",
        description="Which of the file's axes points up",
        items=UP_ITEMS,
        options={"SKIP_SAVE"},
    )
    units: EnumProperty(
        name="Units",
        description="Unit of the file's positions",
        items=UNIT_ITEMS,
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Open a dropped file at once, ask for one otherwise."""
        if self.properties.is_property_set("filepath") or getattr(self, "files", ()):
            return self.execute(context)
        return ImportHelper.invoke(self, context, event)

    def draw(self, _context: bpy.types.Context) -> None:
        """Options beside the file browser."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "layout_name")
        draw_rate(layout, self)
        layout.prop(self, "up")
        layout.prop(self, "units")

    def hints(self) -> container.Hints:
        stated = (None if value == AUTO else value for value in (self.layout_name, self.up, self.units))
        layout, up, units = stated
        return container.Hints(layout=layout, fps=self.fps or None, up=up, units=units)

    def state(self, settings: FileSettings, path: str, recording: Recording | None, also: str = "[]") -> None:
        """Remember the file, and what was stated; also: further files of the same take, as JSON."""
        settings.source = ""  # so that setting the hints one by one reads nothing
        settings.layout, settings.up, settings.units = self.layout_name, self.up, self.units
        settings.mirror = settings.keep_height = settings.join_tracks = settings.show_warnings = False
        settings.also, settings.track_edits, settings.keep_sides = also, "[]", False
        settings.take = ""
        if hasattr(settings, "swaps"):
            settings.swaps.clear()
        settings.use_fps = self.fps > 0.0
        settings.fps = self.fps or (USUAL_FPS if recording is None else recording.fps.value)
        settings.source = path


class SPR_OT_open_recording(bpy.types.Operator, FileChooser):
    """Open files of 3D keypoints or SMPL motion, ready to be refined. Files of one take, such as one for each
    person, become one recording"""

    bl_idname = "spr.open_recording"
    bl_label = "Open Recording"
    bl_options = {"REGISTER", "UNDO"}

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: CollectionProperty(type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"})
    several: EnumProperty(
        name="Several Files",
        description="What several files that are opened at once are",
        items=SEVERAL_ITEMS,
        options={"SKIP_SAVE"},
    )

    def draw(self, context: bpy.types.Context) -> None:
        """Options beside the file browser, and in Adjust Last Operation."""
        FileChooser.draw(self, context)
        self.layout.prop(self, "several")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the first recording that can be read; the scene changes only when that worked."""
        fresh = untouched()
        takes = self._takes()
        refusals: list[FormatError] = []
        for place, take in enumerate(takes):
            try:
                recording = SESSION.load(take[0], replace(self.hints(), also=tuple(_names(take[1:]))))
            except FormatError as error:
                refusals.append(error)
                continue
            followed = follow_moved_file(context.scene, take[0], recording)
            self._remember(context.scene, takes, place, recording)
            if followed:
                self.report({"INFO"}, f"The scene's people of {Path(take[0]).name} belong to it")
            self._tell(recording, takes, place, [str(error) for error in refusals])
            show_recording(context, recording, fresh)
            lead_on(context, partial(_frame_again, recording))
            redraw_views()
            return {"FINISHED"}
        return self._refuse(context, takes, refusals[0])

    def _takes(self) -> list[tuple[str, ...]]:
        """The paths of each recording."""
        paths = [Path(bpy.path.abspath(self.directory), one.name) for one in self.files if one.name]
        if len(paths) < 2:
            return [(bpy.path.abspath(self.filepath or str(paths[0] if paths else "")),)]
        if self.several == "TOGETHER":
            return [tuple(map(str, paths))]
        found = [(path,) for path in paths] if self.several == "APART" else formats.takes(paths, self.hints())
        return [tuple(map(str, take)) for take in found]

    def _remember(
        self, scene: bpy.types.Scene, takes: list[tuple[str, ...]], place: int, recording: Recording | None
    ) -> None:
        settings, path = scene.spr, takes[place][0]
        if settings.source != path:
            settings.targets.source = ""
        self.state(settings, path, recording, also_of(takes[place]))
        settings.people.clear()
        settings.active_person = 0
        settings.first_colour = first_colour(scene, path)
        settings.first_frame = first_frame(scene, path)
        list_files(scene, takes, place)
        settings.result = ""
        if recording is not None:
            list_people(settings, recording)
            begin_anew(settings, recording)
            note_opened(scene, recording)

    def _tell(
        self, recording: Recording, takes: list[tuple[str, ...]], place: int, refused: list[str]
    ) -> None:
        warnings = [in_panel(warning, WHERE) for warning in [*refused, *warned(recording)]]
        told = opened(recording, len(takes[place]) - 1)
        if len(takes) > 1:
            others = [Path(take[0]).name for number, take in enumerate(takes) if number != place]
            told += f". In the list of files: {listed(others)}"
        if warnings:
            self.report({"WARNING"}, f"{told}. {warnings[0]}")
        else:
            self.report({"INFO"}, told)

    def _refuse(
        self, context: bpy.types.Context, takes: list[tuple[str, ...]], error: FormatError
    ) -> set[str]:
        """Say why; where a person could state what is missing, the panel asks for it."""
        if len(takes) > 1 or not asked(str(error)):
            report_error(self, str(error), getattr(error, "details", ""))
            return {"CANCELLED"}
        self._remember(context.scene, takes, 0, None)
        self.report({"WARNING"}, f"{Path(takes[0][0]).name}: {in_panel(str(error), WHERE)}")
        lead_on(context, redraw_views)
        redraw_views()
        return {"FINISHED"}


def _frame_again(recording: Recording) -> None:
    """The sidebar that was opened takes a part of the view."""
    show_recording(bpy.context, recording, False)
    redraw_views()


def _names(paths: Sequence[str]) -> list[str]:
    return [Path(path).name for path in paths]


class SPR_OT_read_again(bpy.types.Operator):
    """Read the scene's recording from its file again"""

    bl_idname = "spr.read_again"
    bl_label = "Read Again"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a file."""
        return bool(context.scene.spr.source)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read it with the present overrides."""
        return read_again(self, context)


class SPR_FH_recording(bpy.types.FileHandler):
    """Drag and drop into the 3D View."""

    bl_idname = "SPR_FH_recording"
    bl_label = "3D keypoints or SMPL motion"
    bl_import_operator = "spr.open_recording"
    bl_file_extensions = ";".join(ENDINGS)

    @classmethod
    def poll_drop(cls, context: bpy.types.Context) -> bool:
        """Wherever there is a 3D View below the mouse."""
        return context.area is not None and context.area.type == "VIEW_3D"


def _menu(self: bpy.types.Menu, _context: bpy.types.Context) -> None:
    self.layout.operator("spr.open_recording", text="3D Keypoints / SMPL Motion (.npz .trc .json .npy …)")


CLASSES = (SPR_OT_open_recording, SPR_OT_read_again, SPR_FH_recording)


def attach() -> None:
    """Add the entry in File > Import."""
    bpy.types.TOPBAR_MT_file_import.append(_menu)


def detach() -> None:
    """Remove it."""
    bpy.types.TOPBAR_MT_file_import.remove(_menu)
