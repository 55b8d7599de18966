"""Who is who from frame to frame, for tools that work image by image and keep no tracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .tracks import Tracks

LINKED = "The file has no track ids; people were linked from frame to frame by where they are."
_LONGEST_GAP = 30
_REACH = 0.25
_REACH_PER_FRAME = 0.02
_DEPTH = 0.2
_NEAREST = 1.0


@dataclass
class _Track:
    """Somebody who was last seen in this frame at this place, as `Detections.add_at` takes it."""

    number: int
    frame: int
    place: np.ndarray


class Detections:
    """Collects what was found in each frame and links it to people.

    A person is looked for near where they were last seen; where no frame has two, all is one person.
    """

    def __init__(self) -> None:
        self._frames: dict[int, list[tuple[np.ndarray, dict[str, Any]]]] = {}
        self._shots: set[int] = set()

    def cut(self, frame: int) -> None:
        """With this frame another shot starts, in which nobody goes on."""
        self._shots.add(int(frame))

    def add(self, frame: int, place: Any, **values: Any) -> None:
        """One detection. place: (3,) in a camera (z ahead); its direction counts, and a little its depth."""
        x, y, z = np.asarray(place, dtype=float).reshape(3)
        depth = max(abs(z), _NEAREST)
        self.add_at(frame, np.array([x / depth, y / depth, _DEPTH * np.log(depth)]), **values)

    def add_at(self, frame: int, where: np.ndarray, **values: Any) -> None:
        """One detection where only nearness counts. where: (N,) numbers in units of a body's size."""
        self._frames.setdefault(int(frame), []).append((np.nan_to_num(where), values))

    @property
    def several(self) -> bool:
        """Whether any frame has more than one detection."""
        return any(len(found) > 1 for found in self._frames.values())

    def tracks(self) -> Tracks:
        """The people, numbered in the order in which they appear."""
        tracks, known, gone = Tracks(), list[_Track](), 0
        for frame in sorted(self._frames):
            found = self._frames[frame]
            gone = len(known) if frame in self._shots else gone
            owners = (
                _owners([place for place, _ in found], frame, known[gone:]) if self.several else {0: gone}
            )
            for number, (place, values) in enumerate(found):
                owner = owners.get(number)
                owner = None if owner == len(known) else owner
                if owner is None:
                    owner = len(known)
                    known.append(_Track(owner, frame, place))
                if self.several:
                    known[owner].frame, known[owner].place = frame, place
                tracks.add(owner, frame, **values)
        return tracks


def _owners(places: list[np.ndarray], frame: int, known: list[_Track]) -> dict[int, int]:
    """Detection -> track, nearest pairs first."""
    pairs = []
    for track in known:
        gap = frame - track.frame
        if gap <= _LONGEST_GAP:
            reach = _REACH + _REACH_PER_FRAME * (gap - 1)
            for number, place in enumerate(places):
                distance = float(np.linalg.norm(place - track.place))
                if distance < reach:
                    pairs.append((distance, number, track.number))
    owners: dict[int, int] = {}
    for _, number, track_number in sorted(pairs):
        if number not in owners and track_number not in owners.values():
            owners[number] = track_number
    return owners
