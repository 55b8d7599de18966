"""Text that a stranger wrote, made fit to be repeated in a sentence."""

from __future__ import annotations

_LONGEST = 80


def one_line(text: str, most: int = _LONGEST) -> str:
    """The text on one line of at most `most` characters, without signs that steer a terminal.

    Line breaks, control signs, marks of writing direction and lone surrogates become spaces.
    """
    kept = text[: 4 * most]
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in kept).split())
    return line if len(line) <= most and len(kept) == len(text) else f"{line[: most - 1].rstrip()}…"


def as_text(name: str) -> str:
    """A file's name as text: bytes that are none, such as the umlauts of an old archive, become question
    marks. Blender takes no others for the names of its things."""
    return name.encode("utf-8", "replace").decode()
