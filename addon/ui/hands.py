"""Whether the open recording holds hands, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np

from .. import refiner
from ..body import hands
from ..recording import Keypoints, Person, Recording
from .hints import peek
from .people import chosen_people

_KEPT = 16
_SEEN: list[tuple[Keypoints, tuple[bool, bool]]] = []
"""Which hands the keypoints of people hold, the latest last."""
FOUND = "Points of {} found."
NONE_FOUND = "No hands in this file: fingers stay as the body's hand is."
AT_EASE = "No hands in this file: the finger bones lie relaxed, for you to pose."
CODED = "The file's hands are components: choose your SMPL-H or SMPL-X file as SMPL File, which decodes them."
FROM_POSES = "The fingers of the file are kept as they are; there are no points of hands to refine them to."


def draw_hands(
    layout: bpy.types.UILayout,
    settings: bpy.types.PropertyGroup,
    say: Callable[[bpy.types.UILayout, str], None],
) -> None:
    """The switch and how far the points are followed; a sentence where there is nothing to follow."""
    found = peek(settings)
    people = chosen_people(settings, found) if isinstance(found, Recording) else ()
    seen = np.array([_seen(person.keypoints) for person in people]).reshape(-1, 2).any(0)
    points = bool(seen.any())
    coded = any(map(_has_coded, people))
    held = points or coded or any(map(_has_fingers, people))
    row = layout.row(heading="Hands", translate=False)
    row.enabled = not people or held or settings.controls.finger_bones
    row.prop(settings.controls, "hands", text="")
    strength = row.row()
    strength.enabled = settings.controls.hands and (points or not people)
    strength.prop(settings.controls, "hand_strength", text="", slider=True)
    if people and not held:
        layout.prop(settings.controls, "finger_bones")
    if points:
        say(layout, FOUND.format("both hands" if seen.all() else f"the {hands.SIDES[int(seen[1])]} hand"))
    elif people:
        say(layout, _sentence(settings, held, coded))


def _seen(keypoints: Keypoints | None) -> tuple[bool, bool]:
    """`hands_seen`, counted once: panels are drawn again and again."""
    if keypoints is None:
        return False, False
    known = next((found for one, found in _SEEN if one is keypoints), None)
    if known is None:
        known = refiner.hands_seen(keypoints)
        _SEEN[:] = [*_SEEN[-_KEPT:], (keypoints, known)]
    return known


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
