"""Batches of examples without end: made in a second process while the first one trains on the last ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from addon.refiner.solver import Prior

from . import pool
from .motion_data import Clip
from .pool import Pool, make_batch

WINDOW, WINDOWS = 96, 16
SINGLES = 1024
SINGLES_EVERY = 4
"""One batch in four holds single frames instead of windows."""
AHEAD = 4
KEPT = 240
REUSED = 6
"""A fresh batch is trained on at once, and then as many of the kept ones, backwards or mirrored at random."""

Work = tuple[list[Clip], int, int, Prior, int]


def is_single(number: int) -> bool:
    """Whether this batch of the stream holds single frames."""
    return number % SINGLES_EVERY == SINGLES_EVERY - 1


def work(clips: list[Clip], prior: Prior, seed: int, number: int) -> Work:
    """What `make_batch` needs for a batch of the stream; the same for the same seed and number."""
    count, frames = (SINGLES, 1) if is_single(number) else (WINDOWS, WINDOW)
    return clips, count, frames, prior, seed * 1_000_003 + number


def batches(clips: list[Clip], prior: Prior, seed: int, first: int, stale: bool = True) -> Iterator[Pool]:
    """Fresh batches from number `first` on, each followed by REUSED earlier ones. stale: whether initial
    poses are also sampled in time."""
    context = get_context("spawn")
    kept: deque[Pool] = deque(maxlen=KEPT)
    rng = torch.Generator().manual_seed(seed + first)
    with ProcessPoolExecutor(1, context, _one_thread, (stale,)) as maker:
        coming = deque(maker.submit(make_batch, *work(clips, prior, seed, first + k)) for k in range(AHEAD))
        number = first + AHEAD
        while True:
            fresh = _varied(coming.popleft().result(), rng)
            coming.append(maker.submit(make_batch, *work(clips, prior, seed, number)))
            number += 1
            kept.append(fresh)
            yield fresh
            for k in torch.randint(len(kept), (REUSED,), generator=rng).tolist():
                yield _varied(kept[k], rng)


def _varied(batch: Pool, rng: torch.Generator) -> Pool:
    back, over = (torch.rand(2, generator=rng) < 0.5).tolist()
    batch = batch.reversed() if back else batch
    return batch.mirrored() if over else batch


def _one_thread(stale: bool) -> None:
    torch.set_num_threads(1)
    if not stale:
        for shares in pool.INITIAL_SHARES.values():
            shares.update(none=0.5, estimator=0.5, stale=0.0)
