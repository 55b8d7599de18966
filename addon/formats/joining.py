"""Several files as one recording: the people of one take, of whom each has a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..recording import Person
from ..safe_read import FormatError, one_line
from .draft import Draft
from .file_names import labels

_ALIKE = 1e-3
"""Part of a frame rate by which those of one take differ at most."""


def together(drafts: Sequence[Draft], paths: Sequence[Path], fps: float | None) -> Draft:
    """One draft of everybody, who are named after their files. fps: stated by the user, else None.

    Raises FormatError where the files can't be of one take.
    """
    first = drafts[0]
    for draft, path in zip(drafts[1:], paths[1:], strict=True):
        reason = difference(first, draft, fps)
        if reason:
            raise FormatError(
                f"{one_line(paths[0].name)} and {one_line(path.name)} are not of one take: they have"
                f" {reason}; open them one by one."
            )
    people = [
        replace(one, id=_full_name(label, one, draft))
        for draft, label in zip(drafts, labels(paths), strict=True)
        for one in draft.people
    ]
    warnings = dict.fromkeys(warning for draft in drafts for warning in draft.warnings)
    return replace(first, people=_told_apart(people), warnings=list(warnings))


def difference(first: Draft, second: Draft, fps: float | None = None) -> str:
    """What keeps two files from being of one take; "" where nothing does."""
    if fps is None and not _same_rate(first.fps, second.fps):
        return f"different frame rates ({_rate(first.fps)} and {_rate(second.fps)})"
    if (first.up, first.camera) != (second.up, second.camera):
        return "different axes"
    if first.units != second.units:
        return "different units"
    return ""


def _same_rate(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= _ALIKE * max(first, second)


def _rate(fps: float | None) -> str:
    return "none" if fps is None else f"{fps:g}"


def _full_name(label: str, one: Person, draft: Draft) -> str:
    return label if len(draft.people) == 1 else f"{label} {one.id}"


def _told_apart(people: Sequence[Person]) -> list[Person]:
    """The people, of whom nobody has another's name."""
    taken: set[str] = set()
    found = []
    for one in people:
        name, number = one.id, 2
        while name in taken:
            name, number = f"{one.id} ({number})", number + 1
        taken.add(name)
        found.append(replace(one, id=name))
    return found
