"""What a run starts from: poses, keypoints, or both."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..recording import Keypoints, Person
from .errors import RefineError

MODES = ("auto", "plugin", "sequence", "poses", "none")


def choose_mode(mode: str, person: Person, keypoints: Keypoints | None) -> str:
    """The mode that auto stands for, or the one asked for. Raises RefineError where something is missing."""
    if mode not in MODES:
        raise RefineError(f"There is no mode {mode!r}; choose {', '.join(MODES)}.")
    if mode == "auto":
        mode = "poses" if keypoints is None else ("sequence" if person.poses is None else "plugin")
    if mode in ("plugin", "poses", "none") and person.poses is None:
        raise RefineError(
            f"Person {person.id} has no poses, only keypoints; choose the mode sequence or auto."
        )
    if mode in ("plugin", "sequence") and keypoints is None:
        raise RefineError(
            f"Person {person.id} has no keypoints to refine toward; give a second file with keypoints."
        )
    return mode


def check_given(person: Any, targets: Any, offset: float, controls: Any) -> None:
    """Raises TypeError for things of another kind, which a program easily gives, and RefineError for a shift
    that is no number. They are known by what they hold: after Blender has loaded its scripts again, a person
    that was read before is of a class that is there no more."""
    for name, value in (("person", person), ("targets", targets)):
        if not _has(value, "frame_ids", "keypoints", "poses") and (value is not None or name == "person"):
            raise TypeError(
                f"{name} must be a Person, such as recording.people[0], and is a {type(value).__name__};"
                " formats.from_arrays(…) makes a recording of your own arrays."
            )
    if not _has(controls, "strength", "check"):
        raise TypeError(f"controls must be Controls(…), and is a {type(controls).__name__}.")
    if not np.isfinite(offset):
        raise RefineError(f"The shift of the targets, {offset} s, is no number; give seconds.")


def _has(value: Any, *names: str) -> bool:
    return all(hasattr(value, name) for name in names)
