# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Quality of a refined person: measures over the clip, worst frames, before and after, what is estimated."""

from __future__ import annotations

import bpy
import numpy as np

from ..scene import kept_before, refined, versions
from ..scene.clock import go_to, on_timeline, places_on_timeline
from ..scene.errors import SceneError
from ..scene.peaks import peaks
from ..scene.timing import scene_rate
from ..words import plural
from .graph import Series
from .language import EnumProperty, IntProperty
from .measures import UNITS, has_to_look, series_of
from .moved_keys import follow_moved_keys
from .results import refined_armatures

APART = 0.5
"""Seconds between two peaks that count as different."""

WORST_ITEMS = [
    ("PREVIOUS", "Worse", "Go to the next larger peak of what the graph shows"),
    ("WORST", "Worst Frame", "Go to the worst frame of the clip, by what the graph shows"),
    ("NEXT", "Next Worse", "Go to the next smaller peak of what the graph shows, half a second or more away"),
]
VERSION_ITEMS = [
    ("BEFORE", "Before", "Show the motion as the file holds it, as an action of its own"),
    ("FREE", "Free Feet", "Show the refined motion before its feet were held, as an action of its own"),
    ("AFTER", "After", "Show the refined motion, with its feet held as asked and your own edits"),
]


def version_of(item: str) -> str | None:
    """What an item is on the armature."""
    return {"BEFORE": refined.BEFORE, "FREE": refined.FREE, "AFTER": None}[item]


def shown_person(context: bpy.types.Context) -> bpy.types.Object | None:
    """The refined person that the panel is about: the active one (or the one whose body is active), else
    the first."""
    people = refined_armatures(context.scene)
    active = context.view_layer.objects.active
    near = (active, active.parent) if active is not None else ()
    return next((ob for ob in near if ob in people), people[0] if people else None)


class SPR_OT_go_to_worst(bpy.types.Operator):
    """Go to the frame where the measure that the graph shows is at its worst, or to the next one"""

    bl_idname = "spr.go_to_worst"
    bl_label = "Go to Worst Frame"
    bl_options = {"UNDO_GROUPED"}

    which: EnumProperty(name="Which", items=WORST_ITEMS, options={"SKIP_SAVE"})

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """What the button does."""
        return _description(WORST_ITEMS, properties.which)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person and the measure."""
        return _measured(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the scene's frame."""
        scene, measure = context.scene, context.scene.spr.quality.measure
        series = series_of(shown_person(context), measure)
        assert series is not None
        found = peaks(series.seen.frames, series.seen.values, APART * scene_rate(scene))
        here = np.flatnonzero(places_on_timeline(scene, found) == scene.frame_current)
        step = {"WORST": 0, "NEXT": 1, "PREVIOUS": -1}[self.which]
        place = (int(here[0]) + step) % len(found) if step and len(here) else 0
        frame = float(found[place])
        shown = go_to(scene, frame)
        value = np.interp(frame, series.frames, series.values)
        name = "the worst" if place == 0 else f"the {_ordinal(place + 1)} worst"
        told = UNITS[measure].written(float(value))
        self.report({"INFO"}, f"Frame {shown}: {told}, {name} of {plural(len(found), 'peak')}")
        return {"FINISHED"}


class SPR_OT_go_to_stretch(bpy.types.Operator):
    """Go to the worst frame of this part of the clip"""

    bl_idname = "spr.go_to_stretch"
    bl_label = "Go to Part of the Clip"
    bl_options = {"UNDO_GROUPED"}

    part: IntProperty(name="Part", min=0, options={"SKIP_SAVE"})
    parts: IntProperty(name="Parts", min=1, default=1, options={"SKIP_SAVE"})

    @classmethod
    def description(cls, context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """Which frame that is."""
        measure, person = context.scene.spr.quality.measure, shown_person(context)
        series = None if person is None else series_of(person, measure)
        if series is None:
            return str(cls.__doc__)
        frame, value = series.stretches(properties.parts)[min(properties.part, properties.parts - 1)]
        known = "nothing was seen" if np.isnan(value) else UNITS[measure].written(value)
        shown = round(on_timeline(context.scene, frame))
        return f"Go to frame {shown}, the worst of this part of the clip: {known}"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person and the measure."""
        return _measured(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the scene's frame."""
        series = series_of(shown_person(context), context.scene.spr.quality.measure)
        assert series is not None
        go_to(context.scene, series.stretches(self.parts)[min(self.part, self.parts - 1)][0])
        return {"FINISHED"}


def fit_error(armature: bpy.types.Object) -> Series | None:
    """The fit error of the animation that the armature has now; None where it knows none."""
    return series_of(armature, "FIT")


def _measured(operator: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    measure, person = context.scene.spr.quality.measure, shown_person(context)
    if person is not None and series_of(person, measure) is not None:
        return True
    told = "There is no animation to measure: refine a recording first"
    if measure == "FIT":
        told = "There is no fit error: refine a recording with keypoints first"
    elif person is not None and has_to_look(person, measure):
        told = "IK controls move this person: press Measure first"
    operator.poll_message_set(told)
    return False


class SPR_OT_show_version(bpy.types.Operator):
    """Show the person's motion before or after refining, or before its feet were held; each is an action of
    its own"""

    bl_idname = "spr.show_version"
    bl_label = "Show Before or After"
    bl_options = {"REGISTER", "UNDO"}

    which: EnumProperty(name="Which", items=VERSION_ITEMS, options={"SKIP_SAVE"})

    @classmethod
    def description(cls, _context: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        """What the button does."""
        return _description(VERSION_ITEMS, properties.which)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a person with both."""
        person = shown_person(context)
        aside = person is not None and any(
            kept_before.has_version(person, version) for version in refined.ASIDE
        )
        if person is None or (not aside and versions.versions(person)[1] is None):
            cls.poll_message_set("Refine a recording that holds poses first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the armature's action."""
        person = shown_person(context)
        assert person is not None
        follow_moved_keys([person])
        try:
            versions.show(person, version_of(self.which))
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


def _description(items: list[tuple[str, str, str]], which: str) -> str:
    return next(text for identifier, _, text in items if identifier == which)


def _ordinal(number: int) -> str:
    """'2nd', '3rd', '11th', '21st'."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


CLASSES = (SPR_OT_go_to_worst, SPR_OT_go_to_stretch, SPR_OT_show_version)
