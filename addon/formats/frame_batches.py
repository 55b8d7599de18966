"""Frames that stack their people, as networks give a batch: `global_orient (P, 1, 3, 3)` in each frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from .draft import numbers
from .parameter_trees import TRANS, Listed

_PER_JOINT, _MUCH = (3, 4, 6, 9), 3.0
_OTHERS = 1.0
"""How far the numbers of other bodies are at least; those of the next frame are nearer."""


def people_apart(held: list[Listed]) -> list[Listed]:
    """Everybody by themselves where a list is of frames with several people in the rows of each; the same
    list where it is of tracks, whose rows are frames, or of frames with one person."""
    counts = [_count(one.params) for one in held]
    if len(held) < 2 or max(counts) < 2 or not _are_frames(held, counts):
        return held
    return [
        replace(one, who=None, params=_row(one.params, row, count))
        for one, count in zip(held, counts, strict=True)
        for row in range(count)
    ]


def _count(params: Mapping[str, Any]) -> int:
    """How many people's, as far as the shapes tell."""
    root, body = (np.shape(params[name]) for name in ("global_orient", "body_pose"))
    if len(body) == 2 and body[1] not in _PER_JOINT:
        return body[0]
    of_one = 9 if root[-2:] == (3, 3) else root[-1]
    return int(np.prod(root)) // of_one


def _row(params: Mapping[str, Any], row: int, count: int) -> Mapping[str, Any]:
    """One person's share of what there is as many of as people."""
    return {
        name: np.asarray(value)[row : row + 1] if np.ndim(value) > 1 and len(value) == count else value
        for name, value in params.items()
    }


def _are_frames(held: list[Listed], counts: list[int]) -> bool:
    """Whether entries are frames rather than tracks: where there are more of them than rows in any, unless
    the rows follow each other much closer; else where somebody is much nearer in the next entry than the
    others are in the same one."""
    told = [_numbers(one.params, count) for one, count in zip(held, counts, strict=True) if count]
    return entries_are_frames(told)


def entries_are_frames(told: Sequence[np.ndarray]) -> bool:
    """The same of entries' rows of numbers (N, …) that are alike where bodies are."""
    if len(told) < 2:
        return bool(np.median(np.linalg.norm(np.diff(told[0], axis=0), axis=1)) > _OTHERS)
    several = [each for each in told if len(each) > 1]
    if not several:
        return True
    within = np.median([np.linalg.norm(np.diff(each, axis=0), axis=1).min() for each in several])
    across = np.median([np.linalg.norm(one[:, None] - other, axis=-1).min() for one, other in pairwise(told)])
    if len(told) > max(map(len, told)):
        return not 0.0 < within < across / _MUCH
    return bool(0.0 < across < within / _MUCH)


def _numbers(params: Mapping[str, Any], count: int) -> np.ndarray:
    """(P, N) numbers that are alike where bodies are."""
    names = ("global_orient", "body_pose", *(name for name in TRANS if name in params))
    return np.concatenate([numbers(params[name], name).reshape(count, -1) for name in names], axis=1)
