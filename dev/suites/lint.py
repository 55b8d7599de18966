"""`build.py lint`: ruff and mypy, with the settings of pyproject.toml."""

from __future__ import annotations

import argparse

from ..environments.envs import launching, prepare
from ..processes import ROOT, run, say


def main(arguments: list[str]) -> int:
    """Check everything, tell all that is wrong, and return 1 if anything is."""
    parser = argparse.ArgumentParser(prog="build.py lint", description="Check style and types.")
    parser.add_argument("--fix", action="store_true", help="repair what can be repaired without a decision")
    fix = parser.parse_args(arguments).fix
    checks = [
        ["ruff", "check", *(["--fix"] if fix else []), "."],
        ["ruff", "format", *([] if fix else ["--check"]), "."],
        ["mypy"],
    ]
    environment = prepare("lint")
    with launching(environment) as variables:
        # mypy must see each module under one name: without the repository on its search path.
        del variables["PYTHONPATH"]
        failed = [
            " ".join(check)
            for check in checks
            if run([environment.python, "-m", *check], variables, cwd=ROOT) != 0
        ]
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: all clean")
    return 1 if failed else 0
