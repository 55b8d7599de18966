"""How far the demo is."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass
class Progress:
    """A bar on stderr for the stages of the demo."""

    stages: int
    done: int = 0

    def __call__(self, fraction: float, message: str) -> None:
        """Shows how far the current stage is."""
        total = min((self.done + fraction) / self.stages, 1.0)
        bar = "█" * int(total * 30)
        end = "\n" if fraction >= 1.0 else "\r"
        if sys.stderr.isatty() or fraction >= 1.0:
            print(f"[{bar:<30}] {total:4.0%}  {message:<60}", end=end, file=sys.stderr, flush=True)
        self.done += fraction >= 1.0
