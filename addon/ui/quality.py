# mypy: disable-error-code="valid-type"
# bpy reads properties from annotations that are calls; mypy knows no such thing.
"""Quality of a refined person: fit error over the clip, worst frames, before and after, what is estimated."""

from __future__ import annotations

import bpy
import numpy as np
from bpy.props import EnumProperty

from ..scene import FIT_ERROR, SceneError, scene_rate
from ..scene.layers import read_figure
from ..scene.peaks import peaks
from ..scene.versions import show_version, versions
from .graph import Series
from .results import refined_armatures

APART = 0.5
"""Seconds between two peaks that count as different."""

WORST_ITEMS = [
    ("WORST", "Worst Frame", "Go to the frame with the largest fit error of the clip"),
    ("NEXT", "Next Worse", "Go to the next smaller peak of the fit error, half a second or more away"),
]
VERSION_ITEMS = [
    ("BEFORE", "Before", "Show the motion as the file holds it. It is an action of its own and is kept"),
    ("AFTER", "After", "Show the refined motion, with your own edits"),
]


def shown_person(context: bpy.types.Context) -> bpy.types.Object | None:
    """The refined person that the panel is about: the active one (or the one whose body is active), else
    the first."""
    people = refined_armatures(context.scene)
    active = context.view_layer.objects.active
    near = (active, active.parent) if active is not None else ()
    return next((ob for ob in near if ob in people), people[0] if people else None)


def fit_error(armature: bpy.types.Object) -> Series | None:
    """The fit error of the animation that the armature plays now, pushed down to the NLA or not; None where
    that knows none."""
    found = read_figure(armature, f'["{FIT_ERROR}"]')
    return None if found is None else Series(*found)


class SPR_OT_go_to_worst(bpy.types.Operator):
    """Go to the frame where the body is farthest from the keypoints, or to the next worse one"""

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
        """Needs a refined person with a fit error."""
        person = shown_person(context)
        if person is None or fit_error(person) is None:
            cls.poll_message_set("There is no fit error: refine a recording with keypoints first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the scene's frame."""
        scene, series = context.scene, fit_error(shown_person(context))
        assert series is not None
        found = peaks(series.seen.frames, series.seen.values, APART * scene_rate(scene))
        here = np.flatnonzero(found == scene.frame_current)
        place = (int(here[0]) + 1) % len(found) if self.which == "NEXT" and len(here) else 0
        frame = int(found[place])
        scene.frame_set(frame)
        value = np.interp(frame, series.frames, series.values)
        name = "the worst" if place == 0 else f"the {_ordinal(place + 1)} worst"
        self.report({"INFO"}, f"Frame {frame}: {value:.0f} mm, {name} of {len(found)} peaks")
        return {"FINISHED"}


class SPR_OT_show_version(bpy.types.Operator):
    """Show the person's motion before or after refining; each is an action of its own"""

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
        if person is None or (versions(person)[0] is None and versions(person)[1] is None):
            cls.poll_message_set("Refine a recording that holds poses first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Change the armature's action."""
        try:
            show_version(shown_person(context), before=self.which == "BEFORE")
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


CLASSES = (SPR_OT_go_to_worst, SPR_OT_show_version)
