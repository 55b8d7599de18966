"""A refiner that remembers: the same person, refined in the same way, is the same motion.

Hundreds of tests here refine one of a few clips and look at what Blender makes of the result. Each clip is
really refined once in every Blender; from then on the same steps come from memory.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from addon.steps import Steps

Refine = Callable[..., Steps[Any]]
_KNOWN: dict[bytes, tuple[list[Any], bytes]] = {}


def remembering(refine: Refine) -> Refine:
    """`refine_steps`, whose news and motions are remembered by all that it is asked for."""

    def steps(person: Any, **asked: Any) -> Steps[Any]:
        key = pickle.dumps((person, asked))
        if key not in _KNOWN:
            news: list[Any] = []
            motion = yield from _noted(refine(person, **asked), news)
            _KNOWN[key] = news, pickle.dumps(motion)
        else:
            yield from _KNOWN[key][0]
        return pickle.loads(_KNOWN[key][1])  # noqa: S301 (a motion of its own for each)

    return steps


def _noted(steps: Steps[Any], news: list[Any]) -> Steps[Any]:
    while True:
        try:
            news.append(next(steps))
        except StopIteration as end:
            return end.value
        yield news[-1]
