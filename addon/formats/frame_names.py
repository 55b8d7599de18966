"""Names of frames: their numbers or times, or the pictures that they were found in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_LONGEST_NUMBER, _LONGEST_TIME = 10, 25
_NAME = re.compile(r"(?:.*[/\\])?([^/\\]*?)(\d+)(\.\w+)?")
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_WORD = re.compile(r"(?:.*[^a-z])?(?:frame|frm|image|img|rgb|color|colour|picture|f)[^a-z]*", re.IGNORECASE)


def frame_numbers(names: Iterable[Any]) -> list[int] | None:
    """The frames' numbers out of what they are called, as 12, "000012", "frame_12" or "video/000012.jpg"; of
    times only which comes after which. None where these are no names of frames, or two have one number."""
    texts = [str(name) for name in names]
    if texts and all(text.isdecimal() and len(text) < _LONGEST_TIME for text in texts):
        numbers = [int(text) for text in texts]
        longest = max(map(len, texts))
        return numbers if longest < _LONGEST_NUMBER else _ranks(numbers)
    found = [_NAME.fullmatch(text) for text in texts]
    if not found or not all(
        match and len(match[2]) < _LONGEST_NUMBER and _of_frame(match) for match in found
    ):
        return None
    numbers = [int(match[2]) for match in found if match]
    return numbers if len(set(numbers)) == len(numbers) else None


def is_frame(stem: str) -> bool:
    """Whether a file's name without ending is a number, or one behind a word for frames."""
    found = _NAME.fullmatch(stem)
    return found is not None and (not found[1] or _of_frame(found))


def _of_frame(match: re.Match[str]) -> bool:
    return (match[3] or "").lower() in _PICTURES or (not match[3] and _WORD.fullmatch(match[1]) is not None)


def _ranks(numbers: list[int]) -> list[int]:
    places = {number: place for place, number in enumerate(sorted(numbers))}
    return [places[number] for number in numbers]
