"""Modules of a package that are imported when they are first used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dev.processes import ROOT

PROGRAM = """
import sys
from addon.rigs import matching
from addon import rigs
there = lambda: "addon.rigs.matching" in sys.modules
print(there(), callable(matching.match), there(), matching.match is rigs.match)
from addon.rigs.matching import match
from addon.rigs import matching as again
print(match is again.match, again is sys.modules["addon.rigs.matching"])
"""


def test_a_module_runs_at_the_first_look_into_it():
    command = [sys.executable, "-c", PROGRAM]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False True True True", "True True"]


def test_there_are_no_others():
    with pytest.raises(ImportError, match="cannot import name 'no_such_thing'"):
        from addon.rigs import no_such_thing  # type: ignore[attr-defined]  # noqa: F401
