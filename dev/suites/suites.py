"""`build.py test`: the tests, in every environment that this Python can make."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO

from ..environments import chroot
from ..environments.envs import Environment, prepare
from ..environments.pythons import HERE, find_python
from ..processes import ONE_THREAD, ROOT, Refusal, say
from ..release.wheels import fill
from ..release.zip import blender_platform
from . import window_suites
from .outcome import Outcome, run_pytest

# The tests that drive Blender; all others run without it.
BLENDER_TESTS = (
    "tests/scene",
    "tests/ui",
    "tests/test_zip.py",
    "tests/test_zip_torch.py",
    "tests/test_repository.py",
)
ONCE = "tests/test_zip_torch.py"  # a gigabyte to unpack: in one suite, whose environment has no torch itself
ONCE_IN = "bpy-4.5"
OWN_ENVIRONMENTS = ("tests/release", "tests/farm", "tests/test_workers.py")
"""Tests that start programs, in environments of their own or many: once, in the suite without Blender."""
OF_THE_TOOLS = (
    "tests/training",
    "tests/refiner/test_memory.py",
    "tests/test_build.py",
    "tests/test_layout.py",
    "tests/test_platform.py",
    "tests/test_readme.py",
)
"""Tests of what does not ship, of memory, and of texts: the same with every NumPy, so once as well."""
ONLY_PURE = OWN_ENVIRONMENTS + OF_THE_TOOLS
LIBRARY_ON = ("3.11", "3.12", "3.13", "3.14")
"""The Pythons that the wheel of the library is tested on, where they are at hand."""
MOST_AT_ONCE = 3
"""Suites side by side: a Blender takes up to 2 GB."""
WINDOW = "window"
MAKING = Lock()
"""Held while environments are made: two at a time would be in each other's way."""


@dataclass(frozen=True)
class Suite:
    """Tests that run in one environment: those without Blender, those with it, or both."""

    name: str
    environment: str
    version: str = HERE
    pure: bool = False
    blender: bool = True
    alone: str = ""
    """the only file of tests that it runs, where it has but one"""

    def chosen(self, arguments: list[str]) -> list[str] | None:
        """pytest's arguments for this suite; None when paths are named and none of them is part of it."""
        paths = [argument for argument in arguments if (ROOT / argument.split("::")[0]).exists()]
        options = [argument for argument in arguments if argument not in paths]
        if not paths:
            return options + self._everything()
        if self.alone:
            named = any(self.alone.startswith(path.split("::")[0].rstrip("/")) for path in paths)
            return [*options, self.alone] if named else None
        own = [path for path in paths if self._takes(path)]
        return options + own if own else None

    def _takes(self, path: str) -> bool:
        if path.startswith(BLENDER_TESTS):
            return self.blender
        return self.pure and not (self.blender and path.startswith(ONLY_PURE))

    def _everything(self) -> list[str]:
        if self.alone:
            return [self.alone]
        without = [] if self.name == ONCE_IN else [f"--ignore={ONCE}"]
        if self.pure:
            without.append(f"--ignore={window_suites.TESTS}")
            without += [f"--ignore={path}" for path in ONLY_PURE if self.blender]
            return ["tests", *without]  # where tests/conftest.py leaves out what needs a missing Blender
        return [path for path in BLENDER_TESTS if path != ONCE or not without]


@dataclass(frozen=True)
class Work:
    """One suite, ready to run: run(file) puts pytest's output in a file, or on the terminal without one."""

    name: str
    title: str
    run: Callable[[IO[bytes] | None], tuple[Outcome, bool]]


Ended = tuple[str, Outcome, bool]
"""A suite's name, its counts, and whether it came to its end."""


def suites() -> list[Suite]:
    """The suites of this Python. Under 3.11, Blender 5.2 and 5.3 take part where a Python 3.13 is at hand."""
    pure = Suite("pure", "pure", pure=True, blender=False)
    if HERE == "3.13":
        return [pure, Suite("bpy-5.2", "main"), Suite("bpy-5.3", "bpy-5.3")]
    # NumPy 1 without torch, which no pure environment has: the first one takes the pure tests as well.
    legacy = [Suite("bpy-4.2", "bpy-4.2", pure=True), Suite("bpy-4.5", "bpy-4.5"), Suite("bpy-5.0", "main")]
    newest = [Suite(name, name, "3.13") for name in ("bpy-5.2", "bpy-5.3")] if find_python("3.13") else []
    return [pure, *legacy, *newest]


def with_smplx() -> Suite:
    """What the smplx package says of the same bodies. Raises Refusal where its torch is not to be had."""
    if HERE != "3.11":
        raise Refusal(
            "--with-smplx needs torch, which is installed under Python 3.11 only: run python3.11 build.py."
        )
    return Suite("smplx", "shape", pure=True, blender=False, alone="tests/body/test_against_smplx.py")


