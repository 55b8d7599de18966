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
from typing import TYPE_CHECKING

from .environments.envs import calling
from .processes import ONE_THREAD, ROOT

if TYPE_CHECKING:  # the processes are started before this one reads what it needs itself
    from addon.batch import Clip, Record

_LONGEST_LINE = 1 << 26


class Hands:
    """Processes for one command line, so many of which are started at once. They end with it."""

    def __init__(self, argv: Sequence[str], early: int = 0) -> None:
        self._argv = argv
        self._runner = asyncio.Runner()
        self._hands = [Hand(argv) for _ in range(early)]
        self._runner.run(_start_all(self._hands))

    def shared(self, clips: Sequence[Clip], count: int) -> Iterator[Record]:
        """The records of all clips from so many processes, as they come."""
        missing = count - len(self._hands)
        self._runner.run(_end_all(self._hands[count:]))
        records = _shared([*self._hands[:count], *(Hand(self._argv) for _ in range(missing))], clips)
        try:
            while (record := self._runner.run(_next(records))) is not None:
                yield record
        finally:
            self._runner.run(records.aclose())

    def end(self) -> None:
        """Whatever they are doing."""
        self._runner.run(_end_all(self._hands))
        self._runner.close()


async def _start_all(hands: Sequence[Hand]) -> None:
    for hand in hands:
        await hand.start()


async def _end_all(hands: Sequence[Hand]) -> None:
    for hand in hands:
        await hand.end()


async def _next(records: AsyncGenerator[Record, None]) -> Record | None:
    return await anext(records, None)


async def _shared(hands: Sequence[Hand], clips: Sequence[Clip]) -> AsyncGenerator[Record, None]:
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
        await _end_all(hands)


class Hand:
    """A process that refines one clip after the other, started when it is first needed, and anew when it was
    ended."""

    def __init__(self, argv: Sequence[str], folder: str | None = None) -> None:
        """folder: the one that the arguments' paths start from, None for that of this process."""
        self._argv, self._folder = argv, folder
        self._process: Process | None = None

    async def start(self) -> Process:
        """The process, if it is not there already."""
        if self._process is None:
            self._process = await _start(self._argv, self._folder)
        return self._process

    async def refine(self, clip: Clip) -> Record:
        """The clip's record; a process that ends meanwhile has failed with it."""
        from addon.batch import FAILED, Record

        process = await self.start()
        answer = await _ask(process, clip.to_json())
        if answer:
            return Record.from_json(answer)
        status = await process.wait()
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
