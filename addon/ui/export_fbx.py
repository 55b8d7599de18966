# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Export the refined people to the files of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy_extras.io_utils import ExportHelper

from .. import scene as scene_package
from ..scene.clock import from_timeline
from ..steps import Progress, Steps
from ..words import plural
from ..writers.presets import PRESETS, Preset, preset_items
from . import runner
from .followed import person_before
from .language import BoolProperty, EnumProperty, IntProperty, StringProperty
from .opened_files import stem_of
from .refined import told_of_rate
from .results import refined_armatures
from .stepped_job import SteppedJob
from .told_job import Telling, ToldJob


class ExportJob(ToldJob):
    """Writing files, for which nothing in the scene is changed."""

    cancel = SteppedJob.cancel

    def __init__(self, path: str, people: list[bpy.types.Object], options: dict[str, Any]) -> None:
        super().__init__(self._work(path, people, options), people)

    def _work(self, path: str, people: list[bpy.types.Object], options: dict[str, Any]) -> Steps[None]:
        yield Progress(0.0, "Reading the motion")
        written = yield from scene_package.export_people.steps(path, people, **options)
        names = str(written[0]) if len(written) == 1 else ", ".join(file.name for file in written)
        scene = bpy.context.scene
        told = told_of_rate([person_before(scene, one) or one for one in people], scene)
        done = f"{plural(len(people), 'person')} exported to {names}"
        self.sentence, self.heed = ". ".join((done, *told)), bool(told)


class SPR_OT_export_fbx(Telling, bpy.types.Operator, ExportHelper):
    """Write the selected armatures to a file for another program, or all refined people when none is"""

    bl_idname = "spr.export_fbx"
    bl_label = "Export Animation"
    job_kind = ExportJob
    stopped = "The export was cancelled; no file is left that was not done."
    asked = False

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE", "HIDDEN"})
    filename_ext = ".fbx"
    filter_glob: StringProperty(default="*.fbx", options={"HIDDEN"})
    preset: EnumProperty(
        name="Preset",
        description="What the file is for: its kind, axes, unit, bone names and root",
        items=list(preset_items()),
    )
    rename: BoolProperty(
        name="Its Bone Names",
        description="Give the bones the names that the program knows. Otherwise they keep SMPL's",
        default=True,
    )
    in_place: BoolProperty(
        name="In Place",
        description="Keep the pelvis above the origin: the way over the floor is left out,"
        " height and turning stay",
    )
    mesh: BoolProperty(
        name="Body Mesh", description="Write the meshes that the armature moves as well", default=True
    )
    one_each: BoolProperty(
        name="One File Each",
        description="A file for each person, named after the armature. Most programs read one skeleton from a"
        " file, so all presets but Plain, Web and USD always do this",
    )
    use_range: BoolProperty(
        name="Part", description="Write these frames of the scene. Otherwise all frames that have keys"
    )
    frame_start: IntProperty(name="First", description="First frame of the scene to write", default=1)
    frame_end: IntProperty(name="Last", description="Last frame of the scene to write", default=250)
    use_file_start: BoolProperty(
        name="Set File Start",
        description="Number the file's frames anew. Otherwise they are the scene's in Plain and USD, and"
        " start at 0 for all others",
    )
    file_start: IntProperty(
        name="File Start",
        description="Number of the first frame in the file. Blender's own import adds 1 to it, other programs"
        " do not: what starts at frame 0 of the file is back at frame 1",
        default=0,
        min=0,
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person or a selected armature, and nothing running."""
        if runner.current() is not None:
            cls.poll_message_set("Refining is already running")
            return False
        if not refined_armatures(context.scene) and not _selected(context):
            cls.poll_message_set("Refine a recording first: this scene holds no refined person")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask where to; the recording's name is the first suggestion."""
        source = context.scene.spr.source
        if not self.filepath and source:
            folder = Path(bpy.data.filepath or source).parent
            self.filepath = str(folder / f"{stem_of(context.scene.spr, source)}{self._wanted.suffix}")
        if not self.use_range:
            self.frame_start, self.frame_end = context.scene.frame_start, context.scene.frame_end
        self._follow_preset()
        self.asked = True
        return ExportHelper.invoke(self, context, event)

    def check(self, context: bpy.types.Context) -> bool:
        """The file's name ends as the preset wants it; the browser shows such files."""
        self._follow_preset()
        before = self.filepath
        path = Path(self.filepath)
        if path.suffix.lower() in {preset.suffix for preset in PRESETS.values()}:
            self.filepath = str(path.with_suffix(self._wanted.suffix))
        return ExportHelper.check(self, context) or self.filepath != before

    @property
    def _wanted(self) -> Preset:
        return PRESETS[self.preset]

    def _follow_preset(self) -> None:
        self.filename_ext = self._wanted.suffix
        self.filter_glob = f"*{self._wanted.suffix}"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file: after the file browser in steps, else all at once."""
        asked, self.asked = self.asked, False
        return Telling.invoke(self, context, None) if asked else Telling.execute(self, context)

    def job(self, context: bpy.types.Context) -> ExportJob:
        """Writing who is selected, or all."""
        chosen = _selected(context) or refined_armatures(context.scene)
        path = bpy.path.ensure_ext(bpy.path.abspath(self.filepath), self._wanted.suffix)
        return ExportJob(path, chosen, self._options(context.scene))

    def draw(self, _context: bpy.types.Context) -> None:
        """Options beside the file browser."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "preset")
        column = layout.column(heading="Take", translate=False)
        renames = column.row()
        renames.active = bool(self._wanted.bones)
        renames.prop(self, "rename")
        meshes = column.row()
        meshes.active = self._wanted.has_meshes
        meshes.prop(self, "mesh")
        layout.column(heading="Motion", translate=False).prop(self, "in_place")
        people = layout.column(heading="People", translate=False)
        people.active = not self._wanted.one_each
        people.prop(self, "one_each")
        layout.column(heading="Frames", translate=False).prop(self, "use_range")
        column = layout.column(align=True)
        column.active = self.use_range
        column.prop(self, "frame_start")
        column.prop(self, "frame_end")
        row = layout.row(heading="File Start", translate=False)
        row.prop(self, "use_file_start", text="")
        field = row.row()
        field.active = self.use_file_start
        field.prop(self, "file_start", text="")

    def _options(self, scene: bpy.types.Scene) -> dict[str, Any]:
        first, last = (
            round(from_timeline(scene, float(frame))) for frame in (self.frame_start, self.frame_end)
        )
        return {
            "preset": self.preset,
            "rename": self.rename,
            "in_place": self.in_place,
            "mesh": self.mesh,
            "one_each": self.one_each,
            "frame_start": first if self.use_range else None,
            "frame_end": last if self.use_range else None,
            "file_start": self.file_start if self.use_file_start else None,
        }


def _selected(context: bpy.types.Context) -> list[bpy.types.Object]:
    """Armatures of any make: a character that took over a motion is written like a person."""
    layer = context.view_layer
    return [ob for ob in layer.objects if ob.type == "ARMATURE" and ob.select_get(view_layer=layer)]


CLASSES = (SPR_OT_export_fbx,)
