"""FreeMoCap's recordings as JSON: `*_by_frame.json`, a mapping of frame numbers to points by name.

`data_by_frame {number: {timestamps {mean, by_camera}, tracked_points {body_nose {x, y, z} …}}}`; hands and
face are among the points. Source: freemocap/freemocap data_layer/data_saver/data_saver.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ...safe_read import FormatError
from ...safe_read.npy import check_shape
from ..container import Container
from ..draft import Draft, Reader, is_real
from ..point_drafts import draft_of_points
from ..timing import timed

_BODY = "body_"
_HANDS = ("left_hand", "right_hand")
_OTHERS = ("left_hand", "right_hand", "face")
_AXES = ("x", "y", "z")
_MOST_POINTS = 1000


def recognises(container: Container) -> bool:
    """Frames that hold tracked points."""
    frames = container.fields.get("data_by_frame") if container.kind == "json" else None
    first = next(iter(frames.values()), None) if isinstance(frames, Mapping) else None
    return isinstance(first, Mapping) and isinstance(first.get("tracked_points"), Mapping)


def read(container: Container) -> Draft:
    """One person. Raises FormatError."""
    frames = {int(number): frame for number, frame in container.fields["data_by_frame"].items()}
    numbers = sorted(frames)
    ordered = [frames[number] for number in numbers]
    named = dict.fromkeys(name for frame in ordered for name in frame["tracked_points"])
    # Segments' centres of mass may be among the points, by names that a body's points have too.
    body = [name for name in named if name.startswith(_BODY)]
    names = [*body, *(name for name in named if name.startswith(_HANDS))] if body else []
    names = names or [name for name in named if not name.startswith(_OTHERS)]
    if not names or len(names) > _MOST_POINTS:
        raise FormatError(f"{container.name} holds no body's points; export the recording again.")
    check_shape((len(ordered), len(names), 3), 8)
    points, column = np.full((len(ordered), len(names), 3), np.nan), {name: k for k, name in enumerate(names)}
    for row, frame in enumerate(ordered):
        for name, place in frame["tracked_points"].items():
            if name in column:
                points[row, column[name]] = _place(place)
    draft = draft_of_points(names, points, None, np.array(numbers))
    unused = ["Not used: face."] if any(name.startswith("face") for name in named) else []
    times = [_time(frame.get("timestamps")) for frame in ordered]
    draft = replace(draft, tool="FreeMoCap", warnings=[*draft.warnings, *unused])
    # Its clock starts with the computer, not with the recording.
    return timed(draft, np.array(times) - times[0])


def _place(point: Any) -> list[float]:
    values = [point.get(axis) for axis in _AXES] if isinstance(point, Mapping) else [None] * 3
    return [float(value) if is_real(value) and value is not None else np.nan for value in values]


def _time(stamps: Any) -> float:
    value = stamps.get("mean") if isinstance(stamps, Mapping) else stamps
    return float(value) if is_real(value) and value is not None else np.nan


READER = Reader("FreeMoCap JSON", "FreeMoCap", "keypoints by name", "*_by_frame.json", recognises, read)
