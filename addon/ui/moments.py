"""Which moment of a recording the scene shows: of a result as it plays, of others as they will."""

from __future__ import annotations

from math import ceil

import bpy

from ..recording import Person, Recording
from ..scene.clock import Clock, frame_shown, from_timeline
from ..scene.timing import scene_rate
from .refined import START_KEY, Refined, refined_people


def clock_to_come(scene: bpy.types.Scene, recording: Recording) -> Clock:
    """By which a run would write the open recording."""
    return Clock(recording.start, scene_rate(scene), scene.spr.first_frame)


def clock_of(scene: bpy.types.Scene, recording: Recording) -> Clock:
    """By which the open recording stands in the scene: that of its results, or of those to come."""
    found = refined_people(scene, scene.spr.source).values()
    return next((result.clock for result in found), clock_to_come(scene, recording))


def moment_shown(
    scene: bpy.types.Scene, recording: Recording, result: Refined | None, frame: float | None = None
) -> float:
    """Seconds of the recording at a frame of the animation, the one that is shown by default; result: the
    person's, None where there is none yet."""
    at = frame_shown(scene) if frame is None else frame
    return clock_to_come(scene, recording).moment(at) if result is None else result.moment_shown(at)


def number_shown(
    scene: bpy.types.Scene, recording: Recording, person: Person, frame: float | None = None
) -> int:
    """The recording's number of the frame of a person that the scene shows, or would at another frame of the
    animation."""
    result = refined_people(scene, scene.spr.source).get(person.id)
    return round(moment_shown(scene, recording, result, frame) * person.fps)


def first_frame(scene: bpy.types.Scene, source: str) -> int:
    """On which frame of the animation a recording begins that is opened: where its results do, else where the
    scene's range does."""
    for result in refined_people(scene, source).values():
        return int(result.armature.get(START_KEY, 1))
    return ceil(from_timeline(scene, float(scene.frame_start)))
