"""One person out of a file whose arrays hold several: the same file as if it held that person alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..safe_read import one_line
from .container import Container
from .draft import Draft
from .listing import readers_for

_KIND = "pickle"


class Alone(Container):
    """A mapping that stands for a file."""

    def __init__(self, whole: Container, fields: Mapping[str, Any]) -> None:
        self.path, self.hints, self.name = whole.path, whole.hints, whole.name
        self.size, self.head, self.kind = whole.size, whole.head, _KIND
        self.__dict__["tree"] = fields


def read_alone(alone: Sequence[tuple[str, np.ndarray | None, Container]]) -> Draft | None:
    """One draft of several people out of (id, frame numbers, the file of that person alone), read by
    whichever reader knows each; None where none does. Raises FormatError."""
    drafts = []
    for name, frames, file in alone:
        reader = next((each for each in readers_for(_KIND) if each.recognises(file)), None)
        if reader is None:
            return None
        drafts.append(_named(reader.read(file), name, frames))
    if not drafts:
        return None
    warnings = dict.fromkeys(warning for draft in drafts for warning in draft.warnings)
    people = [person for draft in drafts for person in draft.people]
    return replace(drafts[0], people=people, warnings=list(warnings))


def _named(draft: Draft, name: str, frames: np.ndarray | None) -> Draft:
    alone = len(draft.people) == 1
    people = [replace(person, id=one_line(name)) if alone else person for person in draft.people]
    if frames is not None:
        people = [
            replace(one, frame_ids=frames.astype(np.int64)) if one.frames == len(frames) else one
            for one in people
        ]
    return replace(draft, people=people)
