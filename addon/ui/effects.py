"""Which controls have no effect on what is open, and why: plain words, without a window."""

from __future__ import annotations

from collections.abc import Sequence

from .. import refiner
from ..motion import long_gaps
from ..recording import Person


def without_effect(
    people: Sequence[Person], *, strength: float = 1.0, smoothness: float = 1.0, refined: bool = True
) -> dict[str, str]:
    """A sentence for each control that changes nothing, by its name.

    people: those to refine, as far as known. refined: whether there is an earlier result.
    """
    reasons = {}
    if not refined:
        reasons["start_from"] = "Start From: there is no refined armature of this recording yet."
    if not people:
        return reasons
    if all(person.frames < refiner.FEWEST_SMOOTHED for person in people):
        reasons["smoothness"] = (
            f"Smoothing: fewer than {refiner.FEWEST_SMOOTHED} frames are left as they are."
        )
    elif strength == 0.0 and all(person.poses is not None for person in people):
        reasons["smoothness"] = "Smoothing: Strength 0 keeps the initial pose as it is."
    if all(person.keypoints is None for person in people):
        reasons["trust"] = "Trust: the recording has no keypoints."
        if smoothness == 0.0:
            reasons["strength"] = "Strength: without keypoints and Smoothing the poses stay as they are."
    if all(not len(long_gaps(person.frame_ids, person.fps)) for person in people):
        reasons["gaps"] = "When Away: nobody is away for more than a second."
    return reasons
