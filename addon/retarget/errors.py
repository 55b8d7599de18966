"""What can't be retargeted."""

from __future__ import annotations


class RetargetError(Exception):
    """The message is one sentence that says what is wrong and what to do."""
