# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Refine From Selection: what is animated in the scene becomes a recording like a file's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import bpy

from .. import rigs
from ..formats import scene_clip
from ..scene import sample_points, sample_rigs
from ..scene.errors import SceneError
from ..scene.sampled_frames import scene_frames
from ..steps import Progress, Steps, as_part
from . import runner
from .driven import Driven
from .language import BoolProperty
from .log import report_error
from .preferences import BASE_PACKAGE
from .rig_tables import SPR_PG_bone_row, corrected, fill, keep_maps, label_of, map_for
from .stepped_job import SteppedJob

FOLDER = "selections"
_MOST_FRAMES = 100_000
_WIDTH = 420
NOTHING = "Select an animated armature, empties or a mesh whose vertex groups are markers"


class ReadingJob(SteppedJob):
    """Reads what was selected. path: the recording that came of it."""

    def __init__(
        self, scene: bpy.types.Scene, chosen: Sequence[bpy.types.Object], maps: dict[str, rigs.BoneMap]
    ) -> None:
        super().__init__(self._work())
        self.scene_uid = scene.session_uid
        self.uids = [one.session_uid for one in chosen]
        self.maps = maps
        self.frames = scene_frames(scene)
        self.path: Path | None = None

    def _work(self) -> Steps[None]:
        if not 0 < len(self.frames) <= _MOST_FRAMES:
            raise SceneError(f"The scene has {len(self.frames)} frames; choose a range up to {_MOST_FRAMES}.")
        scene = next(one for one in bpy.data.scenes if one.session_uid == self.scene_uid)
        chosen = [one for one in bpy.data.objects if one.session_uid in self.uids]
        name = "_".join(one.name for one in chosen[:3])
        sampled = yield from self._sampled(scene, chosen)
        self.writing = True
        yield Progress(0.95, "Reading the scene")
        self.path = _file(name, sampled)
        scene_clip.write_clip(sampled, self.path)
        yield Progress(1.0, "Done")

    def stands_on(self) -> Iterator[bpy.types.Object]:
        """What was selected."""
        return (one for one in bpy.data.objects if one.session_uid in self.uids)

    def _sampled(
        self, scene: bpy.types.Scene, chosen: Sequence[bpy.types.Object]
    ) -> Steps[list[rigs.Sampled]]:
        found: list[rigs.Sampled] = []
        armatures = [one for one in chosen if one.type == "ARMATURE"]
        if armatures:
            found += yield from as_part(
                sample_rigs.sample_rigs(scene, armatures, self.frames, self.maps), 0.0, 0.9
            )
            return found
        meshes = [one for one in chosen if one.type == "MESH"]
        for mesh in meshes:
            found += yield from as_part(sample_points.sample_mesh(scene, mesh, self.frames), 0.0, 0.9)
        if not meshes:
            found += yield from as_part(sample_points.sample_empties(scene, chosen, self.frames), 0.0, 0.9)
        return found


def _file(name: str, sampled: Sequence[rigs.Sampled]) -> Path:
    """Where the recording of a selection is kept: the same content goes to the same file. The refined person
    is called after it."""
    plain = re.sub(r"[^\w.+-]+", "_", name)[:60]
    path = f"{FOLDER}/{scene_clip.digest(sampled)[:8]}"
    folder = bpy.utils.extension_path_user(BASE_PACKAGE, path=path, create=True)
    return Path(folder) / f"{plain}_motion.npz"


def chosen_objects(context: bpy.types.Context) -> list[bpy.types.Object]:
    """What is read: the selected armatures; else meshes with vertex groups; else empties, with those below
    them and, of a collection that is active alone, all in it."""
    selected = list(context.selected_objects)
    armatures = [one for one in selected if one.type == "ARMATURE"]
    meshes = [one for one in selected if one.type == "MESH" and len(one.vertex_groups) > 5]
    if armatures or meshes:
        return armatures or meshes
    empties = {one.session_uid: one for one in selected if one.type == "EMPTY"}
    for one in list(empties.values()):
        empties |= {each.session_uid: each for each in one.children_recursive if each.type == "EMPTY"}
    if not empties and context.collection is not None and not selected:
        empties = {each.session_uid: each for each in context.collection.all_objects if each.type == "EMPTY"}
    return list(empties.values())


