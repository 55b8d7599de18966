"""How much faster two processes refine many files than one: the whole command, with all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..environments.envs import calling
from ..processes import ROOT
from .against import clip_file

FRAMES = (200, 300, 400)
"""Lengths of the files, in turn."""
WANTED = 1.8
"""Times one core's throughput."""


@dataclass(frozen=True)
class Throughput:
    """Seconds in which so many files were refined by one process and by two, each at its best; and in which
    two commands at once, with one process each, both refined them all."""

    files: int
    one: float
    two: float
    twice: float

    @property
    def ratio(self) -> float:
        """How many times as many files two processes refine in the same time."""
        return self.one / self.two

    @property
    def machine(self) -> float:
        """The same of two commands that share nothing: what the two cores can give."""
        return 2 * self.one / self.twice

    def line(self) -> str:
        """What is printed."""
        held = "holds" if self.ratio >= WANTED else "MISSED"
        return (
            f"{self.files} files: {self.one:.1f} s with --jobs 1, {self.two:.1f} s with --jobs 2:"
            f" {self.ratio:.2f} times the throughput ({held}: at least {WANTED:g} on two idle cores; two"
            f" commands that share nothing give {self.machine:.2f} times)."
        )


def batch(files: int) -> int:
    """Prints how much faster two processes are."""
    if files < 2:
        print("Two processes share two files or more; give a larger number.", file=sys.stderr)
        return 2
    if (os.cpu_count() or 1) < 2:
        print("There is one core here, which two processes would share.", file=sys.stderr)
        return 1
    print(measure(files).line())
    return 0


def measure(files: int, frames: tuple[int, ...] = FRAMES, rounds: int = 2) -> Throughput:
    """Refines files of these lengths with both numbers of processes in turn, for some rounds."""
    with tempfile.TemporaryDirectory() as folder:
        takes = Path(folder) / "takes"
        takes.mkdir()
        for number in range(files):
            clip_file(takes / f"take{number}.npz", frames[number % len(frames)], seed=number)
        ways = {"one": [1], "two": [2], "twice": [1, 1]}
        runs = [
            {way: _seconds(takes, Path(folder) / f"{way}_{turn}", jobs) for way, jobs in ways.items()}
            for turn in range(rounds)
        ]
    return Throughput(files, *(min(run[way] for run in runs) for way in ways))


def _seconds(takes: Path, output: Path, jobs: Sequence[int]) -> float:
    """Of a command for each number of processes, all at once."""
    began = time.perf_counter()
    commands = [_start(takes, output / str(place), number) for place, number in enumerate(jobs)]
    if any(command.wait() for command in commands):
        raise subprocess.SubprocessError("A command that was measured has failed.")
    return time.perf_counter() - began


def _start(takes: Path, output: Path, jobs: int) -> subprocess.Popen[bytes]:
    program = calling("dev.command_line:main")
    words = ["refine", takes, "--to", "npz", "--engine", "numpy", "--jobs", jobs, "--output", output]
    return subprocess.Popen(
        [sys.executable, "-P", "-c", program, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
