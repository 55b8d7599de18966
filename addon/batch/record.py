"""What came of one recording: one line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_LONGEST_LINE = 1 << 20
DONE, FAILED, LEFT_OUT = "done", "failed", "left out"
"""States of a record. Left out: a file in a folder that holds no motion."""


@dataclass(frozen=True)
class Figures:
    """One person's result.

    error_before_mm, error_after_mm: mean distance of the poses from the keypoints; jitter_before,
    jitter_after: of poses that were refined on their own, in m/s². None where there is no such figure.
    """

    id: str
    frames: int
    error_before_mm: float | None = None
    error_after_mm: float | None = None
    jitter_before: float | None = None
    jitter_after: float | None = None


@dataclass(frozen=True)
class Record:
    """One recording: where it is, what became of it, and by what it is known again.

    name: the clip's. outputs: files from the folder of results on. fingerprint: of the files' content and all
    settings. also_opened: further files that were read, from the source's folder on. sentence: why it failed.
    details: a traceback, where nobody expected that.
    """

    name: str
    source: str
    status: str
    outputs: tuple[str, ...] = ()
    people: tuple[Figures, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    fingerprint: str = ""
    also_opened: tuple[str, ...] = ()
    sentence: str = ""
    details: str = ""

    @property
    def frames(self) -> int:
        """Of all people."""
        return sum(one.frames for one in self.people)

    @property
    def before_mm(self) -> float | None:
        """Mean error before, over all frames of people who have one."""
        return _mean(self.people, lambda one: one.error_before_mm)

    @property
    def after_mm(self) -> float | None:
        """Mean error after."""
        return _mean(self.people, lambda one: one.error_after_mm)

    def to_json(self) -> str:
        """One line of ASCII, without its end: a file's name need not be Unicode."""
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> Record:
        """Raises ValueError, KeyError or TypeError on anything else than such a line."""
        fields: dict[str, Any] = json.loads(line)
        fields["people"] = tuple(Figures(**one) for one in fields["people"])
        texts = [fields[name] for name in ("name", "source", "status")]
        for name in ("outputs", "warnings", "also_opened"):
            fields[name] = tuple(fields[name])
            texts += fields[name]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("A name is no text.")
        return cls(**fields)


def holds_records(path: Path) -> bool:
    """Whether a file is the list of results of a folder, and no recording."""
    if path.suffix.lower() != ".jsonl":
        return False
    try:
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as stream:
            Record.from_json(stream.readline(_LONGEST_LINE).decode())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False
    return True


def finite(value: float | None) -> float | None:
    """The figure, None where it is none."""
    return None if value is None or not math.isfinite(value) else float(value)


def _mean(people: Sequence[Figures], figure: Callable[[Figures], float | None]) -> float | None:
    known = [(value, one.frames) for one in people if (value := figure(one)) is not None]
    frames = sum(count for _, count in known)
    return sum(value * count for value, count in known) / frames if frames else None
