"""Refined people in the scene: writing them, anew or in the place of earlier ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

import bpy

from .. import scene as scene_package
from ..scene import spares, time_shift
from ..scene.clock import Clock
from ..scene.parts import BODY_KEY, NOTHING_EARLIER, Earlier
from ..scene.rollback import all_or_nothing, leave_edit_mode
from ..steps import Progress, Steps
from .camera import follow_people
from .earlier_files import take_over
from .job import Outcome, Task
from .opened_files import stem_of
from .own_body import open_gender
from .people import object_name
from .refined import (
    PERSON_KEY,
    SAME_RATE,
    START_KEY,
    Refined,
    claim,
    clock_of,
    disclaim,
    rate_of,
    refined_armatures,
    refined_people,
)
from .replace import find_earlier, find_keypoints, making_way, why_beside, why_new, why_new_body
from .scene_range import is_free, note_range

__all__ = ["PERSON_KEY", "refined_armatures", "refined_people", "write"]


@dataclass(frozen=True)
class _Place:
    """Where one person's result goes: what is updated, what makes way, and whose claim ends."""

    earlier: Earlier
    keypoints: tuple[bpy.types.Object, ...] = ()
    beside: tuple[bpy.types.Object, ...] = ()
    note: str = ""


def write(scene: bpy.types.Scene, task: Task, outcomes: Sequence[Outcome]) -> Steps[list[str]]:
    """Write everybody's motion into the scene: all of them, or nothing when one fails.

    A person's earlier result from the same file is brought up to date, unless the settings say otherwise.
    Returns sentences about what of it could not be kept. Between the steps nobody else may change the file.
    Raises scene.SceneError.
    """
    with in_scene(scene), _pose_mode_kept():
        leave_edit_mode()
        take_over(scene)
        places = [_place(scene, task.source, outcome.person.id) for outcome in outcomes]
        told = [place.note for place in places if place.note]
        before = _clock(scene, task.source)
        made = yield from _write_all(scene, task, outcomes, places, told)
        if before not in (None, _clock(scene, task.source)) and scene.spr.source == task.source:
            follow_people(scene)
        for place in places:
            disclaim(place.beside)
        for armature in made:
            told += _elsewhere(scene, armature)
            if armature.name in bpy.context.view_layer.objects:
                armature.select_set(True)
    return told


@contextmanager
def _pose_mode_kept() -> Iterator[None]:
    """Who was posed by hand is so again afterwards, however it ends."""
    active = bpy.context.view_layer.objects.active
    posed = None if active is None or active.mode != "POSE" else active.session_uid
    try:
        yield
    finally:
        layer = bpy.context.view_layer
        found = next((ob for ob in layer.objects if ob is not None and ob.session_uid == posed), None)
        if found is not None and found.visible_get():
            layer.objects.active = found
            bpy.ops.object.mode_set(mode="POSE")


def _clock(scene: bpy.types.Scene, source: str) -> Clock | None:
    """By which the people of this source were written; None where there are none."""
    return next((result.clock for result in refined_people(scene, source).values()), None)


def _place(scene: bpy.types.Scene, source: str, person_id: str) -> _Place:
    earlier = find_earlier(scene, source, person_id)
    keypoints = find_keypoints(scene, source, person_id, earlier.armature)
    beside = _Place(NOTHING_EARLIER, beside=(*earlier.objects, *keypoints))
    if not scene.spr.replace:
        return beside
    if earlier.armature is None:
        return _Place(
            earlier,
            tuple(keypoints),
            note=why_new(scene, source, person_id) or why_new_body(scene, source, person_id),
        )
    note = why_beside(earlier.armature)
    return replace(beside, note=note) if note else _Place(earlier, tuple(keypoints))


