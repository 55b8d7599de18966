"""`build.py test --window`: the tests that drive a Blender with a window, in one Debian or in two."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO

from ..environments import chroot
from ..environments.envs import prepare
from ..processes import ROOT, say
from ..release import zip as packaging
from .outcome import Outcome, run_pytest

TESTS = "tests/window"
CHOICES = (*chroot.BLENDERS, "both")


def run_suite(
    suite: str, torch: bool, arguments: list[str], output: IO[bytes] | None = None
) -> tuple[Outcome, bool]:
    """Run the tests in the Blender of one Debian suite; skip them all, saying why, where that can't be.
    output: a file for pytest's output."""
    named = any((ROOT / argument.split("::")[0]).exists() for argument in arguments)
    arguments = arguments if named else [*arguments, TESTS]
    environment = prepare("main")
    try:
        ready = chroot.prepare(suite, torch)
    except chroot.NoWindow as reason:
        say(f"The tests with a window are left out. {reason}")
        return run_pytest(environment, arguments, {"WINDOW_MISSING": str(reason)}, output)
    tool = packaging.blender_tool(environment)
    with tempfile.TemporaryDirectory() as folder:
        archive = packaging.build_standard(environment.python, tool, Path(folder))
        variables = {"WINDOW_SUITE": ready.name, "WINDOW_ARCHIVE": str(archive)}
        return run_pytest(environment, arguments, variables, output)
