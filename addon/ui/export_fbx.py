# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Export the refined people as FBX."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper

from .. import scene as scene_package
from .describe import plural
from .results import refined_armatures


class SPR_OT_export_fbx(bpy.types.Operator, ExportHelper):
    """Write the selected refined people to an FBX file, or all of them when none is selected"""

    bl_idname = "spr.export_fbx"
    bl_label = "Export FBX"

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person."""
        if not refined_armatures(context.scene):
            cls.poll_message_set("Refine a recording first: this scene holds no refined person")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask where to; the recording's name is the first suggestion."""
        source = context.scene.spr.source
        if not self.filepath and source:
            folder = Path(bpy.data.filepath or source).parent
            self.filepath = str(folder / f"{Path(source).stem}.fbx")
        return ExportHelper.invoke(self, context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        armatures = refined_armatures(context.scene)
        chosen = [armature for armature in armatures if armature.select_get()] or armatures
        path = bpy.path.ensure_ext(bpy.path.abspath(self.filepath), self.filename_ext)
        try:
            scene_package.export_fbx(path, chosen)
        except scene_package.SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, f"{plural(len(chosen), 'person')} exported to {path}")
        return {"FINISHED"}


CLASSES = (SPR_OT_export_fbx,)
