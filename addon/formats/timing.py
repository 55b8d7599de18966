"""The times of a recording's frames: its rate, which frames are missing, and whether they are even."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from ..recording import Person
from ..words import plural
from .draft import Draft
from .filming import at_frames
from .rates import meant_rate
from .resampling import on_even_frames

_UNIT = "s|ms|us|ns|secs?|[mun]secs?|seconds|millis|milliseconds"
_WHOSE = (
    "frame|video|media|capture|sample|elapsed|relative|rel|date|unix|utc|epoch|system|sys|world|camera|device"
)
_NAME = re.compile(rf"(?:(?:{_WHOSE})?(?:timestamp|time)|offset|elapsed|ts|t)?({_UNIT})?")
_APART = re.compile(rf"[^a-z]({_UNIT})\W*$")
_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_SLOWEST, _FASTEST = 1.5, 1000.0
_MOST_DIGITS = 9
_LONGEST_START = 86_400.0
"""Seconds; times that start later are those of a clock, not of the recording."""
_HEADERS_SLACK = 0.005
_UNEVEN = 0.15
_FAR_OFF = 0.5
"""Steps between frames by which times leave an even grid, in the mean square and once, to count as uneven."""
_MISSING_TIMES = 0.1
_COARSE = 0.3
"""Part of a step from which a rounded one may look like a missing frame."""
_MOST_FRAMES = 1e8
_DAY = 86_400.0
_CLOCK_TIME = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:[.,]\d*)?)")


class Clock(NamedTuple):
    """When the frames of a recording were taken.

    seconds: (T,) rising; fps: of the grid that they fit best; numbers: (T,) their places on it from 0; even:
    whether they lie on it.
    """

    seconds: np.ndarray
    fps: float
    numbers: np.ndarray
    even: bool
    low: float
    high: float
    """Between these the rate lies, as far as the stamps' digits tell."""

    def allows(self, fps: float) -> bool:
        """Whether the stamps may be those of a recording at this rate."""
        return self.even and self.low * (1 - _HEADERS_SLACK) <= fps <= self.high * (1 + _HEADERS_SLACK)


def is_time(name: str) -> bool:
    """Whether a column or field of this name holds times of frames, as `Time (ms)` or `timestampMs`."""
    plain = re.sub(r"[^a-z]", "", name.lower())
    return bool(plain) and _NAME.fullmatch(plain) is not None


def read_clock(times: Any, name: str = "") -> Clock | None:
    """The clock behind times of frames in seconds or smaller units, or written as dates or 00:00:01.5; None
    where they do not tell.

    name: the field's, which may tell the unit; else it is the one that makes a usual rate.
    """
    try:
        values = np.asarray(times, dtype=np.float64).reshape(-1)
    except (ValueError, TypeError):
        values, name = _written(times), "s"
    values = _filled(values)
    if (
        len(values) < 2
        or not np.isfinite(values).all()
        or (np.diff(values) < 0).any()
        or values[-1] == values[0]
    ):
        return None
    unit = _unit(name, values)
    return None if unit is None else _clock(values * unit, _tick(values) * unit)


