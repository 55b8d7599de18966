"""A recording that was moved on the disk: the people who came of it belong to the file that is opened now."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np

from ..recording import Recording
from ..scene import camera, kept_keypoints
from .preview import tracks_of
from .refined import SOURCE_KEY, Refined, refined_armatures, refined_people

_SAME_PLACE = 0.001
"""Metres."""


def follow_moved_file(scene: bpy.types.Scene, path: str, recording: Recording) -> bool:
    """Before a file is opened: results of a file of this name that is no longer where it was are results of
    this one, where they keep its keypoints. Whether there were any."""
    there = {str(ob[SOURCE_KEY]) for ob in refined_armatures(scene) if SOURCE_KEY in ob and ob.is_editable}
    gone = [source for source in there if _is_gone(source, path) and _holds(scene, source, recording)]
    if path in there or len(gone) != 1:
        return False
    before = gone[0]
    for ob in bpy.data.objects:
        for key in (SOURCE_KEY, camera.FILMED):
            if ob.is_editable and ob.get(key) == before:
                ob[key] = path
    for row in (*scene.spr.files, *scene.spr.fixes):
        if row.source == before:
            row.source = path
    return True


def _is_gone(source: str, path: str) -> bool:
    known = Path(bpy.path.abspath(source))
    return known.name == Path(path).name and not known.exists()


def _holds(scene: bpy.types.Scene, source: str, recording: Recording) -> bool:
    """Whether all results of a source keep what this recording holds: many files have the same name."""
    found = refined_people(scene, source).values()
    return bool(found) and all(_is_of(result, recording) for result in found)


def _is_of(result: Refined, recording: Recording) -> bool:
    kept, track = kept_keypoints.kept_keypoints(result.armature), tracks_of(recording).get(result.person_id)
    if kept is None or track is None:
        return False
    ends = kept.track.times[[0, len(kept.track.times) // 2, -1]]
    pairs = [(kept.track.at(moment), track.at(moment + result.clock.origin)) for moment in ends.tolist()]
    return all(
        one.shape == other.shape and np.abs(one - other)[seen > 0].max(initial=0.0) < _SAME_PLACE
        for (one, seen), (other, _) in pairs
    )
