"""Tracks that jump to another place, as at a cut of the video, or fly off when the person is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ..body.known_values import known_median
from ..body.runs import runs
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
_LONGEST_STAY = 1.0
"""Seconds that a track is with somebody else, at most, for the person not to end there."""
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
    """The people (metres, Y up) split where they jump and held where they fly off at the end; sentences."""
    found, told = list[Person](), list[str]()
    for one in people:
        kept = _before_flight(one)
        whole = one if kept == one.frames else _faded_out(one, kept)
        if kept < one.frames:
            told.append(
                f"The track of person {one.id} flies off at its end; in frames {one.frame_ids[kept]} to"
                f" {one.frame_ids[-1]} it was faded out near its last place."
            )
        jumps = _jumps(whole)
        whole, jumps, stays = _without_stays(whole, jumps)
        told += stays
        parts = split(whole, jumps)
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


def _without_stays(one: Person, jumps: list[int]) -> tuple[Person, list[int], list[str]]:
    """The person without the frames in which the track was with somebody else for a moment, the jumps that
    are left, and what to say."""
    path, elsewhere, left = path_of(one), np.zeros(one.frames, bool), list(jumps)
    for first, last in pairwise(jumps):
        short = (one.frame_ids[last] - one.frame_ids[first]) / one.fps <= _LONGEST_STAY
        back = np.linalg.norm(path[last] - path[first - 1]) < _FAR
        if short and back and not elsewhere[first - 1]:
            elsewhere[first:last] = True
            left = [at for at in left if at not in (first, last)]
    if not elsewhere.any():
        return one, jumps, []
    frames = ", ".join(f"{one.frame_ids[first]} to {one.frame_ids[last]}" for first, last in runs(elsewhere))
    told = f"Person {one.id} is metres away in frames {frames}, as somebody else; these were left out."
    if one.poses is not None:
        rows = np.flatnonzero(~elsewhere)
        return one.rows(rows), np.searchsorted(rows, left).tolist(), [told]
    assert one.keypoints is not None
    positions, confidence = one.keypoints.positions.copy(), one.keypoints.confidence.copy()
    positions[elsewhere], confidence[elsewhere] = np.nan, 0.0
    return (
        replace(one, keypoints=replace(one.keypoints, positions=positions, confidence=confidence)),
        left,
        [told],
    )


def _for_good(path: np.ndarray, at: int) -> bool:
    """Whether the places before and after differ as far, so that it is no single frame that strays."""
    before, after = path[max(at - _AROUND, 0) : at], path[at : at + _AROUND]
    if len(before) < 2 or len(after) < 2:
        return False
    apart = np.linalg.norm(known_median(after) - known_median(before))
    return bool(apart > _FAR)


def _before_flight(one: Person) -> int:
    """How many frames there are before one leaves faster than anybody runs, until the track ends."""
    steps, seconds = _steps(one)
    speeds = steps / np.maximum(seconds, 1e-9)
    usual = float(np.nanmedian(speeds)) if np.isfinite(speeds).any() else 0.0
    slow = np.flatnonzero(~(speeds > max(_FLIGHT, _USUAL_STEPS * usual)))
    last = int(slow[-1]) + 1 if len(slow) else one.frames - 1
    lost = one.frames - 1 - last
    flown = _LEAST_FLIGHT <= lost <= _MOST_FLIGHT * one.frames
    return last + 1 if flown else one.frames


def _faded_out(one: Person, kept: int) -> Person:
    """The person who goes on from the last of the kept frames ever more slowly, and is trusted ever less."""
    path = path_of(one)
    steps = np.diff(path[max(kept - _AROUND, 0) : kept], axis=0)
    step = np.nan_to_num(np.nanmean(steps, axis=0)) if np.isfinite(steps).any() else np.zeros(3)
    share = 1.0 - np.arange(1, one.frames - kept + 1) / (one.frames - kept + 1)
    shift = np.zeros((one.frames, 3))
    shift[kept:] = path[kept - 1] + np.cumsum(share)[:, None] * step - path[kept:]
    trust = np.concatenate([np.ones(kept), share])[:, None]
    keypoints, poses = one.keypoints, one.poses
    if keypoints is not None:
        positions = keypoints.positions + shift[:, None]
        keypoints = replace(keypoints, positions=positions, confidence=keypoints.confidence * trust)
    if poses is not None:
        poses = replace(poses, pelvis=poses.pelvis + shift)
    return replace(one, keypoints=keypoints, poses=poses)
