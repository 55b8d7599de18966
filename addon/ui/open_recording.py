# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Open a recording: File > Import, drag and drop, and the sidebar's button."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty
from bpy_extras.io_utils import ImportHelper

from ..formats import READERS
from ..formats.container import Hints
from ..recording import Recording
from ..safe_read import FormatError
from .controls import begin_anew
from .describe import opened
from .framing import show_recording, untouched
from .hints import AUTO, LAYOUT_ITEMS, UNIT_ITEMS, UP_ITEMS, FileSettings, load
from .log import report_error
from .people import list_people
from .properties import SPR_PG_settings
from .redraw import redraw_views
from .session import SESSION

EXTENSIONS = tuple(dict.fromkeys(end for reader in READERS for end in reader.files.split() if end[0] == "."))
"""What the file browser shows and drag and drop accepts; the content decides what a file is."""


class FileChooser(ImportHelper):
    """The file browser, with what a user may state beside it."""

    # FileHandler asks for a path that is not remembered from the last use.
    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filter_glob: StringProperty(default=";".join(f"*{end}" for end in EXTENSIONS), options={"HIDDEN"})
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
        if self.properties.is_property_set("filepath"):
            return self.execute(context)
        return ImportHelper.invoke(self, context, event)

    def draw(self, _context: bpy.types.Context) -> None:
        """Options beside the file browser."""
        layout = self.layout
        layout.use_property_split = True
        for name in ("layout_name", "fps", "up", "units"):
            layout.prop(self, name)

    def hints(self) -> Hints:
        stated = (None if value == AUTO else value for value in (self.layout_name, self.up, self.units))
        layout, up, units = stated
        return Hints(layout=layout, fps=self.fps or None, up=up, units=units)

    def state(self, settings: FileSettings, path: str, recording: Recording) -> None:
        """Remember the file, and what was stated."""
        settings.source = ""  # so that setting the hints one by one reads nothing
        settings.layout, settings.up, settings.units = self.layout_name, self.up, self.units
        settings.mirror = settings.keep_height = settings.join_tracks = False
        settings.keep_sides = False
        if hasattr(settings, "swaps"):
            settings.swaps.clear()
        settings.use_fps = self.fps > 0.0
        settings.fps = self.fps or recording.fps.value
        settings.source = path


class SPR_OT_open_recording(bpy.types.Operator, FileChooser):
    """Open a file of 3D keypoints or SMPL motion, ready to be refined"""

    bl_idname = "spr.open_recording"
    bl_label = "Open Recording"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the file; the scene changes only when that worked."""
        fresh = untouched()
        path = bpy.path.abspath(self.filepath)
        try:
            recording = SESSION.load(path, self.hints())
        except FormatError as error:
            report_error(self, str(error), getattr(error, "details", ""))
            return {"CANCELLED"}
        self._remember(context.scene.spr, path, recording)
        self._tell(recording)
        show_recording(context, recording, fresh)
        redraw_views()
        return {"FINISHED"}

    def _remember(self, settings: SPR_PG_settings, path: str, recording: Recording) -> None:
        if settings.source != path:
            settings.targets.source = ""
        self.state(settings, path, recording)
        settings.people.clear()
        list_people(settings, recording)
        begin_anew(settings, recording)
        settings.result = ""

    def _tell(self, recording: Recording) -> None:
        if recording.warnings:
            self.report({"WARNING"}, f"{opened(recording)}. {recording.warnings[0]}")
        else:
            self.report({"INFO"}, opened(recording))


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
        settings = context.scene.spr
        try:
            recording = load(settings)
        except FormatError as error:
            report_error(self, str(error), getattr(error, "details", ""))
            return {"CANCELLED"}
        list_people(settings, recording)
        redraw_views()
        return {"FINISHED"}


class SPR_FH_recording(bpy.types.FileHandler):
    """Drag and drop into the 3D View."""

    bl_idname = "SPR_FH_recording"
    bl_label = "3D keypoints or SMPL motion"
    bl_import_operator = "spr.open_recording"
    bl_file_extensions = ";".join(EXTENSIONS)

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
