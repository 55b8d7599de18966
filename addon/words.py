"""Counts and names as a sentence tells them."""

from __future__ import annotations

from collections.abc import Sequence


def plural(count: int, noun: str) -> str:
    """'1 frame', '1,200 frames', '2 people', '3 stretches'."""
    many = "people" if noun == "person" else noun + ("es" if noun.endswith("ch") else "s")
    return f"{count:,} {noun if count == 1 else many}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """'L_Elbow, Head', and of more than `most` names: 'L_Elbow, Head, Neck and 2 more'."""
    told = ", ".join(names[:most])
    return told if len(names) <= most else f"{told} and {len(names) - most} more"
