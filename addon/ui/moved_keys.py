"""People whose keys somebody has moved in time: they begin there from now on, with all that is known of them.
Those whose keys got another pace are refined anew, beside the action that was changed."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from ..scene import applied_size, time_shift
from ..words import plural
from .refined import FIRST_KEY, START_KEY, refined_people


def follow_moved_keys(people: Iterable[bpy.types.Object]) -> list[str]:
    """Let everything of these people lie where their keys do now; a sentence for each who was moved."""
    told = []
    for person in people:
        if person.is_editable and applied_size.settle_size(person) != 1.0:
            told.append(
                f"The scale of {person.name} was applied; the way that it goes was scaled along, so that its"
                " feet stand."
            )
        shift = time_shift.settle(person)
        if shift:
            first = float(person.get(FIRST_KEY, 1.0)) + shift
            person[FIRST_KEY] = first
            told.append(
                f"The keys of {person.name} were moved by {plural(shift, 'frame')};"
                f" it begins at frame {first:g} now."
            )
    return told


def follow_all(scene: bpy.types.Scene) -> list[str]:
    """The same for everybody of the open recording."""
    return follow_moved_keys(result.armature for result in refined_people(scene, scene.spr.source).values())


def leave_retimed(scene: bpy.types.Scene, source: str) -> list[str]:
    """What got another pace by hand is the user's own from now on; a sentence for each person."""
    told = []
    for result in refined_people(scene, source).values():
        person = result.armature
        if person.is_editable and time_shift.retimed(person):
            kept = time_shift.copy_aside(person)
            told.append(
                f"The keys of {person.name} were retimed, or most of them changed, and can't be taken over:"
                f" they are kept as the action {kept}. To change the pace, scale an NLA strip instead."
            )
    return told


def begins(scene: bpy.types.Scene, person_id: str) -> float:
    """The frame of the animation on which a run lets a person begin: the Start Frame, or where the person
    begins already, as long as the Start Frame was not changed since."""
    result, start = refined_people(scene, scene.spr.source).get(person_id), scene.spr.first_frame
    if result is None or result.armature.get(START_KEY, 1) != start:
        return float(start)
    return result.clock.first
