"""Poses that an estimator gave the other way round for a while: front for back, as from one camera they look
alike.

The whole body turns by more than 50 degrees in one frame, stays so, and turns back in one. Nobody moves so,
and the poses between are as good as any but for that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...body.rotations import geodesic_angle, nearest_rotation
from ...recording import Person
from ...words import plural

TURNED, FITS = float(np.radians(50.0)), 0.5
"""Radians by which a body turns at once, and by which share of that it may differ, turned back, from those
beside."""
ISOLATED, AROUND = 4.0, 5
"""Times as far as in the middle of so many frames before and after."""
FEWEST, GAP = 4, 3
"""Frames below which nothing tells what is usual; and numbers from one frame to the next at most."""
LONGEST = 4.0
"""Seconds that a body stays the other way round at most."""


@dataclass(frozen=True)
class _Stretch:
    """Rows from first up to last, and the turn (3, 3) that takes them back."""

    first: int
    last: int
    turn: np.ndarray


def with_roots_turned_back(person: Person) -> tuple[Person, tuple[str, ...]]:
    """The person with poses the same way round in all frames, and a sentence if any were not."""
    poses = person.poses
    if poses is None or person.frames < FEWEST:
        return person, ()
    found = _stretches(poses.rotations[:, 0], person.frame_ids, person.fps)
    if not found:
        return person, ()
    rotations = poses.rotations.copy()
    for one in found:
        rotations[one.first : one.last, 0] = one.turn @ rotations[one.first : one.last, 0]
    turned = replace(person, poses=replace(poses, rotations=rotations))
    number = sum(one.last - one.first for one in found)
    first, last = person.frame_ids[found[0].first], person.frame_ids[found[-1].last - 1]
    return turned, (
        f"The poses of person {person.id} were the other way round in {plural(number, 'frame')} ({first} to"
        f" {last}), as from one camera front and back look alike; they were turned back.",
    )


def _stretches(roots: np.ndarray, frame_ids: np.ndarray, fps: float) -> list[_Stretch]:
    """Where bodies with these roots (T, 3, 3) are the other way round."""
    jumps, found, after = _jumps(roots, frame_ids), [], 0
    for place, first in enumerate(jumps):
        for last in jumps[place + 1 :]:
            if first <= after or frame_ids[last] - frame_ids[first] > LONGEST * fps:
                break
            stretch = _between(roots, first, last)
            if stretch is not None:
                found.append(stretch)
                after = last
                break
    return found


def _jumps(roots: np.ndarray, frame_ids: np.ndarray) -> list[int]:
    """Rows whose root (T, 3, 3) turns at once since the row before."""
    steps = np.asarray(geodesic_angle(roots[1:], roots[:-1]))
    steps = np.where(np.diff(frame_ids) <= GAP, steps, 0.0)
    found = []
    for at in np.flatnonzero(steps > TURNED):
        beside = np.r_[steps[max(at - AROUND, 0) : at], steps[at + 1 : at + 1 + AROUND]]
        if steps[at] > ISOLATED * np.median(beside):
            found.append(int(at) + 1)
    return found


def _between(roots: np.ndarray, first: int, last: int) -> _Stretch | None:
    """The stretch between two jumps, if it fits to both sides once it is turned back."""
    ends, beside = roots[[first, last - 1]], roots[[first - 1, last]]
    turn = nearest_rotation((beside @ np.swapaxes(ends, -1, -2)).sum(0))
    if geodesic_angle(turn @ ends, beside).max() > FITS * geodesic_angle(turn, np.eye(3)):
        return None
    return _Stretch(first, last, turn)
