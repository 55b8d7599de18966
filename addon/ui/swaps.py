# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Left and right of a person's keypoints, exchanged by hand from one frame to another."""

from __future__ import annotations

import bpy

from ..recording import Person, Recording
from ..scene.clock import from_timeline
from .drawn_text import draw_message
from .hints import changed, peek
from .language import IntProperty, StringProperty
from .moments import number_shown
from .moved_keys import follow_all
from .panels import Panel, draw_properties
from .people import chosen_people
from .quality import shown_person
from .results import PERSON_KEY
from .swap_group import SPR_PG_swap


class SPR_OT_swap_sides(bpy.types.Operator):
    """Exchange left and right of a person's recorded keypoints from one frame to another, where the tracker
    took one for the other. Refine again to bring it to the armature"""

    bl_idname = "spr.swap_sides"
    bl_label = "Swap Left/Right"
    bl_options = {"REGISTER", "UNDO"}

    person_id: StringProperty(name="Person", description="Whose keypoints; empty: the active person's")
    first: IntProperty(name="From", description="First frame of the scene to exchange")
    last: IntProperty(name="To", description="Last frame of the scene to exchange")

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs keypoints that have sides."""
        reason = _why_not(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the frames, beginning with the current one, and whose they are."""
        if not self.properties.is_property_set("first"):
            self.first = self.last = context.scene.frame_current
        recording = peek(context.scene.spr)
        person = _person(context, recording, self.person_id) if isinstance(recording, Recording) else None
        self.person_id = "" if person is None else person.id
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context: bpy.types.Context) -> None:
        """The frames; whose they are is no question where there is one person."""
        column = draw_properties(self.layout)
        if len(context.scene.spr.people) > 1:
            column.prop(self, "person_id")
        column.prop(self, "first")
        column.prop(self, "last")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remember the stretch, and read the recording with it."""
        settings = context.scene.spr
        recording = peek(settings)
        person = _person(context, recording, self.person_id) if isinstance(recording, Recording) else None
        if person is None or not isinstance(recording, Recording):
            self.report({"ERROR"}, f"There is no person {self.person_id} with keypoints; choose another.")
            return {"CANCELLED"}
        if self.first > self.last:
            self.report({"ERROR"}, "The first frame lies after the last one; swap them.")
            return {"CANCELLED"}
        scene = context.scene
        follow_all(scene)
        ends = (from_timeline(scene, float(frame)) for frame in (self.first, self.last))
        frames = [number_shown(scene, recording, person, frame) for frame in ends]
        if frames[1] < person.frame_ids[0] or frames[0] > person.frame_ids[-1]:
            self.report({"ERROR"}, f"Person {person.id} is not in these frames; choose others.")
            return {"CANCELLED"}
        entry = settings.swaps.add()
        entry.person_id, entry.first, entry.last = person.id, *frames
        changed(settings, context)
        self.report({"INFO"}, f"{stretch(entry)}: refine again to bring it to the armature")
        return {"FINISHED"}


class SPR_OT_remove_swap(bpy.types.Operator):
    """Take back this exchange of left and right"""

    bl_idname = "spr.remove_swap"
    bl_label = "Remove Swap"
    bl_options = {"REGISTER", "UNDO"}

    place: IntProperty(name="Place", options={"SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget it, and read the recording without it."""
        settings = context.scene.spr
        if not 0 <= self.place < len(settings.swaps):
            return {"CANCELLED"}
        settings.swaps.remove(self.place)
        changed(settings, context)
        return {"FINISHED"}


class SPR_PT_swaps(Panel, bpy.types.Panel):
    """Frames in which the tracker took left for right."""

    bl_idname = "SPR_PT_swaps"
    bl_label = "Left and Right"
    bl_parent_id = "SPR_PT_source"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There must be keypoints."""
        recording = peek(context.scene.spr)
        return isinstance(recording, Recording) and any(one.keypoints for one in recording.people)

    def draw(self, context: bpy.types.Context) -> None:
        """What was found, the switch, what was exchanged by hand."""
        settings, recording = context.scene.spr, peek(context.scene.spr)
        assert isinstance(recording, Recording)
        for sentence in recording.exchanged:
            draw_message(self.layout, context, sentence, "INFO")
        self.layout.prop(settings, "keep_sides")
        for place, entry in enumerate(settings.swaps):
            row = self.layout.row(align=True)
            row.label(text=stretch(entry), translate=False)
            row.operator("spr.remove_swap", text="", icon="X").place = place
        self.layout.operator("spr.swap_sides", text="Swap Left/Right…", icon="MOD_MIRROR")


def stretch(entry: SPR_PG_swap) -> str:
    """'Person 0, frames 12 to 20'."""
    where = f"frame {entry.first}" if entry.first == entry.last else f"frames {entry.first} to {entry.last}"
    return f"Person {entry.person_id}, {where}"


def _person(context: bpy.types.Context, recording: Recording, person_id: str) -> Person | None:
    """This one, or who is refined and active, or the first with a tick; only with keypoints."""
    active = shown_person(context)
    wanted = person_id or (str(active[PERSON_KEY]) if active is not None else "")
    people = [one for one in recording.people if one.keypoints is not None]
    ticked = [one for one in chosen_people(context.scene.spr, recording) if one.keypoints is not None]
    found = next((one for one in people if one.id == wanted), None)
    return found if found is not None or person_id else next(iter(ticked), None)


def _why_not(context: bpy.types.Context) -> str:
    recording = peek(context.scene.spr)
    if not isinstance(recording, Recording):
        return "Open a recording first"
    if _person(context, recording, "") is None:
        return "The recording has no keypoints whose sides could be exchanged"
    return ""


CLASSES = (SPR_OT_swap_sides, SPR_OT_remove_swap, SPR_PT_swaps)
