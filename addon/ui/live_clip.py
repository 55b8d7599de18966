"""A person's clip under the controls as they are now, refined frame by frame where somebody looks: no bpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import refiner
from ..body import kinematics
from ..motion import LONGEST_GAP
from ..recording import Person
from ..scene.axes import positions_to_blender
from ..steps import Steps

BLOCK = 1.0
"""Seconds that are refined at once where nobody waits for them."""
SLACK = 0.02
"""Frames of the recording by which a moment may miss one of them and still count as it."""


@dataclass(frozen=True)
class Wish:
    """A person, the controls, and seconds of the recording to show first; playing: these move on by
    themselves. body: the user's own, None for the open one."""

    person: Person
    controls: refiner.Controls
    moment: float
    playing: bool = False
    body: refiner.OwnBody | None = None

    def same_clip(self, other: Wish) -> bool:
        """Whether only the moment differs."""
        return self.person is other.person and self.controls == other.controls


class LiveClip:
    """Joints (T, 24, 3) of a person's frames in Blender's frame, NaN where they are not known yet."""

    def __init__(self, prepared: refiner.Prepared, person: Person, controls: refiner.Controls) -> None:
        self.prepared, self.person, self.controls = prepared, person, controls
        self.places = np.full((self.person.frames, 24, 3), np.nan)
        self.tried = ~controls.cover(self.person.frame_ids)

    def rows_at(self, moment: float) -> slice:
        """The frame at a moment, or the two around it; none outside of the recording."""
        times, slack = self.person.times, SLACK / self.person.fps
        if not times[0] - slack <= moment <= times[-1] + slack:
            return slice(0, 0)
        first = max(int(np.searchsorted(times, moment + slack, side="right")) - 1, 0)
        exact = abs(times[first] - moment) <= slack
        return slice(first, first + 1 if exact else min(first + 2, len(times)))

    def at(self, moment: float) -> np.ndarray | None:
        """Joints (24, 3) at a moment; None where they are not known."""
        rows = self.rows_at(moment)
        found = self.places[rows]
        if not len(found) or not np.isfinite(found).all():
            return None
        times = self.person.times[rows]
        if times[-1] - times[0] > LONGEST_GAP:
            return None
        share = (moment - times[0]) / (times[-1] - times[0]) if len(found) > 1 else 0.0
        return np.asarray(found[0] + share * (found[-1] - found[0]))

    def waits_at(self, moment: float) -> bool:
        """Whether the pose at a moment is still to be found."""
        return bool((~self.tried[self.rows_at(moment)]).any())

    def next_rows(self, moment: float, playing: bool = False) -> np.ndarray | None:
        """(T,) bool, what to refine next: the moment itself unless it moves on by itself, then the first
        second after it that is not known, then from the beginning; None when all is known."""
        left = np.flatnonzero(~self.tried)
        if not len(left):
            return None
        rows = np.zeros(len(self.tried), bool)
        if self.prepared.toward is None:  # poses alone are cheap, and steadied as a whole
            rows[left] = True
            return rows
        here = self.rows_at(moment)
        if self.waits_at(moment) and not playing:
            rows[here] = True
        else:
            first = left[np.searchsorted(left, here.start) % len(left)]
            rows[first : first + max(round(BLOCK * self.person.fps), 1)] = True
        return rows & ~self.tried

    def refine(self, rows: np.ndarray) -> Steps[None]:
        """Find the poses of these frames (T,). Where there are no keypoints to tell them, none are shown."""
        try:
            motion = yield from refiner.refine_rows(self.prepared, self.controls, rows)
            if self.prepared.toward is None:  # what keypoints tell has the body's bones already
                motion = self.prepared.on_body_rows(motion, rows)
        except refiner.RefineError:
            self.tried |= rows
            return
        joints, _ = kinematics.forward(motion.rotations, motion.pelvis, motion.bone_offsets)
        self.places[rows] = positions_to_blender(joints)
        self.places[np.flatnonzero(rows)[motion.is_filled]] = np.nan
        self.tried |= rows
