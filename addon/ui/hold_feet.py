"""Hold Feet Again: a result's feet held by the contacts and the floor as they are edited now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy

from .. import refiner
from ..motion import Motion
from ..recording import Keypoints
from ..scene import contacts, hold_again, kept_keypoints, measures
from ..scene import edits as scene_edits
from ..scene import refined as scene_refined
from ..scene.errors import SceneError
from ..steps import Progress, Steps, as_part
from .contacts import unkeyed
from .edits import why_unchangeable
from .feet import feet_of
from .moved_keys import follow_moved_keys
from .quality import shown_person
from .refined import rate_of
from .results import in_scene
from .told_job import JobWithSentence, Telling

READING, HELD, WRITING = 0.3, 0.4, 0.7
"""How far the work is when the keys are read, when the feet are held, and when the keys are to be written."""
AGAIN = "Held again."
"""Before the figures of a hold, below those of the run that came before."""


class HoldJob(JobWithSentence):
    """Holding one person's feet. told: what could not stay."""

    def __init__(self, scene: bpy.types.Scene, person: bpy.types.Object) -> None:
        super().__init__(self._work())
        self.scene_uid, self.person_uid = scene.session_uid, person.session_uid
        self.rate = rate_of(person, scene)
        self.feet = feet_of(scene.spr.controls.feet)
        self.told = unkeyed(person, scene)

    def _work(self) -> Steps[None]:
        yield Progress(0.0, "Holding the feet")
        person = self._person()
        self.told += follow_moved_keys([person])
        self.writing = True  # an edit of what is being read would be lost
        free = yield from as_part(hold_again.motion_to_hold.steps(person, self.rate), 0.0, READING)
        self.writing = False
        held = yield from as_part(self._held(free), READING, HELD - READING)
        scene = _by_uid(bpy.data.scenes, self.scene_uid)
        person = self._person()
        self.writing = True
        held = yield from as_part(_with_edits(person, held), HELD, WRITING - HELD)
        sentence = yield from _sentence(person.name, free, held)
        yield Progress(WRITING, "Writing the keys")
        with in_scene(scene):
            write = hold_again.write_held(person, held, self.told.append, contacts=not len(free.contacts))
            yield from as_part(write, WRITING, 1.0 - WRITING)
        self.sentence, self.heed = " ".join([sentence, *self.told]), bool(self.told)
        scene.spr.result = _with_line(scene.spr.result, person.name, sentence)

    def stands_on(self) -> Iterator[bpy.types.Object]:
        """The person, as long as its keys are read or written."""
        return (ob for ob in bpy.data.objects if self.writing and ob.session_uid == self.person_uid)

    def _held(self, free: Motion) -> Steps[Motion]:
        """By the contacts that there are, or where a result has none, by those that are found."""
        if len(free.contacts):
            return (yield from refiner.hold_again(free, self.feet["feet"], self.feet["path"]))
        from ..refiner.feet.stand import stand
        from ..refiner.feet.told import UNTOLD, by_poses, poses_alone

        controls = refiner.Controls(**self.feet)
        return (yield from stand(free, controls, by_poses(free.frames, UNTOLD, poses_alone(free))))

    def _person(self) -> bpy.types.Object:
        return _by_uid(bpy.data.objects, self.person_uid)


def _with_line(result: str, name: str, sentence: str) -> str:
    """The figures of the last run with this sentence below them, in place of one of the same person."""
    lines = [line for line in result.split("\n") if line and not line.startswith(f"{AGAIN} {name}: ")]
    return "\n".join([*lines, f"{AGAIN} {sentence}"])


def _by_uid(blocks: bpy.types.bpy_prop_collection, uid: int) -> bpy.types.ID:
    """Found anew: undo may have replaced the object, the user may have deleted it."""
    found = next((block for block in blocks if block.session_uid == uid), None)
    if found is None:
        raise SceneError("The person or its scene is gone; nothing was written.")
    return found


def _with_edits(person: bpy.types.Object, motion: Motion) -> Steps[Motion]:
    """Keys that somebody has changed are held as refining again holds them; the fit error is that of now."""
    kept = kept_keypoints.kept_keypoints(person)
    refined = scene_refined.refined_animation(person)
    keypoints: Keypoints | None = None
    if kept is not None and refined is not None and refined.strip is None:
        keypoints = kept.at(motion.frame_ids.astype(float))
        motion = replace(motion, fit_error_mm=(yield from refiner.fit_of(motion, keypoints)))
    edits = yield from scene_edits.find_seen_edits.steps(person)
    if edits is None or not edits.held.any():
        return motion
    held = scene_edits.held_poses(person, edits, lambda frames: frames / motion.fps)
    return refiner.hold(motion, held, keypoints)


def _sentence(name: str, free: Motion, held: Motion) -> Steps[str]:
    bears = held.contacts >= contacts.BEARS
    share = bears.any(1).mean()
    if share == 0.0:
        return f"{name}: no heel or toe bears in any frame, so nothing was held."
    before = yield from measures.motion_slide_cm.steps(free, bears)
    after = yield from measures.motion_slide_cm.steps(held, bears)
    return (
        f"{name}: the feet are held in {share:.0%} of frames;"
        f" they slide by {after.mean():.1f} cm/s on average, {before.mean():.1f} cm/s before."
    )


class SPR_OT_hold_feet_again(Telling, bpy.types.Operator):
    """Hold the feet of the refined person by its contacts and floor as they are now, after you have edited
    them. The motion before the hold and the keys that you have changed are kept; no recording is needed"""

    bl_idname = "spr.hold_feet_again"
    bl_label = "Hold Feet Again"
    bl_options = {"REGISTER", "UNDO"}
    job_kind = HoldJob
    stopped = "Holding the feet was cancelled; the person is as it was."

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Needs a result that can be changed, and nothing running."""
        reason = _why_not(shown_person(context))
        if reason:
            cls.poll_message_set(reason)
        return not reason

    def job(self, context: bpy.types.Context) -> HoldJob:
        """Holding them."""
        return HoldJob(context.scene, shown_person(context))


def _why_not(person: bpy.types.Object | None) -> str:
    reason = why_unchangeable(person)
    if not reason and scene_refined.refined_animation(person) is None:
        return "The person does not have its refined action; refine it again"
    return reason


CLASSES = (SPR_OT_hold_feet_again,)
