"""Long work as a generator that yields after every few milliseconds, and how to run one straight through.

A window drives such a generator from a timer on Blender's main thread, a little at a time, so that its view
never freezes; everybody else calls the same function as any other. No step may take longer than about 30 ms
on a slow core: what is done for all frames of a clip is done for some of them at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeAlias, TypeVar

import numpy as np

from .one_thread import on_one_thread

P = ParamSpec("P")
T = TypeVar("T")

FRAMES = 512
"""Frames of all joints' rotations that plain NumPy works on in some milliseconds."""


class Cancelled(Exception):
    """The caller asked to stop."""


@dataclass(frozen=True)
class Progress:
    """How far the work is, 0..1, and what is being done."""

    fraction: float
    message: str


Steps: TypeAlias = Generator[Progress | None, None, T]
"""Work that yields news of its progress, or None where there is none, and returns its result. Closing it ends
the work."""


class Stepped(Generic[P, T]):
    """A function whose work can be taken in steps: `f(…)` runs straight through, `f.steps(…)` is the
    generator."""

    def __init__(self, steps: Callable[P, Steps[T]]) -> None:
        self.steps = steps
        update_wrapper(self, steps)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result."""
        return finish(self.steps(*args, **kwargs))


def one_step(steps: Steps[T]) -> Progress | None:
    """The news of the next step. Whoever drives steps takes them so. Raises StopIteration."""
    with on_one_thread:
        return next(steps)


def finish(
    steps: Steps[T],
    progress: Callable[[float, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> T:
    """Run steps to their end. progress(fraction, message) is told all news, cancelled() is asked after every
    step. Raises Cancelled when asked to stop."""
    if progress is None and cancelled is None:
        with on_one_thread:  # once: nobody comes in between
            return _to_the_end(steps, progress, cancelled)
    return _to_the_end(steps, progress, cancelled)


def _to_the_end(
    steps: Steps[T], progress: Callable[[float, str], None] | None, cancelled: Callable[[], bool] | None
) -> T:
    while True:
        try:
            news = one_step(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        if news is not None and progress is not None:
            progress(news.fraction, news.message)
        if cancelled is not None and cancelled():
            steps.close()
            raise Cancelled


def as_part(steps: Steps[T], before: float, width: float, who: str = "") -> Steps[T]:
    """Steps whose progress is a part of a longer way."""
    try:
        while True:
            news = next(steps)
            if news is not None:
                news = Progress(before + width * news.fraction, f"{who}{news.message}")
            yield news
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


def silent(steps: Steps[T]) -> Steps[T]:
    """Steps that tell nothing of their progress: what they belong to is further already."""
    try:
        while True:
            next(steps)
            yield None
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


def in_chunks(work: Callable[[slice], Any], frames: int, size: int = FRAMES) -> Steps[Any]:
    """What work(rows) gives for all frames, an array or a tuple of arrays (T, …), `size` frames a step."""
    if frames <= size:
        found = work(slice(0, frames))
        yield None
        return tuple(map(_as_own, found)) if isinstance(found, tuple) else _as_own(found)
    whole: list[np.ndarray] = []
    single = False
    for first in range(0, max(frames, 1), size):
        rows = slice(first, min(first + size, frames))
        found = work(rows)
        single = not isinstance(found, tuple)
        parts = (found,) if single else found
        if not whole:
            whole = [np.empty((frames, *part.shape[1:]), part.dtype) for part in parts]
        for array, part in zip(whole, parts, strict=True):
            array[rows] = part
        yield None
    return whole[0] if single else tuple(whole)


def _as_own(values: np.ndarray) -> np.ndarray:
    """The array itself, where it is nobody else's view and lies in a row, else a copy."""
    return values if values.flags.owndata and values.flags.c_contiguous else values.copy()
