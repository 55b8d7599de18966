"""How much faster two processes refine many files than one: the whole command, with all that it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
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
    """Seconds in which so many files were refined by one process and by two, each at its best."""

    files: int
    one: float
    two: float

    @property
    def ratio(self) -> float:
        """How many times as many files two processes refine in the same time."""
        return self.one / self.two

    def line(self) -> str:
        """What is printed."""
        held = "holds" if self.ratio >= WANTED else "MISSED"
        return (
            f"{self.files} files: {self.one:.1f} s with --jobs 1, {self.two:.1f} s with --jobs 2:"
            f" {self.ratio:.2f} times the throughput ({held}: at least {WANTED:g} on two idle cores)."
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
        runs = [
            (jobs, _seconds(takes, Path(folder) / f"out{jobs}_{turn}", jobs))
            for turn in range(rounds)
            for jobs in (1, 2)
        ]
    one, two = (min(seconds for jobs, seconds in runs if jobs == wanted) for wanted in (1, 2))
    return Throughput(files, one, two)


def _seconds(takes: Path, output: Path, jobs: int) -> float:
    program = calling("dev.command_line:main")
    words = ["refine", takes, "--to", "npz", "--engine", "numpy", "--jobs", jobs, "--output", output]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-c", program, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began
