"""Where refined people are: by custom properties of their objects, which go wherever these go.

No property of a scene points to them, so that what a user deletes is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import bpy

from ..scene import own_space, slid
from ..scene.clock import Clock, Frames
from ..scene.timing import scene_rate

PERSON_KEY = "spr_person"
"""Custom property of a refined armature and its parts: the person's id in the recording."""
SOURCE_KEY = "spr_source"
"""Custom property of the same: the recording. A result that stands for itself has none (any more)."""
ORIGIN_KEY, RATE_KEY, FIRST_KEY = "spr_origin", "spr_rate", "spr_first_frame"
"""Custom properties of the armature: the clock by which it was written."""
START_KEY = "spr_start_frame"
"""Custom property of the armature: the Start Frame that was asked for. The person begins elsewhere where its
keys were moved by hand since."""
SAME_RATE = 1e-3
"""Frames a second by which two rates are the same: scenes keep them in single precision."""
SELF_KEY, NAME_KEY = "spr_self", "spr_name"
"""Custom properties by which an armature is told from its copies: who it is in this session of Blender, and
its name when it was last seen to be itself."""

_SESSION = os.urandom(16).hex()


@dataclass(frozen=True)
class Refined:
    """One person's result, and the clock by which its keys were written."""

    source: str
    person_id: str
    armature: bpy.types.Object
    clock: Clock

    def moment_shown(self, frame: Frames) -> Frames:
        """Seconds of the recording at a frame of the animation, wherever a strip plays the result."""
        return self.clock.moment(slid.written_frame(self.armature, frame))


def refined_armatures(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The refined people in this scene."""
    return [ob for ob in scene.objects if ob.type == "ARMATURE" and PERSON_KEY in ob]


def refined_people(scene: bpy.types.Scene, source: str) -> dict[str, Refined]:
    """Where the people of this source are in this scene, one result of each, by their ids.

    Of an armature and its copies it is the original, as far as that can be told.
    """
    found = {one.person_id: one for one in _of_earlier_versions(scene, source)}
    results = [ob for ob in refined_armatures(scene) if ob.get(SOURCE_KEY) == source]
    for ob in sorted(results, key=_likeness):
        person_id = str(ob[PERSON_KEY])
        found[person_id] = Refined(source, person_id, ob, clock_of(ob))
    return found


def clock_of(armature: bpy.types.Object) -> Clock:
    """By which a result was written."""
    first = float(armature.get(FIRST_KEY, 1.0))  # as all results of earlier versions begin
    return Clock(float(armature[ORIGIN_KEY]), float(armature[RATE_KEY]), first)


def rate_of(armature: bpy.types.Object, scene: bpy.types.Scene) -> float:
    """Frames a second of a person's keys, the scene's where that is not known."""
    return float(armature.get(RATE_KEY, scene_rate(scene)))


def told_of_rate(people: Iterable[bpy.types.Object], scene: bpy.types.Scene) -> tuple[str, ...]:
    """A sentence where the scene has got another rate since one of these people was written."""
    now = scene_rate(scene)
    for person in people:
        rate = rate_of(person, scene)
        if abs(rate - now) > SAME_RATE:
            return (
                f"{person.name} was refined at {rate:.4g} frames per second and the scene now runs at"
                f" {now:.4g}, so all is {'faster' if now > rate else 'slower'}; set the scene's frame rate"
                " back (importing an FBX file changes it), or refine again.",
            )
    return ()


def _likeness(armature: bpy.types.Object) -> tuple[bool, bool, bool, int]:
    """Larger for the one that runs have written, smaller for copies and for what other files own."""
    return (
        armature.is_editable,
        armature.get(SELF_KEY) == _identity(armature),
        armature.get(NAME_KEY) == armature.name,
        -len(armature.name),
    )


def _of_earlier_versions(scene: bpy.types.Scene, source: str) -> list[Refined]:
    """Results that the scene still points to, as .blend files of earlier versions do."""
    return [
        Refined(source, entry.person_id, entry.armature, Clock(entry.origin, entry.rate))
        for entry in scene.spr.results
        if entry.source == source and entry.armature is not None and entry.armature.name in scene.objects
    ]


def claim(refined: Refined, parts: Iterable[bpy.types.Object]) -> None:
    """Note on armature and parts whose they are, so that they are found again."""
    armature = refined.armature
    for ob in (armature, *parts):
        ob[PERSON_KEY], ob[SOURCE_KEY] = refined.person_id, refined.source
    clock = refined.clock
    armature[ORIGIN_KEY], armature[RATE_KEY], armature[FIRST_KEY] = clock.origin, clock.rate, clock.first
    armature[SELF_KEY], armature[NAME_KEY] = _identity(armature), armature.name


def disclaim(objects: Iterable[bpy.types.Object]) -> None:
    """Let them stand for themselves: no run will touch them again."""
    for ob in objects:
        if ob.is_editable:
            ob.pop(SOURCE_KEY, None)


def _identity(ob: bpy.types.Object) -> str:
    """What no copy has, until the file is opened anew."""
    return f"{_SESSION}-{ob.session_uid}"


def note_names() -> None:
    """Before saving: let everybody know its name, by which it is told from its copies after opening."""
    for ob in _claimed():
        if ob.get(SELF_KEY) == _identity(ob):
            ob[NAME_KEY] = ob.name


def recognise() -> None:
    """After opening: whoever has its own name is itself, the others are copies."""
    for ob in _claimed():
        ob[SELF_KEY] = _identity(ob) if ob.get(NAME_KEY) == ob.name else ""
        own_space.note_rest_as_it_is(ob)


def _claimed() -> list[bpy.types.Object]:
    return [ob for ob in bpy.data.objects if ob.is_editable and SELF_KEY in ob]
