"""Whether the open recording holds hands, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from .. import refiner
from ..recording import Person, Recording
from .hints import peek
from .people import chosen_people

NONE_FOUND = "No hands in this file: fingers stay as the body's hand is."
FROM_POSES = "The fingers of the file are kept as they are; there are no points of hands to refine them to."


def draw_hands(
    layout: bpy.types.UILayout,
    settings: bpy.types.PropertyGroup,
    say: Callable[[bpy.types.UILayout, str], None],
) -> None:
    """The switch and how far the points are followed; a sentence where there is nothing to follow."""
    found = peek(settings)
    people = chosen_people(settings, found) if isinstance(found, Recording) else ()
    points = any(refiner.has_hands(person.keypoints) for person in people)
    row = layout.row(heading="Hands")
    row.enabled = not people or points or any(map(_has_fingers, people))
    row.prop(settings.controls, "hands", text="")
    strength = row.row()
    strength.enabled = settings.controls.hands and (points or not people)
    strength.prop(settings.controls, "hand_strength", text="", slider=True)
    if people and not points:
        say(layout, FROM_POSES if any(map(_has_fingers, people)) else NONE_FOUND)


def _has_fingers(person: Person) -> bool:
    return person.poses is not None and person.poses.hands is not None
