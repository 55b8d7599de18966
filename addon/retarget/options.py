"""What is asked for when a motion is carried over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """How a motion is carried over.

    root: what goes over the floor, "hips", "root" (the root bone, with the heading) or "place" for nothing.
    feet: they keep floor and contacts. hands: they reach the same relative places. fingers: they move.
    """

    root: str = "hips"
    feet: bool = True
    hands: bool = True
    fingers: bool = True
