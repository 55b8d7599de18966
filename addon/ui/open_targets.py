"""Open, align and remove the second file: keypoints to refine a recording's poses to."""

from __future__ import annotations

from pathlib import Path

import bpy

from ..safe_read import FormatError
from .describe import only_poses, opened
from .hints import load
from .log import report_error
from .open_recording import FileChooser
from .redraw import redraw_views
from .session import SESSION
from .targets import BY_ID, find_shift


class SPR_OT_open_targets(bpy.types.Operator, FileChooser):
    """Open a second file, of keypoints to refine the poses to. Its time shift is found from the motion"""

    bl_idname = "spr.open_targets"
    bl_label = "Open Targets"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a recording."""
        if not context.scene.spr.source:
            cls.poll_message_set("Open a recording first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read the file and find its time shift; the scene changes only when it can be read."""
        settings, path = context.scene.spr, bpy.path.abspath(self.filepath)
        try:
            load(settings)
            targets = SESSION.load(path, self.hints())
            if only_poses(targets.people):
                raise FormatError(
                    f"{Path(path).name} holds no keypoints; open it as the recording,"
                    " and a file of keypoints as targets."
                )
        except FormatError as error:
            report_error(self, str(error), getattr(error, "details", ""))
            return {"CANCELLED"}
        self.state(settings.targets, path, targets)
        settings.targets.person_id = BY_ID
        find_shift(settings)
        kind = "INFO" if settings.targets.sure else "WARNING"
        self.report({kind}, f"{opened(targets)}. {settings.targets.told}")
        redraw_views()
        return {"FINISHED"}


class SPR_OT_find_shift(bpy.types.Operator):
    """Find the time shift between the two files from the motion in both"""

    bl_idname = "spr.find_shift"
    bl_label = "Find Time Shift"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs targets."""
        return bool(context.scene.spr.targets.source)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read what is not read yet, and look."""
        settings = context.scene.spr
        try:
            load(settings)
            load(settings.targets)
        except FormatError as error:
            report_error(self, str(error), getattr(error, "details", ""))
            return {"CANCELLED"}
        find_shift(settings)
        self.report({"INFO" if settings.targets.sure else "WARNING"}, settings.targets.told)
        redraw_views()
        return {"FINISHED"}


class SPR_OT_remove_targets(bpy.types.Operator):
    """Forget the second file; the recording's own keypoints are the targets again"""

    bl_idname = "spr.remove_targets"
    bl_label = "Remove Targets"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs targets."""
        return bool(context.scene.spr.targets.source)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget its path and shift."""
        targets = context.scene.spr.targets
        targets.source, targets.told, targets.shift, targets.by_hand = "", "", 0.0, False
        redraw_views()
        return {"FINISHED"}


CLASSES = (SPR_OT_open_targets, SPR_OT_find_shift, SPR_OT_remove_targets)
