"""What a run starts from: poses, keypoints, or both."""

from __future__ import annotations

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
