"""Saving and opening .blend files: names are noted, results of earlier versions are taken over."""

from __future__ import annotations

import bpy
from bpy.app.handlers import load_post, persistent, save_pre

from ..scene import refined
from ..scene.clock import Clock
from ..scene.parts import BODY_KEY, KEYPOINTS_KEY
from .properties import SPR_PG_result
from .refined import PERSON_KEY, SOURCE_KEY, Refined, claim, note_names, recognise


def take_over(scene: bpy.types.Scene) -> None:
    """Turn pointers of earlier versions into custom properties; they would keep alive what was deleted.

    What belongs to another file keeps its pointer, as nothing can be noted on it.
    """
    if not scene.is_editable:
        return
    _drop_old_storage(scene)
    results = scene.spr.results
    for index in reversed(range(len(results))):
        armature = results[index].armature
        if armature is None or armature.is_editable or armature.name not in scene.objects:
            _take_over_one(scene, results[index])
            results.remove(index)
            if armature is not None:
                _remove_ghost(armature)


def _drop_old_storage(scene: bpy.types.Scene) -> None:
    """Blender 5 has copied the properties of older files, and keeps the originals with their pointers."""
    if bpy.app.version >= (5, 0, 0) and "results" in scene.get("spr", {}):
        del scene["spr"]["results"]


def _take_over_one(scene: bpy.types.Scene, entry: SPR_PG_result) -> None:
    armature = entry.armature
    parts = list(entry.keypoints.objects) if entry.keypoints is not None else []
    parts = [part for part in parts if part.is_editable]
    for part in parts:
        part[KEYPOINTS_KEY] = True
    parts += [ob for ob in scene.objects if BODY_KEY in ob and armature is not None and ob.parent == armature]
    for part in parts:
        part[PERSON_KEY], part[SOURCE_KEY] = entry.person_id, entry.source
    if armature is not None and armature.is_editable and SOURCE_KEY not in armature:
        claim(Refined(entry.source, entry.person_id, armature, Clock(entry.origin, entry.rate)), ())
        # The armature itself keeps it, as long as it is there.
        if armature.get(refined.BEFORE) is not None and armature[refined.BEFORE].is_editable:
            armature[refined.BEFORE].use_fake_user = False


def _remove_ghost(armature: bpy.types.Object) -> None:
    """An armature that was deleted long ago, and all that only it has kept."""
    held = [armature.data, armature.get(refined.BEFORE)]
    if armature.animation_data is not None:
        held.append(armature.animation_data.action)
    if armature.users == 0:
        bpy.data.objects.remove(armature)
        for block in dict.fromkeys(block for block in held if block is not None):
            if block.users == 0:
                bpy.data.batch_remove([block])


@persistent
def _after_opening(*_args: object) -> None:
    for scene in bpy.data.scenes:
        take_over(scene)
    recognise()


@persistent
def _before_saving(*_args: object) -> None:
    note_names()


def attach() -> None:
    """From now on."""
    load_post.append(_after_opening)
    save_pre.append(_before_saving)


def detach() -> None:
    """No more."""
    load_post.remove(_after_opening)
    save_pre.remove(_before_saving)
