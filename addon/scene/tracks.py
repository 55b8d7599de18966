"""Where a recorded person's points are at any moment, for drawing: pure arithmetic, no bpy.

Arrays are prepared once per recording; a look at one moment costs microseconds, however long the clip is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..body.kinematics import forward
from ..body.links import links
from ..body.skeleton import JOINT_NAMES, REST_OFFSETS
from ..recording import Person
from .axes import positions_to_blender

LONGEST_FILLED = 1.0
"""Seconds; a point that is missing for longer is not drawn."""
FILLED, SEEN = 0.3, 1.0
"""How strongly a point is drawn that lies between two moments at which it was seen, and one that was seen."""
_SLACK = 0.02
"""Frames of the recording by which a moment may miss one of them and still count as it."""


@dataclass(frozen=True)
class Track:
    """K points of one person over T frames.

    times: (T,) seconds in the recording. places: (T, K, 3) metres in Blender's frame. before, after: (T, K)
    the row where a point was last seen (-1: never) and is seen next (T: never), itself where it is seen.
    links: (L, 2) points to join. canonical: K names of canonical points. fps: of the recording. of_keypoints:
    False for the joints of poses.
    """

    times: np.ndarray
    places: np.ndarray
    before: np.ndarray
    after: np.ndarray
    links: np.ndarray
    canonical: tuple[str | None, ...]
    fps: float
    of_keypoints: bool

    def at(self, moment: float) -> tuple[np.ndarray, np.ndarray]:
        """Points (K, 3) at this second of the recording, and (K,) how strongly to draw each, 0 to 1."""
        places, strength = self.at_each(np.array([moment]))
        return places[0], strength[0]

    def at_each(self, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same (N, K, 3) and (N, K) at many moments (N,)."""
        slack = _SLACK / self.fps
        rows = np.maximum(np.searchsorted(self.times, moments + slack, side="right") - 1, 0)
        exact = abs(self.times[rows] - moments) <= slack
        first = self.before[rows]
        last = self.after[np.where(exact, rows, np.minimum(rows + 1, len(self.times) - 1))]
        inside = (moments >= self.times[0] - slack) & (moments <= self.times[-1] + slack)
        known = (first >= 0) & (last < len(self.times)) & inside[:, None]
        first, last = np.where(known, first, 0), np.where(known, last, 0)
        span = self.times[last] - self.times[first]
        share = np.clip((moments[:, None] - self.times[first]) / np.where(span > 0, span, 1.0), 0.0, 1.0)
        column = np.arange(self.places.shape[1])
        start, end = self.places[first, column], self.places[last, column]
        strength = np.where(span > 1.5 / self.fps, FILLED, SEEN) * (known & (span <= LONGEST_FILLED))
        return start + share[..., None].astype(np.float32) * (end - start), strength

    def extent(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner (3,) of where the points are, without the few that lie far out."""
        seen = self.places[:: max(len(self.times) // 500, 1)].reshape(-1, 3)
        seen = seen[np.isfinite(seen).all(1)]
        low, high = np.percentile(seen, (1, 99), axis=0) if len(seen) else np.zeros((2, 3))
        return low, high


def track_of(person: Person) -> Track | None:
    """The person's keypoints, or the joints of poses where there are none; None when nothing is ever seen."""
    places, canonical = _points(person)
    return track_from(person.times, places, canonical, person.fps, of_keypoints=person.keypoints is not None)


def track_from(
    times: np.ndarray,
    places: np.ndarray,
    canonical: tuple[str | None, ...],
    fps: float,
    *,
    of_keypoints: bool,
) -> Track | None:
    """A track from its fields, NaN in places (T, K, 3) where a point is missing; None if nothing is seen."""
    seen = np.isfinite(places).all(-1)
    if not seen.any():
        return None
    rows = np.arange(len(places))[:, None]
    before = np.maximum.accumulate(np.where(seen, rows, -1), axis=0).astype(np.int32)
    after = np.minimum.accumulate(np.where(seen, rows, len(places))[::-1], axis=0)[::-1].astype(np.int32)
    # A point that is never seen must not stand between those that could be joined.
    joined = [name if ever else None for name, ever in zip(canonical, seen.any(0), strict=True)]
    return Track(times, places, before, after, links(joined), canonical, fps, of_keypoints)


def _points(person: Person) -> tuple[np.ndarray, tuple[str | None, ...]]:
    if person.keypoints is not None:
        known = person.keypoints.confidence > 0
        positions = np.where(known[..., None], person.keypoints.positions, np.nan)
        return positions_to_blender(positions).astype(np.float32), person.keypoints.canonical
    assert person.poses is not None
    joints, _ = forward(person.poses.rotations, person.poses.pelvis, REST_OFFSETS)
    return positions_to_blender(joints).astype(np.float32), JOINT_NAMES


def extent_of(tracks: Sequence[Track], widest: float) -> tuple[np.ndarray, float]:
    """Centre (3,) and radius in metres of a sphere around everybody's whole way, or around where they start
    when that way is wider than `widest` metres."""
    corners = np.array([track.extent() for track in tracks])
    low, high = corners[:, 0].min(0), corners[:, 1].max(0)
    if (high - low).max() > widest:
        starts = [places[strength > 0] for places, strength in (track.at(track.times[0]) for track in tracks)]
        found = np.concatenate(starts)
        if len(found):
            low, high = found.min(0), found.max(0)
    return (low + high) / 2, float(np.linalg.norm(high - low) / 2)
