"""How many processes a command line of `refine` will need, told by its words before it is read.

To read it takes modules that take as long to import as the processes to start. Who is wrong here loses
nothing but that: what is missing is started later, and what is too much ends without a word.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from addon.at_once import at_once

_NOTHING_TO_DO = {"-h", "--help", "--version"}
_RESULTS = "results.jsonl"


def processes(argv: Sequence[str]) -> int:
    """How many there is work for; 1 where that is not sure."""
    words = [part for word in argv[1:] for part in _apart(word)]
    output, number = _behind(words, "--output"), _behind(words, "--jobs")
    asked_for = int(number) if number and number.isdigit() else None
    if not output or Path(output).suffix or _NOTHING_TO_DO & set(words) or (number and asked_for is None):
        return 1
    done = 0 if "--again" in words else _lines(Path(output) / _RESULTS)
    recordings = max(sum(map(_recordings, _files(words))) - done, 0)
    return min(at_once(asked_for, recordings), os.cpu_count() or 1)


def _apart(word: str) -> list[str]:
    """`--jobs=2` as two words."""
    return word.split("=", 1) if word.startswith("--") else [word]


def _behind(words: Sequence[str], option: str) -> str | None:
    place = words.index(option) + 1 if option in words else len(words)
    return words[place] if place < len(words) else None


def _files(words: Sequence[str]) -> list[Path]:
    """The words before the first option, or behind all."""
    first = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return [Path(word) for word in words[:first] or words[-1:]]


def _recordings(path: Path) -> int:
    """How many files a file or folder is."""
    try:
        return len(os.listdir(path))  # noqa: PTH208 - in one call
    except OSError:
        return 1


def _lines(path: Path) -> int:
    """How many are done."""
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0
