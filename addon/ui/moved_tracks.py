"""Frames that went over from one person of a recording to another, by Split Here, Join Tracks or Tracks as in
File: what somebody has edited there goes along, and whoever has no frames left steps aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np

from ..motion import Motion
from ..scene import edits, stored
from ..scene import refined as scene_refined
from ..scene.channels import nearest
from ..scene.parts import BODY_KEY, is_moved_by
from .job import Outcome, Task
from .refined import Refined, disclaim, refined_people
from .results import in_scene

_NEAR, _ALONGSIDE = 0.5, 0.05
"""Metres: how far from each other, or how much nearer and farther, the same body may be in two results."""
_SAME_MOMENT = 1e-3
_MOST = 0.5
"""Share of the moments that whoever takes them over has to be there."""


@dataclass(frozen=True)
class Taken:
    """Moments (M,) of an earlier result, in seconds of the recording, that are another person's now."""

    result: Refined
    moments: np.ndarray
    gone: bool

    def has(self, moments: np.ndarray) -> np.ndarray:
        """(N,) bool, which moments (N,) are among them."""
        return _among(moments, self.moments)


def taken_over(scene: bpy.types.Scene, task: Task, outcomes: Sequence[Outcome]) -> dict[str, list[Taken]]:
    """By the person's id, what each outcome takes over from earlier results of others."""
    earlier = refined_people(scene, task.source)
    found: dict[str, list[Taken]] = {}
    for result in earlier.values():
        moments, gone = _left(result, task)
        if not len(moments) or not result.armature.is_editable:
            continue
        fitting = [(_distance(result, moments, outcome, earlier), outcome.person.id) for outcome in outcomes]
        distance, person_id = min(fitting, default=(np.inf, ""))
        if distance < np.inf:
            found.setdefault(person_id, []).append(Taken(result, moments, gone))
    return found


def _left(result: Refined, task: Task) -> tuple[np.ndarray, bool]:
    """The moments of a result that its person does not have any more, and whether there is no such person."""
    moments, now = _moments(result), task.times.get(result.person_id)
    if not task.times or now is None:
        return (moments, True) if task.times else (np.zeros(0), False)
    half = 0.5 / result.clock.rate
    return moments[(moments < now[0] - half) | (moments > now[-1] + half)], False


def _moments(result: Refined) -> np.ndarray:
    refined = scene_refined.refined_animation(result.armature)
    return np.zeros(0) if refined is None else result.clock.moment(stored.stored_frames(refined.action))


def _distance(result: Refined, moments: np.ndarray, outcome: Outcome, earlier: dict[str, Refined]) -> float:
    """Metres between the body of a result and that of an outcome at the moments; infinite where the outcome
    has not come by them, or is somebody else."""
    motion, own = outcome.motion, earlier.get(outcome.person.id)
    there = moments[(moments >= motion.times[0]) & (moments <= motion.times[-1])]
    if outcome.person.id == result.person_id or len(there) < max(_MOST * len(moments), 1.0):
        return np.inf
    if own is not None and _among(there, _moments(own)).mean() > 1.0 - _MOST:
        return np.inf
    poses = edits.poses_without_edits(result.armature, result.clock.frame(there))
    if poses is None:
        return np.inf
    apart = poses.pelvis - _pelvis_at(motion, there)
    distance = float(np.median(np.linalg.norm(apart, axis=1)))
    wanders = float(np.median(np.linalg.norm(apart - np.median(apart, axis=0), axis=1)))
    return distance if distance < _NEAR or wanders < _ALONGSIDE else np.inf


def _among(moments: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(N,) bool, which moments are among those known, which increase."""
    if not len(known):
        return np.zeros(len(moments), bool)
    return np.abs(known[nearest(known, moments)] - moments) < _SAME_MOMENT


def _pelvis_at(motion: Motion, moments: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(moments, motion.times, axis) for axis in motion.pelvis.T], axis=-1)


def step_aside(scene: bpy.types.Scene, taken: dict[str, list[Taken]], task: Task) -> list[str]:
    """After they are written: whoever has no frames left is hidden and stands for itself; sentences."""
    people, told = refined_people(scene, task.source), []
    for person_id, parts in taken.items():
        for part in (one for one in parts if one.gone and person_id in people):
            armature = part.result.armature
            bodies = [ob for ob in bpy.data.objects if BODY_KEY in ob and is_moved_by(ob, armature)]
            disclaim([armature, *bodies])
            with in_scene(scene):
                _hide([armature, *bodies])
            told.append(
                f"{armature.name} is a part of {people[person_id].armature.name} now. It is hidden and not"
                " deleted, as it may hold work of yours."
            )
    return told


def _hide(objects: Sequence[bpy.types.Object]) -> None:
    for ob in objects:
        if ob.name in bpy.context.view_layer.objects:
            ob.hide_set(True)
        ob.hide_render = True
