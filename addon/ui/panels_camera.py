"""The sidebar's panel 'Camera': what the file tells of the camera, and the way to look through it."""

from __future__ import annotations

import bpy

from ..recording import Recording
from .camera import described
from .drawn_text import draw_message
from .hints import peek
from .panels import Panel


class SPR_PT_camera(Panel, bpy.types.Panel):
    """Check the body over the picture."""

    bl_idname = "SPR_PT_camera"
    bl_label = "Camera"
    bl_parent_id = "SPR_PT_source"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be a recording."""
        return isinstance(peek(context.scene.spr), Recording)

    def draw(self, context: bpy.types.Context) -> None:
        """The lens, and the buttons; or that there is none."""
        recording = peek(context.scene.spr)
        if not isinstance(recording, Recording) or recording.camera is None:
            told = "This recording does not hold the camera that filmed it."
            draw_message(self.layout, context, told, "INFO")
            return
        draw_message(self.layout, context, described(recording.camera), "CAMERA_DATA")
        column = self.layout.column(align=True)
        column.operator("spr.add_camera", icon="OUTLINER_OB_CAMERA")
        column.operator("spr.open_footage", text="Add Camera with Footage…", icon="FILE_MOVIE")


CLASSES = (SPR_PT_camera,)
