"""What a run has written, kept on the action itself: against it, what somebody has changed since is found.

It goes where the action goes: renamed, copied, pushed down to the NLA, saved, appended.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..safe_read import FormatError, NpzFile
from .channels import COLUMNS, PLACE, Channels

STORED = "spr_stored"
"""Custom property of an action: the stored result, as an archive in memory."""
_FINE = 32767
"""Steps of a quaternion's number from 0 to 1: a three-hundredth of a degree."""
FREE, HELD, BLENDED = 0, 1, 2
"""Marks: the refiner's own, set by hand before the last run, spread from a key that was set by hand."""


@dataclass(frozen=True)
class Stored:
    """A result as it was written.

    frames: (N,) scene frames of its keys. written: the keys. free: what they would be without anything held.
    marks: (N, 25) FREE, HELD or BLENDED for each bone's rotation and, in the last column, the location.
    """

    frames: np.ndarray
    written: Channels
    free: Channels
    marks: np.ndarray

    def sized(self, size: float) -> Stored:
        """The same of a body that is so many times as large."""
        written = self.written.sized(size)
        free = written if self.free is self.written else self.free.sized(size)
        return replace(self, written=written, free=free)


def write_stored(action: bpy.types.Action, stored: Stored) -> None:
    """Keep it on the action."""
    fields: dict[str, Any] = {
        "frames": stored.frames.astype(np.int32),
        "marks": stored.marks.astype(np.uint8),
    }
    several = [] if stored.free is stored.written else [("free", stored.free)]
    for name, channels in (("written", stored.written), *several):
        fields[f"{name}_turns"] = np.round(channels.turns * _FINE).astype(np.int16)
        fields[f"{name}_places"] = channels.places.astype(np.float32)
    keep_arrays(action, STORED, fields)


def keep_arrays(action: bpy.types.Action, name: str, fields: dict[str, Any]) -> None:
    """Arrays as an archive in a custom property of this name."""
    archive = io.BytesIO()
    np.savez_compressed(archive, **fields)
    keep_bytes(action, name, archive.getvalue())


def keep_bytes(block: bpy.types.ID, name: str, content: bytes) -> None:
    """Bytes in a custom property of this name: written over others they would end at the first zero."""
    block.pop(name, None)
    block[name] = content


def read_stored(action: bpy.types.Action) -> Stored | None:
    """What is kept on the action; None where nothing is, or nothing that makes sense."""
    content = action.get(STORED)
    if not isinstance(content, bytes):
        return None
    try:
        fields = NpzFile(content, "The stored result")
        written = _channels(fields, "written")
        free = _channels(fields, "free") if "free_turns" in fields else written
        found = Stored(fields["frames"].astype(float), written, free, fields["marks"])
    except (FormatError, KeyError, AttributeError):
        return None
    return found if _fits(found) else None


def stored_frames(action: bpy.types.Action) -> np.ndarray:
    """(N,) the frames of what is kept, which takes no time; none where nothing is."""
    content = action.get(STORED)
    if not isinstance(content, bytes):
        return np.zeros(0)
    try:
        return np.asarray(NpzFile(content, "The stored result")["frames"], float)
    except (FormatError, KeyError):
        return np.zeros(0)


def _channels(fields: NpzFile, name: str) -> Channels:
    turns = fields[f"{name}_turns"].astype(float)
    length = np.linalg.norm(turns, axis=-1, keepdims=True)
    return Channels(turns / np.maximum(length, 1.0), fields[f"{name}_places"].astype(float))


def _fits(stored: Stored) -> bool:
    count = len(stored.frames)
    shapes = [(one.turns.shape, one.places.shape) for one in (stored.written, stored.free)]
    increasing = bool((np.diff(stored.frames) > 0).all())
    return (
        count > 0
        and increasing
        and stored.marks.shape == (count, COLUMNS)
        and shapes == [((count, PLACE, 4), (count, 3))] * 2
    )
