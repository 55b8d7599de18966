"""pytest in one environment, and how many of its tests ended in which way."""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO

from ..environments.envs import Environment, calling, launching
from ..processes import ROOT, run

NO_TESTS_MATCHED = 5  # pytest's exit status


@dataclass
class Outcome:
    """How many tests ended in which way."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Outcome) -> None:
        """Count another suite's tests as well."""
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    def line(self) -> str:
        """The closing line."""
        ending = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{ending}"


def run_pytest(
    environment: Environment,
    arguments: list[str],
    more: Mapping[str, str] | None = None,
    output: IO[bytes] | None = None,
) -> tuple[Outcome, bool]:
    """Run pytest with more variables, its output in a file if one is given; its counts, and whether it came
    to its end and agrees with them."""
    with launching(environment) as variables, tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        program = calling("pytest:main")
        command: list[str | Path] = [environment.python, "-c", program, f"--junitxml={report}", *arguments]
        status = run(command, variables | dict(more or {}), cwd=ROOT, output=output)
        outcome = read_report(report)
    expected = 1 if outcome.failed else 0
    return outcome, status in (expected, NO_TESTS_MATCHED)


def read_report(report: Path) -> Outcome:
    """Count pytest's own report: an error while setting up or collecting is a failure."""
    total = Outcome()
    if not report.exists():
        return total
    for suite in ElementTree.parse(report).iter("testsuite"):
        tests, failures, errors, skipped = (
            int(suite.get(kind, "0")) for kind in ("tests", "failures", "errors", "skipped")
        )
        total.add(Outcome(tests - failures - errors - skipped, failures + errors, skipped))
    return total
