"""Frame rates as they are meant, out of numbers that were rounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .draft import scalar, text_of

_USUAL = (24, 25, 30, 48, 50, 60, 90, 100, 120, 150, 180, 200, 240, 250, 300, 480, 500, 960, 1000)
_NTSC = (24, 30, 48, 60, 120, 240)
_SLACK = 1e-4
"""Share by which a rate may be off besides rounding: clocks and 32-bit numbers are no better."""


NAMES = ("mocap_frame_rate", "mocap_framerate", "fps", "frame_rate", "framerate", "mocap_fps")


def rate_in(*places: Mapping[str, Any]) -> float | None:
    """The rate under a name that AMASS and those who write like it have; None where there is none."""
    return next((_number(held[name]) for held in places for name in NAMES if name in held), None)


def rate_in_text(lines: Iterable[str]) -> float | None:
    """The rate that a remark states, as "# fps: 59.94"; None where none does."""
    found = (_REMARK.search(line) for line in lines)
    return next((_number(match[1]) for match in found if match), None)


def _number(value: Any) -> float | None:
    """Also of a fraction, as ffprobe tells rates: 60000/1001."""
    parts = text_of(value).split("/") if not isinstance(value, (int, float)) else []
    numbers = [scalar(part) for part in parts] if len(parts) == 2 else []
    if len(numbers) == 2 and numbers[0] and numbers[1]:
        return round(numbers[0] / numbers[1], 3)
    return scalar(value)


_REMARK = re.compile(
    r"(?:fps|frame[ _-]?rate|sampling[ _-]?(?:rate|frequency))\W{0,10}(?:hz\W{0,4})?(\d+(?:\.\d+|/\d+)?)",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"meta|info|video|header|config|settings", re.IGNORECASE)


def rate_of(tree: Any) -> float | None:
    """The rate that a mapping states, at its top or in a block on its video; None where it states none."""
    places = stated_places(tree) if isinstance(tree, Mapping) else ()
    for held in places:
        rates = [_number(held[name]) for name in held if _plain(name) in _PLAIN and np.size(held[name]) == 1]
        if rates:
            return rates[0]
    return None


def stated_places(tree: Mapping[Any, Any]) -> Iterator[Mapping[Any, Any]]:
    """Where a mapping may state its rate: at its top, and in blocks on the video."""
    blocks = _blocks(tree)
    yield from (tree, *blocks, *(inner for block in blocks for inner in _blocks(block)))


def rate_under(held: Mapping[Any, Any]) -> float | None:
    """The rate right in a mapping that is not said to be the video's."""
    names = (name for name in held if _plain(name) in _KEPT and np.size(held[name]) == 1)
    return next((_number(held[name]) for name in names), None)


def _blocks(tree: Mapping[Any, Any]) -> list[Mapping[Any, Any]]:
    return [held for name, held in tree.items() if isinstance(held, Mapping) and _BLOCK.search(str(name))]


def _plain(name: Any) -> str:
    return re.sub(r"[^a-z]", "", str(name).lower())


_KEPT = frozenset(map(_plain, (*NAMES, "output_fps", "processed_fps", "target_fps", "effective_fps")))
_PLAIN = frozenset(map(_plain, (*NAMES, "video_fps", "source_fps")))


def meant_rate(low: float, high: float, best: float) -> float:
    """The most usual rate between two, of those the nearest to the best; the best where none is usual."""
    low, high = low * (1 - _SLACK), high * (1 + _SLACK)
    ntsc = tuple(round(rate / 1.001, 3) for rate in _NTSC)
    whole = (float(round(best)), float(round(2 * best)) / 2)
    for group in (_USUAL, ntsc, whole[:1], whole[1:]):
        held = [float(rate) for rate in group if low <= rate <= high]
        if held:
            return min(held, key=lambda rate: abs(rate - best))
    return round(best, 3)


def rate_of_step(text: str) -> float | None:
    """Frames per second from the time between frames as a file writes it: 0.01667 is 60, 0.0333667 29.97."""
    step = float(text)
    if not 0 < step < float("inf"):
        return None
    digits = text.strip().lower().partition(".")[2]
    tick = 10.0 ** -len(digits) if digits.isdecimal() else 0.0
    # Some tools cut digits off instead of rounding, so the last one may be off by a whole unit.
    low, high = 1.0 / (step + tick), 1.0 / max(step - tick, step / 2)
    return meant_rate(low, high, 1.0 / step)
