"""How much work something is, told by calls in place of seconds: the same on every machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_TOO_MUCH = "This is more work than {:,} calls."


class Effort:
    """Counts calls, of Python's functions and of C's."""

    def __init__(self, most: int) -> None:
        self.calls = 0
        self.most = most

    def __call__(self, _frame: FrameType, event: str, _argument: Any) -> None:
        """One event, as `sys.setprofile` tells it."""
        self.calls += event in ("call", "c_call")
        if self.calls > self.most:
            sys.setprofile(None)
            raise AssertionError(_TOO_MUCH.format(self.most))


@contextmanager
def effort(most: int = sys.maxsize) -> Iterator[Effort]:
    """Ends what is done within with a failure as soon as it makes more calls than these."""
    before, counted = sys.getprofile(), Effort(most)
    sys.setprofile(counted)
    try:
        yield counted
    finally:
        sys.setprofile(before)
        assert counted.calls <= most, _TOO_MUCH.format(most)  # also where what is tested caught it
