"""Who is refined, from what: the recording as it is, or the animation that is there.

Edits that are kept are left out of what a run starts from, since it would work against them: it starts from
the result as it would be without, and `keep_edits` holds them afterwards.
"""

from __future__ import annotations

from dataclasses import replace

import bpy

from ..recording import Person, Recording
from ..scene import edits, read_action
from ..scene.errors import SceneError
from .controls import controls_of
from .people import chosen_people
from .results import refined_people


def people_to_refine(scene: bpy.types.Scene, recording: Recording) -> tuple[Person, ...]:
    """The people with a tick who are in the range of frames, with the initial poses that were asked for.

    Raises SceneError with a sentence where there is nobody, or no animation to start from.
    """
    settings = scene.spr
    chosen = chosen_people(settings, recording)
    if not chosen:
        raise SceneError("Nobody is ticked in the list of people; tick at least one.")
    controls = controls_of(settings)
    # Nobody in the range is refused by the refiner, which says where the people are.
    there = tuple(person for person in chosen if controls.cover(person.frame_ids).any()) or chosen[:1]
    if settings.controls.start_from == "ORIGINAL":
        return there
    return tuple(_with_animation(scene, person) for person in there)


def _with_animation(scene: bpy.types.Scene, person: Person) -> Person:
    """The person with the poses that its armature has now."""
    result = refined_people(scene, scene.spr.source).get(person.id)
    if result is None:
        raise SceneError(
            f"There is no refined armature of person {person.id} to start from; choose Start From: Original."
        )
    frames = result.clock.frame(person.times)
    unedited = edits.poses_without_edits(result.armature, frames) if scene.spr.edits.keep else None
    poses = read_action.read_poses(result.armature, frames) if unedited is None else unedited
    if person.poses is not None:
        poses = replace(poses, betas=person.poses.betas, gender=person.poses.gender)
    return replace(person, poses=poses)
