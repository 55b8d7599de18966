"""What a run has written, kept on the action itself: against it, what somebody has changed since is found.

It goes where the action goes: renamed, copied, pushed down to the NLA, saved, appended.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..safe_read import FormatError, NpzFile
from ..safe_read.npz import is_numeric
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


def kept_arrays(
    action: bpy.types.Action, name: str, only: Sequence[str] | None = None
) -> dict[str, np.ndarray] | None:
    """What `keep_arrays` kept, all of it or `only` these; None where anything but numbers is there, or one
    of these is not."""
    content = action.get(name)
    if not isinstance(content, bytes):
        return None
    try:
        archive = NpzFile(content, name)
        fields = {field: archive[field] for field in only or archive}
    except (FormatError, KeyError):
        return None
    return fields if all(map(is_numeric, fields.values())) else None


def are_shaped(fields: Mapping[str, np.ndarray], shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether all of these are among the fields, in their shapes."""
    return all(name in fields and fields[name].shape == shape for name, shape in shapes.items())


def keep_bytes(block: bpy.types.ID, name: str, content: bytes) -> None:
    """Bytes in a custom property of this name: written over others they would end at the first zero."""
    block.pop(name, None)
    block[name] = content


def read_stored(action: bpy.types.Action) -> Stored | None:
    """What is kept on the action; None where nothing is, or nothing that makes sense."""
    fields = kept_arrays(action, STORED)
    if fields is None or not _fits(fields):
        return None
    written = _channels(fields, "written")
    free = _channels(fields, "free") if "free_turns" in fields else written
    return Stored(fields["frames"].astype(float), written, free, fields["marks"])


def stored_frames(action: bpy.types.Action) -> np.ndarray:
    """(N,) the frames of what is kept, which takes no time; none where nothing is."""
    fields = kept_arrays(action, STORED, only=["frames"])
    return np.zeros(0) if fields is None else fields["frames"].astype(float).ravel()


def _channels(fields: Mapping[str, np.ndarray], name: str) -> Channels:
    turns = fields[f"{name}_turns"].astype(float)
    length = np.linalg.norm(turns, axis=-1, keepdims=True)
    return Channels(turns / np.maximum(length, 1.0), fields[f"{name}_places"].astype(float))


def _fits(fields: Mapping[str, np.ndarray]) -> bool:
    frames = fields.get("frames", np.zeros(0))
    count = frames.size
    shapes: dict[str, tuple[int, ...]] = {"frames": (count,), "marks": (count, COLUMNS)}
    for name in ("written", "free") if "free_turns" in fields else ("written",):
        shapes |= {f"{name}_turns": (count, PLACE, 4), f"{name}_places": (count, 3)}
    return count > 0 and are_shaped(fields, shapes) and bool((np.diff(frames) > 0).all())
