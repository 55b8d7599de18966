"""Edits of earlier results, held in new ones."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from .. import refiner
from ..motion import Motion
from ..scene.contacts import ContactEdits, contact_edits, with_edits
from ..scene.edits import Edits, bones_of, find_seen_edits, held_poses
from ..steps import Steps
from .describe import listed, plural
from .job import Outcome, Task, Written
from .moved_keys import leave_retimed
from .refined import Refined, refined_people
from .results import write


def write_with_edits(scene: bpy.types.Scene, task: Task, outcomes: tuple[Outcome, ...]) -> Steps[Written]:
    """Write everybody's motion, through the keys that somebody has changed in the same people's results of
    now. Raises scene.SceneError, and nothing is written then.

    Asked when a run is done, so that what was changed while it ran is kept as well.
    """
    told = leave_retimed(scene, task.source) if scene.spr.replace else []
    if scene.spr.edits.keep:
        earlier = refined_people(scene, task.source)
        kept = []
        for outcome in outcomes:
            yield None
            result = earlier.get(outcome.person.id)
            kept.append(outcome if result is None else (yield from _held(outcome, result, task.controls)))
        outcomes = tuple(kept)
    return outcomes, told + (yield from write(scene, task, outcomes))


def _held(outcome: Outcome, result: Refined, controls: refiner.Controls) -> Steps[Outcome]:
    outcome = yield from _with_contacts(outcome, result, controls)
    edits = find_seen_edits(result.armature)
    if edits is None or not edits.held.any():
        return outcome
    held = held_poses(result.armature, edits, result.clock.moment)
    keypoints = outcome.person.keypoints if np.isfinite(outcome.motion.fit_error_mm).any() else None
    motion = refiner.hold(outcome.motion, held, keypoints)
    if motion is outcome.motion:
        return outcome
    motion = replace(motion, warnings=(*motion.warnings, kept_sentence(edits)))
    shake = None if outcome.shake is None else (outcome.shake[0], refiner.jitter(motion))
    return replace(outcome, motion=motion, after_mm=_mean_error(motion), shake=shake)


def _with_contacts(outcome: Outcome, result: Refined, controls: refiner.Controls) -> Steps[Outcome]:
    """The feet held by the contacts and the floor that somebody has changed, where they are held at all."""
    motion, edits = outcome.motion, contact_edits(result.armature)
    if edits is None or not edits.any or not len(motion.contacts):
        return outcome
    edited = with_edits(motion, edits, result.clock.moment(edits.frames))
    if motion.free is not None:
        rotations, pelvis = motion.free
        edited = replace(edited, rotations=rotations, pelvis=pelvis, free=None)
        edited = yield from refiner.hold_again(edited, controls.feet, controls.path)
        if outcome.person.keypoints is not None and np.isfinite(motion.fit_error_mm).any():
            edited = replace(
                edited, fit_error_mm=(yield from refiner.fit_of(edited, outcome.person.keypoints))
            )
    motion = replace(edited, warnings=(*motion.warnings, contacts_sentence(edits)))
    return replace(outcome, motion=motion, after_mm=_mean_error(motion))


def contacts_sentence(edits: ContactEdits) -> str:
    """'Your contacts were kept: 12 frames. Your floor was kept.'"""
    count = int(edits.changed.any(1).sum())
    told = [f"Your contacts were kept: {plural(count, 'frame')}."] if count else []
    return " ".join([*told, *(["Your floor was kept."] if edits.floor is not None else [])])


def kept_sentence(edits: Edits) -> str:
    """'Your edits were kept: 12 keys of L_Elbow and Head.'"""
    count = plural(int(edits.held.any(1).sum()), "key")
    return f"Your edits were kept: {count} of {listed(bones_of(edits.held))}."


def _mean_error(motion: Motion) -> float | None:
    known = np.isfinite(motion.fit_error_mm)
    return float(motion.fit_error_mm[known].mean()) if known.any() else None