def _written(times: Any) -> np.ndarray:
    """Seconds of times that are written as text, NaN where they are none; from the first one's day on."""
    listed = times if isinstance(times, (list, np.ndarray)) else []
    seconds = np.array([seconds_of(str(text)) for text in listed], dtype=np.float64)
    return seconds - (seconds[0] // _DAY * _DAY if len(seconds) and np.isfinite(seconds[0]) else 0.0)


def seconds_of(text: str) -> float:
    """Seconds of 2024-05-01T12:00:01.5, of 12:00:01.5 or of 00:01.5; NaN for anything else."""
    match = _CLOCK_TIME.fullmatch(text.strip())
    if match:
        return 3600.0 * float(match[1] or 0) + 60.0 * float(match[2]) + float(match[3].replace(",", "."))
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return np.nan
    return (moment.replace(tzinfo=moment.tzinfo or UTC)).timestamp()


def _filled(values: np.ndarray) -> np.ndarray:
    """The values with few missing ones between their neighbours."""
    seen = np.isfinite(values)
    if seen.all() or seen.mean() < 1 - _MISSING_TIMES or not (seen[0] and seen[-1]):
        return values
    places = np.arange(len(values))
    return np.interp(places, places[seen], values[seen])


def _unit(name: str, values: np.ndarray) -> float | None:
    apart = _APART.search(name.lower())
    joined = _NAME.fullmatch(re.sub(r"[^a-z]", "", name.lower()))
    suffix = apart[1] if apart else (joined and joined[1]) or ""
    # The s of times, timestamps is no unit.
    if suffix and (apart or suffix != "s"):
        suffix = suffix[:2] if suffix[1:4] == "sec" else suffix
        return _UNITS["ms" if suffix.startswith("mil") else "s" if suffix.startswith("sec") else suffix]
    step = _step(values)
    return next((unit for unit in _UNITS.values() if _SLOWEST < 1.0 / (step * unit) < _FASTEST), None)


def _step(values: np.ndarray) -> float:
    """The usual time between frames; the mean where stamps are so coarse that frames share them."""
    steps = np.diff(values)
    shared = (steps == 0).mean() > 0.2
    return float(np.ptp(values) / len(steps)) if shared else float(np.median(steps[steps > 0]))


def _tick(values: np.ndarray) -> float:
    """The last digit's unit of rounded values; 0 for those with all digits."""
    for digits in range(_MOST_DIGITS):
        shifted = values * 10.0**digits
        if (np.abs(shifted - np.round(shifted)) < 1e-5).all():
            return 10.0**-digits
    return 0.0


def _clock(seconds: np.ndarray, tick: float) -> Clock | None:
    steps, step = np.diff(seconds), _step(seconds)
    counts = _counts(steps, step)
    single = steps[counts == 1]
    # A median of rounded steps drifts over long gaps; the mean of the single ones does not.
    step = float(single.mean()) if len(single) > 1 else step
    places = np.concatenate([[0], np.cumsum(_counts(steps, step))])
    if tick > _COARSE * step and _all_there(seconds, tick):
        places = np.arange(len(seconds))
    if np.ptp(seconds) / step > _MOST_FRAMES:
        return None
    span, count = seconds[-1] - seconds[0], int(places[-1])
    off = (seconds - seconds[0]) / (span / count) - places
    off = off - off.mean()
    even = float(np.sqrt((off**2).mean())) < _UNEVEN or float(np.abs(off).max()) < max(_FAR_OFF, tick / step)
    best = count / span if even else 1.0 / float(np.percentile(steps[steps > 0], 25))
    low, high = (
        (count / (span + tick), count / max(span - tick, span / 2)) if even else (best / 1.01, best * 1.01)
    )
    fps = meant_rate(low, high, best)
    return Clock(seconds, fps, places, even, low, high)


def _all_there(seconds: np.ndarray, tick: float) -> bool:
    """Whether even frames of which none is missing, rounded to ticks, have these times."""
    even = np.linspace(seconds[0], seconds[-1], len(seconds))
    return bool(np.abs(seconds - even).max() <= tick * (1 + 1e-6))


def _counts(steps: np.ndarray, step: float) -> np.ndarray:
    return np.maximum(np.round(steps / step), 1.0).astype(np.int64)


def time_field(frames: Sequence[Any]) -> str | None:
    """The name of the field with times in a list of mappings; None where they have none."""
    first = next((frame for frame in frames if isinstance(frame, Mapping)), {})
    return next((str(name) for name in first if is_time(str(name))), None)


def timed_frames(draft: Draft, frames: Sequence[Any], stated: float | None = None) -> Draft:
    """The draft with the times that the mappings carry which its frames come from; see `timed`."""
    name = time_field(frames)
    if name is None:
        return draft if stated is None else replace(draft, fps=stated)
    times = [frame.get(name) if isinstance(frame, Mapping) else None for frame in frames]
    return timed(draft, times, name, stated)


def timed(draft: Draft, times: Any, name: str = "", stated: float | None = None) -> Draft:
    """The draft with the rate and the frames that the times (T,) of its people's frames tell.

    stated: the header's rate, which is kept where the times allow it. Uneven frames come out even. Where
    people were not seen in all frames, even times tell the rate alone.
    """
    clock = read_clock(times, name)
    if clock is not None and all(one.frames == len(clock.seconds) for one in draft.people):
        return on_clock(draft, clock, stated)
    if clock is None or not clock.even:
        return replace(draft, fps=draft.fps if stated is None else stated)
    if stated is None:
        return replace(draft, fps=clock.fps)
    if clock.allows(stated) or not _counts_entries(draft, clock):
        return replace(draft, fps=stated)
    return replace(draft, fps=clock.fps, warnings=[*draft.warnings, _other_rate(clock, stated)])


def _counts_entries(draft: Draft, clock: Clock) -> bool:
    """Whether frames are numbered by the entries that have the clock's even times, one after the other."""
    last = max((int(one.frame_ids[-1]) for one in draft.people), default=0)
    return int(clock.numbers[-1]) == len(clock.seconds) - 1 and last < len(clock.seconds)


def _other_rate(clock: Clock, stated: float) -> str:
    return f"The frames' times run at {clock.fps:.6g} frames per second, not at {stated:g}."


def timed_beside(draft: Draft, fields: Mapping[str, Any], frames: int, stated: float | None) -> Draft:
    """The draft with the rate that the file states, and with its times where it has one for each frame."""
    shapes = ((frames,), (frames, 1))
    held = (str(name) for name in fields if is_time(str(name)) and np.shape(fields[name]) in shapes)
    name = next(held, None) if frames > 1 else None
    return replace(draft, fps=stated) if name is None else timed(draft, fields[name], name, stated)


def on_clock(draft: Draft, clock: Clock, stated: float | None = None) -> Draft:
    """The draft with the clock's rate and frames; everybody in it has as many frames as the clock."""
    warnings = list(draft.warnings)
    repeated = np.diff(clock.seconds, prepend=-np.inf) == 0
    if not clock.even and 0 < repeated.mean() < _MISSING_TIMES:
        left = read_clock(clock.seconds[~repeated], "s")
        if left is not None:
            people = [one.rows(np.flatnonzero(~repeated)) for one in draft.people]
            told = f"Left out: {plural(int(repeated.sum()), 'frame')} at the same time as the one before."
            return on_clock(replace(draft, people=people, warnings=[*warnings, told]), left, stated)
    numbered = _by_own_numbers(draft.people, clock)
    clock = numbered if stated is None or numbered.allows(stated) else clock
    fps = clock.fps
    if stated is not None and clock.allows(stated):
        fps = stated
    elif stated is not None:
        warnings.append(_other_rate(clock, stated))
    start = _start(draft.people[0], clock, fps) if draft.people else 0
    filmed = at_frames(draft.filmed, (clock.seconds - clock.seconds[0]) * fps + start)
    if clock.even:
        people = [_numbered(one, clock, fps) for one in draft.people]
        return replace(draft, people=people, fps=fps, warnings=warnings, filmed=filmed)
    warnings.append(
        f"The frames lie at uneven times (one every {1000 / _rate(clock, 90):.0f} to"
        f" {1000 / _rate(clock, 10):.0f} ms), so they were brought to {fps:g} frames per second at the same"
        f" speed."
    )
    people = [
        replace(even, frame_ids=even.frame_ids + _start(one, clock, fps))
        for one in draft.people
        for even in [on_even_frames(one, clock.seconds - clock.seconds[0], fps)]
    ]
    return replace(draft, people=people, fps=fps, warnings=warnings, filmed=filmed)


def _by_own_numbers(people: Sequence[Person], clock: Clock) -> Clock:
    """The clock of a video of which only every second, third … frame was kept, as their numbers tell."""
    spans = {int(one.frame_ids[-1] - one.frame_ids[0]) for one in people}
    stride, rest = divmod(spans.pop(), int(clock.numbers[-1])) if len(spans) == 1 else (1, 0)
    numbers = clock.numbers * stride
    fitting = all(np.array_equal(np.diff(one.frame_ids), np.diff(numbers)) for one in people)
    if rest or stride < 2 or not (clock.even and fitting):
        return clock
    low, high = clock.low * stride, clock.high * stride
    return clock._replace(fps=meant_rate(low, high, clock.fps * stride), numbers=numbers, low=low, high=high)


def _start(one: Person, clock: Clock, fps: float) -> int:
    """The number of the first frame, at its own time; the file's where the times are those of a clock."""
    first = float(clock.seconds[0])
    return round(max(first, 0.0) * fps) if first < _LONGEST_START else int(one.frame_ids[0])


def _rate(clock: Clock, percent: float) -> float:
    """Frames per second that as many percent of the steps are slower than."""
    return 1.0 / float(np.percentile(np.diff(clock.seconds), 100 - percent))


def _numbered(one: Person, clock: Clock, fps: float) -> Person:
    """The person with the file's frame numbers where they tell the same times, else numbered by the times."""
    own = one.frame_ids
    numbers = clock.numbers + _start(one, clock, fps)
    as_spaced = np.array_equal(np.diff(own), np.diff(numbers))
    return one if as_spaced and abs(int(own[0] - numbers[0])) <= 1 else replace(one, frame_ids=numbers)
