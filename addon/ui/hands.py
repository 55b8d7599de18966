"""Whether the open recording holds hands, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ..recording import Person, Recording
from ..refiner import has_hands
from .hints import peek
from .people import chosen_people

NONE_FOUND = "No hands in this file: fingers stay as the body's hand is."
AT_EASE = "No hands in this file: the finger bones lie relaxed, for you to pose."
CODED = (
    "The file's hands are components, which an SMPL-H or SMPL-X file decodes: choose yours as SMPL File below."
)
FROM_POSES = "The fingers of the file are kept as they are; there are no points of hands to refine them to."


def draw_hands(
    layout: bpy.types.UILayout,
    settings: bpy.types.PropertyGroup,
    say: Callable[[bpy.types.UILayout, str], None],
) -> None:
    """The switch and how far the points are followed; a sentence where there is nothing to follow."""
    found = peek(settings)
    people = chosen_people(settings, found) if isinstance(found, Recording) else ()
    points = any(has_hands(person.keypoints) for person in people)
    coded = any(map(_has_coded, people))
    held = points or coded or any(map(_has_fingers, people))
    row = layout.row(heading="Hands")
    row.enabled = not people or held or settings.controls.finger_bones
    row.prop(settings.controls, "hands", text="")
    strength = row.row()
    strength.enabled = settings.controls.hands and (points or not people)
    strength.prop(settings.controls, "hand_strength", text="", slider=True)
    if people and not held:
        layout.prop(settings.controls, "finger_bones")
    if people and not points:
        say(layout, _sentence(settings, held, coded))


def _sentence(settings: bpy.types.PropertyGroup, held: bool, coded: bool) -> str:
    """What becomes of fingers that no points tell."""
    if coded and not settings.body.path:
        return CODED
    if held:
        return FROM_POSES
    return AT_EASE if settings.controls.finger_bones and settings.controls.hands else NONE_FOUND


def _has_fingers(person: Person) -> bool:
    return person.poses is not None and person.poses.hands is not None


def _has_coded(person: Person) -> bool:
    """Whether only a model file tells the fingers, none of which the poses hold."""
    poses = person.poses
    return poses is not None and poses.hands is None and poses.coded is not None
