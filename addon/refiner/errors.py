"""How refining ends early."""

from __future__ import annotations


class RefineError(Exception):
    """The input can't be refined. The message is one plain sentence: what is wrong and what to do."""


class Cancelled(Exception):
    """The caller asked to stop."""
