"""Target points that a user has moved or muted for some frames: on the recording in memory, never in its
file. No bpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..recording import Keypoints, Person, Recording


@dataclass(frozen=True)
class Fix:
    """A point of a person by its name in the file, in frames first to last as the recording numbers them.

    move (3,): metres in the recording's frame, fully at `frame` and easing out to the ends; None: muted.
    """

    person_id: str
    point: str
    first: int
    last: int
    frame: int = 0
    move: tuple[float, float, float] | None = None

    def shares(self, frame_ids: np.ndarray) -> np.ndarray:
        """(T,) in 0..1, how much of it each frame gets."""
        inside = (frame_ids >= self.first) & (frame_ids <= self.last)
        if self.move is None:
            return inside.astype(float)
        before = (frame_ids - self.first + 1) / (self.frame - self.first + 1)
        after = (self.last - frame_ids + 1) / (self.last - self.frame + 1)
        ramp = np.clip(np.minimum(before, after), 0.0, 1.0)
        return np.asarray(inside * ramp**2 * (3.0 - 2.0 * ramp))


def with_fixes(recording: Recording, fixes: Sequence[Fix]) -> Recording:
    """The recording with everybody's fixes; who has none stays the same object."""
    people = tuple(
        _fixed(person, [fix for fix in fixes if fix.person_id == person.id]) for person in recording.people
    )
    same = all(one is other for one, other in zip(people, recording.people, strict=True))
    return recording if same else replace(recording, people=people)


def _fixed(person: Person, fixes: Sequence[Fix]) -> Person:
    keypoints = person.keypoints
    if keypoints is None or not any(fix.point in keypoints.names for fix in fixes):
        return person
    positions, confidence = keypoints.positions.copy(), keypoints.confidence.copy()
    for fix in fixes:
        if fix.point in keypoints.names:
            _apply(fix, keypoints, person.frame_ids, positions, confidence)
    return replace(person, keypoints=replace(keypoints, positions=positions, confidence=confidence))


def _apply(
    fix: Fix, keypoints: Keypoints, frame_ids: np.ndarray, positions: np.ndarray, confidence: np.ndarray
) -> None:
    column, share = keypoints.names.index(fix.point), fix.shares(frame_ids)
    if fix.move is None:
        positions[share > 0, column] = np.nan
        confidence[share > 0, column] = 0.0
    else:
        positions[:, column] += (share[:, None] * np.array(fix.move)).astype(positions.dtype)
