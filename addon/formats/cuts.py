"""Tracks that jump to another place, as at a cut of the video, or fly off when the person is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..recording import Person
from .paths import path_of

_FAR = 1.0
"""Metres by which a place changes for good between two frames only in another shot."""
_QUICK = 12.0
_USUAL_STEPS = 8.0
_AROUND = 5
_FLIGHT = 8.0
_LEAST_FLIGHT = 3
_MOST_FLIGHT = 0.2
_SEVERAL = 10
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_LEAST_SHOT = 5


def split(one: Person, starts: Iterable[int]) -> list[Person]:
    """The person cut before each of these places in its frames; the later parts are named id-2, id-3."""
    starts = list(starts)
    if not starts:
        return [one]
    edges = [0, *sorted({start for start in starts if 0 < start < one.frames}), one.frames]
    parts = [np.arange(*pair) for pair in pairwise(edges)]
    return [
        one.rows(rows) if number == 0 else replace(one.rows(rows), id=f"{one.id}-{number + 1}")
        for number, rows in enumerate(parts)
    ]


def new_series(names: Sequence[str]) -> list[int]:
    """Places from which images belong to another series than the one before, by all but their last number.

    Names that differ in more than one number say nothing.
    """
    plain = [name.replace("\\", "/") for name in names]
    series = [_LAST_NUMBER.sub("", name) for name in plain]
    starts = [at for at in range(1, len(series)) if series[at] != series[at - 1]]
    return starts if len(starts) * _LEAST_SHOT <= len(series) else []


def without_jumps(people: tuple[Person, ...]) -> tuple[tuple[Person, ...], list[str]]:
    """The people (metres, Y up) split where they jump, without frames in which they fly off; sentences."""
    found, told = list[Person](), list[str]()
    for one in people:
        whole = _without_flight(one)
        if whole.frames < one.frames:
            told.append(
                f"The track of person {one.id} flies off at its end; frames {whole.frame_ids[-1] + 1} to"
                f" {one.frame_ids[-1]} were left out."
            )
        parts = split(whole, _jumps(whole))
        found += parts
        if len(parts) > 1:
            at = ", ".join(str(part.frame_ids[0]) for part in parts[1 : 1 + _SEVERAL])
            told.append(
                f"Person {one.id} jumps by metres at frame {at}, as at a cut, so the track was split there."
            )
    return tuple(found), told


def _steps(one: Person) -> tuple[np.ndarray, np.ndarray]:
    """(T - 1,) metres and seconds from frame to frame."""
    path = path_of(one)
    return np.linalg.norm(np.diff(path, axis=0), axis=-1), np.diff(one.frame_ids) / one.fps


def _jumps(one: Person) -> list[int]:
    """Places of the first frames after a jump: further than anybody goes in the time, and for good."""
    path = path_of(one)
    steps, seconds = _steps(one)
    usual = float(np.nanmedian(steps)) if np.isfinite(steps).any() else 0.0
    quick = np.flatnonzero((steps > _FAR + _QUICK * seconds) & (steps > _USUAL_STEPS * usual))
    if len(quick) > one.frames / _SEVERAL:
        return []
    return [int(at) + 1 for at in quick if _for_good(path, int(at) + 1)]


def _for_good(path: np.ndarray, at: int) -> bool:
    """Whether the places before and after differ as far, so that it is no single frame that strays."""
    before, after = path[max(at - _AROUND, 0) : at], path[at : at + _AROUND]
    if len(before) < 2 or len(after) < 2:
        return False
    apart = np.linalg.norm(np.nanmedian(after, axis=0) - np.nanmedian(before, axis=0))
    return bool(apart > _FAR)


def _without_flight(one: Person) -> Person:
    """The person up to where it leaves faster than anybody runs, until the track ends."""
    steps, seconds = _steps(one)
    speeds = steps / np.maximum(seconds, 1e-9)
    usual = float(np.nanmedian(speeds)) if np.isfinite(speeds).any() else 0.0
    slow = np.flatnonzero(~(speeds > max(_FLIGHT, _USUAL_STEPS * usual)))
    last = int(slow[-1]) + 1 if len(slow) else one.frames - 1
    lost = one.frames - 1 - last
    flown = _LEAST_FLIGHT <= lost <= _MOST_FLIGHT * one.frames
    return one.rows(np.arange(last + 1)) if flown else one
