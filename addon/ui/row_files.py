# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""The table of Refine From Selection as files that people share."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper, ImportHelper

from .. import rigs
from ..safe_read import FormatError
from ..scene import character, workshop
from ..scene.errors import SceneError
from .language import StringProperty
from .rig_tables import corrected, fill, keep_maps, map_for


def load_map(path: str, armature: bpy.types.Object) -> rigs.BoneMap:
    """The map of a file, whose bones the armature has. Raises FormatError, SceneError."""
    workshop.take_in_edits(armature)
    found = rigs.map_file.fitted(rigs.map_file.read_map(Path(path)), armature.data.bones.keys())
    character.check_bones(armature, found)
    return found


def save_map(operator: bpy.types.Operator, found: rigs.BoneMap, path: str) -> set[str]:
    """Write a map's file, and tell how that went."""
    try:
        rigs.map_file.write_map(found, Path(path))
    except FormatError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    operator.report({"INFO"}, f"The bones are saved in {Path(path).name}")
    return {"FINISHED"}


def _gone(operator: bpy.types.Operator) -> set[str]:
    operator.report({"ERROR"}, "The armature is gone; select one again.")
    return {"CANCELLED"}


class SPR_OT_save_row_bones(bpy.types.Operator, ExportHelper):
    """Save which bone is what as a file that others can use for the same kind of armature"""

    bl_idname = "spr.save_row_bones"
    bl_label = "Save Bone Map"

    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    armature: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file, as the lines are now."""
        armature = context.scene.objects.get(self.armature)
        if armature is None:
            return _gone(self)
        matched, _ = map_for(context.scene, armature)
        told = corrected(context.window_manager.spr_bone_rows, armature.name, matched)
        return save_map(self, told, self.filepath)


class SPR_OT_load_row_bones(bpy.types.Operator, ImportHelper):
    """Read which bone is what from a file that was saved from such a table. It is remembered with the
    scene"""

    bl_idname = "spr.load_row_bones"
    bl_label = "Load Bone Map"

    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    armature: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill the lines of this armature."""
        armature, rows = context.scene.objects.get(self.armature), context.window_manager.spr_bone_rows
        if armature is None:
            return _gone(self)
        try:
            found = load_map(self.filepath, armature)
        except (FormatError, SceneError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        keep_maps(context.scene, {armature.name: found})
        for place in reversed([place for place, row in enumerate(rows) if row.armature == armature.name]):
            rows.remove(place)
        fill(rows, armature.name, found)
        self.report({"INFO"}, f"{armature.name} has the bones of {Path(self.filepath).name}")
        return {"FINISHED"}


CLASSES = (SPR_OT_save_row_bones, SPR_OT_load_row_bones)
