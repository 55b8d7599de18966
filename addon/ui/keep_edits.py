"""Edits of earlier results, held in new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import bpy
import numpy as np

from .. import refiner
from ..motion import Motion
from ..scene.edits import Edits, bones_of, find_edits, held_poses
from .describe import listed, plural
from .job import Outcome, Task
from .results import refined_people


def with_edits(scene: bpy.types.Scene, task: Task, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes, through the keys that somebody has changed in the same people's results of now.

    Asked when a run is done, so that what was changed while it ran is kept as well.
    """
    if not scene.spr.edits.keep:
        return tuple(outcomes)
    earlier = refined_people(scene, task.source)
    return tuple(
        _held(outcome, earlier[outcome.person.id]) if outcome.person.id in earlier else outcome
        for outcome in outcomes
    )


def _held(outcome: Outcome, result: bpy.types.PropertyGroup) -> Outcome:
    edits = find_edits(result.armature)
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
