"""Edits of earlier results, held in new ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from .. import refiner
from ..motion import Held
from ..scene import contacts as scene_contacts
from ..scene import edits as scene_edits
from ..scene import stored
from ..steps import Steps
from ..words import plural
from .describe import bones_listed
from .job import Outcome, Task, Written, mean_error
from .moved_keys import leave_retimed
from .moved_tracks import Taken, step_aside, taken_over
from .refined import Refined, refined_people
from .results import write


def write_with_edits(scene: bpy.types.Scene, task: Task, outcomes: tuple[Outcome, ...]) -> Steps[Written]:
    """Write everybody's motion, through the keys that somebody has changed in the same people's results of
    now. Raises scene.SceneError, and nothing is written then.

    Asked when a run is done, so that what was changed while it ran is kept as well.
    """
    told = leave_retimed(scene, task.source) if scene.spr.replace else []
    taken = taken_over(scene, task, outcomes) if scene.spr.replace else {}
    if scene.spr.edits.keep:
        earlier = refined_people(scene, task.source)
        kept = []
        for outcome in outcomes:
            yield None
            own = [_Part(result) for result in (earlier.get(outcome.person.id),) if result is not None]
            parts = own + [_Part(one.result, one) for one in taken.get(outcome.person.id, [])]
            kept.append((yield from _held(outcome, parts, task.controls)) if parts else outcome)
        outcomes = tuple(kept)
    told += yield from write(scene, task, outcomes)
    return outcomes, told + step_aside(scene, taken, task)


@dataclass(frozen=True)
class _Part:
    """An earlier result with edits; taken: those of its moments that count, None for all."""

    result: Refined
    taken: Taken | None = None

    def counts(self, frames: np.ndarray) -> np.ndarray:
        """(N,) bool, at which frames of the result its edits count."""
        if self.taken is None:
            return np.ones(len(frames), bool)
        return self.taken.has(self.result.clock.moment(frames))

    def contacts(self) -> scene_contacts.ContactEdits | None:
        """What somebody has changed of its contacts, and if it is the person's own, of its floor."""
        edits = scene_contacts.contact_edits(self.result.armature)
        if edits is None or self.taken is None:
            return edits
        return replace(edits, changed=edits.changed & self.counts(edits.frames)[:, None], floor=None)

    def edits(self) -> Steps[scene_edits.Edits | None]:
        """What somebody has changed of its keys; None for nothing."""
        edits = yield from scene_edits.find_seen_edits.steps(self.result.armature)
        if edits is None:
            return None
        counting = self.counts(edits.stored.frames)[:, None]
        marks = np.where(counting, edits.stored.marks, stored.FREE).astype(np.uint8)
        found = replace(edits, stored=replace(edits.stored, marks=marks), changed=edits.changed & counting)
        return found if found.held.any() else None


def _held(outcome: Outcome, parts: list[_Part], controls: refiner.Controls) -> Steps[Outcome]:
    for part in parts:
        outcome = yield from _with_contacts(outcome, part, controls)
    found = []
    for part in parts:
        edits = yield from part.edits()
        if edits is not None:
            found.append((part.result, edits))
    if not found:
        return outcome
    held = _together([scene_edits.held_poses(one.armature, edits, one.clock.moment) for one, edits in found])
    keypoints = outcome.person.keypoints if np.isfinite(outcome.motion.fit_error_mm).any() else None
    motion = refiner.hold(outcome.motion, held, keypoints)
    if motion is outcome.motion:
        return outcome
    motion = replace(motion, warnings=(*motion.warnings, kept_sentence(held)))
    shake = None if outcome.shake is None else (outcome.shake[0], refiner.jitter(motion))
    return replace(outcome, motion=motion, after_mm=mean_error(motion), shake=shake)


def _together(held: list[Held]) -> Held:
    """What is held of several results, in the order of time."""
    times = np.concatenate([one.times for one in held])
    order = np.argsort(times, kind="stable")
    names = ("rotations", "pelvis", "turns", "places")
    return Held(
        times[order], *(np.concatenate([getattr(one, name) for one in held])[order] for name in names)
    )


def _with_contacts(outcome: Outcome, part: _Part, controls: refiner.Controls) -> Steps[Outcome]:
    """The feet held by the contacts and the floor that somebody has changed, where they are held at all."""
    motion, edits, result = outcome.motion, part.contacts(), part.result
    if edits is None or not edits.any or not len(motion.contacts):
        return outcome
    edited = scene_contacts.with_edits(motion, edits, result.clock.moment(edits.frames))
    if motion.free is not None:
        rotations, pelvis = motion.free
        edited = replace(edited, rotations=rotations, pelvis=pelvis, free=None)
        edited = yield from refiner.hold_again(edited, controls.feet, controls.path)
        if outcome.person.keypoints is not None and np.isfinite(motion.fit_error_mm).any():
            edited = replace(
                edited, fit_error_mm=(yield from refiner.fit_of(edited, outcome.person.keypoints))
            )
    motion = replace(edited, warnings=(*motion.warnings, contacts_sentence(edits)))
    return replace(outcome, motion=motion, after_mm=mean_error(motion))


def contacts_sentence(edits: scene_contacts.ContactEdits) -> str:
    """'Your contacts were kept: 12 frames. Your floor was kept.'"""
    count = int(edits.changed.any(1).sum())
    told = [f"Your contacts were kept: {plural(count, 'frame')}."] if count else []
    return " ".join([*told, *(["Your floor was kept."] if edits.floor is not None else [])])


def kept_sentence(held: Held) -> str:
    """'Your edits were kept: 12 keys of L_Elbow and Head.'"""
    count = plural(int(held.marks.any(1).sum()), "key")
    return f"Your edits were kept: {count} of {bones_listed(scene_edits.bones_of(held.marks))}."
