"""How long short commands take from the terminal, beside those of another build: mostly their start."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMANDS: Mapping[str, Sequence[str]] = {
    "inspect": (),
    "refine": ("--output", "refined.npz"),
}
"""What each gets behind the name of a file, in a folder of its own."""
PYTHON = Path(getattr(sys, "_base_executable", sys.executable))
"""The one by which a person starts build.py, not that of an environment."""


def starting(roots: Sequence[Path], clip: Path, rounds: int) -> dict[str, list[float]]:
    """Command -> seconds that each of these checkouts takes for it at best, in turn; both have done it once
    before, as an environment is made then."""
    found = {command: [float("inf")] * len(roots) for command in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            for command, options in COMMANDS.items():
                for place, root in enumerate(roots):
                    seconds = _seconds([str(root / "build.py"), command, str(clip), *options], folder)
                    if number:
                        found[command][place] = min(found[command][place], seconds)
    return found


def _seconds(words: Sequence[str], folder: str) -> float:
    began = time.perf_counter()
    subprocess.run([str(PYTHON), *words], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began
