"""Batches of examples without end: made in other processes while the network trains on the last ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context

import torch

from addon.refiner.start.solver import Prior

from .motion_data import Clip
from .pool import Pool, joined, make_batch

WINDOW, WINDOWS = 96, 16
SINGLES = 1024
SINGLES_EVERY = 3
"""Every third batch holds single frames instead of windows."""
AHEAD = 4
"""Batches that each maker is ahead."""


@dataclass(frozen=True)
class Pace:
    """How examples are used. makers: processes that make them. reused: how many steps follow the one on a
    fresh batch, on kept ones, backwards or mirrored at random. kept: how many fresh batches are remembered.
    together: batches in one step."""

    makers: int = 1
    reused: int = 6
    kept: int = 240
    together: int = 1


def is_single(number: int) -> bool:
    """Whether this batch of the stream holds single frames."""
    return number % SINGLES_EVERY == SINGLES_EVERY - 1


@contextmanager
def makers(clips: dict[str, list[Clip]], prior: Prior, number: int) -> Iterator[Executor]:
    """So many processes for `make`, which know these clips by the names of their splits."""
    with ProcessPoolExecutor(number, get_context("spawn"), _begin, (clips, prior)) as processes:
        try:
            yield processes
        finally:
            processes.shutdown(cancel_futures=True)


Ideas = tuple[bool, bool]
"""Whether initial poses are also sampled in time, and whether every clip has a dialect of its own."""
ALL_IDEAS: Ideas = (True, True)


def make(split: str, seed: int, number: int, ideas: Ideas = ALL_IDEAS) -> Pool:
    """In a maker's process: a batch of the stream; the same for the same seed and number."""
    size, frames = (SINGLES, 1) if is_single(number) else (WINDOWS, WINDOW)
    clips, prior = _given
    return make_batch(clips[split], size, frames, prior, seed * 1_000_003 + number, *ideas)


def batches(
    processes: Executor, seed: int, first: int, pace: Pace, device: torch.device, ideas: Ideas = ALL_IDEAS
) -> Iterator[Pool]:
    """Batches of the training split on a device, the first of them fresh, number `first` of the stream."""
    rng = torch.Generator().manual_seed(seed + first)
    kept: deque[tuple[bool, Pool]] = deque(maxlen=pace.kept)
    coming: deque[Future[Pool]] = deque()

    def some(single: bool, number: int) -> list[Pool]:
        alike = [batch for kind, batch in kept if kind == single]
        return [alike[k] for k in torch.randint(len(alike), (number,), generator=rng).tolist()]

    def varied(parts: list[Pool]) -> Pool:
        return joined(_varied(part, rng) for part in parts)

    for number in count(first):
        while len(coming) < AHEAD * pace.makers:
            coming.append(processes.submit(make, "train", seed, number + len(coming), ideas))
        single, fresh = is_single(number), coming.popleft().result().to(device)
        kept.append((single, fresh))
        yield varied([fresh, *some(single, pace.together - 1)])
        for k in torch.randint(len(kept), (pace.reused,), generator=rng).tolist():
            yield varied(some(kept[k][0], pace.together))


def _varied(batch: Pool, rng: torch.Generator) -> Pool:
    back, over = (torch.rand(2, generator=rng) < 0.5).tolist()
    batch = batch.reversed() if back else batch
    return batch.mirrored() if over else batch


def _begin(clips: dict[str, list[Clip]], prior: Prior) -> None:
    global _given
    torch.set_num_threads(1)
    _given = clips, prior


_given: tuple[dict[str, list[Clip]], Prior]
"""What a maker's process works with."""
