"""Put on Floor and Level: a refined person as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import bpy
import numpy as np

from ..motion import Motion
from ..scene import placing, takes
from ..scene.units import metres
from ..steps import Steps, as_part
from . import runner
from .camera import follow_people
from .quality import shown_person
from .results import refined_armatures
from .told_job import Telling, ToldJob

if TYPE_CHECKING:
    from ..refiner.result.grounding import Grounding

SMALL_MM, SMALL_DEGREES = 1.0, 0.3


Find = Callable[[Motion], "Grounding"]


class GroundJob(ToldJob):
    """Moving people as a whole, all of them at the end."""

    def __init__(self, context: bpy.types.Context, find: Find) -> None:
        people = _people(context)
        super().__init__(self._work(context.scene, people, find), people)

    def _work(self, scene: bpy.types.Scene, people: list[bpy.types.Object], find: Find) -> Steps[None]:
        bpy.context.view_layer.update()  # where a script has just moved the object
        for person in people:
            placing.check_movable(person)
        grounds = []
        for number, person in enumerate(people):
            reading = placing.motion_in_world.steps(person, scene)
            motion = yield from as_part(
                reading, number * takes.READING / len(people), takes.READING / len(people)
            )
            grounds.append(find(motion))
        told = []
        for person, found in zip(people, grounds, strict=True):
            placing.place(person, found.turn, found.places(np.zeros(3)) / metres(scene))
            told.append(_sentence(person.name, found))
        bpy.context.view_layer.update()
        follow_people(scene)
        self.sentence = " ".join(told)


class _Grounding(Telling):
    """What both operators share. The active refined person, or all that are selected."""

    bl_options = {"REGISTER", "UNDO"}
    job_kind = GroundJob
    stopped = "It was cancelled; nobody was moved."

    @classmethod
    def poll(cls: Any, context: bpy.types.Context) -> bool:
        """Needs a refined person, and nothing running."""
        reason = "" if shown_person(context) else "Refine a recording first"
        reason = reason if runner.current() is None else "Refining is already running"
        if reason:
            cls.poll_message_set(reason)
        return not reason


class SPR_OT_put_on_floor(_Grounding, bpy.types.Operator):
    """Raise or lower the refined person as a whole so that its floor, or its soles where none was found,
    lie at Z = 0. Keys stay; the object moves; its keypoints and the camera that filmed it come along"""

    bl_idname = "spr.put_on_floor"
    bl_label = "Put on Floor"

    def job(self, context: bpy.types.Context) -> GroundJob:
        """Moving them up or down."""
        from ..refiner.result.grounding import on_floor

        return GroundJob(context, on_floor)


class SPR_OT_level(_Grounding, bpy.types.Operator):
    """Turn the refined person as a whole so that the floor under its feet is level, or its standing body
    upright where the feet stay in one place and it leans by more than 15°. Keys stay; the object turns"""

    bl_idname = "spr.level"
    bl_label = "Level"

    def job(self, context: bpy.types.Context) -> GroundJob:
        """Turning them."""
        from ..refiner.result.grounding import level

        return GroundJob(context, level)


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