def main(arguments: list[str]) -> int:
    """Run them all, end with one plain line, and return 1 unless every test passed."""
    arguments, pytest_arguments = _split(arguments)
    parser = argparse.ArgumentParser(
        prog="build.py test", description="Run the tests. What stands behind -- goes to pytest."
    )
    parser.add_argument(
        "--only", action="append", metavar="SUITE", help="pure, bpy-4.2, bpy-4.5, bpy-5.0, bpy-5.2 or bpy-5.3"
    )
    parser.add_argument(
        "--window",
        nargs="?",
        const="only",
        choices=["only", "also"],
        help="run the tests that need a window: only these, or the others as well",
    )
    parser.add_argument(
        "--suite",
        choices=window_suites.CHOICES,
        default="both",
        help="Debian's Blender with a window: 4.3, 5.2",
    )
    parser.add_argument(
        "--with-smplx",
        action="store_true",
        help="the smplx package as well: its bodies beside ours, on synthetic model files",
    )
    parser.add_argument("--torch", action="store_true", help="with Debian's torch beside that Blender")
    options = parser.parse_args(arguments)
    total = Outcome()
    unfinished: list[str] = []
    for name, outcome, finished in _run_all(options, pytest_arguments):
        total.add(outcome)
        if not finished:
            unfinished.append(name)
    return _close(total, unfinished)


def _run_all(options: argparse.Namespace, arguments: list[str]) -> Iterator[Ended]:
    """Runs the suites, several at a time where there are several cores."""
    works = _works(options, arguments)
    cores = os.cpu_count() or 1
    # A test with a window spends much of its time waiting for it: those take no core from the others.
    beside = sum(work.name.startswith(WINDOW) for work in works) if cores > 1 else 0
    at_once = min(min(MOST_AT_ONCE, cores) + beside, len(works))
    if at_once < 2:
        for work in works:
            say(f"\n== {work.title} ==")
            yield work.name, *work.run(None)
        return
    say(f"\n{len(works)} suites, {at_once} at a time; what each has to say is shown when it has ended.")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(at_once) as pool:
        began = time.monotonic()
        started = {pool.submit(_run_quietly, work, Path(folder)): work for work in works}
        for ended in as_completed(started):
            work, (outcome, text) = started[ended], ended.result()
            say(f"\n== {work.title}, {(time.monotonic() - began) / 60:.0f} min after the start ==")
            sys.stdout.write(text)
            yield work.name, *outcome


def _run_quietly(work: Work, folder: Path) -> tuple[tuple[Outcome, bool], str]:
    """What came of it, and what it has to say."""
    path = folder / work.name
    with path.open("wb") as file:
        outcome = work.run(file)
    return outcome, path.read_text("utf-8", errors="replace")


def _works(options: argparse.Namespace, arguments: list[str]) -> list[Work]:
    """The suites to run, the longest first. Each makes its own environment: one tests while the other
    unpacks."""
    works = []
    chosen = [] if options.window == "only" else _chosen_suites(options.only)
    if options.with_smplx:
        chosen = [*chosen, with_smplx()]
    for suite in chosen:
        own = suite.chosen(arguments)
        if own is not None:
            run = partial(_run_suite, suite, own)
            works.append(Work(suite.name, f"{suite.name}: Python {suite.version}", run))
    if options.window:
        names = chroot.BLENDERS if options.suite == "both" else [options.suite]
        works = [_window(name, options.torch, arguments) for name in names] + works
    return works


def _run_suite(suite: Suite, arguments: list[str], output: IO[bytes] | None) -> tuple[Outcome, bool]:
    """What came of a suite, in an environment that is made if need be."""
    with MAKING:
        environment = _prepared(suite)
    return run_pytest(environment, arguments, ONE_THREAD, output)


def _run_window(
    name: str, torch: bool, arguments: list[str], output: IO[bytes] | None
) -> tuple[Outcome, bool]:
    with MAKING:
        prepare("main")
        prepare("release")
    return window_suites.run_suite(name, torch, arguments, output)


def _window(name: str, torch: bool, arguments: list[str]) -> Work:
    title = f"window: Blender {chroot.BLENDERS[name]}, Debian {name}"
    return Work(f"{WINDOW} {name}", title, partial(_run_window, name, torch, arguments))


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    place = arguments.index("--")
    return arguments[:place], arguments[place + 1 :]


def _chosen_suites(only: list[str] | None) -> list[Suite]:
    here = suites()
    if not only:
        if not any(suite.version == "3.13" for suite in here):
            say("The tests on Blender 5.2 and 5.3 are left out: they need Python 3.13, which is not here.")
        return here
    names = [suite.name for suite in here]
    if unknown := [name for name in only if name not in names]:
        raise Refusal(f"There is no suite {unknown[0]} under this Python: choose from {', '.join(names)}.")
    return [suite for suite in here if suite.name in only]


def _prepared(suite: Suite) -> Environment:
    """A suite's environment, and what its tests install."""
    environment = prepare(suite.environment, suite.version)
    fill("locked.txt")
    if not suite.blender:
        for name in ("main", "release", "farm"):
            prepare(name, suite.version)
        for version in filter(find_python, LIBRARY_ON):
            prepare("library", version)
    if suite.name == ONCE_IN and blender_platform() is not None:
        fill("locked_torch.txt")
    return environment


def _close(total: Outcome, unfinished: list[str]) -> int:
    """Print the closing line. A suite that died without a failing test counts as one failure."""
    print(flush=True)
    for name in unfinished:
        print(f"The suite {name} did not come to its end.", flush=True)
    if unfinished and not total.failed:
        total.failed = len(unfinished)
    if not total.passed and not total.failed:
        print("No test was run: nothing matches.", flush=True)
    print(total.line(), flush=True)
    return 0 if total.passed and not total.failed else 1
