"""The processes that share the files of `build.py refine --jobs N`, seen from the one that started them.

Each process is `workers.serve`: it reads clips from its standard input, a line each, refines them one at a
time and answers with a record each; it ends when its input does, and so with the process that started it,
however that ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterator, Sequence

from addon.batch import FAILED, Clip, Record

from .environments.envs import calling
from .processes import ONE_THREAD, ROOT

_LONGEST_LINE = 1 << 26


def shared(argv: Sequence[str], clips: Sequence[Clip], count: int) -> Iterator[Record]:
    """The records of all clips from so many processes, as they come. The processes end with it."""
    records = _shared(argv, clips, count)
    with asyncio.Runner() as runner:
        try:
            while (record := runner.run(_next(records))) is not None:
                yield record
        finally:
            runner.run(records.aclose())


async def _next(records: AsyncGenerator[Record, None]) -> Record | None:
    return await anext(records, None)


async def _shared(argv: Sequence[str], clips: Sequence[Clip], count: int) -> AsyncGenerator[Record, None]:
    hands = [Hand(argv) for _ in range(count)]
    idle, waiting = list(hands), iter(clips)
    running: dict[asyncio.Task[Record], Hand] = {}
    finished: set[asyncio.Task[Record]] = set()
    try:
        while True:
            while idle and (clip := next(waiting, None)) is not None:
                hand = idle.pop()
                running[asyncio.create_task(hand.refine(clip))] = hand
            for task in finished:
                yield task.result()
            if not running:
                return
            finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            idle += [running.pop(task) for task in finished]
    finally:
        for hand in hands:
            await hand.end()


class Hand:
    """A process that refines one clip after the other, started when it is first needed, and anew when it was
    ended."""

    def __init__(self, argv: Sequence[str], folder: str | None = None) -> None:
        """folder: the one that the arguments' paths start from, None for that of this process."""
        self._argv, self._folder = argv, folder
        self._process: Process | None = None

    async def refine(self, clip: Clip) -> Record:
        """The clip's record; a process that ends meanwhile has failed with it."""
        if self._process is None:
            self._process = await _start(self._argv, self._folder)
        answer = await _ask(self._process, clip.to_json())
        if answer:
            return Record.from_json(answer)
        status = await self._process.wait()
        self._process = None
        sentence = f"{clip.source.name} failed: the process that refined it ended with status {status}."
        return Record(clip.name, str(clip.source), FAILED, sentence=sentence)

    async def end(self) -> None:
        """Whatever it is doing."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def _start(argv: Sequence[str], folder: str | None) -> Process:
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-c", calling("dev.command_line:serve"), *argv]
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, env=environment, cwd=folder, limit=_LONGEST_LINE
    )


async def _ask(process: Process, line: str) -> str:
    """The answer to a line, "" where the process has ended."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(f"{line}\n".encode())
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        return ""
    return (await process.stdout.readline()).decode()