def _write_all(
    scene: bpy.types.Scene,
    task: Task,
    outcomes: Sequence[Outcome],
    places: Sequence[_Place],
    told: list[str],
) -> Steps[list[bpy.types.Object]]:
    free, own_rate, here = is_free(scene), _has_own_rate(scene, places), scene.frame_current
    if own_rate:
        rate = scene_package.scene_rate(scene)
        told.append(f"The scene runs at {rate:.4g} frames per second since you changed that; so do the keys.")
    with ExitStack() as kept:
        for place in places:
            kept.enter_context(making_way(place.keypoints))
        kept.enter_context(
            spares.as_before_when_it_fails([ob for place in places for ob in place.earlier.objects])
        )
        kept.enter_context(all_or_nothing(scene))
        made = []
        for index, (outcome, place) in enumerate(zip(outcomes, places, strict=True)):
            yield Progress(index / len(outcomes), "Writing the keys")
            waiting = tuple(ob for later in places[index + 1 :] for ob in later.earlier.objects)
            earlier = replace(place.earlier, waiting=waiting)
            made.append(
                (yield from _write_person(scene, task, outcome, earlier, len(outcomes) > 1, own_rate, told))
            )
        if free:
            note_range(scene)
        # Each person's own range may have been too short for the frame that the user looks at.
        if here != scene.frame_current and scene.frame_start <= here <= scene.frame_end:
            scene.frame_set(here)
        return made


@contextmanager
def in_scene(scene: bpy.types.Scene) -> Iterator[None]:
    """Work in this scene even when the window shows another one by now.

    Only the window's own scene will do: operators that change the mode find no active object otherwise.
    """
    window, shown = bpy.context.window, bpy.context.scene
    if shown == scene:
        yield
        return
    window.scene = scene
    try:
        yield
    finally:
        if window in bpy.context.window_manager.windows.values():  # it may have been closed
            window.scene = shown


def _has_own_rate(scene: bpy.types.Scene, places: Sequence[_Place]) -> bool:
    """Whether somebody has given the scene another rate since one of these people was written."""
    earlier = [place.earlier.armature for place in places if place.earlier.armature is not None]
    rate = scene_package.scene_rate(scene)
    return any(abs(rate_of(armature, scene) - rate) > SAME_RATE for armature in earlier)


def _elsewhere(scene: bpy.types.Scene, armature: bpy.types.Object) -> list[str]:
    """A sentence for each other scene that plays the keys of now at another speed."""
    own, told = scene_package.scene_rate(scene), []
    for other in bpy.data.scenes:
        rate = scene_package.scene_rate(other)
        if other != scene and armature.name in other.objects and abs(rate - own) > SAME_RATE:
            told.append(
                f"{armature.name} is in the scene {other.name}, too, which runs at {rate:.4g} frames per"
                " second; it plays at another speed there."
            )
    return told


def _write_person(
    scene: bpy.types.Scene,
    task: Task,
    outcome: Outcome,
    earlier: Earlier,
    several: bool,
    own_rate: bool,
    told: list[str],
) -> Steps[bpy.types.Object]:
    settings, first = scene.spr, task.begins.get(outcome.person.id, 1.0)
    if earlier.armature is not None:
        told += time_shift.move(earlier.armature, round(first - clock_of(earlier.armature).first))
    stem = stem_of(settings, task.source)
    armature = yield from scene_package.write_motion.steps(
        outcome.motion,
        name=object_name(settings, stem, outcome.person.id, several),
        keypoints=outcome.person.keypoints if settings.show_keypoints else None,
        original=outcome.original,
        mesh=settings.mesh,
        match_scene_rate=settings.match_scene_rate and not own_rate,
        match_scene_range=is_free(scene),
        origin=task.origin,
        first_frame=first,
        body_model=outcome.body_model,
        gaps=settings.controls.gaps,
        person_index=task.places.get(outcome.person.id),
        gender=open_gender(settings.body),
        earlier=earlier,
        told=told.append,
    )
    bodies = [ob for ob in bpy.data.objects if BODY_KEY in ob and ob.parent == armature]
    clock = Clock(task.origin, scene_package.scene_rate(scene), first)
    refined = Refined(task.source, outcome.person.id, armature, clock)
    armature[START_KEY] = task.start
    claim(refined, dict.fromkeys([*bodies, *earlier.bodies]))
    return armature
