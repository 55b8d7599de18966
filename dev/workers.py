"""`build.py refine`: the extension's own command line, and with --jobs N the processes that share its files.

Each process is the same command once more. It reads clips from its standard input, a line each, refines them
one at a time and answers with a record each; it ends when its input does, and so with the process that
started it, however that ends. It lies here and not in the extension, which starts no programs.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from addon.batch import FAILED, Clip, Record
from addon.cli import main as command_line
from addon.cli.arguments import build_parser, joined
from addon.cli.inputs import gather_take
from addon.cli.many import prepare, refine_clip

from .environments.envs import calling
from .processes import ONE_THREAD, ROOT

_LONGEST_LINE = 1 << 26


def main(argv: list[str]) -> int:
    """The command line, with processes for --jobs; its exit status."""
    return command_line(argv, partial(shared, argv))


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
        answer = await _ask(self._process, line_of(clip))
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
    command = [sys.executable, "-P", "-c", calling("dev.workers:serve"), *argv]
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


def serve(argv: list[str]) -> int:
    """One of the processes: clips from standard input, records to what was standard output.

    What Blender and others print goes to standard error. Ctrl-C is for who started this.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        args = build_parser().parse_args(joined(argv))
        gather_take(args)
        prepare(args)
        for line in sys.stdin:
            record = refine_clip(clip_of(line), args, lambda label, fraction, message: None)
            print(record.to_json(), file=answers, flush=True)
    return 0


def line_of(clip: Clip) -> str:
    """A clip as it travels."""
    return json.dumps(asdict(clip), default=str)


def clip_of(line: str) -> Clip:
    """The clip of such a line."""
    fields = json.loads(line)
    return Clip(tuple(map(Path, fields["files"])), fields["name"], fields["listed"])
