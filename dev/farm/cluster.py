"""`build.py refine --dask SCHEDULER|local:N`: the command line, whose clips are refined by Dask's workers.

The workers write the results, which all machines find under the same paths; who asks them keeps the record
of each clip as soon as it is done. A clip whose worker is lost is given to another one.
"""

from __future__ import annotations

import os
import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from distributed import Client, Future, KilledWorker, LocalCluster, as_completed

from addon.batch import FAILED, Clip, Record
from addon.cli import main as command_line

from .worker import refine

_ADDRESS = re.compile(r"(\w+://)?\S+:\d+")
_PATIENCE = 20.0
"""Seconds until a scheduler that does not answer is given up."""


def main(argv: list[str]) -> int:
    """The command line; its exit status."""
    try:
        where, words = _split(argv)
        with _client(where) as client:
            words += ["--jobs", str(max(2, len(client.nthreads())))]
            return command_line(words, partial(shared, client, words), "python3 build.py")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError:
        print(
            f"No Dask scheduler answers at {where}: start one with `build.py dask scheduler`.",
            file=sys.stderr,
        )
        return 1


def shared(client: Client, argv: Sequence[str], clips: Sequence[Clip], _count: int) -> Iterator[Record]:
    """The records of all clips, as they come."""
    folder, run = os.getcwd(), uuid.uuid4().hex  # noqa: PTH109 - it travels as text
    given: dict[Future, Clip] = {
        client.submit(refine, tuple(argv), folder, clip.to_json(), key=f"{run}-{clip.name}", pure=False): clip
        for clip in clips
    }
    for future in as_completed(list(given)):
        yield _record(future, given.pop(future))


def _record(future: Future, clip: Clip) -> Record:
    error = future.exception()
    if error is None:
        return Record.from_json(future.result())
    if isinstance(error, KilledWorker):
        sentence = f"{clip.source.name} failed: every worker that refined it was lost."
    else:
        sentence = f"{clip.source.name} failed on a worker: {error}"
    return Record(clip.name, str(clip.source), FAILED, sentence=sentence)


def _split(argv: Sequence[str]) -> tuple[str, list[str]]:
    """What stands behind --dask, and all other words. Raises ValueError."""
    words = [part for word in argv for part in (word.split("=", 1) if word.startswith("--dask=") else [word])]
    place = words.index("--dask")
    if place + 1 == len(words):
        raise ValueError("--dask needs the address of a scheduler, or local:N for N processes here.")
    return words[place + 1], words[:place] + words[place + 2 :]


@contextmanager
def _client(where: str) -> Iterator[Client]:
    """Raises OSError where nobody answers, ValueError for what is no address."""
    kind, _, rest = where.partition(":")
    if kind != "local":
        if not _ADDRESS.fullmatch(where):
            raise ValueError(f"--dask {where} is no address of a scheduler such as tcp://10.0.0.5:8786.")
        with Client(where, timeout=_PATIENCE) as client:
            yield client
        return
    if not rest.isdigit() or int(rest) < 1:
        raise ValueError(f"--dask {where} is not a number of processes such as local:4.")
    here = {"n_workers": int(rest), "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**here) as cluster, Client(cluster) as client:
        yield client
