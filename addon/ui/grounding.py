"""Put on Floor and Level: a refined person as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy
import numpy as np

from ..motion import Motion
from ..scene import SceneError
from ..scene.placing import check_movable, motion_in_world, place
from ..scene.units import metres
from .camera import follow_people
from .quality import shown_person
from .results import refined_armatures

if TYPE_CHECKING:
    from ..refiner.result.grounding import Grounding

SMALL_MM, SMALL_DEGREES = 1.0, 0.3


Find = Callable[[Motion], "Grounding"]


class SPR_OT_put_on_floor(bpy.types.Operator):
    """Raise or lower the refined person as a whole so that its floor, or its soles where none was found,
    lie at Z = 0. Keys stay; the object moves; its keypoints and the camera that filmed it come along"""

    bl_idname = "spr.put_on_floor"
    bl_label = "Put on Floor"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person."""
        return _poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Move them, and say by how much."""
        from ..refiner.result.grounding import on_floor

        return _ground(self, context, on_floor)


class SPR_OT_level(bpy.types.Operator):
    """Turn the refined person as a whole so that the floor under its feet is level, or its standing body
    upright where the feet stay in one place and it leans by more than 15°. Keys stay; the object turns"""

    bl_idname = "spr.level"
    bl_label = "Level"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a refined person."""
        return _poll(cls, context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Turn them, and say by how much."""
        from ..refiner.result.grounding import level

        return _ground(self, context, level)


def _poll(operator: type[bpy.types.Operator], context: bpy.types.Context) -> bool:
    if shown_person(context) is None:
        operator.poll_message_set("Refine a recording first")
        return False
    return True


def _ground(operator: bpy.types.Operator, context: bpy.types.Context, find: Find) -> set[str]:
    """The active refined person, or all that are selected."""
    told = []
    context.view_layer.update()  # where a script has just moved the object
    try:
        people = _people(context)
        for person in people:
            check_movable(person)
        grounds = [(person, find(motion_in_world(person, context.scene))) for person in people]
        for person, found in grounds:
            place(person, found.turn, found.places(np.zeros(3)) / metres(context.scene))
            told.append(_sentence(person.name, found))
    except SceneError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    context.view_layer.update()
    follow_people(context.scene)
    operator.report({"INFO"}, " ".join(told))
    return {"FINISHED"}


def _people(context: bpy.types.Context) -> list[bpy.types.Object]:
    people = refined_armatures(context.scene)
    selected = [ob for ob in people if ob.select_get()]
    shown = shown_person(context)
    return selected if shown in selected else [shown]


def _sentence(name: str, found: Grounding) -> str:
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
