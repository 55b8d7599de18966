"""Edits of earlier results, held in new ones."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np

from .. import refiner
from ..motion import Motion
from ..scene.edits import Edits, bones_of, find_seen_edits, held_poses
from ..steps import Steps
from .describe import listed, plural
from .job import Outcome, Task, Written
from .refined import Refined, refined_people
from .results import write


def write_with_edits(scene: bpy.types.Scene, task: Task, outcomes: tuple[Outcome, ...]) -> Steps[Written]:
    """Write everybody's motion, through the keys that somebody has changed in the same people's results of
    now. Raises scene.SceneError, and nothing is written then.

    Asked when a run is done, so that what was changed while it ran is kept as well.
    """
    if scene.spr.edits.keep:
        earlier = refined_people(scene, task.source)
        kept = []
        for outcome in outcomes:
            yield None
            result = earlier.get(outcome.person.id)
            kept.append(outcome if result is None else _held(outcome, result))
        outcomes = tuple(kept)
    return outcomes, (yield from write(scene, task, outcomes))


def _held(outcome: Outcome, result: Refined) -> Outcome:
    edits = find_seen_edits(result.armature)
    if edits is None or not edits.held.any():
        return outcome
    held = held_poses(result.armature, edits, result.moment)
    keypoints = outcome.person.keypoints if np.isfinite(outcome.motion.fit_error_mm).any() else None
    motion = refiner.hold(outcome.motion, held, keypoints)
    if motion is outcome.motion:
        return outcome
    motion = replace(motion, warnings=(*motion.warnings, kept_sentence(edits)))
    shake = None if outcome.shake is None else (outcome.shake[0], refiner.jitter(motion))
    return replace(outcome, motion=motion, after_mm=_mean_error(motion), shake=shake)


def kept_sentence(edits: Edits) -> str:
    """'Your edits were kept: 12 keys of L_Elbow and Head.'"""
    count = plural(int(edits.held.any(1).sum()), "key")
    return f"Your edits were kept: {count} of {listed(bones_of(edits.held))}."


def _mean_error(motion: Motion) -> float | None:
    known = np.isfinite(motion.fit_error_mm)
    return float(motion.fit_error_mm[known].mean()) if known.any() else None