class SPR_OT_refine_from_selection(Driven, bpy.types.Operator):
    """Read what is animated in the scene as a recording: an armature of any program, empties, or a mesh whose
    vertex groups are markers. Constraints, drivers and NLA strips are taken in as they show, over the scene's
    frames. Then it is refined like a file"""

    bl_idname = "spr.refine_from_selection"
    bl_label = "Refine From Selection"
    bl_options = {"REGISTER", "UNDO"}
    job_kind = ReadingJob
    stopped = "Reading the scene was cancelled."

    refine: BoolProperty(
        name="Refine at Once",
        description="Refine what was read; otherwise it is opened, and Refine Pose refines it",
        default=True,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs something selected, and nothing running."""
        reason = "Refining is already running" if runner.current() is not None else ""
        reason = reason or ("" if chosen_objects(context) else NOTHING)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Show which bones were matched, to be put right before they are read."""
        rows = context.window_manager.spr_bone_rows
        rows.clear()
        for one in _armatures(context):
            fill(rows, one.name, map_for(context.scene, one)[0])
        return set(context.window_manager.invoke_props_dialog(self, width=_WIDTH))

    def draw(self, context: bpy.types.Context) -> None:
        """Each armature's table of bones."""
        layout = self.layout
        for one in _armatures(context):
            _draw_table(
                layout,
                context,
                one,
                [row for row in context.window_manager.spr_bone_rows if row.armature == one.name],
            )
        layout.prop(self, "refine")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read it; with a window in steps, that Esc ends."""
        job = ReadingJob(context.scene, chosen_objects(context), self._maps(context))
        if bpy.app.background or context.window is None:
            job.run()
            return self._finish(job, context.scene)
        runner.drive(context, job)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _maps(self, context: bpy.types.Context) -> dict[str, rigs.BoneMap]:
        """By name of the armature; what was corrected is remembered with the scene."""
        found, changed, rows = {}, {}, context.window_manager.spr_bone_rows
        for one in _armatures(context):
            bone_map, _ = map_for(context.scene, one)
            told = corrected(rows, one.name, bone_map)
            if told.joints:
                found[one.name] = told
            if told != bone_map:
                changed[one.name] = told
        if changed:
            keep_maps(context.scene, changed)
        rows.clear()
        return found

    def _finish(self, job: ReadingJob, scene: bpy.types.Scene | None) -> set[str]:
        if job.error or job.path is None or scene is None:
            report_error(self, job.error, job.details)
            return {"CANCELLED"}
        try:
            bpy.ops.spr.open_recording(filepath=str(job.path))
        except RuntimeError as error:
            report_error(self, str(error).removeprefix("Error: ").strip(), "")
            return {"CANCELLED"}
        scene.spr.first_frame = int(job.frames[0])  # where it was read
        if self.refine:
            return set(bpy.ops.spr.refine_pose("INVOKE_DEFAULT")) - {"RUNNING_MODAL", "PASS_THROUGH"} or {
                "FINISHED"
            }
        return {"FINISHED"}


def _armatures(context: bpy.types.Context) -> list[bpy.types.Object]:
    return [one for one in chosen_objects(context) if one.type == "ARMATURE"]


def _draw_table(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    armature: bpy.types.Object,
    rows: Sequence[SPR_PG_bone_row],
) -> None:
    bone_map, refusal = map_for(context.scene, armature)
    box = layout.box()
    head = box.row(align=True)
    head.label(text=_heading(armature.name, bone_map), icon="ARMATURE_DATA", translate=False)
    for operator, icon in (("load_row_bones", "FILE_FOLDER"), ("save_row_bones", "FILE_TICK")):
        head.operator(f"spr.{operator}", text="", icon=icon).armature = armature.name
    if refusal:
        box.label(text=refusal, icon="ERROR", translate=False)
    column = box.column(align=True)
    column.use_property_split = True
    for row in rows:
        line = column.row()
        line.alert = row.needed and not row.bone
        line.prop_search(row, "bone", armature.data, "bones", text=label_of(row.joint))


def _heading(name: str, bone_map: rigs.BoneMap) -> str:
    named = "bones found by name" if bone_map.confidence == 1.0 else "bones found by shape"
    whose = f"names of {bone_map.family}" if bone_map.family else named
    return f"{name}: {whose}, {bone_map.confidence:.0%} sure" if bone_map.joints else name


CLASSES = (SPR_OT_refine_from_selection,)
