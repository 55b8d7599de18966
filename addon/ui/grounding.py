"""Put on Floor and Level: a refined person as a whole."""

from __future__ import annotations

import bpy
import numpy as np

from ..refiner import grounding
from ..scene import SceneError
from ..scene.placing import motion_in_world, place
from .quality import shown_person
from .results import refined_armatures

SMALL_MM, SMALL_DEGREES = 1.0, 0.3


class Grounder:
    """Both operators: of the active refined person, or of all that are selected."""

    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person."""
        if shown_person(context) is None:
            cls.poll_message_set("Refine a recording first")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Move them, and say by how much."""
        told = []
        context.view_layer.update()  # where a script has just moved the object
        try:
            for person in _people(context):
                motion = motion_in_world(person, context.scene)
                found = self.find(motion)
                origin = found.places(np.zeros(3))
                place(person, found.turn, origin)
                told.append(_sentence(person.name, found))
        except SceneError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        self.report({"INFO"}, " ".join(told))
        return {"FINISHED"}


class SPR_OT_put_on_floor(Grounder, bpy.types.Operator):
    """Raise or lower the refined person as a whole so that its soles touch the floor (Z = 0). Keys stay as
    they are; the object moves, and its keypoints come along"""

    bl_idname = "spr.put_on_floor"
    bl_label = "Put on Floor"

    find = staticmethod(grounding.on_floor)


class SPR_OT_level(Grounder, bpy.types.Operator):
    """Turn the refined person as a whole so that the floor under its feet is level, or its standing body
    upright
    where the feet stay in one place. Keys stay as they are; the object turns"""

    bl_idname = "spr.level"
    bl_label = "Level"

    find = staticmethod(grounding.level)


def _people(context: bpy.types.Context) -> list[bpy.types.Object]:
    people = refined_armatures(context.scene)
    selected = [ob for ob in people if ob.select_get()]
    shown = shown_person(context)
    return selected if shown in selected else [shown]


def _sentence(name: str, found: grounding.Grounding) -> str:
    raised = 1000.0 * found.step
    parts = [f"turned by {found.degrees:.1f}°"] if found.degrees > SMALL_DEGREES else []
    if abs(raised) >= SMALL_MM:
        parts.append(f"{'raised' if raised > 0 else 'lowered'} by {abs(raised):.0f} mm")
    return f"{name} was {' and '.join(parts)}." if parts else f"{name} stands level on the floor already."


def draw_grounding(layout: bpy.types.UILayout) -> None:
    """The two buttons side by side."""
    row = layout.row(align=True)
    row.operator("spr.put_on_floor", icon="TRIA_DOWN_BAR")
    row.operator("spr.level", icon="ORIENTATION_GLOBAL")


CLASSES = (SPR_OT_put_on_floor, SPR_OT_level)
