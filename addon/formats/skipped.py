"""Files that tell the rate of a video and that only every second, third … of its frames was kept.

Nearly nobody says which of the two a rate is: the video's, or that of what was kept. Times of frames tell
(`timing`); so do frames that have the video's numbers, two rates, and how long or many the video was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..safe_read import one_line
from .draft import Draft, scalar
from .rates import rate_under, stated_places
from .timing import is_time, time_field

_SKIP = re.compile(r"(?:frames?skip|skipframes?|skip)")
_STEP = re.compile(
    r"(?:frames?(?:step|stride|interval)|(?:vid|video)stride|every(?:nth)?frames?|sample(?:every|step))"
)
_VIDEOS = re.compile(r"(?:video|vid|source|src|original|orig|input)(?:fps|framerate)")
_LENGTH = re.compile(r"(?:video)?(?:duration|length)(?:s|sec|seconds|insec|inseconds)?")
_COUNT = re.compile(r"(?:total|num|n|video|number|totalvideo)?(?:of)?frames?(?:count|total)?")
_CLOSE = 0.02
"""Share by which two figures may differ: a video's last frames are often missing."""
_MOST = 100


def rate_of_kept(draft: Draft, fields: Mapping[Any, Any]) -> Draft:
    """The draft at the rate of the frames that were kept, with a sentence about it, where the file's mapping
    tells a rate and that others were skipped; else as it is."""
    # Others than dict load what they hold as it is looked at.
    places = list(stated_places(fields)) if isinstance(fields, dict) else [fields]
    found = next((each for place in places for each in _steps(place)), None)
    if found is None or not draft.fps or not draft.people or _has_times(fields):
        return draft
    rate, told = _kept(draft, draft.fps, places, *found)
    return replace(draft, fps=rate, warnings=[*draft.warnings, *told])


def _kept(
    draft: Draft, rate: float, places: Sequence[Mapping[Any, Any]], steps: Sequence[int], word: str
) -> tuple[float, list[str]]:
    """The rate, and what is said of it. rate: as it was read; steps, word: as in `_steps`."""
    if _numbered_by(draft, steps) is not None:
        return rate, [
            f"Frames have the video's numbers ({word}), so {rate:g} frames per second are the video's."
        ]
    kept, why = _kept_rate(places, rate, steps, _count(draft))
    if kept is None:
        return rate, [
            f"The file says {word} and {rate:g} frames per second, but not whether that is the video's rate"
            f" or, as was assumed, that of the kept frames; if it moves too fast, give"
            f" {rate / steps[0]:g} as the frame rate."
        ]
    told = f"{why} and {word}: what was kept of the video has {kept:g} frames per second."
    return kept, [told] if why else []


def _steps(place: Mapping[Any, Any]) -> Iterator[tuple[tuple[int, ...], str]]:
    """By how many frames the kept ones may lie apart, the likeliest first, and what the file says of it."""
    for name in place:
        between, apart = _SKIP.fullmatch(_plain(name)), _STEP.fullmatch(_plain(name))
        number = _single(place, name) if between or apart else None
        if number is not None and number == round(number) and 2 <= number <= _MOST:
            step = round(number)
            yield (step, step + 1) if between else (step,), f"{one_line(str(name))} {step}"


def _single(place: Mapping[Any, Any], name: Any) -> float | None:
    return scalar(place[name]) if np.size(place[name]) == 1 else None


def _numbered_by(draft: Draft, steps: Sequence[int]) -> int | None:
    """The step that everybody's frame numbers go by; None where they count what was kept."""
    gaps = np.concatenate([np.diff(one.frame_ids) for one in draft.people])
    common = int(np.gcd.reduce(gaps)) if len(gaps) else 1
    return next((step for step in steps if common == step), None)


def _count(draft: Draft) -> int:
    """How many frames were kept."""
    return (
        1
        + max(int(one.frame_ids[-1]) for one in draft.people)
        - min(int(one.frame_ids[0]) for one in draft.people)
    )


def _kept_rate(
    places: Sequence[Mapping[Any, Any]], rate: float, steps: Sequence[int], count: int
) -> tuple[float | None, str]:
    """The rate of what was kept, None where nothing tells it, and what tells that it is another than the one
    that was read."""
    videos = _figure(places, _VIDEOS)
    others = [own for own in (rate_under(place) for place in places) if own]
    if videos is not None:
        for step in steps:
            if any(_alike(own * step, videos) for own in others):
                return round(videos / step, 3), "" if _alike(rate * step, videos) else _says(videos)
        return round(videos / steps[0], 3), _says(videos)
    seconds, frames = _figure(places, _LENGTH), _figure(places, _COUNT)
    for step in steps:
        if seconds and _alike(count * step, rate * seconds):
            return round(rate / step, 3), f"{count} frames were kept of {seconds:g} seconds at {rate:g}"
        if frames and _alike(count * step, frames):
            return round(rate / step, 3), f"The video has {frames:g} frames at {rate:g} per second"
    if seconds and _alike(count, rate * seconds):
        return rate, ""
    return None, ""


def _says(videos: float) -> str:
    return f"The video has {videos:g} frames per second"


def _figure(places: Sequence[Mapping[Any, Any]], called: re.Pattern[str]) -> float | None:
    """The first single number under such a name."""
    found = (_single(place, name) for place in places for name in place if called.fullmatch(_plain(name)))
    return next((number for number in found if number and number > 0), None)


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= _CLOSE * max(one, other)


def _has_times(fields: Mapping[Any, Any]) -> bool:
    """Whether frames carry times, which were asked before."""
    named = (name for name in fields if is_time(str(name)))
    listed = fields.values() if isinstance(fields, dict) else ()
    return any(np.size(fields[name]) > 1 for name in named) or any(
        isinstance(value, list) and time_field(value) is not None for value in listed
    )


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z]", "", str(name).lower())
