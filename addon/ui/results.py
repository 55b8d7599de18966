"""Refined people in the scene: writing them, and finding them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import bpy

from .. import scene as scene_package
from ..scene.rollback import all_or_nothing, leave_edit_mode
from .job import Outcome, Task
from .opened_files import stem_of
from .people import object_name
from .properties import SPR_PG_result, SPR_PG_settings
from .replace import BODY_KEY, Result, take_earlier

PERSON_KEY = "spr_person"
"""Custom property of a refined armature: the person's id in the recording."""


def refined_armatures(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The refined people in this scene."""
    return [ob for ob in scene.objects if ob.type == "ARMATURE" and PERSON_KEY in ob]


def refined_people(scene: bpy.types.Scene, source: str) -> dict[str, SPR_PG_result]:
    """Where the people of this source are in this scene, the latest result of each, by their ids."""
    return {
        entry.person_id: entry
        for entry in scene.spr.results
        if entry.source == source and entry.armature is not None and entry.armature.name in scene.objects
    }


def write(
    context: bpy.types.Context, scene: bpy.types.Scene, task: Task, outcomes: Sequence[Outcome]
) -> list[bpy.types.Object]:
    """Write everybody's motion into the scene: all of them, or nothing when one fails.

    A person's earlier result from the same file is replaced, unless the settings say otherwise.
    Raises scene.SceneError.
    """
    with _in_scene(context, scene):
        leave_edit_mode()
        earlier = [take_earlier(scene, task.source, outcome.person.id) for outcome in outcomes]
        made = _write_all(scene, task, outcomes, [old for old in earlier if old is not None])
        for old, new in zip(earlier, made, strict=True):
            if old is not None:
                old.replace_by(new.armature)
            new.remember(scene.spr)
            new.armature.select_set(True)
    return [new.armature for new in made]


def _write_all(
    scene: bpy.types.Scene, task: Task, outcomes: Sequence[Outcome], earlier: Sequence[Result]
) -> list[Result]:
    for old in earlier:
        old.put_aside(scene)
    try:
        with all_or_nothing(scene):
            return [_write_person(scene.spr, task, outcome, len(outcomes) > 1) for outcome in outcomes]
    except BaseException:
        for old in earlier:
            old.put_back()
            old.remember(scene.spr)
        raise


@contextmanager
def _in_scene(context: bpy.types.Context, scene: bpy.types.Scene) -> Iterator[None]:
    """Work in this scene even when the window shows another one by now.

    Only the window's own scene will do: operators that change the mode find no active object otherwise.
    """
    window, shown = context.window, context.scene
    if shown == scene:
        yield
        return
    window.scene = scene
    try:
        yield
    finally:
        window.scene = shown


def _write_person(settings: SPR_PG_settings, task: Task, outcome: Outcome, several: bool) -> Result:
    collections = set(bpy.data.collections)
    stem = stem_of(settings, task.source)
    armature = scene_package.write_motion(
        outcome.motion,
        name=object_name(settings, stem, outcome.person.id, several),
        keypoints=outcome.person.keypoints if settings.show_keypoints else None,
        original=outcome.original,
        mesh=settings.mesh,
        match_scene_rate=settings.match_scene_rate,
        origin=task.origin,
        body_model=outcome.body_model,
        gaps=settings.controls.gaps,
        person_index=task.places.get(outcome.person.id),
    )
    armature[PERSON_KEY] = outcome.person.id
    for child in armature.children:
        child[BODY_KEY] = True
    keypoints = next((new for new in bpy.data.collections if new not in collections), None)
    rate = scene_package.scene_rate(bpy.context.scene)
    return Result(task.source, outcome.person.id, armature, keypoints, task.origin, rate)
