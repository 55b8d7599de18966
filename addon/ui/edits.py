# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Working on a result by hand: spread an edit, edit on a layer of one's own, thin out keys."""

from __future__ import annotations

from typing import Any

import bpy

from ..scene import blend_edit, contacts, edit_layer, edits, reduce_keys
from ..scene import refined as scene_refined
from ..scene.clock import frame_shown
from ..scene.errors import SceneError
from ..steps import Steps
from ..words import plural
from . import runner
from .describe import bones_listed
from .language import FloatProperty, IntProperty
from .quality import shown_person
from .rig_job import Rigging


class _OnPerson(Rigging):
    """What all of these need: a refined person that can be changed. Long clips on IK controls are
    read frame by frame, which takes its time."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        """Needs a refined person of this file."""
        reason = why_unchangeable(shown_person(context))
        if reason:
            cls.poll_message_set(reason)
        return not reason


class SPR_OT_blend_edit(_OnPerson, bpy.types.Operator):
    """Spread the edits of one frame."""

    bl_idname = "spr.blend_edit"
    bl_label = "Blend Edit"
    bl_description = (
        "Spread the changed keys of the current frame over the frames before and after, smoothly."
        " In Pose Mode: those of the selected bones"
    )

    frames: IntProperty(
        name="Frames", description="How many frames before and after are taken along", default=10, min=1
    )

    def change(self, person: bpy.types.Object) -> Steps[str]:
        """Spread the offset of one frame."""
        frame, bones = round(frame_shown(bpy.context.scene)), _selected_bones(bpy.context, person)
        if edit_layer.has_edit_layer(person):
            names = edit_layer.blend_layer_edit(person, frame, self.frames, bones)
        else:
            names = yield from blend_edit.blend_edit.steps(person, frame, self.frames, bones)
        over = plural(self.frames, "frame")
        return f"The edit of {bones_listed(names)} at frame {frame} eases over {over}."


class SPR_OT_add_edit_layer(_OnPerson, bpy.types.Operator):
    """Edit above the refined motion."""

    bl_idname = "spr.add_edit_layer"
    bl_label = "Add Edit Layer"
    bl_description = (
        "Put the refined action on an NLA track and a new, empty action above it."
        " What is keyed there is combined with the refined motion and stays when the person is refined again"
    )

    def change(self, person: bpy.types.Object) -> Steps[str]:
        """Push down, add."""
        yield None
        layer = edit_layer.add_edit_layer(person)
        return f"Keys now go to the action {layer.name}, above the refined one."


class SPR_OT_reduce_keys(_OnPerson, bpy.types.Operator):
    """Thin out keys."""

    bl_idname = "spr.reduce_keys"
    bl_label = "Reduce Keys"
    bl_description = (
        "Remove the keys that the motion does not need within a tolerance. Ends and turning points stay."
        " Refining again writes a key on every frame"
    )

    degrees: FloatProperty(
        name="Degrees",
        description="How far any bone may turn from where it is",
        default=1.0,
        min=0.0,
        step=10,
    )
    millimetres: FloatProperty(
        name="Millimetres",
        description="How far any joint may move",
        default=10.0,
        min=0.0,
        step=50,
        precision=1,
    )

    asked = False

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the tolerances."""
        self.asked = True
        return set(context.window_manager.invoke_props_dialog(self))

    def execute(self, context: bpy.types.Context) -> set[str]:
        """After the question as a click does it, else all at once."""
        asked, self.asked = self.asked, False
        return super().invoke(context, None) if asked else super().execute(context)

    def change(self, person: bpy.types.Object) -> Steps[str]:
        """Thin out, measure."""
        done = yield from reduce_keys.reduce_keys.steps(person, self.degrees, self.millimetres)
        return (
            f"{plural(done.before, 'key')} became {done.after:,}; the motion is off by"
            f" {done.degrees:.2f}° and {done.millimetres:.1f} mm at most."
        )


class SPR_OT_forget_edits(_OnPerson, bpy.types.Operator):
    """Hold edits no longer."""

    bl_idname = "spr.forget_edits"
    bl_label = "Forget Edits"
    bl_description = (
        "Let the next run replace the keys that you have changed; until then they stay."
        " In Pose Mode: those of the selected bones"
    )

    def change(self, person: bpy.types.Object) -> Steps[str]:
        """Take the marks off."""
        bones = _selected_bones(bpy.context, person)
        names = yield from edits.forget_edits.steps(person, bones)
        if bones is None and contacts.forget_contact_edits(person):
            names.append("contacts and floor")
        if not names:
            raise SceneError("No key has been changed since the last run; there is nothing to forget.")
        return f"The next run may replace the edits of {bones_listed(names)}."


def why_unchangeable(person: bpy.types.Object | None) -> str:
    """Why a person's animation can't be changed now; "" where it can."""
    if runner.current() is not None:
        return "Refining is already running"
    if person is None:
        return "Refine a recording first"
    refined = scene_refined.refined_animation(person)
    if not person.is_editable or (refined is not None and not refined.action.is_editable):
        return "This person is linked from another file and can't be changed"
    return ""


def _selected_bones(context: bpy.types.Context, person: bpy.types.Object) -> list[str] | None:
    """Names of the person's selected bones in Pose Mode; None elsewhere, or where none is selected."""
    if context.mode != "POSE":
        return None
    chosen = [bone.name for bone in context.selected_pose_bones or () if bone.id_data == person]
    return chosen or None


CLASSES = (SPR_OT_blend_edit, SPR_OT_add_edit_layer, SPR_OT_reduce_keys, SPR_OT_forget_edits)
