"""Time stamps that capture tools leave in files beside a recording which has none itself.

FreeMoCap: `<recording>/synchronized_videos/timestamps/*.csv` beside `<recording>/output_data/`; columns such
as `timestamp.from_recording_start.sec` (freemocap/skellycam core/recorders/timestamps, its recording layout).
Others: `timestamps.csv`, `.txt` or `.npy`, or the recording's own name with `_timestamps`, in its folder.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..safe_read import FormatError
from .container import Container
from .timing import Clock, is_time, read_clock

_FOLDERS = (
    "timestamps",
    "synchronized_videos/timestamps",
    "../timestamps",
    "../synchronized_videos/timestamps",
    "../synchronized_videos",
)
_ENDINGS = (".csv", ".txt", ".npy")
_MOST_BYTES = 64 << 20
_MOST_FILES = 50
_FEW_OFF = 0.1
"""Share of its frames by which the stamps of a trimmed recording may be more or fewer."""
_NOT_TIMES = re.compile(r"duration|previous|range|iso|framerate|idle|total|inter|delay|std|error")
_WORD = re.compile(r"from[_ ]recording[_ ]start|timestamp|time|unix")


def clock_beside(path: Path, frames: int) -> tuple[Clock, str] | None:
    """(clock, name of its file) of a recording with about so many frames; None where no file tells."""
    for found in _candidates(path):
        try:
            clock = _clock_of(found)
        except (FormatError, OSError, ValueError, csv.Error):
            continue
        if clock is not None and abs(len(clock.seconds) - frames) <= _FEW_OFF * frames:
            return clock, found.name
    return None


def _candidates(path: Path) -> Iterator[Path]:
    names = (f"{path.stem}_timestamps", f"{path.stem}.timestamps", f"{path.name}_timestamps", "timestamps")
    own = [path.with_name(name + ending) for name in names for ending in _ENDINGS]
    listed = []
    for folder in (path.parent / each for each in _FOLDERS):
        with suppress(OSError):  # there is none, or it can't be looked into
            held = sorted(each for each in folder.iterdir() if "timestamp" in each.name.lower())
            listed += held[:_MOST_FILES]
    for found in own + listed:
        if found.suffix.lower() in _ENDINGS and _is_small_file(found):
            yield found


def _is_small_file(path: Path) -> bool:
    with suppress(OSError):
        return path.is_file() and path.stat().st_size <= _MOST_BYTES
    return False


def _clock_of(path: Path) -> Clock | None:
    container = Container(path)
    if container.npy is not None:
        return read_clock(container.npy) if np.squeeze(container.npy).ndim == 1 else None
    if container.kind != "text" or not container.lines:
        return None
    rows = [row for row in csv.reader(container.lines) if any(cell.strip() for cell in row)]
    if len(rows[0]) == 1 and _number(rows[0][0]) is not None:
        return read_clock([_number(row[0]) for row in rows])
    header = [cell.strip().lower().lstrip("# ") for cell in rows[0]]
    columns = [place for place, name in enumerate(header) if _is_stamp(name)]
    for place in sorted(columns, key=lambda place: "start" not in header[place]):
        clock = read_clock(
            [_number(row[place]) if place < len(row) else None for row in rows[1:]], header[place]
        )
        if clock is not None:
            return clock
    return None


def _is_stamp(name: str) -> bool:
    return (is_time(name) or _WORD.search(name) is not None) and _NOT_TIMES.search(name) is None


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
